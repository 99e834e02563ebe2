"""The files of the data folder, after somebody was erased from the store.

SQLite writes its file anew. Mirrors that no process has are removed; a process that
has one makes it anew at its next question. Exports that wait to be fetched go; other
files are searched for who was erased.
"""

from __future__ import annotations

import json
import shutil
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from sqlalchemy import select
from sqlalchemy.engine import make_url

from commandes.actions import erase
from commandes.mirror import forget_idle
from commandes.store import set_info, tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from commandes.mirror import Mirror
    from commandes.settings import Settings
    from commandes.store import Store

ACTOR = "retention"
_SINCE = select(tables.store_info.c.value).where(
    tables.store_info.c.name == erase.TO_CLEAN
)
# What may be made again from the store, and is read as text or as a table.
_MADE = {".csv", ".tsv", ".txt", ".ndjson", ".json", ".html", ".xlsx", ".parquet"}
# Written to by processes that run: what stands in them is overwritten in place.
_LOGS = {".log", ".jsonl"}
# What nobody but a person can look through: backups, archives, printed documents.
_BY_HAND = {".pdf", ".zip", ".gz", ".tar", ".dump", ".sql", ".backup", ".bak", ".db"}
_EXPORTS = "exports"
_UPLOADS = "uploads"
_UPLOADED_SECONDS = 3600
_OWN_FOLDERS = {_EXPORTS, _UPLOADS, "tmp", "notebook"}
_OWN_FILES = ("journal.key", "login.key")
_OF_SQLITE = ("", "-wal", "-shm", "-journal", ".serving")


@dataclass(frozen=True)
class Found:
    """Files of the data folder beside the store and its mirrors.

    Attributes:
        waiting: exports that wait to be fetched: all of them go.
        removed: files that hold the customer, and go.
        logs: logs that name the customer: the place is overwritten.
        by_hand: files that hold the customer or cannot be searched, and that only a
            person can decide on; they stay.
    """

    waiting: int = 0
    removed: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()
    by_hand: tuple[str, ...] = ()


def look(settings: Settings, needles: Sequence[str]) -> Found:
    """Which files would go, be changed, or have to be looked at; nothing is touched."""
    removed: list[str] = []
    logs: list[str] = []
    by_hand: list[str] = []
    for path in _others(settings):
        name = str(path.relative_to(settings.data_dir))
        suffix = path.suffix.lower()
        if suffix in _BY_HAND:
            by_hand.append(name)
        elif _holds(path, needles):
            kinds = ((removed, _MADE), (logs, _LOGS))
            named = next((into for into, of in kinds if suffix in of), by_hand)
            named.append(name)
    waiting = len(list((settings.data_dir / _EXPORTS).glob("*/*")))
    return Found(waiting, tuple(removed), tuple(logs), tuple(by_hand))


def _others(settings: Settings) -> Iterator[Path]:
    """Files of the data folder that are neither the store, its keys nor a mirror."""
    folder = settings.data_dir
    own = {(folder / name).resolve() for name in _OWN_FILES}
    url = make_url(settings.store_url)
    if url.get_backend_name() == "sqlite" and url.database:
        own |= {Path(f"{url.database}{end}").resolve() for end in _OF_SQLITE}
    for path in sorted(folder.rglob("*")):
        top = path.relative_to(folder).parts[0]
        ours = top in _OWN_FOLDERS or top.startswith("mirror-") or path.resolve() in own
        if not ours and path.is_file() and not path.is_symlink():
            yield path


def _holds(path: Path, needles: Sequence[str]) -> bool:
    wanted = [form for text in needles for form in _forms(text)]
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return _in_parquet(path, needles)
    if suffix == ".xlsx":
        try:
            with zipfile.ZipFile(path) as archive:
                parts = [archive.read(name) for name in archive.namelist()]
        except (zipfile.BadZipFile, OSError):
            return False
        return any(form in part for part in parts for form in wanted)
    text = path.read_bytes()
    return any(form in text for form in wanted)


def _forms(text: str) -> set[bytes]:
    """The bytes that a text may be in a file: in its cases, quoted for XML or JSON."""
    forms = {text, text.lower(), text.upper(), text.title()}
    forms |= {escape(form) for form in forms}
    forms |= {json.dumps(form)[1:-1] for form in forms}
    return {
        form.encode(encoding, "ignore")
        for form in forms
        for encoding in ("utf-8", "cp1252", "utf-16-le")
    }


def _in_parquet(path: Path, needles: Sequence[str]) -> bool:
    import polars as pl
    import polars.selectors as cs

    try:
        texts = pl.read_parquet(path).select(cs.string())
    except (pl.exceptions.PolarsError, OSError):
        return False
    return any(
        column.str.to_lowercase().str.contains(text.lower(), literal=True).any()
        for column in texts
        for text in needles
    )


def take_out(settings: Settings, needles: Sequence[str]) -> Found:
    """Remove the files that hold somebody; overwrite the place in logs."""
    found = look(settings, needles)
    for name in found.removed:
        (settings.data_dir / name).unlink(missing_ok=True)
    for name in found.logs:
        _overwrite(settings.data_dir / name, needles)
    return found


def _overwrite(path: Path, needles: Sequence[str]) -> None:
    """Put as many stars where a text stood: a process may be adding lines."""
    with path.open("r+b") as file:
        whole = file.read()
        for form in sorted({f for t in needles for f in _forms(t)}, key=len)[::-1]:
            at = whole.find(form) if form else -1
            while at >= 0:
                file.seek(at)
                file.write(b"*" * len(form))
                at = whole.find(form, at + len(form))


def clean(store: Store, settings: Settings, mirror: Mirror | None = None) -> bool:
    """Leave nothing of what went in SQLite's file, in mirrors and waiting exports.

    Args:
        mirror: this process's own, made anew at once; None: it has none.

    Returns:
        Whether SQLite's file is clean; a reader may have held on to its log.
    """
    since = _since(store)
    shutil.rmtree(settings.data_dir / _EXPORTS, ignore_errors=True)
    for left in (settings.data_dir / _UPLOADS).glob("*"):
        # A younger one is being imported; it is looked at as it comes in.
        if left.stat().st_mtime < time.time() - _UPLOADED_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    forget_idle(settings.data_dir)
    if mirror is not None:
        with mirror.snapshot():
            pass  # it has followed the journal to the erasure
    compacted = store.compact()
    if compacted:
        with store.writing(ACTOR, action="clean_files") as writer:
            # What somebody else erased meanwhile is still to be cleaned.
            if writer.connection.scalar(_SINCE) == since:
                set_info(writer, erase.TO_CLEAN, None)
    return compacted


def _since(store: Store) -> str | None:
    """Since when files hold what went; None: they do not."""
    with store.reading() as connection:
        return connection.scalar(_SINCE)


def clean_if_needed(
    store: Store, settings: Settings, mirror: Mirror | None = None
) -> bool:
    """Clean, where an erasure was not followed by it (a crash, a reader); did it?"""
    if _since(store) is None:
        return False
    clean(store, settings, mirror)
    return True
