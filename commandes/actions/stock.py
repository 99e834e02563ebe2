"""Stock: what moves it, adjustments by hand, opening levels.

The counter of a sku (per date for events, services and slots) changes only together
with a movement that names its cause; a cause moves a line once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, bindparam, case, cast, func, insert, select, update

from commandes.actions.messages import as_line
from commandes.errors import SkuUnknown, StockReasonMissing, StockRefused
from commandes.store import Receipt, tables, to_micros
from commandes.words import _, number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from commandes.store import Store, Writer

# A level is a whole number up to here: a sum of a few still fits the column.
MOST_UNITS = 1_000_000_000
LONGEST_SKU = 200
_AT_ONCE = 500


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


def freed_by_cancelling(writer: Writer, order: Row[Any], line: Row[Any]) -> bool:
    """Whether cancelling the order, which is cancelled, freed what a line held."""
    c = tables.events.c
    told = writer.connection.execute(
        select(c.kind, c.payload)
        .where(c.order_id == order.id, c.kind.in_(("imported", "updated", "cancelled")))
        .order_by(c.seq.desc())
    )
    facts = ((event.kind, json.loads(event.payload)) for event in told)
    # A source cancels without a word about the stock.
    told_how = (
        fact.get("restock")
        for kind, fact in facts
        if kind == "cancelled" or fact.get("status") == "cancelled"
    )
    how = next(told_how, None)
    at = order.cancelled_at or writer.now
    return not order.is_cart and comes_back(line, how, at)


def oversold(connection: Connection, lines: Sequence[Row[Any]]) -> list[str]:
    """The references of these lines of which more is sold than there is."""
    items = [(line.sku, line.service_at) for line in lines if line.sku is not None]
    found = standing(connection, items)
    return sorted({sku for (sku, _at), (_id, level) in found.items() if level < 0})


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


def fault_of_sku(sku: str) -> str:
    """Why a reference cannot have a stock; empty when it can."""
    if not sku.strip():
        return _("la référence est vide")
    if len(sku) > LONGEST_SKU:
        longest = number(LONGEST_SKU)
        return _("la référence a plus de {n} caractères").format(n=longest)
    if not sku.isprintable() or sku != sku.strip():
        return _("la référence contient des caractères invisibles")
    return ""


def fault_of_level(units: int) -> str:
    """Why a number of units cannot be a level; empty when it can."""
    if units < 0:
        return _("un niveau n’est pas négatif")
    if units > MOST_UNITS:
        return _("un niveau ne dépasse pas {n}").format(n=number(MOST_UNITS))
    return ""


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
        StockRefused: the level would fall below nought or be too high, or nothing
            can be called so.
    """
    reason = as_line(reason)
    if not reason:
        raise StockReasonMissing(sku=sku)

    def work(writer: Writer) -> Receipt:
        known = _known(writer.connection, sku, service_at)
        level = 0 if known is None else known.on_hand
        fault = fault_of_sku(sku) if known is None else ""
        if units < 0 and level + units < 0:
            fault = _("il n’en reste que {n}").format(n=number(max(level, 0)))
        elif units > 0:
            fault = fault or fault_of_level(max(level + units, units))
        if fault:
            raise StockRefused(sku=sku, detail=fault)
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
        result = {"on_hand": level + units}
        return Receipt("", "", "adjust_stock", changed=units != 0, result=result)

    arguments: dict[str, object] = {
        "sku": sku,
        "units": units,
        "reason": reason,
        "service_at": str(service_at),
    }
    return store.perform("adjust_stock", arguments, work, actor=actor, key=key)


