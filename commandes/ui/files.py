"""Files that people bring or take: uploads and exports, kept for a while.

Both stand in the data folder; neither goes through memory as a whole. A prepared
export is reached by a token that nobody can guess, and is forgotten after an hour.
"""

from __future__ import annotations

import re
import secrets
import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from commandes.settings import Settings

KEPT_SECONDS = 3600
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,}")


def _exports(settings: Settings) -> Path:
    return settings.data_dir / "exports"


def _uploads(settings: Settings) -> Path:
    return settings.data_dir / "uploads"


def prepare(settings: Settings, name: str) -> Path:
    """A path for a new export of this name, in a folder of its own."""
    _forget_old(_exports(settings))
    folder = _exports(settings) / secrets.token_urlsafe(24)
    settings.make_data_dir()
    folder.mkdir(mode=0o700, parents=True)
    return folder / name


def address(path: Path) -> str:
    """Where the browser gets a prepared export."""
    return f"/api/exports/{path.parent.name}/{path.name}"


def prepared(settings: Settings, token: str, name: str) -> Path | None:
    """The prepared export of this token, if it is still there."""
    folder = _exports(settings) / token
    if not _TOKEN.fullmatch(token) or not folder.is_dir():
        return None
    return next((path for path in folder.iterdir() if path.name == name), None)


def discard(path: Path) -> None:
    """Forget an export that was not finished or is not wanted any more."""
    shutil.rmtree(path.parent, ignore_errors=True)


def _forget_old(folder: Path) -> None:
    limit = time.time() - KEPT_SECONDS
    for old in folder.glob("*"):
        if old.stat().st_mtime < limit:
            shutil.rmtree(old, ignore_errors=True)


def forget_all(settings: Settings) -> None:
    """Remove what an earlier process left behind."""
    shutil.rmtree(_exports(settings), ignore_errors=True)
    shutil.rmtree(_uploads(settings), ignore_errors=True)


@contextmanager
def uploaded(settings: Settings, name: str, content: BinaryIO) -> Iterator[Path]:
    """An uploaded file on disk under its own name, for as long as the block runs."""
    settings.make_data_dir()
    _uploads(settings).mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_uploads(settings)) as folder:
        path = Path(folder) / (Path(name).name or "file")
        content.seek(0)
        with path.open("wb") as copy:
            shutil.copyfileobj(content, copy, 1024 * 1024)
        yield path
