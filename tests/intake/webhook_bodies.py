"""Deliveries as the platforms' documents show them, of an invented shop."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

SHOPIFY, WOO = "shopify-secret-of-a-test", "woo-secret-of-a-test"
STRIPE = "whsec_stripe_secret_of_a_test"
# The secret of the specification's own example.
STANDARD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def shopify_order(**told: Any) -> dict[str, Any]:
    """An order of two articles, paid, with a discount and shipping."""
    return {
        "id": 450789469,
        "name": "#1001",
        "email": "bob@example.org",
        "phone": None,
        "created_at": "2026-04-20T04:41:25+05:00",
        "updated_at": "2026-04-20T05:00:00+05:00",
        "processed_at": "2026-04-20T04:41:30+05:00",
        "cancelled_at": None,
        "currency": "EUR",
        "financial_status": "paid",
        "fulfillment_status": None,
        "subtotal_price": "45.00",
        "total_discounts": "5.00",
        "total_tax": "7.50",
        "total_price": "50.00",
        "total_outstanding": "0.00",
        "buyer_accepts_marketing": True,
        "tags": "VIP, Cadeau",
        "note": "Merci",
        "source_name": "web",
        "checkout_token": "bd5a8aa1ecd019dd3520ff791ee3a24c",
        "browser_ip": "192.0.2.7",
        "payment_gateway_names": ["shopify_payments"],
        "discount_codes": [{"code": "ETE", "amount": "5.00", "type": "fixed_amount"}],
        "shipping_lines": [{"title": "Standard", "price": "5.00"}],
        "line_items": [
            {
                "name": "Lampe - Rouge",
                "sku": "LAMP",
                "quantity": 2,
                "price": "20.00",
                "total_discount": "0.00",
            },
            {
                "name": "Stylo",
                "sku": "PEN",
                "quantity": 1,
                "price": "10.00",
                "total_discount": "0.00",
            },
        ],
        "billing_address": {
            "name": "Bob Noirot",
            "address1": "1 rue des Lilas",
            "city": "Paris",
            "zip": "75001",
            "country_code": "FR",
        },
        "fulfillments": [],
        "refunds": [],
        **told,
    }


# The same order in a file of the same shop, a month later.
SHOPIFY_FILE = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Accepts Marketing,Currency,"
    "Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Created at,"
    "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Lineitem discount,"
    "Billing Name,Billing Address1,Billing City,Billing Zip,Billing Country,Notes,"
    "Cancelled at,Payment Method,Refunded Amount,Outstanding Balance,Tags,Source,"
    "Phone\n"
    "#1001,bob@example.org,paid,2026-04-20 04:41:30 +0500,unfulfilled,yes,EUR,45.00,"
    "5.00,7.50,50.00,ETE,5.00,2026-04-20 04:41:25 +0500,2,Lampe - Rouge,20.00,LAMP,"
    "0.00,Bob Noirot,1 rue des Lilas,Paris,'75001,FR,Merci,,shopify_payments,0.00,0.00,"
    '"VIP, Cadeau",web,\n'
    "#1001,,,,,,,,,,,,,,1,Stylo,10.00,PEN,0.00,,,,,,,,,,,,,\n"
)


def shopify_refunded(amount: str, **told: Any) -> dict[str, Any]:
    """The same order, so much of it given back."""
    done = {"kind": "refund", "status": "success", "amount": amount}
    return shopify_order(
        financial_status="partially_refunded",
        refunds=[{"id": 1, "transactions": [done]}],
        **told,
    )


def shopify_checkout(**told: Any) -> dict[str, Any]:
    """A checkout that was begun."""
    return {
        "id": 901414060,
        "token": "bd5a8aa1ecd019dd3520ff791ee3a24c",
        "name": "#901414060",
        "email": "bob@example.org",
        "created_at": "2026-04-20T04:30:00+05:00",
        "updated_at": "2026-04-20T04:31:00+05:00",
        "completed_at": None,
        "currency": "EUR",
        "subtotal_price": "45.00",
        "total_discounts": "5.00",
        "total_tax": "7.50",
        "total_price": "50.00",
        "buyer_accepts_marketing": False,
        "abandoned_checkout_url": "https://shop.example.org/checkouts/1/recover?key=x",
        "shipping_lines": [{"title": "Standard", "price": "5.00"}],
        "line_items": [
            {"title": "Lampe", "sku": "LAMP", "quantity": 2, "price": "20.00"},
            {"title": "Stylo", "sku": "PEN", "quantity": 1, "price": "10.00"},
        ],
        **told,
    }


def woo_order(**told: Any) -> dict[str, Any]:
    """An order of WooCommerce's reference, paid by card."""
    return {
        "id": 727,
        "number": "727",
        "status": "processing",
        "currency": "EUR",
        "date_created": "2026-03-22T16:28:02",
        "date_created_gmt": "2026-03-22T15:28:02",
        "date_modified_gmt": "2026-03-22T15:28:08",
        "date_paid": "2026-03-22T16:28:08",
        "discount_total": "0.00",
        "shipping_total": "10.00",
        "total": "29.35",
        "total_tax": "1.35",
        "payment_method": "stripe",
        "payment_method_title": "Carte bancaire",
        "transaction_id": "pi_3Woo",
        "customer_ip_address": "192.0.2.9",
        "customer_user_agent": "Mozilla/5.0",
        "customer_note": "",
        "billing": {
            "first_name": "Jeanne",
            "last_name": "Roy",
            "address_1": "9 quai Sud",
            "city": "Lyon",
            "postcode": "69002",
            "country": "FR",
            "email": "jeanne@example.org",
            "phone": "0478000000",
        },
        "shipping": {},
        "line_items": [
            {
                "name": "Album",
                "sku": "ALBUM",
                "quantity": 3,
                "subtotal": "12.00",
                "total": "12.00",
            },
            {
                "name": "Affiche",
                "sku": "AFF",
                "quantity": 1,
                "subtotal": "6.00",
                "total": "6.00",
            },
        ],
        "shipping_lines": [{"total": "10.00"}],
        "fee_lines": [],
        "coupon_lines": [],
        "refunds": [],
        **told,
    }


