"""Following the journal: what changed since a seq is read again and put in place."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
from sqlalchemy import select

from commandes.mirror import schema, staging
from commandes.store import journal, tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection
    from sqlalchemy import Connection

    from commandes.store import Head

# Entries after which no older mirror file may stay: its free blocks hold what went.
FORGETTING = ("customer_erased", "ip_addresses_shortened")

# Entries applied at once: a page that waits for the lock waits for one such step.
STEP = 2_000

# Entries after which the rows that they added to the counts are packed: in a moment,
# or in two seconds where a million orders have each a list of tags of their own.
PACK = 20_000


@dataclass(frozen=True)
class Change:
    """What the store holds now of all that some entries of the journal touch.

    Attributes:
        before: the digest that the first entry follows; None without entries.
        last: the last entry.
        staged: the rows to put in place, per table of the store.
        touched: ids of the orders whose rows are replaced, withdrawn ones included.
        all_stock: whether `staged` holds every stock item there is.
        forgets: the last entry of FORGETTING; 0 without any.
    """

    before: str | None
    last: Head
    staged: dict[str, pa.Table]
    touched: pa.Table
    all_stock: bool
    forgets: int = 0


def read(connection: Connection, after: int, limit: int = STEP) -> Change:
    """Read what the next entries of the journal touch, in the caller's transaction."""
    events = tables.events.c
    raw = staging.rows("events").add_columns(events.previous, events.digest)
    entries = connection.execute(
        raw.where(events.seq > after).order_by(events.seq).limit(limit)
    ).all()
    ids = sorted({row.order_id for row in entries if row.order_id is not None})
    asked = {"order_ids": ids}
    found: dict[str, Sequence[Sequence[Any]]] = {
        name: connection.execute(staging.rows_of(name), asked).all() if ids else []
        for name in ("orders", *staging.OF_AN_ORDER)
    }
    # An entry without order, or an order withdrawn, may have moved any stock.
    all_stock = len(found["orders"]) < len(ids) or any(
        row.order_id is None for row in entries
    )
    found["stock_items"] = _stock(connection, None if all_stock else ids)
    found["tags"] = connection.execute(staging.rows("tags")).all()
    found["events"] = [row[:-2] for row in entries]
    return Change(
        before=entries[0].previous if entries else None,
        last=journal.Head(entries[-1].seq, entries[-1].digest)
        if entries
        else journal.Head(after, ""),
        staged={name: staging.arrow_table(name, rows) for name, rows in found.items()},
        touched=pa.table({"id": pa.array(ids, pa.int64())}),
        all_stock=all_stock,
        forgets=max((row.seq for row in entries if row.kind in FORGETTING), default=0),
    )


def _stock(connection: Connection, ids: list[int] | None) -> Sequence[Any]:
    """The stock items that movements of these orders concern; None: all."""
    statement = staging.rows("stock_items")
    if ids is not None:
        moved = tables.stock_movements.c
        statement = statement.where(
            tables.stock_items.c.id.in_(
                select(moved.stock_item_id).where(moved.order_id.in_(ids))
            )
        )
    return connection.execute(statement).all()


class _Staged:
    """The rows staged under a name: what reads the name reads what they are then."""

    def __init__(self, rows: pa.Table) -> None:
        self.rows = rows
        self.schema = rows.schema

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.rows.__arrow_c_stream__(requested_schema)


class Follower:
    """Puts changes in place, on a cursor of its own that keeps what is staged."""

    def __init__(self, cursor: DuckDBPyConnection) -> None:
        self.cursor = cursor
        self._staged: dict[str, _Staged] = {}
        self._prepared: set[str] = set()
        self._tags: pa.Table | None = None

    def apply(self, change: Change) -> None:
        """Put a change in place, with its seq, in one transaction of the mirror."""
        self._stage({"touched": change.touched, **change.staged})
        self.cursor.execute("begin transaction")
        try:
            self._replace(change)
            self.cursor.execute(
                "update mirror_state set seq = $seq, digest = $digest",
                {"seq": change.last.seq, "digest": change.last.digest},
            )
            self.cursor.execute("commit")
        except BaseException:
            with suppress(duckdb.Error):  # the first error says what happened
                self.cursor.execute("rollback")
            raise
        self._tags = change.staged["tags"]

    def _stage(self, staged: dict[str, pa.Table]) -> None:
        for name, rows in staged.items():
            if name in self._staged:
                self._staged[name].rows = rows
            else:
                self._staged[name] = _Staged(rows)
                table = name if name == "touched" else f"staged_{name}"
                self.cursor.register(table, self._staged[name])

    def _fill(self, table: str) -> None:
        # Planned once: that takes three times as long as filling in one order. These
        # statements read what is staged and nothing that a plan knows the contents of.
        name = f"fill_{table}"
        if name not in self._prepared:
            text = schema.query_text(f"mirror/{name}")
            self.cursor.execute(f"prepare {name} as {text}")
            self._prepared.add(name)
        self.cursor.execute(f"execute {name}")

    def _run(self, name: str) -> None:
        self.cursor.execute(schema.query_text(f"mirror/{name}"))

    def _replace(self, change: Change) -> None:
        staged = change.staged
        if change.touched.num_rows:
            self._run("forget")
        for name in ("orders", "order_lines", "payments", "refunds", "events"):
            if staged[name].num_rows:
                self._fill(name)
        if staged["orders"].num_rows:
            self._run("fill_order_counts")
        before = change.last.seq - staged["events"].num_rows
        if change.last.seq // PACK > before // PACK:
            self._run("pack_order_counts")
        self._replace_small(change)

    def _replace_small(self, change: Change) -> None:
        staged = change.staged
        if self._tags is None or not self._tags.equals(staged["tags"]):
            self.cursor.execute("delete from tags")
            self._fill("tags")
        if change.all_stock:
            self.cursor.execute("delete from stock_items")
        elif staged["stock_items"].num_rows:
            self._run("forget_stock_items")
        if staged["stock_items"].num_rows:
            self._fill("stock_items")
