"""The refund mark: made, taken back while the real refund is to do, and closed.

The mark is internal: the money is given back by hand at the payment provider, and the
mark stays on the list of refunds to make until someone notes that it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from commandes import rules
from commandes.actions import orders, status, stock
from commandes.actions.orders import Done, Order, act
from commandes.errors import RefundMarkRefused, RefundRefused
from commandes.store import tables
from commandes.words import N_, _, money

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Row

    from commandes.rules import RefundDecision
    from commandes.store import Receipt, Store, Writer

REFUSALS = {
    "nothing_left": N_("il ne reste rien à rembourser"),
    "amount": N_("le montant doit être positif et ne pas dépasser {left}"),
    "quantity": N_("il ne reste que {left} unités remboursables de {sku}"),
    "no_units": N_("aucune unité n’est choisie"),
    "sku": N_("aucune ligne n’a la référence {sku}"),
    "line": N_("une ligne choisie n’est plus dans la commande"),
    "currency": N_("le remboursement est dans une autre devise"),
    "other_mark": N_("une marque d’un autre montant attend : fermez-la d’abord"),
    "other_refund": N_("un remboursement d’un autre montant est déjà noté"),
    "same_refund": N_("un remboursement de ce montant y est déjà ; est-ce le même ?"),
    "no_mark": N_("aucune marque n’est encore à effectuer"),
    "given_back": N_("le montant rendu doit être positif et ne pas dépasser {left}"),
    "future": N_("la date du remboursement ne peut pas être dans l’avenir"),
}


def refuse(order: Row[Any], reason: str, **facts: object) -> RefundRefused:
    """The refusal for a reason, a code of REFUSALS."""
    if "left" in facts and reason in ("amount", "given_back"):
        facts["left"] = money(int(str(facts["left"])), order.currency)
    of_a_mark = reason in ("no_mark", "given_back", "future")
    kind = RefundMarkRefused if of_a_mark else RefundRefused
    return kind(number=order.number, detail=_(REFUSALS[reason]).format(**facts))


def refund(
    store: Store,
    order: Order,
    *,
    lines: Mapping[str, int] | None = None,
    line_ids: Mapping[int, int] | None = None,
    amount: int | None = None,
    shipping: bool | None = None,
    restock: bool | Mapping[int, bool] | None = None,
    reason: str = "",
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Mark an order, or units of it, as refunded, and put the units back in stock.

    Args:
        lines: units per sku; None (with `line_ids` None): all that is left, shipping
            included, unless a smaller amount is given: then money only.
        line_ids: units per line id, for a screen that knows the lines.
        amount: in minor units; None proposes it from the lines.
        shipping: whether shipping is refunded; None: only with everything.
        restock: whether the units come back, for all or per line id; None: they do,
            but for services whose date has passed.
        reason: kept with the refund.

    Raises:
        RefundRefused: nothing left, an amount or units beyond what is left.
    """

    def work(writer: Writer, found: Row[Any]) -> Done:
        present = orders.lines(writer.connection, found.id)
        wanted = dict(line_ids) if line_ids is not None else None
        if lines is not None:
            wanted = _by_line(found, present, lines)
        marks = {line.id: stock.marked(writer, line.id) for line in present}
        back = {
            # A cart holds nothing that could come back.
            line.id: _comes_back(line, restock, writer.now) and not found.is_cart
            for line in present
        }
        try:
            decision = rules.refund(
                _charged(writer, found),
                [_state(line, marks[line.id]) for line in present],
                wanted=wanted,
                amount=amount,
                shipping=shipping,
                brought={
                    line.id: stock.brought_back(line, marks[line.id])
                    for line in present
                },
                restock=back,
            )
        except rules.Refused as refusal:
            facts = dict(refusal.facts)
            skus = {line.id: line.sku or line.title for line in present}
            facts["sku"] = skus.get(facts.get("line"))
            raise refuse(found, refusal.reason, **facts) from None
        return _mark(writer, found, present, decision, reason)

    arguments: dict[str, object] = {
        "lines": dict(lines) if lines is not None else None,
        # No line at all is another wish than none in particular, as receipts of
        # before know it.
        "line_ids": [] if line_ids == {} else _by_text(line_ids or {}),
        "amount": amount,
        "shipping": shipping,
        "restock": _as_asked(restock),
        "reason": reason,
    }
    return act(store, "refund", order, work, arguments=arguments, actor=actor, key=key)


