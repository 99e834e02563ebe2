"""Shopify's deliveries: an order as its CSV export tells it, a checkout as a cart.

Fields as in Shopify's reference of the resources Order and Checkout (Admin REST API);
the headers are those of the export of orders.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from commandes.intake.webhooks.told import NothingTold, OrderTold, joined

if TYPE_CHECKING:
    from datetime import datetime

    from commandes.intake.webhooks.told import Reading, Told

# A refund comes with its order's own update.
_ORDERS = frozenset(
    f"orders/{what}"
    for what in (
        "create",
        "updated",
        "paid",
        "cancelled",
        "fulfilled",
        "partially_fulfilled",
    )
)
_CHECKOUTS = frozenset({"checkouts/create", "checkouts/update"})
_WITH_MONEY = ("paid", "partially_paid", "partially_refunded", "refunded")


def read(topic: str, body: Reading) -> Told:
    """What a delivery says.

    Raises:
        Unreadable: it lacks what the reference promises.
    """
    if topic in _ORDERS:
        return _order(body)
    if topic in _CHECKOUTS:
        return _checkout(body)
    return NothingTold("topic")


def _order(order: Reading) -> OrderTold:
    state = order.text("financial_status")
    paid_at = order.moment("processed_at", "created_at")
    fulfilled = [one.moment("created_at") for one in order.parts("fulfillments")]
    done = order.text("fulfillment_status")
    row = {
        "Name": order.needed("name"),
        "Email": order.text("email", "contact_email"),
        "Financial Status": state,
        "Paid at": _written(paid_at) if state in _WITH_MONEY else "",
        "Fulfillment Status": done or "unfulfilled",
        "Fulfilled at": _written(max(filter(None, fulfilled), default=None))
        if done == "fulfilled"
        else "",
        "Accepts Marketing": order.text("buyer_accepts_marketing"),
        "Currency": order.needed("currency"),
        "Subtotal": order.needed("subtotal_price"),
        "Shipping": _shipping(order),
        "Taxes": order.text("total_tax"),
        "Total": order.needed("total_price"),
        "Discount Code": joined(
            one.text("code") for one in order.parts("discount_codes")
        ),
        "Discount Amount": order.text("total_discounts"),
        "Created at": _written(order.moment("created_at")),
        "Notes": order.text("note"),
        "Cancelled at": _written(order.moment("cancelled_at")),
        "Payment Method": _means(order),
        "Refunded Amount": str(_refunded(order)),
        "Outstanding Balance": order.text("total_outstanding"),
        "Tags": order.text("tags"),
        "Source": order.text("source_name"),
        "Phone": order.text("phone"),
        "Checkout Token": order.text("checkout_token"),
        "Browser IP": order.text("browser_ip"),
        **_address("Billing", order.part("billing_address")),
        **_address("Shipping", order.part("shipping_address")),
    }
    at = order.told_at("updated_at")
    return OrderTold("shopify", _with_lines(row, order), order.needed("id"), at)


def _checkout(checkout: Reading) -> OrderTold | NothingTold:
    if checkout.text("completed_at"):
        return NothingTold("known")  # the order itself tells it
    row = {
        "Name": checkout.text("name") or f"#{checkout.needed('id')}",
        "Email": checkout.text("email"),
        "Created at": _written(checkout.moment("created_at")),
        "Checkout": "yes",
        "Checkout Token": checkout.needed("token"),
        "Abandoned Checkout Url": checkout.text("abandoned_checkout_url"),
        "Accepts Marketing": checkout.text("buyer_accepts_marketing"),
        "Currency": checkout.text("presentment_currency", "currency"),
        "Subtotal": checkout.text("subtotal_price"),
        "Shipping": _shipping(checkout),
        "Taxes": checkout.text("total_tax"),
        "Total": checkout.needed("total_price"),
        "Discount Amount": checkout.text("total_discounts"),
        "Phone": checkout.text("phone"),
        "Source": checkout.text("source_name"),
        **_address("Billing", checkout.part("billing_address")),
        **_address("Shipping", checkout.part("shipping_address")),
    }
    # The token names a checkout, on each of its rows.
    token = {"Checkout Token": row["Checkout Token"]}
    rows = [one | token for one in _with_lines(row, checkout)]
    return OrderTold(
        "shopify_checkouts",
        rows,
        checkout.needed("token"),
        checkout.told_at("updated_at"),
    )


def _written(at: datetime | None) -> str:
    """An instant as the export writes it."""
    return f"{at:%Y-%m-%d %H:%M:%S %z}" if at else ""


def _shipping(order: Reading) -> str:
    money = order.part("total_shipping_price_set").part("shop_money").text("amount")
    lines = order.parts("shipping_lines")
    return money or str(sum(one.number("discounted_price", "price") for one in lines))


def _refunded(order: Reading) -> object:
    """What went back to the customer, of all refunds that succeeded."""
    return sum(
        paid.number("amount")
        for refund in order.parts("refunds")
        for paid in refund.parts("transactions")
        if paid.text("kind") == "refund" and paid.text("status") == "success"
    )


def _means(order: Reading) -> str:
    names = order.values.get("payment_gateway_names")
    return joined(map(str, names), " + ") if isinstance(names, list) else ""


def _address(which: str, address: Reading) -> dict[str, str]:
    return {
        f"{which} Name": address.text("name"),
        f"{which} Company": address.text("company"),
        f"{which} Address1": address.text("address1"),
        f"{which} Address2": address.text("address2"),
        f"{which} City": address.text("city"),
        f"{which} Zip": address.text("zip"),
        f"{which} Province Name": address.text("province"),
        f"{which} Country": address.text("country_code"),
        f"{which} Phone": address.text("phone"),
    }


def _with_lines(row: dict[str, str], order: Reading) -> list[dict[str, str]]:
    """A row per line; the order's own fields on the first one."""
    rows = [
        {
            "Name": row["Name"],
            "Lineitem quantity": line.text("quantity"),
            "Lineitem name": line.text("name", "presentment_title", "title"),
            "Lineitem price": line.text("price"),
            "Lineitem sku": line.text("sku"),
            "Lineitem discount": line.text("total_discount"),
        }
        for line in order.parts("line_items")
    ] or [{}]
    rows[0] = row | rows[0]
    return rows
