"""Money that a provider tells of: noted once, by the provider's own reference."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, or_, select, update

from commandes.actions import orders, payments, refunds
from commandes.actions.orders import Done, Order, act
from commandes.errors import PaymentRefused
from commandes.store import tables
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row, Table

    from commandes.store import Receipt, Store, Writer

# The answer where nothing was to be noted.
KNOWN = "known"
# The reference that an import gives to a mark that it closes.
_OF_A_FILE = "fichier"
# What Stripe's names of payments and of refunds begin with.
_PAYMENTS = ("pi_", "ch_", "py_", "in_", "cs_", "sub_")
_REFUNDS = ("re_", "pyr_")


@dataclass(frozen=True)
class Money:
    """Money that moved at a provider.

    Attributes:
        amount: in minor units.
        currency: ISO 4217.
        reference: the provider's own, which names it alone.
    """

    amount: int
    currency: str
    at: datetime
    provider: str
    reference: str
    means: str = ""

    @property
    def named(self) -> dict[str, str]:
        """What the provider calls it, as it is kept."""
        return {"provider": self.provider, "reference": self.reference}

    def asked(self) -> dict[str, object]:
        """It all, as a receipt's arguments."""
        return asdict(self) | {"at": str(self.at)}


def payment(
    store: Store, order: Order, money: Money, *, actor: str, key: str | None = None
) -> Receipt:
    """Note a payment that came in; nothing where it is known.

    A payment of this amount that nobody has named yet is this one: it gets the
    provider's name for it.

    Raises:
        PaymentRefused: another currency, more than is left to pay, the payment of
            another order, a second one of an order that is paid, or one of the amount
            that people noted, which may be this one or another.
    """

    def work(writer: Writer, found: Row[Any]) -> Done:
        if money.currency != found.currency:
            raise _refuse(found, _("le paiement est dans une autre devise"))
        noted = _named(writer, tables.payments, money)
        if noted == found.id:
            return Done(message=KNOWN)
        if noted is not None:
            raise _refuse(found, _("ce paiement est déjà noté sur une autre commande"))
        before = orders.paid(writer.connection, found.id)
        to_pay = found.total > (before or 0)
        c = tables.payments.c
        # The shop has told it already, without saying what the provider calls it.
        same = _unnamed(writer, tables.payments, found, c.amount == money.amount)
        if to_pay and (_may_be_another(same, money) or _unsure(writer, found, money)):
            raise _refuse(
                found,
                _("un paiement de ce montant y est déjà noté ; est-ce le même ?"),
            )
        if same is not None:
            _change(writer, tables.payments, same.id, money.named)
            return _told("payment_confirmed", "payment", same.id, money)
        if not to_pay:
            raise _refuse(found, _("elle est déjà payée"))
        return payments.add(
            writer,
            found,
            money.amount,
            before=before,
            at=money.at,
            means=money.means,
            **money.named,
        )

    asked = money.asked()
    return act(
        store, "receive_payment", order, work, arguments=asked, actor=actor, key=key
    )


def _refuse(order: Row[Any], detail: str) -> PaymentRefused:
    return PaymentRefused(number=order.number, detail=detail)


def _may_be_another(same: Row[Any] | None, money: Money) -> bool:
    """Whether people noted a payment of some other means, in cash perhaps."""
    if same is None or same.origin != "here":
        return False
    return bool(same.means) and same.means != money.means


def _unsure(writer: Writer, order: Row[Any], money: Money) -> bool:
    """Whether a payment of the amount bears a name that is none of the provider's."""
    c = tables.payments.c
    named = _other_names(writer, tables.payments, order, c.amount == money.amount)
    return any(
        _is_of(row, money) is not False and not row.reference.startswith(_PAYMENTS)
        for row in named
    )


def _is_of(row: Row[Any], money: Money) -> bool | None:
    """Whether a row is of the provider; None: it does not say."""
    if not row.provider:
        return None
    return money.provider.casefold() in row.provider.casefold()


def _other_names(
    writer: Writer,
    table: Table,
    order: Row[Any],
    which: Any,  # noqa: ANN401 (a condition)
) -> list[Row[Any]]:
    """Such rows of an order that stand and that somebody has named."""
    c = table.c
    named = c.voided_at.is_(None) & c.reference.is_not(None)
    statement = select(table).where(
        c.order_id == order.id, named, c.reference != _OF_A_FILE, which
    )
    return list(writer.connection.execute(statement.order_by(c.id)))


def refund(
    store: Store, order: Order, money: Money, *, actor: str, key: str | None = None
) -> Receipt:
    """Note money that went back, once: what the shop told of it, a mark, or a refund.

    No unit comes back to stock by it: the provider knows of none.

    Raises:
        RefundRefused: another currency, more than was paid, a mark or a closed mark
            of another amount, or a closed mark of this amount under a name of
            somebody's own: nobody can tell it from them.
    """

    def work(writer: Writer, found: Row[Any]) -> Done:
        if money.currency != found.currency:
            raise refunds.refuse(found, "currency")
        if _named(writer, tables.refunds, money) is not None:
            return Done(message=KNOWN)
        given = (tables.refunds.c.state == "done") & (_given_back() == money.amount)
        # The shop has told it already, without saying what the provider calls it.
        same = _unnamed(writer, tables.refunds, found, given)
        if same is None:
            same = _named_by_people(writer, found, given, money)
        if same is not None:
            _change(writer, tables.refunds, same.id, money.named)
            return _told("refund_received", "refund", same.id, money)
        marks = _open_marks(writer, found)
        for mark in marks:
            if mark.amount == money.amount:
                return refunds.made(
                    writer, found, mark, at=money.at, amount=mark.amount, **money.named
                )
        if marks:
            raise refunds.refuse(found, "other_mark")
        return _beside(writer, found, money)

    asked = money.asked()
    return act(
        store, "receive_refund", order, work, arguments=asked, actor=actor, key=key
    )


