"""A new mirror file made from the whole store, in a process of its own.

    python -m commandes.mirror.rebuild FILE

The settings come from the environment. Standard output says how far it is, one line
`share step` at a time; an error is one line on standard error and exit code 1.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from threading import Condition, RLock
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

# One row group of DuckDB, which goes to the file as it is: memory stays small.
PART = 122_880

# What the two threads read; the second only where a second reader is cheap.
FIRST = ("orders", "tags", "order_tags", "shipments", "refunds")
SECOND = ("order_lines", "payments", "events", "stock_items")

# Staged whole, because the wide rows need them in parts.
WHOLE = ("orders", "order_tags", "shipments", "tags")

# About how much of the time goes to reading.
_READING = 0.5


@dataclass
class Progress:
    """How far a rebuild is, told when it has moved by a hundredth; for any thread."""

    tell: Callable[[float, str], None]
    rows: int = 1
    _read: int = 0
    _told: float = -1.0
    _lock: RLock = field(default_factory=RLock)

    def read(self, rows: int) -> None:
        """So many more rows of the store were read."""
        with self._lock:
            self._read += rows
            self.at(_READING * min(1.0, self._read / self.rows), "read")

    def at(self, share: float, step: str) -> None:
        """The whole work stands here."""
        with self._lock:
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
    # What is done at once is up to us: two threads of DuckDB's would read a table, or
    # make a part, in the time of one.
    ((lanes,),) = connection.execute("select current_setting('threads')").fetchall()
    connection.execute("set threads = 1")
    # Seen by every cursor, as temporary tables are not.
    connection.execute("attach ':memory:' as whole")
    progress.rows = max(1, sum(first.count(name) for name in staging.COLUMNS))
    if second is None:
        _read(connection, first, (*FIRST, *SECOND), progress)
    else:
        with ThreadPoolExecutor(1) as other:
            beside = other.submit(_read, connection.cursor(), second, SECOND, progress)
            _read(connection, first, FIRST, progress)
            beside.result()
    _widen(connection, lanes, progress)
    connection.execute("detach whole")
    connection.execute(f"set threads = {lanes:d}")
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
            _keep(connection, name, rows)
            if name == "tags":
                connection.execute(schema.query_text("mirror/fill_tags"))
        else:
            connection.register(f"staged_{name}", rows)
            connection.execute(schema.query_text(f"mirror/fill_{name}"))
            connection.unregister(f"staged_{name}")


def _keep(
    connection: DuckDBPyConnection, name: str, rows: pa.RecordBatchReader
) -> None:
    connection.register("incoming", rows)
    connection.execute(f"create table whole.{name} as from incoming")
    connection.unregister("incoming")
    # Tags are filled from it; a refund without a date looks its order's up.
    connection.execute(f"create temp view staged_{name} as from whole.{name}")


@dataclass
class _Turns:
    """Lets parts be put in place in their order, whichever is ready first."""

    done: int = 0
    failed: bool = False
    _changed: Condition = field(default_factory=Condition)

    def wait(self, part: int) -> None:
        """Until every part before this one is in place."""
        with self._changed:
            self._changed.wait_for(lambda: self.failed or self.done == part)
            if self.done != part:
                raise _OtherFailed

    def ended(self) -> None:
        """The part whose turn it is is in place."""
        with self._changed:
            self.done += 1
            self._changed.notify_all()

    def give_up(self) -> None:
        """A part will never be in place, nor those that wait behind it."""
        with self._changed:
            self.failed = True
            self._changed.notify_all()


class _OtherFailed(Exception):  # noqa: N818 (never seen: the other's error is raised)
    """A part before this one could not be made."""


def _widen(connection: DuckDBPyConnection, lanes: int, progress: Progress) -> None:
    """Make the wide rows, so many parts at once, in the order of their dates."""
    parts = _parts(connection, PART)
    turns = _Turns()
    cursors: SimpleQueue[DuckDBPyConnection] = SimpleQueue()
    for _lane in range(lanes):
        cursors.put(connection.cursor())

    def make(number: int) -> None:
        cursor = cursors.get()
        try:
            _make_part(cursor, number, parts[number], turns)
            turns.ended()
        except BaseException:
            turns.give_up()
            raise
        finally:
            cursors.put(cursor)
        progress.at(_READING + (1 - _READING) * (number + 1) / len(parts), "build")

    with ThreadPoolExecutor(lanes) as pool:
        made = [pool.submit(make, number) for number in range(len(parts))]
        try:
            for one in made:  # the first that fails says why
                one.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    while not cursors.empty():
        cursors.get().close()


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


def _make_part(
    cursor: DuckDBPyConnection, number: int, part: tuple[int, int], turns: _Turns
) -> None:
    """Make the wide rows of a part; too large for the memory, it is cut smaller."""
    cursor.execute("begin transaction")
    try:
        _fill(cursor, part)
        turns.wait(number)
        cursor.execute("commit")
    except (duckdb.OutOfMemoryException, duckdb.TransactionException):
        # A commit for which memory is short says so as the other kind, and is over.
        with suppress(duckdb.TransactionException):
            cursor.execute("rollback")
        turns.wait(number)
        _make_smaller(cursor, part, max(1, PART // 4))


def _make_smaller(cursor: DuckDBPyConnection, part: tuple[int, int], rows: int) -> None:
    smaller = _parts(cursor, rows, *part)
    if len(smaller) == 1:
        _fill(cursor, part)
        return
    for one in smaller:
        try:
            _fill(cursor, one)
        except (duckdb.OutOfMemoryException, duckdb.TransactionException):
            _make_smaller(cursor, one, max(1, rows // 4))


def _fill(cursor: DuckDBPyConnection, part: tuple[int, int]) -> None:
    for name, at in zip(("from_at", "to_at"), part, strict=True):
        cursor.execute(f"set variable {name} = $at", {"at": at})
    cursor.execute(schema.query_text("mirror/staged_part"))
    cursor.execute(schema.query_text("mirror/fill_orders"))


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