def stripe_event(topic: str, about: dict[str, Any], event: str) -> dict[str, Any]:
    """An event about an object."""
    return {
        "id": event,
        "object": "event",
        "type": topic,
        "created": 1_776_000_000,
        "data": {"object": about},
    }


def stripe_session(**told: Any) -> dict[str, Any]:
    """A checkout that was paid, of a shop that names no order."""
    return {
        "id": "cs_test_a1b2c3d4e5f6g7h8",
        "object": "checkout.session",
        "created": 1_775_999_000,
        "currency": "eur",
        "amount_subtotal": 4000,
        "amount_total": 4200,
        "total_details": {"amount_shipping": 200, "amount_tax": 0},
        "customer_details": {
            "email": "zoe@example.org",
            "name": "Zoé Petit",
            "address": {"line1": "2 place Bleue", "city": "Lille", "country": "FR"},
        },
        "payment_status": "paid",
        "payment_intent": "pi_3Session",
        "metadata": {},
        **told,
    }


def stripe_refund(**told: Any) -> dict[str, Any]:
    """A refund that succeeded."""
    return {
        "id": "re_3Test",
        "object": "refund",
        "amount": 500,
        "currency": "eur",
        "payment_intent": "pi_3Woo",
        "charge": "ch_3Woo",
        "status": "succeeded",
        **told,
    }


def own_order(**told: Any) -> dict[str, Any]:
    """A seat for a concert, in the words of docs/webhooks.md."""
    return {
        "type": "order.created",
        "timestamp": "2026-11-20T10:00:00Z",
        "data": {
            "number": "G-1",
            "placed_at": "2026-11-20T09:00:00+01:00",
            "module": "events",
            "payment": "paid",
            "currency": "EUR",
            "total": "35.50",
            "email": "zoe@example.org",
            "billing": {"name": "Zoé Petit", "city": "Nantes"},
            "lines": [
                {
                    "title": "Place",
                    "quantity": 1,
                    "unit_price": "35.50",
                    "service_at": "2026-12-01T20:00:00+01:00",
                    "details": {"event": "Concert", "seat": "A1"},
                }
            ],
            **told,
        },
    }


def _base64(key: bytes, text: bytes) -> str:
    return base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


def signed(
    endpoint: str,
    body: bytes,
    *,
    delivery: str,
    topic: str = "",
    secret: str = "",
    at: float | None = None,
) -> dict[str, str]:
    """The headers with which a platform sends a body."""
    now = str(int(time.time() if at is None else at))
    if endpoint == "shopify":
        return {
            "x-shopify-hmac-sha256": _base64((secret or SHOPIFY).encode(), body),
            "x-shopify-webhook-id": delivery,
            "x-shopify-topic": topic,
        }
    if endpoint == "woocommerce":
        return {
            "x-wc-webhook-signature": _base64((secret or WOO).encode(), body),
            "x-wc-webhook-delivery-id": delivery,
            "x-wc-webhook-topic": topic,
        }
    if endpoint == "stripe":
        key = (secret or STRIPE).encode()
        text = now.encode() + b"." + body
        made = hmac.new(key, text, hashlib.sha256).hexdigest()
        return {"stripe-signature": f"t={now},v1={made}"}
    key = base64.b64decode((secret or STANDARD).removeprefix("whsec_"))
    text = f"{delivery}.{now}.".encode() + body
    return {
        "webhook-id": delivery,
        "webhook-timestamp": now,
        "webhook-signature": f"v1,{_base64(key, text)}",
    }


def as_bytes(told: dict[str, Any]) -> bytes:
    """A body as it travels."""
    return json.dumps(told).encode()
