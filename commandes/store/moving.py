"""A whole store into another, empty one of either database, in one transaction.

Rows go as the drivers have them; what was written is read again before the commit, and
compared by digests.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean

from commandes.errors import BackupBroken, MoveDiffers, MoveOntoOrders
from commandes.store import checks, journal, tables
from commandes.store.store import bulk_insert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection, Table

    from commandes.store.checks import Check
    from commandes.store.store import Store

_AT_ONCE = 5_000
_ALL_DIGESTS = 2**256


@dataclass(frozen=True)
class Moved:
    """What a move brought over.

    Attributes:
        rows: how many rows, by table.
        checks: I1 to I5 on the new store.
    """

    rows: dict[str, int]
    checks: tuple[Check, ...]


def move(
    source: Store,
    target: Store,
    *,
    actor: str,
    told: Callable[[int, int], None] = lambda _done, _of: None,
) -> Moved:
    """Copy everything from one store into another; the first is only read.

    Both are locked meanwhile. The new one has the same id, journal and digests, so
    links, receipts, heads that were noted elsewhere and mirrors go on being true.

    Args:
        told: called with the rows that are done and how many there are.

    Raises:
        MoveOntoOrders: the target has been used, or is the source.
        MoveDiffers: what was read again is not what was written; nothing is kept.
        BackupBroken: the store breaks a rule already; nothing is kept.
    """
    if target.store_id == source.store_id:  # however its address is written
        raise MoveOntoOrders
    with (
        source.writing(actor, action="move_store") as old,
        target.writing(actor, action="move_store") as new,
    ):
        if journal.head(new.connection).seq:
            raise MoveOntoOrders
        whole = sum(_count(old.connection, table) for table in _TABLES)
        done, rows = 0, {}
        for table in reversed(_TABLES):
            new.connection.execute(table.delete())  # what a new store begins with
        for table in _TABLES:
            written = Digest()
            write = _writing(new.connection, table)
            for batch in _read(old.connection, table):
                write(batch)
                written.add(batch)
                done += len(batch)
                told(done, whole)
            again = Digest()
            for batch in _read(new.connection, table):
                again.add(batch)
            if written != again:
                raise MoveDiffers(table=table.name)
            rows[table.name] = written.count
        found = tuple(checks.of_the_store(new.connection, target.key))
        for check in found:
            if not check.ok:
                raise BackupBroken(rule=check.rule, bad=check.first_bad)
    target.store_id = source.store_id
    return Moved(rows, found)


_TABLES = tables.metadata.sorted_tables


@dataclass
class Digest:
    """How many rows there are, and a digest of them whatever their order."""

    count: int = 0
    sum: int = 0

    def add(self, rows: list[tuple[Any, ...]]) -> None:
        """Count rows in."""
        for row in rows:
            of_row = hashlib.sha256(repr(row).encode("utf-8", "surrogatepass"))
            self.sum = (self.sum + int.from_bytes(of_row.digest())) % _ALL_DIGESTS
        self.count += len(rows)


def _count(connection: Connection, table: Table) -> int:
    told = connection.exec_driver_sql(f"select count(*) from {table.name}")  # noqa: S608 (a name of ours)
    return int(told.scalar_one())


def _read(connection: Connection, table: Table) -> Iterator[list[tuple[Any, ...]]]:
    """The rows as the database has them; truth values are true or false on both."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    truths = [
        place
        for place, column in enumerate(table.columns)
        if isinstance(column.type, Boolean)
    ]
    found = connection.exec_driver_sql(
        f"select {names} from {table.name}",  # noqa: S608 (names of ours)
        execution_options={"yield_per": _AT_ONCE},
    )
    for partition in found.partitions(_AT_ONCE):
        rows = [list(row) for row in partition]
        for row in rows:
            for place in truths:
                row[place] = None if row[place] is None else bool(row[place])
        yield [tuple(row) for row in rows]


def _writing(
    connection: Connection, table: Table
) -> Callable[[list[tuple[Any, ...]]], None]:
    """What writes rows into a table the quickest way that its database has."""
    names = [column.name for column in table.columns]
    driver: Any = connection.connection.driver_connection
    if connection.dialect.driver != "psycopg":
        return lambda rows: bulk_insert(connection, table, names, rows)
    columns = ", ".join(f'"{name}"' for name in names)

    def copy(rows: list[tuple[Any, ...]]) -> None:
        with (
            driver.cursor() as cursor,
            cursor.copy(f"copy {table.name} ({columns}) from stdin") as into,
        ):
            for row in rows:
                into.write_row(row)

    return copy
