"""Whether a delivery is the platform's own: its signature, on the raw bytes.

Shopify (X-Shopify-Hmac-SHA256) and WooCommerce (X-WC-Webhook-Signature) sign the body:
HMAC-SHA256, base64. Stripe (Stripe-Signature) and Standard Webhooks (webhook-signature)
sign a time with it, and what is older or newer than five minutes is refused. Several
secrets count during a rotation. Everything is compared in constant time.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Headers = Mapping[str, str]

# Seconds between the platform's clock and ours.
TOLERANCE = 300
_LONGEST = 255
_STANDARD = "whsec_"


# The header of each platform's signature.
SIGNED = {
    "shopify": "x-shopify-hmac-sha256",
    "woocommerce": "x-wc-webhook-signature",
    "stripe": "stripe-signature",
    "orders": "webhook-signature",
}


class Refused(Exception):  # noqa: N818 (an answer to a forger, no error of ours)
    """A delivery that no secret of ours signed, or that is too old."""


@dataclass(frozen=True)
class Envelope:
    """What stands on the outside of a delivery.

    Attributes:
        delivery: the platform's id of it; the body's digest where there is none.
        topic: what it is about, in the platform's words.
    """

    delivery: str
    topic: str


def is_signed(endpoint: str, headers: Headers) -> bool:
    """Whether a delivery has a signature at all, right or wrong."""
    return bool(headers.get(SIGNED[endpoint]))


def verify(
    endpoint: str, headers: Headers, body: bytes, secrets: Sequence[str], now: float
) -> Envelope:
    """Open a delivery.

    Args:
        headers: by their names in small letters.
        secrets: those in force.
        now: seconds since 1970.

    Raises:
        Refused: it is forged, or it is an old one again.
    """
    return _OPENERS[endpoint](headers, body, secrets, now)


def _shopify(
    headers: Headers, body: bytes, secrets: Sequence[str], now: float
) -> Envelope:
    del now
    _signed(headers.get("x-shopify-hmac-sha256", ""), body, secrets)
    return _envelope(
        headers.get("x-shopify-webhook-id", ""),
        headers.get("x-shopify-topic", ""),
        body,
    )


def _woocommerce(
    headers: Headers, body: bytes, secrets: Sequence[str], now: float
) -> Envelope:
    del now
    _signed(headers.get("x-wc-webhook-signature", ""), body, secrets)
    # Its own id is made of the second: two orders of one second share it.
    topic = headers.get("x-wc-webhook-topic", "")
    return _envelope(digest(topic.encode() + b"\n" + body), topic, body)


def _signed(given: str, body: bytes, secrets: Sequence[str]) -> None:
    """Refuse a base64 signature of the body that is none."""
    made = (
        base64.b64encode(hmac.digest(secret.encode(), body, "sha256"))
        for secret in secrets
    )
    _one_of([given.strip().encode()], made)


def _stripe(
    headers: Headers, body: bytes, secrets: Sequence[str], now: float
) -> Envelope:
    parts = [
        tuple(part.strip().split("=", 1))
        for part in headers.get("stripe-signature", "").split(",")
        if "=" in part
    ]
    at = next((value for name, value in parts if name == "t"), "")
    _recent(at, now)
    text = at.encode() + b"." + body
    made = (hmac.digest(s.encode(), text, "sha256").hex().encode() for s in secrets)
    _one_of([value.encode() for name, value in parts if name == "v1"], made)
    told = _object(body)
    return _envelope(_text(told.get("id")), _text(told.get("type")), body)


def _standard(
    headers: Headers, body: bytes, secrets: Sequence[str], now: float
) -> Envelope:
    at, delivery = headers.get("webhook-timestamp", ""), headers.get("webhook-id", "")
    _recent(at, now)
    text = f"{delivery}.{at}.".encode() + body
    made = (base64.b64encode(hmac.digest(key(s), text, "sha256")) for s in secrets)
    given = [
        part.removeprefix("v1,").encode()
        for part in headers.get("webhook-signature", "").split()
        if part.startswith("v1,")
    ]
    _one_of(given, made)
    return _envelope(delivery, _text(_object(body).get("type")), body)


def key(secret: str) -> bytes:
    """The bytes of a secret of Standard Webhooks: base64 behind `whsec_`.

    Raises:
        ValueError: it is no base64.
    """
    try:
        return base64.b64decode(secret.removeprefix(_STANDARD), validate=True)
    except binascii.Error as error:
        raise ValueError(secret) from error


def _recent(at: str, now: float) -> None:
    if not re.fullmatch(r"[0-9]{1,12}", at) or abs(now - int(at)) > TOLERANCE:
        raise Refused


def _one_of(given: Sequence[bytes], made: Iterable[bytes]) -> None:
    """Refuse unless one of the signatures given is one of ours."""
    found = False
    for ours in made:
        for theirs in given:
            found |= hmac.compare_digest(ours, theirs)
    if not found:
        raise Refused


def _object(body: bytes) -> dict[str, object]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _envelope(delivery: str, topic: str, body: bytes) -> Envelope:
    given = delivery.strip()
    if not given or len(given) > _LONGEST:
        given = digest(body)
    return Envelope(given, topic.strip()[:_LONGEST])


def digest(body: bytes) -> str:
    """The SHA-256 of a body, as it is kept."""
    return hashlib.sha256(body).hexdigest()


_OPENERS: dict[str, Callable[[Headers, bytes, Sequence[str], float], Envelope]] = {
    "shopify": _shopify,
    "woocommerce": _woocommerce,
    "stripe": _stripe,
    "orders": _standard,
}