def _named_by_people(
    writer: Writer,
    order: Row[Any],
    given: Any,  # noqa: ANN401 (a condition)
    money: Money,
) -> Row[Any] | None:
    """A mark that people closed, under the payment's name or one of their own.

    Raises:
        RefundRefused: they do not say whether it was made at the provider.
    """
    ours = given & (tables.refunds.c.origin == "here")
    for row in _other_names(writer, tables.refunds, order, ours):
        if row.reference.startswith(_REFUNDS) or _is_of(row, money) is False:
            continue
        if _is_of(row, money) or row.reference.startswith(_PAYMENTS):
            return row
        raise refunds.refuse(order, "same_refund")
    return None


def _given_back() -> ColumnElement[int]:
    """What went back really: a mark may have been closed with less than it says."""
    c = tables.refunds.c
    return func.coalesce(c.done_amount, c.amount)


def _beside(writer: Writer, found: Row[Any], money: Money) -> Done:
    """A refund of the platform: a part of the sum that the shop told, or another."""
    bigger = (tables.refunds.c.state == "done") & (_given_back() > money.amount)
    sum_told = _unnamed(writer, tables.refunds, found, bigger)
    if sum_told is not None and sum_told.origin == "here":
        raise refunds.refuse(found, "other_refund")
    paid = orders.paid(writer.connection, found.id) or 0
    left = paid - orders.refunded(writer.connection, found.id)
    if sum_told is not None and money.amount > 0:
        # One of several that the shop told as one sum.
        rest = sum_told.amount - money.amount
        smaller = {"amount": rest, "done_amount": rest}
        _change(writer, tables.refunds, sum_told.id, smaller)
    elif not 0 < money.amount <= left:
        raise refunds.refuse(found, "amount", left=left)
    new = writer.insert(
        tables.refunds,
        order_id=found.id,
        amount=money.amount,
        shipping_amount=0,
        origin="platform",
        marked_at=money.at,
        state="done",
        done_at=money.at,
        done_amount=money.amount,
        **money.named,
    )
    return _told("refund_received", "refund", new, money)


def refund_failed(
    store: Store, order: Order, money: Money, *, actor: str, key: str | None = None
) -> Receipt:
    """Take back a refund that did not arrive: its mark is to be made again.

    Nothing changes where no refund of the order bears the reference.
    """

    def work(writer: Writer, found: Row[Any]) -> Done:
        c = tables.refunds.c
        same = writer.connection.execute(
            select(tables.refunds).where(
                c.order_id == found.id,
                c.provider == money.provider,
                c.reference == money.reference,
                c.voided_at.is_(None),
            )
        ).first()
        if same is None:
            return Done(message=KNOWN)
        back: dict[str, Any] = {"voided_at": writer.now}
        if same.origin == "here":
            gone = ("done_at", "done_amount", "provider", "reference")
            back = {"state": "to_do", **dict.fromkeys(gone)}
        _change(writer, tables.refunds, same.id, back)
        return _told("refund_failed", "refund", same.id, money)

    return act(
        store,
        "receive_refund_failure",
        order,
        work,
        arguments=money.asked(),
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


def _named(writer: Writer, table: Table, money: Money) -> Any:  # noqa: ANN401 (an id, or None)
    """The order of which a row bears the reference, whatever it calls the provider."""
    c = table.c
    same = (c.reference == money.reference) & c.voided_at.is_(None)
    return writer.connection.scalar(select(c.order_id).where(same).limit(1))


def _unnamed(
    writer: Writer,
    table: Table,
    order: Row[Any],
    which: Any,  # noqa: ANN401 (a condition)
) -> Row[Any] | None:
    """The biggest such row of an order that stands and that no provider has named."""
    c = table.c
    statement = (
        select(table)
        .where(
            c.order_id == order.id,
            c.voided_at.is_(None),
            or_(c.reference.is_(None), c.reference == _OF_A_FILE),
            which,
        )
        .order_by(c.amount.desc(), c.id)
    )
    return writer.connection.execute(statement.limit(1)).first()


def _open_marks(writer: Writer, order: Row[Any]) -> list[Row[Any]]:
    c = tables.refunds.c
    waits = (c.origin == "here") & (c.state == "to_do") & c.voided_at.is_(None)
    statement = select(tables.refunds).where(c.order_id == order.id, waits)
    return list(writer.connection.execute(statement.order_by(c.id)))


def _change(writer: Writer, table: Table, row_id: int, values: dict[str, Any]) -> None:
    writer.connection.execute(update(table).where(table.c.id == row_id).values(values))


def _told(kind: str, what: str, row_id: int, money: Money) -> Done:
    facts = {"amount": money.amount, "currency": money.currency}
    return Done(kind, payload={what: row_id, **facts}, result={what: row_id})
