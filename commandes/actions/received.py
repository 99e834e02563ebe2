"""Money that a provider tells of: noted once, by the provider's own reference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import case, or_, select, update

from commandes.actions import orders
from commandes.actions.orders import Done, Order, act
from commandes.actions.payments import kind_of
from commandes.errors import PaymentRefused, RefundRefused
from commandes.store import tables
from commandes.words import _, money

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row, Table

    from commandes.store import Receipt, Store, Writer

# The answer where nothing was to be noted.
KNOWN = "known"
# The reference that an import gives to a mark that it closes.
_OF_A_FILE = "fichier"


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
    """Note a payment that came in; nothing where it is known.

    Where the order is paid already, it is the payment of this amount that nobody has
    named yet: it gets the provider's name for it.

    Args:
        amount: in minor units of `currency`.

    Raises:
        PaymentRefused: another currency, more than is left to pay, the payment of
            another order, or a second one of an order that is paid.
    """

    def work(writer: Writer, found: Row[Any]) -> Done:
        if currency != found.currency:
            detail = _("le paiement est dans une autre devise")
            raise PaymentRefused(number=found.number, detail=detail)
        noted = _order_of(writer, tables.payments, provider, reference)
        if noted == found.id:
            return Done(message=KNOWN)
        if noted is not None:
            detail = _("ce paiement est déjà noté sur une autre commande")
            raise PaymentRefused(number=found.number, detail=detail)
        facts = {"amount": amount, "currency": found.currency}
        named = {"provider": provider, "reference": reference}
        before = orders.paid(writer.connection, found.id)
        left = found.total - (before or 0)
        if left <= 0:
            # The shop has told it already, without saying what the provider calls it.
            same = _unnamed(writer, tables.payments, found, amount)
            if same is None:
                detail = _("elle est déjà payée")
                raise PaymentRefused(number=found.number, detail=detail)
            _change(writer, tables.payments, same.id, named)
            told = {"payment": same.id, **facts}
            return Done("payment_confirmed", payload=told, result={"payment": same.id})
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
            kind=kind_of(before, amount, left),
            origin="here",
            **named,
        )
        told = {"payment": payment_id, **facts}
        return Done("paid", payload=told, result={"payment": payment_id})

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
    """Note money that went back, once: what the shop told of it, a mark, or a refund.

    No unit comes back to stock by it: the provider knows of none.

    Args:
        amount: in minor units of `currency`.

    Raises:
        RefundRefused: another currency, more than was paid, or marks wait of which
            none has this amount.
    """

    def work(writer: Writer, found: Row[Any]) -> Done:
        if currency != found.currency:
            detail = _("le remboursement est dans une autre devise")
            raise RefundRefused(number=found.number, detail=detail)
        if _order_of(writer, tables.refunds, provider, reference) is not None:
            return Done(message=KNOWN)
        facts = {"amount": amount, "currency": found.currency}
        real = {"provider": provider, "reference": reference}
        done = {"state": "done", "done_at": at, "done_amount": amount}
        # The shop has told it already, without saying what the provider calls it.
        same = _unnamed(writer, tables.refunds, found, amount, state="done")
        if same is not None:
            _change(writer, tables.refunds, same.id, real)
            told = {"refund": same.id, **facts}
            return Done("refund_received", payload=told, result={"refund": same.id})
        marks = _open_marks(writer, found)
        mark = next((row for row in marks if row.amount == amount), None)
        if mark is not None:
            _change(writer, tables.refunds, mark.id, real | done)
            told = {"refund": mark.id, **facts}
            return Done("refund_done", payload=told, result={"refund": mark.id})
        if marks:
            detail = _("une marque d’un autre montant attend : fermez-la d’abord")
            raise RefundRefused(number=found.number, detail=detail)
        told_before = _unnamed(writer, tables.refunds, found, None, state="done")
        paid = orders.paid(writer.connection, found.id) or 0
        left = paid - orders.refunded(writer.connection, found.id)
        if told_before is not None and told_before.amount > amount:
            # One of several that the shop told as one sum.
            rest = told_before.amount - amount
            smaller = {"amount": rest, "done_amount": rest}
            _change(writer, tables.refunds, told_before.id, smaller)
        elif not 0 < amount <= left:
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
            **done,
        )
        told = {"refund": refund_id, **facts}
        return Done("refund_received", payload=told, result={"refund": refund_id})

    arguments = _asked(amount, currency, at, provider, reference)
    return act(
        store, "receive_refund", order, work, arguments=arguments, actor=actor, key=key
    )


def refund_failed(
    store: Store,
    order: Order,
    *,
    provider: str,
    reference: str,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Take back a refund that did not arrive: its mark is to be made again.

    Nothing changes where no refund of the order bears the reference.
    """

    def work(writer: Writer, found: Row[Any]) -> Done:
        c = tables.refunds.c
        same = writer.connection.execute(
            select(tables.refunds).where(
                c.order_id == found.id,
                c.provider == provider,
                c.reference == reference,
                c.voided_at.is_(None),
            )
        ).first()
        if same is None:
            return Done(message=KNOWN)
        back = {"state": "to_do", "done_at": None, "done_amount": None}
        named = {"provider": None, "reference": None}
        if same.origin == "platform":
            _change(writer, tables.refunds, same.id, {"voided_at": writer.now})
        else:
            _change(writer, tables.refunds, same.id, back | named)
        told = {"refund": same.id, "amount": same.amount, "currency": found.currency}
        return Done("refund_failed", payload=told, result={"refund": same.id})

    arguments: dict[str, object] = {"provider": provider, "reference": reference}
    return act(
        store,
        "receive_refund_failure",
        order,
        work,
        arguments=arguments,
        actor=actor,
        key=key,
    )


