"""What every action on an order shares: finding it, refusing, saving, the receipt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from commandes import rules
from commandes.errors import OrderAmbiguous, OrderChanged, OrderNotFound
from commandes.store import Receipt, Within, tables

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection, Row

    from commandes.store import Store, Writer


@dataclass(frozen=True)
class Order:
    """Which order an action is about: as people name it, or the row they clicked.

    Attributes:
        number: as the source writes it.
        source: needed where two sources share the number.
        version: the version that was on screen; the action is refused when somebody
            has changed the order since. What became of messages is no such change,
            nor is the sweep of a cart.
        id: the order's id, which a screen knows; it names the order alone.
    """

    number: str = ""
    source: str | None = None
    version: int | None = None
    id: int | None = None


@dataclass(frozen=True)
class Done:
    """What an action did to an order.

    Attributes:
        kind: the journal's word for it; empty when nothing changed.
        message: why nothing changed.
        payload: the journal's facts (ids, states, amounts, tag names).
        values: columns of the order that change.
        result: what the receipt says besides.
    """

    kind: str = ""
    message: str = ""
    payload: dict[str, object] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)


def find(connection: Connection, wanted: Order) -> Row[Any]:
    """The order's row.

    Raises:
        OrderNotFound: no order has the number.
        OrderAmbiguous: orders of several sources have it.
        OrderChanged: someone changed it since it was on screen.
    """
    c = tables.orders.c
    statement = select(tables.orders).where(c.number == wanted.number)
    if wanted.source is not None:
        statement = statement.where(c.source == wanted.source)
    if wanted.id is not None:
        statement = select(tables.orders).where(c.id == wanted.id)
    rows = connection.execute(statement.order_by(c.source, c.id)).all()
    if not rows:
        raise OrderNotFound(number=wanted.number or wanted.id)
    if len(rows) > 1:
        sources = ", ".join(sorted({row.source for row in rows}))
        raise OrderAmbiguous(number=wanted.number, sources=sources)
    if wanted.version is not None and _changed(connection, rows[0], wanted.version):
        raise OrderChanged(number=rows[0].number)
    return rows[0]


# What happened by itself, and who read messages: nothing that a person decided on.
_BY_ITSELF = (
    "abandoned",
    "message_sent",
    "message_failed",
    "message_uncertain",
    "message_received",
    "messages_read",
    "ip_addresses_shortened",
    "text_erased",
)


def _changed(connection: Connection, order: Row[Any], version: int) -> bool:
    """Whether people or files have changed an order since it had this version."""
    if order.version <= version:
        return bool(order.version != version)  # one that this order never had
    c = tables.events.c
    # A version is the number of the order's entries: these have come since.
    since = (
        select(c.kind)
        .where(c.order_id == order.id)
        .order_by(c.seq)
        .offset(version)
        .limit(order.version - version)
    )
    kinds = set(connection.scalars(since))
    return bool(kinds - set(_BY_ITSELF))


def act(
    store: Store,
    action: str,
    wanted: Order,
    work: Callable[[Writer, Row[Any]], Done],
    *,
    arguments: dict[str, object] | None = None,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Do one action on one order: one transaction, one journal entry, one receipt.

    `work` refuses before its first write; it changes what hangs on the order, and
    says in `Done` what changes on the order itself.
    """

    def inside(writer: Writer) -> Receipt:
        order = find(writer.connection, wanted)
        done = work(writer, order)
        if done.kind:
            save(writer, order, done)
        return Receipt(
            receipt="",
            order=order.number,
            action=action,
            changed=bool(done.kind),
            message=done.message,
            result=done.result | {"version": order.version + bool(done.kind)},
        )

    asked = _asked(wanted, arguments or {})
    return store.perform(action, asked, inside, actor=actor, key=key)


def together(
    store: Store,
    action: str,
    wanted: Order,
    steps: Sequence[Callable[[Store, Order], Receipt]],
    *,
    arguments: dict[str, object],
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Do several actions on one order in one transaction: all of them, or none.

    Each leaves its entry in the journal; the receipt holds what all of them answer.
    """

    def inside(writer: Writer) -> Receipt:
        order = find(writer.connection, wanted)
        part, same = Within(store, writer), Order(order.number, id=order.id)
        receipts = [step(part, same) for step in steps]
        changed = any(receipt.changed for receipt in receipts)
        said = dict.fromkeys(receipt.message for receipt in receipts)
        return Receipt(
            receipt="",
            order=order.number,
            action=action,
            changed=changed,
            message="" if changed else " ".join(said),
            result={k: v for receipt in receipts for k, v in receipt.result.items()},
        )

    asked = _asked(wanted, arguments)
    return store.perform(action, asked, inside, actor=actor, key=key)


def _asked(wanted: Order, arguments: dict[str, object]) -> dict[str, object]:
    """What was asked for, as the key's digest holds it."""
    asked = {"order": wanted.number, "source": wanted.source, **arguments}
    return asked if wanted.id is None else {**asked, "id": wanted.id}


def save(writer: Writer, order: Row[Any], done: Done) -> None:
    """Write the order's own changes, its payment status, version and journal entry."""
    values = dict(done.values)
    values["payment_status"] = rules.payment_status(
        total=order.total,
        paid=paid(writer.connection, order.id),
        refunded=refunded(writer.connection, order.id),
        pending=values.get("payment_pending", order.payment_pending),
        abandoned=order.is_cart
        and values.get("abandoned_at", order.abandoned_at) is not None,
    )
    values["version"] = order.version + 1
    c = tables.orders.c
    writer.connection.execute(
        update(tables.orders).where(c.id == order.id).values(values)
    )
    payload = dict(done.payload)
    if values["payment_status"] != order.payment_status:
        payload["payment"] = values["payment_status"]
    writer.record(order.id, done.kind, payload)


def paid(connection: Connection, order_id: int) -> int | None:
    """The payments that stand, in minor units; None when there is none."""
    c = tables.payments.c
    total = connection.scalar(
        select(func.sum(c.amount)).where(c.order_id == order_id, c.voided_at.is_(None))
    )
    return None if total is None else int(total)


def refunded(connection: Connection, order_id: int) -> int:
    """The refunds that stand, in minor units."""
    c = tables.refunds.c
    total = connection.scalar(
        select(func.sum(c.amount)).where(c.order_id == order_id, c.voided_at.is_(None))
    )
    return int(total or 0)


def lines(connection: Connection, order_id: int) -> list[Row[Any]]:
    """The order's lines, in their order."""
    c = tables.order_lines.c
    return list(
        connection.execute(
            select(tables.order_lines)
            .where(c.order_id == order_id)
            .order_by(c.position, c.id)
        )
    )
