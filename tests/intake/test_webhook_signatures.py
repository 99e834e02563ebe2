"""R15: whose delivery it is. Whatever is not signed as the documents say is refused."""

from __future__ import annotations

import random

import pytest
import webhook_bodies as bodies

from commandes.intake.webhooks import NAMES, signatures
from commandes.intake.webhooks.signatures import Refused, verify

NOW = 1_776_000_000.0
SECRETS = {
    "shopify": bodies.SHOPIFY,
    "woocommerce": bodies.WOO,
    "stripe": bodies.STRIPE,
    "orders": bodies.STANDARD,
}
BODY = b'{"id": "evt_1", "type": "order.created"}'


def _headers(endpoint, body=BODY, **more):
    return bodies.signed(
        endpoint, body, **{"delivery": "d1", "topic": "order.created", "at": NOW} | more
    )


@pytest.mark.parametrize("endpoint", NAMES)
def test_what_the_platform_signed_is_opened(endpoint):
    """Its id and its topic stand in headers, or in the event itself."""
    found = verify(endpoint, _headers(endpoint), BODY, [SECRETS[endpoint]], NOW)

    assert found.topic == "order.created"
    if endpoint == "woocommerce":
        # Its own id is made of the second, and no id.
        other = _headers(endpoint, delivery="d2")
        again = verify(endpoint, other, BODY, [bodies.WOO], NOW)
        assert found.delivery == again.delivery
        return
    assert found.delivery == ("evt_1" if endpoint == "stripe" else "d1")


def test_the_example_of_the_specification():
    """Standard Webhooks publishes one delivery with its signature."""
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    body = b'{"test": 2432232314}'

    found = verify("orders", headers, body, [bodies.STANDARD], 1614265330)
    assert found.delivery == "msg_p5jXN8AQM9LWM0D4loKWxJek"
    with pytest.raises(Refused):
        verify(
            "orders", headers, body.replace(b" ", b""), [bodies.STANDARD], 1614265330
        )


@pytest.mark.parametrize("endpoint", NAMES)
def test_both_secrets_count_while_one_takes_the_place_of_the_other(endpoint):
    """A rotation loses no delivery."""
    secrets = ["bmV3LXNlY3JldC1vZi1hLXRlc3Q=", SECRETS[endpoint]]

    assert verify(endpoint, _headers(endpoint), BODY, secrets, NOW)
    with pytest.raises(Refused):
        verify(endpoint, _headers(endpoint), BODY, secrets[:1], NOW)


@pytest.mark.parametrize("endpoint", NAMES)
def test_a_thousand_forgeries_are_refused(endpoint):
    """A bit of the body or a character of what signs it turned; or nothing at all."""
    chance = random.Random(15)  # noqa: S311 (no secret)
    good = _headers(endpoint)
    unsigned = ("topic", "shopify-webhook", "wc-webhook-delivery")
    signing = [name for name in good if not any(part in name for part in unsigned)]
    refused = 0
    for _round in range(1_000):
        body, headers = bytearray(BODY), dict(good)
        if chance.random() < 0.5:
            body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
        else:
            name = chance.choice(signing)
            # The last character of base64 holds bits that say nothing.
            place = chance.randrange(max(1, len(headers[name]) - 2))
            new = chance.choice("0A=x".replace(headers[name][place], ""))
            headers[name] = headers[name][:place] + new + headers[name][place + 1 :]
        try:
            verify(endpoint, headers, bytes(body), [SECRETS[endpoint]], NOW)
        except Refused:
            refused += 1

    assert refused == 1_000
    for nothing in ({}, dict.fromkeys(good, "")):
        with pytest.raises(Refused):
            verify(endpoint, nothing, BODY, [SECRETS[endpoint]], NOW)


def test_schemes_that_are_not_ours_say_nothing():
    """Both platforms may sign in several ways at once."""
    stripe, own = _headers("stripe"), _headers("orders")
    stripe["stripe-signature"] += ",v0=ab"
    own["webhook-signature"] = "v1a,xx " + own["webhook-signature"]

    assert verify("stripe", stripe, BODY, [bodies.STRIPE], NOW)
    assert verify("orders", own, BODY, [bodies.STANDARD], NOW)
    own["webhook-signature"] = own["webhook-signature"].replace("v1,", "v2,")
    with pytest.raises(Refused):
        verify("orders", own, BODY, [bodies.STANDARD], NOW)


@pytest.mark.parametrize("endpoint", ["stripe", "orders"])
@pytest.mark.parametrize("late", [-301, 301])
def test_an_old_delivery_is_refused(endpoint, late):
    """Where the time is signed, five minutes are all."""
    headers = _headers(endpoint)

    assert verify(endpoint, headers, BODY, [SECRETS[endpoint]], NOW + 300 * late // 301)
    with pytest.raises(Refused):
        verify(endpoint, headers, BODY, [SECRETS[endpoint]], NOW + late)


@pytest.mark.parametrize("at", ["9" * 5_000, "-1", "²", ""])
def test_a_time_that_is_none_is_refused(at):
    """Whatever stands in its place."""
    headers = _headers("orders") | {"webhook-timestamp": at}
    with pytest.raises(Refused):
        verify("orders", headers, BODY, [bodies.STANDARD], NOW)


def test_a_delivery_without_an_id_is_known_by_its_text():
    """So the same one again is the same one."""
    headers = _headers("shopify", delivery="")

    found = verify("shopify", headers, BODY, [bodies.SHOPIFY], NOW)
    assert found.delivery == signatures.digest(BODY)
