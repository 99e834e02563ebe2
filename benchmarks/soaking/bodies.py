"""Orders as platforms tell them: made unpaid, then paid; signed, or as impostors do."""

from __future__ import annotations

import csv
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

from commandes.intake.webhooks import signatures
from tests.intake import webhook_bodies as shop

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDPOINTS = ("shopify", "woocommerce", "orders")
SECRETS = {
    "shopify_webhook_secret": (shop.SHOPIFY,),
    "woocommerce_webhook_secret": (shop.WOO,),
    "orders_webhook_secret": (shop.STANDARD,),
}
# What the orders of each platform are called, and where they come from in the store.
_NAMES = {
    "shopify": ("shopify", "#{}", 2_000_000),
    "woocommerce": ("woocommerce", "{}", 700_000),
    "orders": ("commandes", "G-{}", 0),
}
# A customer paid this long after the order, and the platform told it then.
_PAID_AFTER = timedelta(seconds=6)
_FIRST = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
_FALSE = "whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldA=="
_TEMPLATE = tuple(csv.DictReader(StringIO(shop.SHOPIFY_FILE)))
HEADERS = tuple(_TEMPLATE[0])


@dataclass(frozen=True)
class Delivery:
    """A body on its way.

    Attributes:
        name: the platform's id of it.
        number: of the order that it tells of.
    """

    name: str
    topic: str
    body: bytes
    number: str


def identity(endpoint: str, turn: int) -> tuple[str, str]:
    """Source and number of a platform's order."""
    source, pattern, first = _NAMES[endpoint]
    return source, pattern.format(first + turn)


def story(endpoint: str, turn: int) -> list[Delivery]:
    """What a platform tells of one order, oldest first."""
    _source, number = identity(endpoint, turn)
    at = _FIRST + timedelta(seconds=turn)
    return [
        Delivery(
            f"soak-{endpoint}-{turn}-{step}",
            _TOPICS[endpoint][step],
            shop.as_bytes(_BODIES[endpoint](number, at, paid=bool(step))),
            number,
        )
        for step in (0, 1)
    ]


def _shopify(number: str, at: datetime, *, paid: bool) -> dict[str, Any]:
    name = number.removeprefix("#")
    return shop.shopify_order(
        id=int(name),
        name=number,
        email=f"client{name}@example.org",
        created_at=at.isoformat(),
        processed_at=(at + _PAID_AFTER).isoformat(),
        updated_at=(at + _PAID_AFTER * paid).isoformat(),
        financial_status="paid" if paid else "pending",
        total_outstanding="0.00" if paid else "50.00",
        checkout_token=f"token-{name}",
    )


def _woocommerce(number: str, at: datetime, *, paid: bool) -> dict[str, Any]:
    paid_at, local = at + _PAID_AFTER, timedelta(hours=1)
    order = shop.woo_order(
        id=int(number),
        number=number,
        status="processing" if paid else "pending",
        date_created=_bare(at + local),
        date_created_gmt=_bare(at),
        date_modified_gmt=_bare(paid_at if paid else at),
        date_paid=_bare(paid_at + local) if paid else None,
        transaction_id=f"pi_{number}" if paid else "",
    )
    order["billing"] = {**order["billing"], "email": f"client{number}@example.org"}
    return order


def _own(number: str, at: datetime, *, paid: bool) -> dict[str, Any]:
    told = shop.own_order(
        number=number,
        placed_at=at.isoformat(),
        payment="paid" if paid else "unpaid",
        email=f"client{number}@example.org",
    )
    when = (at + _PAID_AFTER * paid).isoformat()
    return {**told, "type": _TOPICS["orders"][paid], "timestamp": when}


_BODIES = {"shopify": _shopify, "woocommerce": _woocommerce, "orders": _own}
_TOPICS = {
    "shopify": ("orders/create", "orders/updated"),
    "woocommerce": ("order.created", "order.updated"),
    "orders": ("order.created", "order.updated"),
}


def _bare(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S")


def signed(endpoint: str, told: Delivery) -> dict[str, str]:
    """The headers with which the platform sends it."""
    return shop.signed(endpoint, told.body, delivery=told.name, topic=told.topic)


def forged(endpoint: str, false: Delivery, true: Delivery, kind: str) -> dict[str, str]:
    """The headers of an impostor, who has seen a true delivery.

    Args:
        kind: a `secret` of somebody else's, another `body` under a true signature,
            `none` at all, or an `old` delivery.
    """
    if kind == "body":
        return signed(endpoint, true)
    named = {"delivery": false.name, "topic": false.topic}
    if kind == "old" and endpoint == "orders":
        return shop.signed(endpoint, false.body, at=time.time() - 600, **named)
    headers = shop.signed(endpoint, false.body, secret=_FALSE, **named)
    if kind == "none":
        del headers[signatures.SIGNED[endpoint]]
    return headers


def kept_as(endpoint: str, told: Delivery) -> str:
    """The id under which the store keeps it."""
    if endpoint == "woocommerce":
        return signatures.digest(told.topic.encode() + b"\n" + told.body)
    return told.name


def file_rows(number: str) -> Iterator[dict[str, str]]:
    """The rows of a Shopify order, paid, in a file of the same shop."""
    name = int(number.removeprefix("#"))
    at = _FIRST + timedelta(seconds=name % 1_000_000)
    first, *others = _TEMPLATE
    yield {
        **first,
        "Name": number,
        "Email": f"client{name}@example.org",
        "Created at": _written(at),
        "Paid at": _written(at + _PAID_AFTER),
    }
    for other in others:
        yield {**other, "Name": number}


def _written(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S +0000")