def cancel(
    store: Store,
    order: Order,
    *,
    restock: bool | None = None,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Cancel an order and mark all that is left of it as refunded: both, or neither.

    Args:
        restock: whether units, seats, covers and slots come back; None: they do,
            but for services whose date has passed.

    Raises:
        RefundRefused: nothing is left to refund.
    """
    return orders.together(
        store,
        "cancel_refund",
        order,
        (
            lambda part, same: status.cancel(part, same, restock=restock, actor=actor),
            lambda part, same: refund(part, same, restock=restock, actor=actor),
        ),
        arguments={"restock": restock},
        actor=actor,
        key=key,
    )


def _by_text(lines: Mapping[int, object]) -> dict[str, object]:
    return {str(line): value for line, value in lines.items()}


def _as_asked(restock: bool | Mapping[int, bool] | None) -> object:  # noqa: FBT001 (three-valued)
    """The restock choices as JSON, whatever the order in which they were made."""
    if restock is None or isinstance(restock, bool):
        return restock
    return _by_text(restock)


def _comes_back(
    line: Row[Any],
    restock: bool | Mapping[int, bool] | None,  # noqa: FBT001 (three-valued)
    now: datetime,
) -> bool:
    if restock is None or isinstance(restock, bool):
        return stock.comes_back(line, restock, now)
    return stock.comes_back(line, restock.get(line.id), now)


def _by_line(
    order: Row[Any], present: list[Row[Any]], lines: Mapping[str, int]
) -> dict[int, int]:
    """Units per line id of units per sku; several lines of one sku fill in turn."""
    wanted: dict[int, int] = {}
    for sku, units in lines.items():
        same = [line for line in present if line.sku == sku]
        if not same:
            raise refuse(order, "sku", sku=sku)
        left = sum(line.quantity - line.refunded_quantity for line in same)
        if not 0 < units <= left:
            raise refuse(order, "quantity", left=left, sku=sku)
        for line in same:
            taken = min(units, line.quantity - line.refunded_quantity)
            wanted[line.id] = taken
            units -= taken  # noqa: PLW2901 (what is still to be shared out)
    return wanted


def _state(line: Row[Any], marks: stock.Marked) -> rules.LineState:
    return rules.LineState(
        id=line.id,
        quantity=line.quantity,
        refunded=line.refunded_quantity,
        cancelled=line.cancelled_quantity,
        restocked=line.restocked_quantity,
        source_returned=line.source_returned_quantity,
        total=line.total,
        marked=marks.units,
        given=marks.amount,
    )


def _charged(writer: Writer, order: Row[Any]) -> rules.Charged:
    c = tables.refunds.c
    shipped = writer.connection.scalar(
        select(func.sum(c.shipping_amount)).where(
            c.order_id == order.id, c.voided_at.is_(None)
        )
    )
    return rules.Charged(
        articles=max(0, order.total - order.shipping - order.fees - order.tip),
        shipping=order.shipping,
        shipping_refunded=int(shipped or 0),
        paid=orders.paid(writer.connection, order.id) or 0,
        refunded=orders.refunded(writer.connection, order.id),
    )


def _mark(
    writer: Writer,
    order: Row[Any],
    present: list[Row[Any]],
    decision: RefundDecision,
    reason: str,
) -> Done:
    by_id = {line.id: line for line in present}
    refund_id = writer.insert(
        tables.refunds,
        order_id=order.id,
        amount=decision.amount,
        shipping_amount=decision.shipping,
        reason=reason or None,
        restock=any(part.restocked for part in decision.lines),
        origin="here",
        marked_at=writer.now,
        state="to_do",
    )
    restocked = 0
    for part in decision.lines:
        line = by_id[part.line_id]
        units = stock.move(
            writer, order.id, line, part.restocked, "refund", str(refund_id)
        )
        restocked += units
        writer.insert(
            tables.refund_lines,
            refund_id=refund_id,
            line_id=line.id,
            quantity=part.quantity,
            amount=part.amount,
            restocked_quantity=units + part.already,
        )
        _set_line(writer, order, line, part.quantity, units)
    return Done(
        "refunded",
        payload={
            "refund": refund_id,
            "amount": decision.amount,
            "currency": order.currency,
            "restocked": restocked,
        },
        result={
            "refund": refund_id,
            "amount": decision.amount,
            "restocked": restocked,
        },
    )


def _set_line(
    writer: Writer,
    order: Row[Any],
    line: Row[Any],
    refunded: int,
    restocked: int,
    there: int = 0,
) -> None:
    """Move a line's counters; of a cancelled order, units refunded were cancelled.

    Args:
        there: units that the source had taken back and that the order holds again.
    """
    now_refunded = line.refunded_quantity + refunded
    cancelled = line.quantity - now_refunded if order.status == "cancelled" else 0
    c = tables.order_lines.c
    writer.connection.execute(
        update(tables.order_lines)
        .where(c.id == line.id)
        .values(
            refunded_quantity=now_refunded,
            cancelled_quantity=cancelled,
            restocked_quantity=line.restocked_quantity + restocked,
            source_returned_quantity=line.source_returned_quantity - there,
        )
    )


def _open_mark(writer: Writer, order: Row[Any], refund_id: int | None) -> Row[Any]:
    c = tables.refunds.c
    statement = select(tables.refunds).where(
        c.order_id == order.id,
        c.origin == "here",
        c.state == "to_do",
        c.voided_at.is_(None),
    )
    if refund_id is not None:
        statement = statement.where(c.id == refund_id)
    mark = writer.connection.execute(statement.order_by(c.id.desc()).limit(1)).first()
    if mark is None:
        raise refuse(order, "no_mark")
    return mark


def unrefund(
    store: Store,
    order: Order,
    *,
    refund_id: int | None = None,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Take a mark back while its real refund is to do; its units leave stock again.

    The receipt's result holds `taken_out`, units (below nought where they come back
    because the order is cancelled), and `oversold`, the references that the stock no
    longer has enough of.

    Args:
        refund_id: which mark; None: the last one still to do.

    Raises:
        RefundMarkRefused: no mark is still to do.
    """

    def work(writer: Writer, found: Row[Any]) -> Done:
        mark = _open_mark(writer, found, refund_id)
        present = {line.id: line for line in orders.lines(writer.connection, found.id)}
        parts = tables.refund_lines.c
        taken = [
            (line, _hold_again(writer, found, line, part))
            for part in writer.connection.execute(
                select(tables.refund_lines).where(parts.refund_id == mark.id)
            ).all()
            for line in [present[part.line_id]]
        ]
        held = [line for line, units in taken if units > 0]
        c = tables.refunds.c
        writer.connection.execute(
            update(tables.refunds).where(c.id == mark.id).values(voided_at=writer.now)
        )
        return Done(
            "unrefunded",
            payload={
                "refund": mark.id,
                "amount": mark.amount,
                "currency": found.currency,
            },
            result={
                "refund": mark.id,
                "taken_out": sum(units for _line, units in taken),
                "oversold": stock.oversold(writer.connection, held),
            },
        )

    arguments: dict[str, object] = {"refund": refund_id}
    return act(
        store, "unrefund", order, work, arguments=arguments, actor=actor, key=key
    )


def _hold_again(writer: Writer, order: Row[Any], line: Row[Any], part: Row[Any]) -> int:
    """Undo a mark's part of a line; returns the units that leave the stock again.

    An order that is still cancelled holds nothing, unless cancelling was told to leave
    the stock: its units are then, or become, those that cancelling brought back.
    """
    out, there = part.restocked_quantity, 0
    if order.status == "cancelled" and stock.freed_by_cancelling(writer, order, line):
        room = line.quantity - line.restocked_quantity - line.source_returned_quantity
        out = -min(part.quantity - part.restocked_quantity, room)
    elif order.status != "cancelled":
        refunded = line.refunded_quantity - part.quantity
        back = line.restocked_quantity - out + line.source_returned_quantity
        there = max(0, back - refunded)
    cause = str(part.refund_id)
    # What counts nowhere (no sku) is back nowhere.
    out = -stock.move(writer, order.id, line, -out, "unrefund", cause)
    stock.move(writer, order.id, line, -there, "restore_source", f"unrefund:{cause}")
    _set_line(writer, order, line, -part.quantity, -out, there)
    return out + there


def close(
    store: Store,
    order: Order,
    *,
    refund_id: int | None = None,
    at: datetime | None = None,
    amount: int | None = None,
    provider: str = "",
    reference: str = "",
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Note that the real refund was made at the provider.

    Args:
        refund_id: which mark; None: the last one still to do.
        at: when it was made; None: now.
        amount: what was given back, in minor units; None: the mark's amount.

    Raises:
        RefundMarkRefused: no mark is still to do, the amount is nothing or more than
            the mark's, the date is still to come.
    """

    def work(writer: Writer, found: Row[Any]) -> Done:
        mark = _open_mark(writer, found, refund_id)
        given_back = mark.amount if amount is None else amount
        if not 0 < given_back <= mark.amount:
            raise refuse(found, "given_back", left=mark.amount)
        if at is not None and at > writer.now:
            raise refuse(found, "future")
        return made(
            writer,
            found,
            mark,
            at=at or writer.now,
            amount=given_back,
            provider=provider.strip(),
            reference=reference.strip(),
        )

    arguments: dict[str, object] = {
        "refund": refund_id,
        "at": str(at),
        "amount": amount,
        "provider": provider,
        "reference": reference,
    }
    return act(
        store, "close_refund", order, work, arguments=arguments, actor=actor, key=key
    )


def made(
    writer: Writer,
    order: Row[Any],
    mark: Row[Any],
    *,
    at: datetime,
    amount: int,
    provider: str,
    reference: str,
) -> Done:
    """Note on a mark that its money went back."""
    writer.connection.execute(
        update(tables.refunds)
        .where(tables.refunds.c.id == mark.id)
        .values(
            state="done",
            done_at=at,
            done_amount=amount,
            provider=provider or None,
            reference=reference or None,
        )
    )
    return Done(
        "refund_done",
        payload={"refund": mark.id, "amount": amount, "currency": order.currency},
        result={"refund": mark.id},
    )
