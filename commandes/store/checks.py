"""The rules that hold always, checked on the store itself: I1 to I5 (DESIGN §4).

Each check answers what it looked at and the first thing that breaks the rule, named
so that a person finds it: a table, an id, what is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, or_, select

from commandes.store import journal, tables
from commandes.store.journal import Head

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True)
class Check:
    """One rule's outcome.

    Attributes:
        rule: I1 … I6.
        ok: whether it holds.
        checked: how many rows were looked at.
        first_bad: the first row that breaks it; empty when it holds.
    """

    rule: str
    ok: bool
    checked: int
    first_bad: str = ""


def of_the_store(
    connection: Connection, key: bytes, *, noted: Head | None = None
) -> list[Check]:
    """I1 to I5, as one transaction sees them.

    Args:
        noted: a head written down elsewhere; the journal must pass through it.
    """
    return [
        stock(connection),
        quantities(connection),
        refunds(connection),
        chain(connection, key, noted=noted),
        order_of_time(connection),
    ]


def _outcome(rule: str, checked: int, first_bad: str) -> Check:
    return Check(rule, not first_bad, checked, first_bad)


def stock(connection: Connection) -> Check:
    """I1: the stock counter of a sku is the sum of its movements."""
    items, movements = tables.stock_items.c, tables.stock_movements.c
    moved = func.coalesce(func.sum(movements.quantity), 0)
    bad = connection.execute(
        select(items.id, items.sku, items.on_hand, moved)
        .join_from(
            tables.stock_items,
            tables.stock_movements,
            movements.stock_item_id == items.id,
            isouter=True,
        )
        .group_by(items.id, items.sku, items.on_hand)
        .having(items.on_hand != moved)
        .order_by(items.id)
        .limit(1)
    ).first()
    checked = _count(connection, tables.stock_items)
    text = f"stock_items id={bad[0]} sku={bad[1]}: {bad[2]} ≠ {bad[3]}" if bad else ""
    return _outcome("I1", checked, text)


def quantities(connection: Connection) -> Check:
    """I2: per line, 0 ≤ back in stock ≤ refunded or cancelled ≤ quantity."""
    c = tables.order_lines.c
    back = c.refunded_quantity + c.cancelled_quantity
    bad = connection.execute(
        select(c.id, c.order_id, c.quantity, back, c.restocked_quantity)
        .where(
            or_(
                c.restocked_quantity < 0,
                c.refunded_quantity < 0,
                c.cancelled_quantity < 0,
                c.source_returned_quantity < 0,
                c.restocked_quantity + c.source_returned_quantity > back,
                back > c.quantity,
            )
        )
        .order_by(c.id)
        .limit(1)
    ).first()
    text = (
        f"order_lines id={bad[0]} order_id={bad[1]}: quantity {bad[2]}, "
        f"refunded or cancelled {bad[3]}, back in stock {bad[4]}"
        if bad
        else ""
    )
    return _outcome("I2", _count(connection, tables.order_lines), text)


def refunds(connection: Connection) -> Check:
    """I3: the refunds of an order never exceed its payments."""
    p, r = tables.payments.c, tables.refunds.c
    paid = (
        select(p.order_id, func.sum(p.amount).label("paid"))
        .where(p.voided_at.is_(None))
        .group_by(p.order_id)
        .subquery()
    )
    back = (
        select(r.order_id, func.sum(r.amount).label("refunded"))
        .where(r.voided_at.is_(None))
        .group_by(r.order_id)
        .subquery()
    )
    bad = connection.execute(
        select(back.c.order_id, back.c.refunded, paid.c.paid)
        .join_from(back, paid, paid.c.order_id == back.c.order_id, isouter=True)
        .where(back.c.refunded > func.coalesce(paid.c.paid, 0))
        .order_by(back.c.order_id)
        .limit(1)
    ).first()
    text = f"orders id={bad[0]}: refunded {bad[1]} > paid {bad[2] or 0}" if bad else ""
    return _outcome("I3", _count(connection, tables.refunds), text)


def versions(connection: Connection) -> str:
    """The first order whose version differs from its entries in the journal."""
    orders, events = tables.orders.c, tables.events.c
    entries = (
        select(events.order_id, func.count().label("entries"))
        .where(events.order_id.is_not(None))
        .group_by(events.order_id)
        .subquery()
    )
    found = func.coalesce(entries.c.entries, 0)
    bad = connection.execute(
        select(orders.id, orders.version, found)
        .join_from(
            tables.orders, entries, entries.c.order_id == orders.id, isouter=True
        )
        .where(orders.version != found)
        .order_by(orders.id)
        .limit(1)
    ).first()
    if bad:
        return f"orders id={bad[0]}: version {bad[1]}, {bad[2]} entries in the journal"
    withdrawn = func.max(case((events.kind == "withdrawn", events.seq), else_=0))
    lost = connection.execute(
        select(events.order_id)
        .join_from(
            tables.events, tables.orders, orders.id == events.order_id, isouter=True
        )
        .where(events.order_id.is_not(None), orders.id.is_(None))
        .group_by(events.order_id)
        .having(withdrawn == 0)
        .order_by(events.order_id)
        .limit(1)
    ).first()
    return f"orders id={lost[0]}: in the journal, but not in the store" if lost else ""


def chain(connection: Connection, key: bytes, *, noted: Head | None = None) -> Check:
    """I4: one entry per change, the chain whole, ending at its head.

    Args:
        noted: a head written down elsewhere; the chain must pass through it.
    """
    last = Head(0, journal.START)
    bad = _not_as_noted(last, noted)
    for entry in journal.entries(connection):
        seq, *_fields, before, digest = entry
        if seq != last.seq + 1:
            bad = bad or f"events seq={last.seq + 1}: missing"
        elif before != last.digest or digest != journal.digest(
            key, last.digest, entry[:6]
        ):
            bad = bad or f"events seq={seq}: altered"
        if bad:
            break
        last = Head(last.seq + 1, digest)
        bad = _not_as_noted(last, noted)
    bad = bad or _wrong_end(last, journal.head(connection), noted)
    return _outcome("I4", last.seq, bad or versions(connection))


def _not_as_noted(last: Head, noted: Head | None) -> str:
    if noted is None or last.seq != noted.seq or last.digest == noted.digest:
        return ""
    return f"events seq={noted.seq}: not the head that was noted"


def _wrong_end(last: Head, head: Head, noted: Head | None) -> str:
    """What is wrong with where the chain ends; empty when nothing is."""
    if last != head:
        place = last.seq + 1 if head.seq > last.seq else max(head.seq, 1)
        ends = f"the journal ends at {last.seq}, its head at {head.seq}"
        return f"events seq={place}: {ends}"
    if noted is not None and last.seq < noted.seq:
        return f"events seq={last.seq + 1}: missing, the head noted was {noted.seq}"
    return ""


def order_of_time(connection: Connection) -> Check:
    """I5: journal order is commit order: numbers without gap, time never back."""
    c = tables.events.c
    before = func.lag(c.at).over(order_by=c.seq)
    seq_before = func.lag(c.seq).over(order_by=c.seq)
    steps = select(
        c.seq, c.at, before.label("before"), seq_before.label("seq_before")
    ).subquery()
    bad = connection.execute(
        select(steps.c.seq)
        .where(or_(steps.c.at < steps.c.before, steps.c.seq != steps.c.seq_before + 1))
        .order_by(steps.c.seq)
        .limit(1)
    ).first()
    text = f"events seq={bad[0]}: out of order" if bad else ""
    return _outcome("I5", _count(connection, tables.events), text)


def _count(connection: Connection, table: Any) -> int:  # noqa: ANN401 (any table)
    return int(connection.scalar(select(func.count()).select_from(table)) or 0)
