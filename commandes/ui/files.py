"""Files that people bring or take: uploads and exports, kept for a while.

Both stand in the data folder; neither goes through memory as a whole. A prepared
export is reached by a token that nobody can guess, by who made it and while they have
the same role, and is forgotten after an hour.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from commandes import access

if TYPE_CHECKING:
    from collections.abc import Iterator

    from commandes.access import Person
    from commandes.settings import Settings

KEPT_SECONDS = 3600
_MARK = 12  # letters of a token that say whose it is
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,}")


def _exports(settings: Settings) -> Path:
    return settings.data_dir / "exports"


def _uploads(settings: Settings) -> Path:
    return settings.data_dir / "uploads"


def prepare(settings: Settings, name: str) -> Path:
    """A path for a new export of this name, in a folder of its own."""
    _forget_old(_exports(settings))
    token = secrets.token_urlsafe(24) + _mark(access.person())
    folder = _exports(settings) / token
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


def is_for(token: str, who: Person) -> bool:
    """Whether the export of this token was made by this person, in their role."""
    return token.endswith(_mark(who))


def _mark(who: Person | None) -> str:
    told = f"{who.id} {who.role}" if who else ""
    return hashlib.sha256(told.encode()).hexdigest()[:_MARK]


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
