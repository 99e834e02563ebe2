"""WooCommerce's deliveries: an order as the common export plugin tells it.

Fields as in the reference of its REST API (v3, orders). Dates are the site's own local
time, as in the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from commandes.intake.webhooks.told import NothingTold, OrderTold, joined

if TYPE_CHECKING:
    from commandes.intake.webhooks.told import Reading, Told

_ORDERS = frozenset({"order.created", "order.updated", "order.restored"})
_ADDRESS = (
    *("first_name", "last_name", "company", "address_1", "address_2"),
    *("city", "postcode", "state", "country", "phone"),
)


def read(topic: str, body: Reading) -> Told:
    """What a delivery says.

    Raises:
        Unreadable: it lacks what the reference promises.
    """
    return _order(body) if topic in _ORDERS else NothingTold("topic")


def _order(order: Reading) -> OrderTold:
    lines = order.parts("line_items")
    row = {
        "order_number": order.needed("number", "id"),
        "order_id": order.needed("id"),
        "order_date": _local(order.needed("date_created")),
        "paid_date": _local(order.text("date_paid")),
        "status": order.needed("status"),
        "order_currency": order.needed("currency"),
        "order_subtotal": str(sum(one.number("subtotal") for one in lines)),
        "discount_total": order.text("discount_total"),
        "shipping_total": order.text("shipping_total"),
        "fee_total": str(sum(one.number("total") for one in order.parts("fee_lines"))),
        "tax_total": order.text("total_tax"),
        "order_total": order.needed("total"),
        "refunded_total": str(
            -sum(one.number("total") for one in order.parts("refunds"))
        ),
        "payment_method": order.text("payment_method"),
        "payment_method_title": order.text("payment_method_title"),
        "transaction_id": order.text("transaction_id"),
        "customer_ip_address": order.text("customer_ip_address"),
        "customer_user_agent": order.text("customer_user_agent"),
        "customer_note": order.text("customer_note"),
        "coupon_codes": joined(one.text("code") for one in order.parts("coupon_lines")),
        "billing_email": order.part("billing").text("email"),
    }
    for which in ("billing", "shipping"):
        address = order.part(which)
        for name in _ADDRESS:
            row[f"{which}_{name}"] = address.text(name)
    for place, line in enumerate(lines, start=1):
        item = f"Product Item {place}"
        row[f"{item} Name"] = line.text("name")
        row[f"{item} SKU"] = line.text("sku")
        row[f"{item} Quantity"] = line.text("quantity")
        row[f"{item} Subtotal"] = line.text("subtotal")
        row[f"{item} Total"] = line.text("total")
    at = order.told_at("date_modified_gmt")
    return OrderTold("woocommerce_export", [row], order.needed("id"), at)


def _local(text: str) -> str:
    """A date as the file writes it."""
    return text[:19].replace("T", " ")
