"""The status of an order: new, in progress, done; archived; cancelled and restored."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from commandes.actions import stock
from commandes.actions.orders import Done, Order, act, lines, paid, refunded
from commandes.errors import BadFilter, OrderIsCancelled
from commandes.store import tables
from commandes.words import _

if TYPE_CHECKING:
    from sqlalchemy import Row

    from commandes.store import Receipt, Store, Writer

SETTABLE = ("new", "in_progress", "done")


def set_status(
    store: Store, order: Order, status: str, *, actor: str, key: str | None = None
) -> Receipt:
    """Set an order new, in progress or done.

    Raises:
        BadFilter: another word; cancelling is an action of its own.
        OrderIsCancelled: a cancelled order is restored first.
    """
    if status not in SETTABLE:
        raise BadFilter(name="status", value=status, choices=", ".join(SETTABLE))

    def work(_writer: Writer, found: Row[Any]) -> Done:
        if found.status == status:
            return Done(message=_("La commande a déjà ce statut."))
        if found.status == "cancelled":
            raise OrderIsCancelled(number=found.number)
        return Done(
            "status",
            payload={"from": found.status, "to": status},
            values={"status": status},
            result={"from": found.status},
        )

    arguments: dict[str, object] = {"status": status}
    return act(store, "status", order, work, arguments=arguments, actor=actor, key=key)


def archive(
    store: Store, order: Order, *, actor: str, key: str | None = None
) -> Receipt:
    """Take an order out of the active list; nothing else changes."""

    def work(writer: Writer, found: Row[Any]) -> Done:
        if found.archived_at is not None:
            return Done(message=_("La commande est déjà archivée."))
        return Done("archived", values={"archived_at": writer.now})

    return act(store, "archive", order, work, actor=actor, key=key)


def unarchive(
    store: Store, order: Order, *, actor: str, key: str | None = None
) -> Receipt:
    """Bring an archived order back into the active list."""

    def work(_writer: Writer, found: Row[Any]) -> Done:
        if found.archived_at is None:
            return Done(message=_("La commande n’est pas archivée."))
        return Done("unarchived", values={"archived_at": None})

    return act(store, "unarchive", order, work, actor=actor, key=key)


def cancel(
    store: Store,
    order: Order,
    *,
    restock: bool | None = None,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Cancel an order, from any other status; what it still holds can come back.

    The receipt's result holds `restocked`, units, and `to_refund`, what is paid and not
    refunded, in minor units.

    Args:
        restock: whether units, seats, covers and slots come back; None: they do,
            but for services whose date has passed.
    """

    def work(writer: Writer, found: Row[Any]) -> Done:
        if found.status == "cancelled":
            return Done(message=_("La commande est déjà annulée."))
        cause = f"{found.id}:{found.version + 1}"
        back = 0
        for line in lines(writer.connection, found.id):
            held = line.quantity - line.refunded_quantity
            room = (
                line.quantity - line.restocked_quantity - line.source_returned_quantity
            )
            # A cart holds nothing that could come back.
            comes = stock.comes_back(line, restock, writer.now) and not found.is_cart
            units = min(held, room) if comes else 0
            units = stock.move(writer, found.id, line, units, "cancel", cause)
            back += units
            c = tables.order_lines.c
            writer.connection.execute(
                update(tables.order_lines)
                .where(c.id == line.id)
                .values(
                    cancelled_quantity=held,
                    restocked_quantity=line.restocked_quantity + units,
                )
            )
        return Done(
            "cancelled",
            payload={"from": found.status, "restocked": back, "restock": restock},
            values={"status": "cancelled", "cancelled_at": writer.now},
            result={"restocked": back, "to_refund": _to_refund(writer, found)},
        )

    arguments: dict[str, object] = {"restock": restock}
    return act(store, "cancel", order, work, arguments=arguments, actor=actor, key=key)


def _to_refund(writer: Writer, order: Row[Any]) -> int:
    given = paid(writer.connection, order.id) or 0
    return max(0, given - refunded(writer.connection, order.id))


def restore(
    store: Store, order: Order, *, actor: str, key: str | None = None
) -> Receipt:
    """Undo a cancellation: the status before it, the stock that came back with it.

    The receipt's result holds `taken_out`, units, and `oversold`, the references that
    the stock no longer has enough of.
    """

    def work(writer: Writer, found: Row[Any]) -> Done:
        if found.status != "cancelled":
            return Done(message=_("La commande n’est pas annulée."))
        cause = f"{found.id}:{found.version + 1}"
        taken = [
            (line, _hold_again(writer, found, line, cause))
            for line in lines(writer.connection, found.id)
        ]
        out = sum(units for _line, units in taken)
        held = [line for line, units in taken if units]
        short = stock.oversold(writer.connection, held)
        status = _status_before(writer, found.id)
        return Done(
            "restored",
            payload={"to": status, "taken_out": out},
            values={"status": status, "cancelled_at": None},
            result={"taken_out": out, "oversold": short},
        )

    return act(store, "restore", order, work, actor=actor, key=key)


def _hold_again(writer: Writer, order: Row[Any], line: Row[Any], cause: str) -> int:
    """Undo a line's cancellation; returns the units that leave the stock again."""
    marks = stock.marked(writer, line.id)
    ours = min(line.cancelled_quantity, stock.brought_back(line, marks))
    refunded_there = line.refunded_quantity - marks.units
    theirs = max(0, line.source_returned_quantity - refunded_there)
    theirs = min(theirs, line.cancelled_quantity - ours)
    stock.move(writer, order.id, line, -ours, "restore", cause)
    stock.move(writer, order.id, line, -theirs, "restore_source", cause)
    c = tables.order_lines.c
    writer.connection.execute(
        update(tables.order_lines)
        .where(c.id == line.id)
        .values(
            cancelled_quantity=0,
            restocked_quantity=line.restocked_quantity - ours,
            source_returned_quantity=line.source_returned_quantity - theirs,
        )
    )
    return int(ours + theirs)


def _status_before(writer: Writer, order_id: int) -> str:
    """The last status that was not « cancelled »; « new » where there was none.

    Imports tell it as `status`, people's changes as `to`.
    """
    c = tables.events.c
    payloads = writer.connection.scalars(
        select(c.payload)
        .where(
            c.order_id == order_id,
            c.kind.in_(("imported", "updated", "status", "restored", "tracked")),
        )
        .order_by(c.seq.desc())
    )
    facts = (json.loads(payload) for payload in payloads)
    told = (fact.get("to") or fact.get("status") for fact in facts)
    return next((status for status in told if status in SETTABLE), "new")
