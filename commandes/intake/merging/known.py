"""What the store knows of the orders that a file tells anew, read in bulk."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from commandes.store import tables, to_micros

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Column, Connection, Row, Table


@dataclass(frozen=True)
class Seen:
    """An order that the store has, as far as an unchanged one needs looking at.

    Attributes:
        imported: its last imported values (JSON); empty when none is known.
        paid: the payments that stand, in minor units.
        refunded: the refunds that stand, in minor units.
    """

    id: int
    imported: str
    paid: int
    refunded: int

    def accounts_for(self, imported: str, paid: int, refunded: int) -> bool:
        """Whether a file that says this says nothing new, its money included."""
        return (
            self.imported == imported
            and self.paid >= paid
            and self.refunded >= refunded
        )


@dataclass(frozen=True)
class KnownOrder:
    """An order as the store has it, with all that a later file may touch.

    Attributes:
        row: the order's own row.
        last: the last imported value of each field.
        lines: its lines by position; `service_at` in microseconds.
        payments: those that stand, oldest first.
        refunds: those that stand, oldest first.
        tags: the keys (`rules.fold`) of the tags it bears.
        shipments: all, removed ones too.
        notes: the texts of its notes.
        marked: units per line id that the marks made here refund.
        marked_back: of these, the units that are in stock again.
        moves_stock: whether its import took its articles out of stock.
        moved: per line id, (cause kind, units), summed up.
    """

    row: Row[Any]
    last: dict[str, Any] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)
    payments: list[Row[Any]] = field(default_factory=list)
    refunds: list[Row[Any]] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    shipments: list[Row[Any]] = field(default_factory=list)
    notes: set[str] = field(default_factory=set)
    marked: dict[int, int] = field(default_factory=dict)
    marked_back: dict[int, int] = field(default_factory=dict)
    moves_stock: bool = False
    moved: dict[int, list[tuple[str, int]]] = field(default_factory=dict)


def seen(
    connection: Connection, source: str, source_ids: Sequence[str]
) -> dict[str, Seen]:
    """Those of a batch's orders that the store has, by the source's own id."""
    orders, values = tables.orders.c, tables.import_values.c
    rows = connection.execute(
        select(orders.source_id, orders.id, values.fields)
        .join_from(
            tables.orders,
            tables.import_values,
            orders.id == values.order_id,
            isouter=True,
        )
        .where(orders.source == source, orders.source_id.in_(source_ids))
    ).all()
    ids = [row.id for row in rows]
    paid = _sums(connection, tables.payments, ids)
    refunded = _sums(connection, tables.refunds, ids)
    return {
        row.source_id: Seen(
            row.id, row.fields or "", paid.get(row.id, 0), refunded.get(row.id, 0)
        )
        for row in rows
    }


def _sums(connection: Connection, table: Table, ids: Sequence[int]) -> dict[int, int]:
    c = table.c
    if not ids:
        return {}
    rows = connection.execute(
        select(c.order_id, func.sum(c.amount))
        .where(c.order_id.in_(ids), c.voided_at.is_(None))
        .group_by(c.order_id)
    )
    return {order_id: int(amount) for order_id, amount in rows}


def load(connection: Connection, ids: Sequence[int]) -> dict[int, KnownOrder]:
    """Orders by id, with all that a later file may touch."""
    if not ids:
        return {}
    c = tables.orders.c
    rows = connection.execute(select(tables.orders).where(c.id.in_(ids)))
    holding = _holding_stock(connection, ids)
    known = {row.id: KnownOrder(row, moves_stock=row.id in holding) for row in rows}
    values = tables.import_values
    for row in _of(connection, values, ids, values.c.order_id):
        known[row.order_id].last.update(json.loads(row.fields))
    lines = tables.order_lines
    for row in _of(connection, lines, ids, lines.c.position, lines.c.id):
        known[row.order_id].lines.append(_line(row))
    _load_money(connection, ids, known)
    _load_extras(connection, ids, known)
    _load_stock(connection, ids, known)
    return known


def _of(
    connection: Connection, table: Table, ids: Sequence[int], *order: Column[Any]
) -> Iterable[Row[Any]]:
    return connection.execute(
        select(table).where(table.c.order_id.in_(ids)).order_by(*order)
    )


def _line(row: Row[Any]) -> dict[str, Any]:
    line = row._asdict()
    if row.service_at is not None:
        line["service_at"] = to_micros(row.service_at)
    return line


def _standing(
    connection: Connection, table: Table, ids: Sequence[int]
) -> Iterator[Row[Any]]:
    rows = _of(connection, table, ids, table.c.id)
    return (row for row in rows if row.voided_at is None)


def _load_money(
    connection: Connection, ids: Sequence[int], known: dict[int, KnownOrder]
) -> None:
    for row in _standing(connection, tables.payments, ids):
        known[row.order_id].payments.append(row)
    for row in _standing(connection, tables.refunds, ids):
        known[row.order_id].refunds.append(row)
    refunds, parts = tables.refunds.c, tables.refund_lines.c
    marks = connection.execute(
        select(
            *(refunds.order_id, parts.line_id, func.sum(parts.quantity)),
            func.sum(parts.restocked_quantity),
        )
        .join_from(tables.refund_lines, tables.refunds, refunds.id == parts.refund_id)
        .where(refunds.order_id.in_(ids), refunds.voided_at.is_(None))
        .group_by(refunds.order_id, parts.line_id)
    )
    for order_id, line_id, units, back in marks:
        known[order_id].marked[line_id] = int(units)
        known[order_id].marked_back[line_id] = int(back)


def _load_extras(
    connection: Connection, ids: Sequence[int], known: dict[int, KnownOrder]
) -> None:
    on, tags = tables.order_tags.c, tables.tags.c
    for order_id, key in connection.execute(
        select(on.order_id, tags.name_key)
        .join_from(tables.order_tags, tables.tags, tags.id == on.tag_id)
        .where(on.order_id.in_(ids))
    ):
        known[order_id].tags.add(key)
    for row in _of(connection, tables.shipments, ids, tables.shipments.c.id):
        known[row.order_id].shipments.append(row)
    for row in _of(connection, tables.notes, ids, tables.notes.c.id):
        known[row.order_id].notes.add(row.text)


def _holding_stock(connection: Connection, ids: Sequence[int]) -> set[int]:
    orders, imports = tables.orders.c, tables.imports.c
    return set(
        connection.scalars(
            select(orders.id)
            .join_from(tables.orders, tables.imports, imports.id == orders.import_id)
            .where(orders.id.in_(ids), imports.moves_stock)
        )
    )


def _load_stock(
    connection: Connection, ids: Sequence[int], known: dict[int, KnownOrder]
) -> None:
    c = tables.stock_movements.c
    rows = connection.execute(
        select(c.order_id, c.line_id, c.cause_kind, func.sum(c.quantity))
        .where(c.order_id.in_(ids))
        .group_by(c.order_id, c.line_id, c.cause_kind)
        .order_by(c.line_id, c.cause_kind)
    )
    for order_id, line_id, kind, units in rows:
        known[order_id].moved.setdefault(line_id, []).append((kind, int(units)))