def set_alert(
    store: Store,
    sku: str,
    level: int | None,
    *,
    service_at: datetime | None = None,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Set the level at which a sku is shown as running out; None: at none.

    Raises:
        SkuUnknown: no stock is kept of it.
        StockRefused: the level is negative or too high.
    """

    def work(writer: Writer) -> Receipt:
        known = _known(writer.connection, sku, service_at)
        if known is None:
            raise SkuUnknown(sku=sku)
        if level is not None and (fault := fault_of_level(level)):
            raise StockRefused(sku=sku, detail=fault)
        if known.alert_level == level:
            message = _("Le niveau d’alerte est déjà celui-là.")
            return Receipt("", "", "set_alert", changed=False, message=message)
        items = tables.stock_items
        writer.connection.execute(
            update(items).where(items.c.id == known.id).values(alert_level=level)
        )
        writer.record(None, "stock_alert_set", {"sku": sku, "level": level})
        return Receipt("", "", "set_alert", changed=True)

    arguments: dict[str, object] = {
        "sku": sku,
        "level": level,
        "service_at": str(service_at),
    }
    return store.perform("set_alert", arguments, work, actor=actor, key=key)


def _known(
    connection: Connection, sku: str, service_at: datetime | None
) -> Row[Any] | None:
    """The stock item of a sku (and date), if there is one."""
    if "\0" in sku:  # PostgreSQL cannot even be asked
        return None
    c = tables.stock_items.c
    return connection.execute(
        select(tables.stock_items).where(
            c.sku == sku, c.service_at.is_not_distinct_from(service_at)
        )
    ).first()


def open_levels(
    store: Store,
    levels: Sequence[tuple[str, datetime | None, int]],
    *,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Set opening levels: each (sku, date or None, units) becomes the level on hand.

    Raises:
        StockRefused: nothing can be called so, or no level can be such; none is set.
    """
    for sku, _service_at, units in levels:
        if fault := fault_of_sku(sku) or fault_of_level(units):
            raise StockRefused(sku=sku, detail=fault)

    def work(writer: Writer) -> Receipt:
        wanted = {(sku, at): units for sku, at, units in levels}
        places = _places(writer, list(wanted))
        differences = {
            place: wanted[one] - on_hand for one, (place, on_hand) in places.items()
        }
        # A level that is right already is noted where it might go again.
        right = [place for place, units in differences.items() if not units]
        noted = _in_doubt(writer.connection, right)
        moves = [one for one in differences.items() if one[1] or one[0] in noted]
        _open(writer, moves)
        if moves:
            writer.record(None, "stock_opened", {"items": len(moves)})
        changed = sum(units != 0 for units in differences.values())
        return Receipt(
            "", "", "open_stock", changed=changed > 0, result={"items": changed}
        )

    arguments: dict[str, object] = {
        "levels": [[sku, str(at), units] for sku, at, units in levels]
    }
    return store.perform("open_stock", arguments, work, actor=actor, key=key)


_Item = tuple[str, "datetime | None"]


def standing(
    connection: Connection, wanted: Sequence[_Item]
) -> dict[_Item, tuple[int, int]]:
    """Id and level of each of these items that there is."""
    c = tables.stock_items.c
    found: dict[_Item, tuple[int, int]] = {}
    for first in range(0, len(wanted), _AT_ONCE):
        skus = {sku for sku, _at in wanted[first : first + _AT_ONCE]}
        rows = connection.execute(
            select(c.id, c.sku, c.service_at, c.on_hand).where(c.sku.in_(skus))
        )
        found |= {(row.sku, row.service_at): (row.id, row.on_hand) for row in rows}
    return {one: found[one] for one in wanted if one in found}


def _in_doubt(connection: Connection, places: Sequence[int]) -> set[int]:
    """Those of these items of which something that may go moved since they were told.

    That is what an import or the samples brought: they can be taken back.
    """
    m = tables.stock_movements.c
    told = (m.cause_kind == "opening") & (m.cause_id == cast(m.id, String))
    may_go = m.order_id.is_not(None) | ((m.cause_kind == "opening") & ~told)
    last_told = func.coalesce(func.max(case((told, m.id))), 0)
    found: set[int] = set()
    for first in range(0, len(places), _AT_ONCE):
        statement = (
            select(m.stock_item_id)
            .where(m.stock_item_id.in_(places[first : first + _AT_ONCE]))
            .group_by(m.stock_item_id)
            .having(func.max(case((may_go, m.id))) > last_told)
        )
        found.update(connection.scalars(statement))
    return found


def _places(writer: Writer, wanted: list[_Item]) -> dict[_Item, tuple[int, int]]:
    """Id and level of each of these items, made at nought where there is none."""
    found = standing(writer.connection, wanted)
    new = [one for one in wanted if one not in found]
    ids = writer.ids(tables.stock_items, len(new))
    writer.insert_rows(
        tables.stock_items,
        ["id", "sku", "service_at", "on_hand"],
        [
            (id_, sku, None if at is None else to_micros(at), 0)
            for id_, (sku, at) in zip(ids, new, strict=True)
        ],
    )
    return found | {one: (id_, 0) for id_, one in zip(ids, new, strict=True)}


def _open(writer: Writer, differences: list[tuple[int, int]]) -> None:
    """Move each of these items by its difference."""
    if not differences:
        return
    at = to_micros(writer.now)
    ids = writer.ids(tables.stock_movements, len(differences))
    writer.insert_rows(
        tables.stock_movements,
        ["id", "stock_item_id", "at", "quantity", "cause_kind", "cause_id", "actor"],
        [
            (id_, place, at, units, "opening", str(id_), writer.actor)
            for id_, (place, units) in zip(ids, differences, strict=True)
        ],
    )
    c = tables.stock_items.c
    writer.connection.execute(
        update(tables.stock_items)
        .where(c.id == bindparam("item"))
        .values(on_hand=c.on_hand + bindparam("units")),
        [{"item": place, "units": units} for place, units in differences],
    )
