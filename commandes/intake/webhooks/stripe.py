"""Stripe's deliveries: checkouts that were paid or left, payments, refunds.

Fields as in Stripe's reference of Event, Checkout Session, PaymentIntent and Refund.
A shop that makes its own orders names them to Stripe (`client_reference_id`, or
`metadata.order_number`): then the money belongs to them. A checkout that names none is
an order of its own, of the source `stripe`.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from commandes import rules
from commandes.actions.received import Money
from commandes.intake.webhooks.told import (
    NothingTold,
    OrderTold,
    PaymentTold,
    RefundTold,
    Unreadable,
    from_seconds,
)

if TYPE_CHECKING:
    from datetime import datetime

    from commandes.intake.webhooks.told import Reading, Told

_PAID = frozenset(
    {"checkout.session.completed", "checkout.session.async_payment_succeeded"}
)
_REFUNDS = frozenset({"refund.created", "refund.updated", "refund.failed"})
_ENDED = {
    "checkout.session.async_payment_failed": "unpaid",
    "checkout.session.expired": "abandoned",
}
# What ISO 4217 says otherwise: Stripe counts these in whole units, those in hundredths.
_WHOLE = frozenset({"MGA"})
_HUNDREDTHS = frozenset({"ISK", "UGX"})
PROVIDER = "Stripe"


def read(topic: str, event: Reading) -> Told:
    """What an event says.

    Raises:
        Unreadable: it lacks what the reference promises.
    """
    at = from_seconds(event.whole("created"))
    about = event.part("data").part("object")
    if topic in _PAID:
        return _completed(about, at)
    if topic in _ENDED:
        # A checkout that names an order is that order's own affair.
        named = _named(about)
        return NothingTold("topic") if named else _session(about, at, _ENDED[topic])
    if topic == "payment_intent.succeeded":
        return _intent(about, at)
    if topic in _REFUNDS:
        return _refund(about, at)
    return NothingTold("topic")


def _named(about: Reading) -> str:
    """The number of the shop's order, as the shop gave it to Stripe."""
    metadata = about.part("metadata")
    return about.text("client_reference_id") or metadata.text("order_number", "order")


def _completed(session: Reading, at: datetime) -> Told:
    if session.text("mode") == "setup":
        # A card that is kept for later: nothing is bought.
        return NothingTold("topic")
    paid = session.text("payment_status") in ("paid", "no_payment_required")
    named = _named(session)
    if named and paid:
        # A subscription is paid by its invoice, what costs nothing by nothing.
        reference = session.text("payment_intent", "invoice", "id")
        return PaymentTold(named, _money(session, "amount_total", at, reference))
    if named:
        # A payment on its way: what it becomes is told by another event.
        return NothingTold("topic")
    return _session(session, at, "paid" if paid else "pending")


def _intent(intent: Reading, at: datetime) -> Told:
    named = _named(intent)
    if not named:
        # That of a checkout is told by the checkout itself.
        return NothingTold("no_order")
    reference = intent.needed("id")
    return PaymentTold(named, _money(intent, "amount_received", at, reference))


def _refund(refund: Reading, at: datetime) -> Told:
    status = refund.text("status")
    if status not in ("succeeded", "failed", "canceled"):
        return NothingTold("topic")
    known_by = (refund.text("payment_intent"), refund.text("charge"))
    money = _money(refund, "amount", at, refund.needed("id"))
    return RefundTold(
        tuple(filter(None, known_by)), money, failed=status != "succeeded"
    )


def _session(session: Reading, at: datetime, payment: str) -> Told:
    """A checkout as an order of its own, or as the cart that was left."""
    if payment == "abandoned" and session.text("amount_total") == "":
        return NothingTold("topic")
    currency = session.needed("currency").upper()
    details = session.part("customer_details")
    shipping = session.part("collected_information").part("shipping_details")
    to = shipping if shipping.values else session.part("shipping_details")
    sums = session.part("total_details")
    number = session.needed("id")
    begun = from_seconds(session.whole("created"))
    is_cart = payment == "abandoned"
    row = {
        "source_id": number,
        "number": f"ST-{number[-8:]}",
        "placed_at": begun.isoformat(),
        "payment": payment,
        "currency": currency,
        "subtotal": _major(session, "amount_subtotal", currency),
        "discount": _major(sums, "amount_discount", currency),
        "shipping": _major(sums, "amount_shipping", currency),
        "tax": _major(sums, "amount_tax", currency),
        "total": _major(session, "amount_total", currency),
        "is_cart": "yes" if is_cart else "no",
        "cart_id": number,
        "cart_url": session.part("after_expiration").part("recovery").text("url"),
        "begun_at": begun.isoformat(),
        "abandoned_at": at.isoformat() if is_cart else "",
        "paid_at": at.isoformat() if payment == "paid" else "",
        "payment_means": _means(session) if payment == "paid" else "",
        "payment_provider": PROVIDER,
        "payment_reference": session.text("payment_intent"),
        "customer_name": details.text("name"),
        "email": details.text("email") or session.text("customer_email"),
        "phone": details.text("phone"),
        "marketing_consent": "yes"
        if session.part("consent").text("promotions") == "opt_in"
        else "",
        **_address("billing", details),
        **_address("shipping", to),
    }
    return OrderTold("stripe", _with_lines(row, session, currency), number, at)


def _with_lines(
    row: dict[str, str], session: Reading, currency: str
) -> list[dict[str, str]]:
    """A row per line where the event holds them; else one line for all of it."""
    lines = session.part("line_items").parts("data")
    if not lines:
        title = session.part("metadata").text("description") or "Paiement en ligne"
        return [row | {"title": title, "quantity": "1", "unit_price": row["subtotal"]}]
    return [
        row
        | {
            "title": line.text("description") or "–",
            "quantity": line.text("quantity") or "1",
            "line_subtotal": _major(line, "amount_subtotal", currency),
        }
        for line in lines
    ]


def _address(which: str, about: Reading) -> dict[str, str]:
    address = about.part("address")
    return {
        f"{which}.name": about.text("name"),
        f"{which}.line1": address.text("line1"),
        f"{which}.line2": address.text("line2"),
        f"{which}.city": address.text("city"),
        f"{which}.zip": address.text("postal_code"),
        f"{which}.province": address.text("state"),
        f"{which}.country": address.text("country"),
    }


def _means(about: Reading) -> str:
    kinds = about.values.get("payment_method_types")
    kind = str(kinds[0]) if isinstance(kinds, list) and len(kinds) == 1 else ""
    return kind if re.fullmatch(r"[a-z_]{1,30}", kind) else ""


def _money(about: Reading, name: str, at: datetime, reference: str) -> Money:
    """An amount in our minor units, with what Stripe calls it."""
    currency = about.needed("currency").upper()
    amount = rules.to_minor(_decimal(about, name, currency), currency)
    return Money(amount, currency, at, PROVIDER, reference, _means(about))


def _decimal(about: Reading, name: str, currency: str) -> Decimal:
    """An amount in whole units."""
    amount = about.whole(name)
    if amount < 0:
        raise Unreadable(name)
    if currency in _WHOLE:
        return Decimal(amount)
    if currency in _HUNDREDTHS:
        return rules.to_major(amount, "EUR")
    return rules.to_major(amount, currency)


def _major(about: Reading, name: str, currency: str) -> str:
    return str(_decimal(about, name, currency)) if about.values.get(name) else "0"
