"""Money that a provider tells of: noted once, by the provider's own reference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from commandes.actions import orders
from commandes.actions.orders import Done, Order, act
from commandes.actions.payments import kind_of
from commandes.errors import PaymentRefused, RefundRefused
from commandes.store import tables
from commandes.words import _, money

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row, Table

    from commandes.store import Receipt, Store, Writer

_KNOWN = "known"


def payment(
    store: Store,
    order: Order,
    *,
    amount: int,
    currency: str,
    at: datetime,
    means: str = "",
    provider: str,
    reference: str,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Note a payment that came in; nothing where it is known, or where all is paid.

    Args:
        amount: in minor units of `currency`.

    Raises:
        PaymentRefused: another currency, or more than is left to pay.
    """

    def work(writer: Writer, found: Row[Any]) -> Done:
        if currency != found.currency:
            detail = _("le paiement est dans une autre devise")
            raise PaymentRefused(number=found.number, detail=detail)
        before = orders.paid(writer.connection, found.id)
        left = found.total - (before or 0)
        if _is_known(writer, tables.payments, found, reference) or left <= 0:
            return Done(message=_KNOWN)
        if not 0 < amount <= left:
            detail = _("le montant doit être positif et ne pas dépasser {left}")
            raise PaymentRefused(
                number=found.number,
                detail=detail.format(left=money(left, found.currency)),
            )
        payment_id = writer.insert(
            tables.payments,
            order_id=found.id,
            at=at,
            at_given=True,
            amount=amount,
            means=means or None,
            provider=provider,
            reference=reference,
            kind=kind_of(before, amount, left),
            origin="here",
        )
        facts = {"payment": payment_id, "amount": amount, "currency": found.currency}
        return Done("paid", payload=facts, result={"payment": payment_id})

    arguments = _asked(amount, currency, at, provider, reference)
    return act(
        store, "receive_payment", order, work, arguments=arguments, actor=actor, key=key
    )


def refund(
    store: Store,
    order: Order,
    *,
    amount: int,
    currency: str,
    at: datetime,
    provider: str,
    reference: str,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Note money that went back: it closes the mark of this amount, or is a refund.

    No unit comes back to stock by it: the provider knows of none.

    Args:
        amount: in minor units of `currency`.

    Raises:
        RefundRefused: another currency, or more than was paid.
    """

    def work(writer: Writer, found: Row[Any]) -> Done:
        if currency != found.currency:
            detail = _("le remboursement est dans une autre devise")
            raise RefundRefused(number=found.number, detail=detail)
        if _is_known(writer, tables.refunds, found, reference):
            return Done(message=_KNOWN)
        c = tables.refunds.c
        mark = writer.connection.scalar(
            select(c.id)
            .where(
                c.order_id == found.id,
                c.origin == "here",
                c.state == "to_do",
                c.voided_at.is_(None),
                c.amount == amount,
            )
            .order_by(c.id)
            .limit(1)
        )
        facts = {"amount": amount, "currency": found.currency}
        real = {
            "state": "done",
            "done_at": at,
            "done_amount": amount,
            "provider": provider,
            "reference": reference,
        }
        if mark is not None:
            writer.connection.execute(
                update(tables.refunds).where(c.id == mark).values(real)
            )
            told = {"refund": mark, **facts}
            return Done("refund_done", payload=told, result={"refund": mark})
        paid = orders.paid(writer.connection, found.id) or 0
        left = paid - orders.refunded(writer.connection, found.id)
        if not 0 < amount <= left:
            detail = _("le montant doit être positif et ne pas dépasser {left}")
            raise RefundRefused(
                number=found.number,
                detail=detail.format(left=money(left, found.currency)),
            )
        refund_id = writer.insert(
            tables.refunds,
            order_id=found.id,
            amount=amount,
            shipping_amount=0,
            origin="platform",
            marked_at=at,
            **real,
        )
        told = {"refund": refund_id, **facts}
        return Done("refund_received", payload=told, result={"refund": refund_id})

    arguments = _asked(amount, currency, at, provider, reference)
    return act(
        store, "receive_refund", order, work, arguments=arguments, actor=actor, key=key
    )


def _is_known(writer: Writer, table: Table, order: Row[Any], reference: str) -> bool:
    """Whether a row of the order bears the provider's reference."""
    c = table.c
    same = (c.order_id == order.id) & (c.reference == reference)
    return writer.connection.scalar(select(c.id).where(same).limit(1)) is not None


def _asked(
    amount: int, currency: str, at: datetime, provider: str, reference: str
) -> dict[str, object]:
    return {
        "amount": amount,
        "currency": currency,
        "at": str(at),
        "provider": provider,
        "reference": reference,
    }