def order_of(connection: Connection, provider: str, references: Sequence[str]) -> Any:  # noqa: ANN401 (an id, or None)
    """The order that a payment with one of these references paid; None: none."""
    c = tables.payments.c
    found = c.reference.in_(references) & c.voided_at.is_(None)
    # What the provider told itself goes before what a shop says of it.
    first = case((c.provider == provider, 0), else_=1)
    return connection.scalar(select(c.order_id).where(found).order_by(first, c.id))


def _order_of(writer: Writer, table: Table, provider: str, reference: str) -> Any:  # noqa: ANN401 (an id, or None)
    """The order of which a row bears the provider's reference; None: of none."""
    c = table.c
    same = (c.reference == reference) & c.voided_at.is_(None)
    del provider  # a shop may call it otherwise; the reference names it alone
    return writer.connection.scalar(select(c.order_id).where(same).limit(1))


def _unnamed(
    writer: Writer,
    table: Table,
    order: Row[Any],
    amount: int | None,
    state: str | None = None,
) -> Row[Any] | None:
    """The oldest row of an order that stands and that no provider has named yet.

    Args:
        amount: of this amount; None: the biggest one.
    """
    c = table.c
    which = (
        (c.order_id == order.id)
        & c.voided_at.is_(None)
        & or_(c.reference.is_(None), c.reference == _OF_A_FILE)
    )
    if amount is not None:
        which &= c.amount == amount
    if state is not None:
        which &= c.state == state
    statement = select(table).where(which).order_by(c.amount.desc(), c.id)
    return writer.connection.execute(statement.limit(1)).first()


def _open_marks(writer: Writer, order: Row[Any]) -> list[Row[Any]]:
    c = tables.refunds.c
    waits = (c.origin == "here") & (c.state == "to_do") & c.voided_at.is_(None)
    statement = select(tables.refunds).where(c.order_id == order.id, waits)
    return list(writer.connection.execute(statement.order_by(c.id)))


def _change(writer: Writer, table: Table, row_id: int, values: dict[str, Any]) -> None:
    writer.connection.execute(update(table).where(table.c.id == row_id).values(values))


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
