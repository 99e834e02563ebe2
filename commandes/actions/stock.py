"""Stock: what moves it, adjustments by hand, opening levels.

The counter of a sku (per date for events, services and slots) changes only together
with a movement that names its cause; a cause moves a line once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from commandes.errors import StockReasonMissing
from commandes.store import Receipt, tables

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row

    from commandes.store import Store, Writer


def comes_back(line: Row[Any], restock: bool | None, now: datetime) -> bool:  # noqa: FBT001 (three-valued)
    """Whether a line's units come back: as asked, else unless their date has passed."""
    if restock is not None:
        return restock
    return line.service_at is None or line.service_at > now


def item(
    writer: Writer, sku: str, service_at: datetime | None, title: str | None
) -> int:
    """The stock item of a sku (and date), created at nought where there is none."""
    stock = tables.stock_items
    found = writer.connection.scalar(
        select(stock.c.id).where(
            stock.c.sku == sku, stock.c.service_at.is_not_distinct_from(service_at)
        )
    )
    if found is not None:
        return int(found)
    return writer.insert(stock, sku=sku, service_at=service_at, title=title, on_hand=0)


def move(
    writer: Writer,
    order_id: int,
    line: Row[Any],
    units: int,
    cause_kind: str,
    cause_id: str,
) -> int:
    """Move a line's units into stock (out, when negative); returns the units moved.

    A line without sku is not counted anywhere: nothing moves.
    """
    if units == 0 or line.sku is None:
        return 0
    place = item(writer, line.sku, line.service_at, line.title)
    _record(
        writer,
        place,
        units,
        order_id=order_id,
        line_id=line.id,
        cause_kind=cause_kind,
        cause_id=cause_id,
    )
    return units


@dataclass(frozen=True)
class Marked:
    """What the marks made here that stand hold of a line.

    Attributes:
        units: refunded by them.
        back: of these, in stock again, whether the refund or cancelling brought them.
        amount: what they give back of the line, in minor units.
    """

    units: int
    back: int
    amount: int


def marked(writer: Writer, line_id: int) -> Marked:
    """What the marks made here hold of a line."""
    parts, refunds = tables.refund_lines.c, tables.refunds.c
    sums = writer.connection.execute(
        select(
            func.sum(parts.quantity),
            func.sum(parts.restocked_quantity),
            func.sum(parts.amount),
        )
        .join_from(tables.refund_lines, tables.refunds, refunds.id == parts.refund_id)
        .where(parts.line_id == line_id, refunds.voided_at.is_(None))
    ).one()
    return Marked(*(int(total or 0) for total in sums))


def brought_back(line: Row[Any], marks: Marked) -> int:
    """Units of a line that cancelling brought back and that no refund took over."""
    return int(line.restocked_quantity - marks.back)


def moved(writer: Writer, cause_kind: str, cause_id: str, line_id: int) -> int:
    """The units that a cause moved of a line; nought when it moved none."""
    c = tables.stock_movements.c
    units = writer.connection.scalar(
        select(c.quantity).where(
            c.cause_kind == cause_kind, c.cause_id == cause_id, c.line_id == line_id
        )
    )
    return int(units or 0)


def _record(writer: Writer, place: int, units: int, **cause: object) -> None:
    (new,) = writer.ids(tables.stock_movements, 1)
    writer.connection.execute(
        insert(tables.stock_movements).values(
            id=new,
            stock_item_id=place,
            at=writer.now,
            quantity=units,
            actor=writer.actor,
            **cause,
        )
    )
    stock = tables.stock_items
    writer.connection.execute(
        update(stock).where(stock.c.id == place).values(on_hand=stock.c.on_hand + units)
    )


def adjust(
    store: Store,
    sku: str,
    units: int,
    reason: str,
    *,
    service_at: datetime | None = None,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Correct the stock of a sku by hand, with the reason.

    Raises:
        StockReasonMissing: the reason is blank.
    """
    if not reason.strip():
        raise StockReasonMissing(sku=sku)

    def work(writer: Writer) -> Receipt:
        if units:
            place = item(writer, sku, service_at, None)
            new = writer.ids(tables.stock_movements, 0).start
            _record(
                writer,
                place,
                units,
                cause_kind="adjustment",
                cause_id=str(new),
                reason=reason,
            )
            writer.record(None, "stock_adjusted", {"sku": sku, "quantity": units})
        return Receipt("", "", "adjust_stock", changed=units != 0)

    arguments: dict[str, object] = {
        "sku": sku,
        "units": units,
        "reason": reason,
        "service_at": str(service_at),
    }
    return store.perform("adjust_stock", arguments, work, actor=actor, key=key)


def open_levels(
    store: Store,
    levels: list[tuple[str, datetime | None, int]],
    *,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Set opening levels: each (sku, date or None, units) becomes the level on hand."""

    def work(writer: Writer) -> Receipt:
        changed = 0
        for sku, service_at, units in levels:
            place = item(writer, sku, service_at, None)
            on_hand = writer.connection.scalar(
                select(tables.stock_items.c.on_hand).where(
                    tables.stock_items.c.id == place
                )
            )
            if difference := units - int(on_hand or 0):
                new = writer.ids(tables.stock_movements, 0).start
                _record(
                    writer,
                    place,
                    difference,
                    cause_kind="opening",
                    cause_id=str(new),
                )
                changed += 1
        if changed:
            writer.record(None, "stock_opened", {"items": changed})
        return Receipt(
            "", "", "open_stock", changed=changed > 0, result={"items": changed}
        )

    arguments: dict[str, object] = {
        "levels": [[sku, str(at), units] for sku, at, units in levels]
    }
    return store.perform("open_stock", arguments, work, actor=actor, key=key)
