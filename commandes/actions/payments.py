"""Payments noted by hand: marked as paid, in whole or in parts; voided."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from commandes.actions import orders
from commandes.actions.orders import Done, Order, act
from commandes.errors import PaymentRefused
from commandes.store import tables
from commandes.words import _, money

if TYPE_CHECKING:
    from sqlalchemy import Row

    from commandes.store import Receipt, Store, Writer


# No payment that a shop notes is older.
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


def pay(
    store: Store,
    order: Order,
    *,
    amount: int | None = None,
    at: datetime | None = None,
    means: str = "",
    provider: str = "",
    reference: str = "",
    carts: bool = True,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Note a payment of an order.

    Args:
        amount: in minor units; None: all that is left to pay.
        at: when it was paid; None: now.
        carts: whether a cart, which its customer has not ordered, can be paid too.

    Raises:
        PaymentRefused: nothing is left to pay, the amount is more than is left, or it
            is a cart and these are left out.
    """

    def work(writer: Writer, found: Row[Any]) -> Done:
        if found.is_cart and not carts:
            raise PaymentRefused(
                number=found.number,
                detail=_("c’est un panier, que le client n’a pas commandé"),
            )
        before = orders.paid(writer.connection, found.id)
        left = found.total - (before or 0)
        if before is not None and left <= 0:
            raise PaymentRefused(
                number=found.number, detail=_("il ne reste rien à payer")
            )
        if at is not None and not _EARLIEST <= at <= writer.now + timedelta(days=1):
            raise PaymentRefused(
                number=found.number,
                detail=_("la date du paiement n’est pas plausible"),
            )
        now = left if amount is None else amount
        return add(
            writer,
            found,
            now,
            before=before,
            at=at or writer.now,
            means=means,
            provider=provider,
            reference=reference,
        )

    arguments: dict[str, object] = {
        "amount": amount,
        "at": str(at),
        "means": means,
        "provider": provider,
        "reference": reference,
    }
    if not carts:
        arguments["carts"] = False
    return act(store, "pay", order, work, arguments=arguments, actor=actor, key=key)


def add(
    writer: Writer,
    order: Row[Any],
    amount: int,
    *,
    before: int | None,
    at: datetime,
    means: str = "",
    provider: str = "",
    reference: str = "",
) -> Done:
    """Add a payment to an order.

    Args:
        before: what was paid already, in minor units; None: no payment stands.

    Raises:
        PaymentRefused: the amount is nothing, or more than is left to pay.
    """
    left = order.total - (before or 0)
    if amount > left or amount < 0 or (amount == 0 and left > 0):
        detail = _("le montant doit être positif et ne pas dépasser {left}")
        raise PaymentRefused(
            number=order.number,
            detail=detail.format(left=money(left, order.currency)),
        )
    payment = writer.insert(
        tables.payments,
        order_id=order.id,
        at=at,
        at_given=True,
        amount=amount,
        means=means or None,
        provider=provider or None,
        reference=reference or None,
        kind=_kind(before, amount, left),
        origin="here",
    )
    return Done(
        "paid",
        payload={"payment": payment, "amount": amount, "currency": order.currency},
        result={"payment": payment, "amount": amount},
    )


def _kind(before: int | None, now: int, left: int) -> str:
    if before is None:
        return "full" if now == left else "deposit"
    return "balance" if now == left else "instalment"


def void(
    store: Store,
    order: Order,
    payment_id: int,
    *,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Void a payment that was noted here by mistake.

    Raises:
        PaymentRefused: it is not one noted here, or refunds depend on it.
    """

    def work(writer: Writer, found: Row[Any]) -> Done:
        c = tables.payments.c
        payment = writer.connection.execute(
            select(tables.payments).where(
                c.id == payment_id, c.order_id == found.id, c.origin == "here"
            )
        ).first()
        if payment is None:
            raise PaymentRefused(
                number=found.number, detail=_("ce paiement n’a pas été noté ici")
            )
        if payment.voided_at is not None:
            return Done(message=_("Ce paiement est déjà retiré."))
        standing = (orders.paid(writer.connection, found.id) or 0) - payment.amount
        if orders.refunded(writer.connection, found.id) > standing:
            raise PaymentRefused(
                number=found.number,
                detail=_("des remboursements en dépendent"),
            )
        writer.connection.execute(
            update(tables.payments)
            .where(c.id == payment_id)
            .values(voided_at=writer.now)
        )
        return Done(
            "payment_voided",
            payload={"payment": payment_id, "amount": payment.amount},
        )

    arguments: dict[str, object] = {"payment": payment_id}
    return act(
        store, "void_payment", order, work, arguments=arguments, actor=actor, key=key
    )
