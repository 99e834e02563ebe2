"""A new mirror file made from the whole store, in a process of its own.

    python -m commandes.mirror.rebuild FILE

The settings come from the environment. Standard output says how far it is, one line
`share step` at a time; an error is one line on standard error and exit code 1.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import duckdb

from commandes.mirror import schema, staging
from commandes.mirror.database import connect

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa
    from duckdb import DuckDBPyConnection

    from commandes.mirror.readers import Reader
    from commandes.settings import Settings

# Two row groups of DuckDB: two threads have work, and memory stays small.
PART = 240_000

# What the two threads read; the second only where a second reader is cheap.
FIRST = ("orders", "tags", "order_tags", "shipments", "refunds")
SECOND = ("order_lines", "payments", "events", "stock_items")

# Staged whole, because the wide rows need them in parts.
WHOLE = ("orders", "order_tags", "shipments")

# About how much of the time goes to reading.
_READING = 0.5


@dataclass
class Progress:
    """How far a rebuild is, told when it has moved by a hundredth; for two threads."""

    tell: Callable[[float, str], None]
    rows: int = 1
    _read: int = 0
    _told: float = -1.0
    _lock: Lock = field(default_factory=Lock)

    def read(self, rows: int) -> None:
        """So many more rows of the store were read."""
        with self._lock:
            self._read += rows
            self.at(_READING * min(1.0, self._read / self.rows), "read")

    def at(self, share: float, step: str) -> None:
        """The whole work stands here."""
        if share >= self._told + 0.01:
            self._told = share
            self.tell(share, step)


def build(
    connection: DuckDBPyConnection,
    first: Reader,
    second: Reader | None,
    progress: Progress,
) -> None:
    """Fill an empty mirror from one moment of the store."""
    schema.create(connection)
    progress.rows = max(1, sum(first.count(name) for name in staging.COLUMNS))
    if second is None:
        _read(connection, first, (*FIRST, *SECOND), progress)
    else:
        with ThreadPoolExecutor(1) as other:
            beside = other.submit(_read, connection.cursor(), second, SECOND, progress)
            _read(connection, first, FIRST, progress)
            beside.result()
    _widen(connection, progress)
    connection.execute(schema.query_text("mirror/count_orders"))
    connection.execute(
        "insert into mirror_state values ($store_id, $layout, $seq, $digest, $seq)",
        {
            "store_id": first.store_id,
            "layout": schema.layout(),
            "seq": first.head.seq,
            "digest": first.head.digest,
        },
    )
    connection.execute("checkpoint")


def _read(
    connection: DuckDBPyConnection,
    reader: Reader,
    names: tuple[str, ...],
    progress: Progress,
) -> None:
    for name in names:
        rows = reader.batches(name, progress.read)
        if name in WHOLE:
            _keep(connection, f"whole_{name}", rows)
        elif name == "tags":
            _keep(connection, "staged_tags", rows)
            connection.execute(schema.query_text("mirror/fill_tags"))
        else:
            connection.register(f"staged_{name}", rows)
            connection.execute(schema.query_text(f"mirror/fill_{name}"))
            connection.unregister(f"staged_{name}")


def _keep(
    connection: DuckDBPyConnection, table: str, rows: pa.RecordBatchReader
) -> None:
    connection.register("incoming", rows)
    connection.execute(f"create temp table {table} as from incoming")
    connection.unregister("incoming")
    if table == "whole_orders":
        # A refund without a date looks its order's up.
        connection.execute("create temp view staged_orders as from whole_orders")


def _widen(connection: DuckDBPyConnection, progress: Progress) -> None:
    """Make the wide rows, part by part in the order of their dates."""
    parts = _parts(connection, PART)
    for done, (from_at, to_at) in enumerate(parts):
        progress.at(_READING + (1 - _READING) * done / len(parts), "build")
        _widen_part(connection, from_at, to_at, PART)


def _parts(
    connection: DuckDBPyConnection,
    rows: int,
    from_at: int | None = None,
    to_at: int | None = None,
) -> list[tuple[int, int]]:
    return connection.execute(
        schema.query_text("mirror/parts"),
        {"rows": rows, "from_at": from_at, "to_at": to_at},
    ).fetchall()


def _widen_part(
    connection: DuckDBPyConnection, from_at: int, to_at: int, rows: int
) -> None:
    """Make the wide rows of a part; too large for the memory, it is cut smaller."""
    connection.execute("set variable from_at = $at", {"at": from_at})
    connection.execute("set variable to_at = $at", {"at": to_at})
    connection.execute(schema.query_text("mirror/staged_part"))
    try:
        connection.execute(schema.query_text("mirror/fill_orders"))
    except duckdb.OutOfMemoryException:
        smaller = _parts(connection, rows // 4, from_at, to_at)
        if len(smaller) == 1:
            raise
        for part in smaller:
            _widen_part(connection, *part, rows // 4)


def run(settings: Settings, target: Path, tell: Callable[[float, str], None]) -> None:
    """Make the file `target` from the store of the settings."""
    from commandes.mirror import readers

    folder = target.with_name(target.name + ".tmp")
    with ExitStack() as closing:
        first, second = readers.open_readers(settings)
        closing.callback(first.close)
        if second is not None:
            closing.callback(second.close)
        connection = connect(target, settings, folder)
        closing.callback(connection.close)
        build(connection, first, second, Progress(tell))


def main() -> int:
    """The program; see the module."""
    from adbc_driver_manager import Error as AdbcError
    from sqlalchemy.exc import SQLAlchemyError

    from commandes import settings
    from commandes.errors import CommandesError

    def tell(share: float, step: str) -> None:
        sys.stdout.write(f"{share:.2f} {step}\n")
        sys.stdout.flush()

    try:
        run(settings.read(), Path(sys.argv[1]), tell)
    except (duckdb.Error, AdbcError, SQLAlchemyError, CommandesError, OSError) as error:
        sys.stderr.write(str(error).strip().splitlines()[0] + "\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
