"""Making the copy that free analyses read: a file of its own, without personal data.

What is left out is left out here, by the questions of sql/notebook: the process that
runs people's SQL never sees it.
"""

from __future__ import annotations

import hashlib
import hmac
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb

from commandes.errors import NotebookUnavailable
from commandes.mirror import query_text
from commandes.mirror.database import reason
from commandes.notebook.documented import NAMES

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl
    from duckdb import DuckDBPyConnection

    from commandes.mirror import Snapshot
    from commandes.settings import Settings

# Rows that are held in memory at a time.
_SLICE = 100_000


@dataclass(frozen=True)
class Copy:
    """A copy: its file, the last journal entry it knows of, when it was made.

    `seconds` is what making it took.
    """

    file: Path
    seq: int
    at: datetime
    seconds: float


def make(snap: Snapshot, file: Path, settings: Settings, key: bytes) -> Copy:
    """Copy what analyses may see from the mirror into a new file.

    Args:
        file: where; it stands in a folder that is nobody else's.
        key: the journal's, from which the codes of customers are made.

    Raises:
        NotebookUnavailable: the file cannot be written.
    """
    at, seq = datetime.now(UTC), snap.seq
    given: dict[str, dict[str, object]] = {
        "orders": {"secret": _secret(key)},
        "days": {"timezone": snap.zone.key, "today": datetime.now(snap.zone).date()},
    }
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.parent.chmod(0o700)
        forget(file)
        connection = duckdb.connect(file, config=_limits(settings))
        file.chmod(0o600)
        try:
            for name in NAMES:
                _fill(connection, snap, name, given.get(name))
                snap.trim()
            connection.execute(query_text("notebook/macros"))
            connection.execute("checkpoint")
        finally:
            connection.close()
    except (duckdb.Error, OSError) as error:
        forget(file)
        raise NotebookUnavailable(detail=reason(str(error))) from error
    return Copy(file, seq, at, (datetime.now(UTC) - at).total_seconds())


def forget(file: Path) -> None:
    """Remove a copy and what DuckDB left beside it."""
    for path in (file, file.with_name(file.name + ".wal")):
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _secret(key: bytes) -> str:
    """What the codes of customers are made with; it leads back to nothing."""
    return hmac.new(key, b"notebook customers", hashlib.sha256).hexdigest()


def _limits(settings: Settings) -> dict[str, str | bool | int | float | list[str]]:
    return {
        "memory_limit": settings.mirror_memory,
        "threads": settings.mirror_threads,
        "temp_directory": "",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }


def _fill(
    connection: DuckDBPyConnection,
    snap: Snapshot,
    name: str,
    given: dict[str, object] | None,
) -> None:
    """Fill one table, slice by slice; an empty answer has its columns too."""
    made = False
    for frame in snap.slices(f"notebook/{name}", given, _SLICE):
        _add(connection, name, frame, new=not made)
        made = True
    if not made:
        empty = snap.ask(f"notebook/{name}", given)
        _add(connection, name, empty, new=True)


def _add(
    connection: DuckDBPyConnection, name: str, frame: pl.DataFrame, *, new: bool
) -> None:
    rows = connection.from_arrow(frame.to_arrow())
    if new:
        rows.create(name)
    else:
        rows.insert_into(name)
