"""The stock that orders move as they come in, and as a later file changes them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, case, false, func, select, update

from commandes.store import tables, to_micros

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement, Connection

    from commandes.store import Writer

# (sku, microseconds of the date or None): what a counter counts.
_Item = tuple[str, int | None]


@dataclass(frozen=True)
class Move:
    """Units of a line that go into stock (out of it, when negative).

    Attributes:
        service_at: in microseconds; None for what has no date.
    """

    order_id: int
    line_id: int
    units: int
    cause_kind: str
    cause_id: str
    sku: str
    service_at: int | None
    title: str | None

    @property
    def cause(self) -> tuple[str, str]:
        """Kind and id of the cause: a cause moves a line once."""
        return self.cause_kind, self.cause_id


def take_out(writer: Writer, order_ids: Sequence[int]) -> None:
    """Take the units that these new orders hold out of stock, line by line.

    Carts hold nothing; a line without sku moves nothing.
    """
    lines, orders = tables.order_lines.c, tables.orders.c
    held = lines.quantity - lines.refunded_quantity - lines.cancelled_quantity
    rows = writer.connection.execute(
        select(lines.id, lines.order_id, lines.sku, lines.title, lines.service_at, held)
        .join_from(tables.order_lines, tables.orders, orders.id == lines.order_id)
        .where(
            lines.order_id.in_(order_ids),
            lines.sku.is_not(None),
            orders.is_cart.is_(False),
            held > 0,
        )
        .order_by(lines.id)
    ).all()
    move(
        writer,
        [
            Move(
                order_id=order_id,
                line_id=line_id,
                units=-units,
                cause_kind="order",
                cause_id=str(order_id),
                sku=sku,
                service_at=None if service_at is None else to_micros(service_at),
                title=title,
            )
            for line_id, order_id, sku, title, service_at, units in rows
        ],
    )


def move(writer: Writer, moves: Sequence[Move]) -> None:
    """Record movements and bring the counters along; unknown items begin at nought."""
    if not moves:
        return
    items = _items(writer, moves)
    at = to_micros(writer.now)
    places = [items[m.sku, m.service_at] for m in moves]
    writer.insert_rows(
        tables.stock_movements,
        [
            *("id", "stock_item_id", "order_id", "line_id", "at", "quantity"),
            *("cause_kind", "cause_id", "actor"),
        ],
        [
            (id_, place, m.order_id, m.line_id, at, m.units, *m.cause, writer.actor)
            for id_, place, m in zip(
                writer.ids(tables.stock_movements, len(moves)),
                places,
                moves,
                strict=True,
            )
        ],
    )
    changes: Counter[int] = Counter()
    for place, m in zip(places, moves, strict=True):
        changes[place] += m.units
    c = tables.stock_items.c
    writer.connection.execute(
        update(tables.stock_items)
        .where(c.id == bindparam("item"))
        .values(on_hand=c.on_hand + bindparam("units")),
        [{"item": item, "units": units} for item, units in changes.items()],
    )


def take_back(
    writer: Writer, which: ColumnElement[bool], *, levels_stand: bool = True
) -> Sequence[int]:
    """Remove movements and bring the counters along.

    Args:
        which: of `stock_movements`.
        levels_stand: whether a level that was told later is what there is, whatever
            went before it; not where what goes is about to be told anew.

    Returns:
        The stock items that they had moved.
    """
    connection = writer.connection
    m, items = tables.stock_movements.c, tables.stock_items.c
    gone = func.coalesce(which, false())
    touched = connection.scalars(select(m.stock_item_id).where(gone).distinct()).all()
    if levels_stand:
        _hold_levels(connection, gone)
    writer.delete(tables.stock_movements, which)
    moved = select(func.coalesce(func.sum(m.quantity), 0)).where(
        m.stock_item_id == bindparam("item")
    )
    if touched:
        connection.execute(
            update(tables.stock_items)
            .where(items.id == bindparam("item"))
            .values(on_hand=moved.scalar_subquery()),
            [{"item": item} for item in touched],
        )
    return touched


def _hold_levels(connection: Connection, gone: ColumnElement[bool]) -> None:
    """Let each level that stays bring its item there without the movements that go."""
    m = tables.stock_movements.c
    stays = (m.cause_kind == "opening") & ~gone
    next_level = func.min(case((stays, m.id))).over(
        partition_by=m.stock_item_id, order_by=m.id.desc()
    )
    rows = (
        select(m.quantity, gone.label("is_gone"), next_level.label("level"))
        .where(m.stock_item_id.in_(select(m.stock_item_id).where(stays)))
        .subquery()
    )
    missing = connection.execute(
        select(rows.c.level.label("movement"), func.sum(rows.c.quantity).label("units"))
        .where(rows.c.is_gone, rows.c.level.is_not(None))
        .group_by(rows.c.level)
    ).all()
    if missing:
        connection.execute(
            update(tables.stock_movements)
            .where(m.id == bindparam("movement"))
            .values(quantity=m.quantity + bindparam("units")),
            [row._asdict() for row in missing],
        )


def _items(writer: Writer, moves: Iterable[Move]) -> dict[_Item, int]:
    """The stock item of each sku and date that is moved; new ones are created."""
    titles = {(m.sku, m.service_at): m.title for m in moves}
    c = tables.stock_items.c
    rows = writer.connection.execute(
        select(c.id, c.sku, c.service_at).where(c.sku.in_({sku for sku, _ in titles}))
    )
    found: dict[_Item, int] = {
        (sku, None if at is None else to_micros(at)): id_ for id_, sku, at in rows
    }
    new = [item for item in titles if item not in found]
    ids = writer.ids(tables.stock_items, len(new))
    writer.insert_rows(
        tables.stock_items,
        ["id", "sku", "service_at", "title", "on_hand"],
        [(id_, *item, titles[item], 0) for id_, item in zip(ids, new, strict=True)],
    )
    return found | dict(zip(new, ids, strict=True))
