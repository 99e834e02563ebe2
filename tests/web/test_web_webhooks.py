"""R15 over the network: a real server, what platforms send, and what forgers do."""

from __future__ import annotations

import http.client
import json
import time

import pytest
import webhook_bodies as bodies
from serving import running
from sqlalchemy import func, select

from commandes import settings as settings_module
from commandes.intake.webhooks.signatures import digest
from commandes.store import open_store, tables

LINK = "hooks.example.org"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server that every platform may send to, under its public name too."""
    folder = tmp_path_factory.mktemp("hooks")
    with running(
        folder,
        COMMANDES_SHOPIFY_WEBHOOK_SECRET=bodies.SHOPIFY,
        COMMANDES_WOOCOMMERCE_WEBHOOK_SECRET=f"an old, secret of a test\n{bodies.WOO}",
        COMMANDES_STRIPE_WEBHOOK_SECRET=bodies.STRIPE,
        COMMANDES_PUBLIC_URL=f"https://{LINK}",
        COMMANDES_LOG="all",
    ) as started:
        yield started, folder / "data"


def _post(server, endpoint, body, headers, host="127.0.0.1"):
    """Send a delivery as a platform does; the answer's status."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request(
        "POST",
        f"/api/webhooks/{endpoint}",
        body,
        {"Content-Type": "application/json", "Host": host, **headers},
    )
    status = connection.getresponse().status
    connection.close()
    return status


def _read(data, statement):
    store = open_store(settings_module.read({"COMMANDES_DATA_DIR": str(data)}))
    try:
        with store.reading() as connection:
            return connection.execute(statement).all()
    finally:
        store.close()


def _states(data, delivery):
    c = tables.deliveries.c
    rows = _read(data, select(c.state).where(c.delivery == delivery))
    return [row.state for row in rows]


def _until_done(data, delivery):
    for _look in range(300):
        if _states(data, delivery) not in ([], ["waiting"]):
            return _states(data, delivery)
        time.sleep(0.1)
    return pytest.fail(f"{delivery} is not done")


@pytest.mark.parametrize(
    ("endpoint", "topic", "told", "delivery"),
    [
        ("shopify", "orders/create", bodies.shopify_order(), "web-1"),
        ("woocommerce", "order.created", bodies.woo_order(), "web-2"),
        (
            "stripe",
            "",
            bodies.stripe_event(
                "checkout.session.completed", bodies.stripe_session(), "evt_web_3"
            ),
            "evt_web_3",
        ),
    ],
)
def test_a_delivery_is_kept_answered_and_done(server, endpoint, topic, told, delivery):
    """An order stands in the store a moment after its platform told it; once."""
    started, data = server
    body = bodies.as_bytes(told)
    headers = bodies.signed(endpoint, body, delivery=delivery, topic=topic)
    if endpoint == "woocommerce":
        delivery = digest(topic.encode() + b"\n" + body)

    assert _post(started, endpoint, body, headers, host=LINK) == 200
    assert _until_done(data, delivery) == ["done"]
    for _again in range(3):
        assert _post(started, endpoint, body, headers) == 200
    assert _states(data, delivery) == ["done"]


def test_forged_ones_are_refused_and_leave_nothing(server):
    """Another secret, another body, no signature, another platform's: 401."""
    started, data = server
    body = bodies.as_bytes(bodies.shopify_order())
    good = bodies.signed("shopify", body, delivery="forged", topic="orders/create")
    other = bodies.signed(
        "shopify", body, delivery="forged", topic="orders/create", secret="x" * 20
    )

    for sent, headers in ((body, other), (body + b" ", good), (body, {})):
        assert _post(started, "shopify", sent, headers) == 401
    assert _post(started, "stripe", body, good) == 401
    late = bodies.signed("stripe", body, delivery="forged", at=time.time() - 301)
    assert _post(started, "stripe", body, late) == 401
    assert _states(data, "forged") == []


def test_what_is_not_set_does_not_exist(server):
    """No secret, no address; nor any other name, nor another way to ask."""
    started, _data = server
    body = bodies.as_bytes(bodies.own_order())
    headers = bodies.signed("orders", body, delivery="g1")

    assert _post(started, "orders", body, headers) == 404
    # Any other path is behind the door that everything else is behind.
    assert _post(started, "nothing", body, headers) == 403
    assert started.ask("/api/webhooks/shopify")[0] == 405


def test_only_the_public_name_lets_platforms_in(server):
    """Nothing but the webhooks answers there, and nothing under any other name."""
    started, _data = server
    body = bodies.as_bytes(bodies.shopify_order())
    headers = bodies.signed("shopify", body, delivery="named", topic="orders/create")

    assert _post(started, "shopify", body, headers, host="evil.example") == 400
    assert started.ask("/", host=LINK)[0] == 400
    assert started.ask("/api/exports/x/y", host=LINK)[0] == 400


def test_a_body_of_ten_megabytes_is_not_read(server):
    """It is refused before its signature is looked at."""
    started, data = server
    order = bodies.shopify_order(note="x" * 10 * 1024 * 1024)
    body = bodies.as_bytes(order)
    headers = bodies.signed("shopify", body, delivery="big", topic="orders/create")
    try:
        status = _post(started, "shopify", body, headers)
    except (BrokenPipeError, ConnectionResetError):
        status = 413  # it hung up while we were still sending

    assert status == 413
    assert _states(data, "big") == []
    large = bodies.as_bytes(bodies.shopify_order(id=9, name="#9", note="x" * 1_000_000))
    headers = bodies.signed("shopify", large, delivery="large", topic="orders/create")
    assert _post(started, "shopify", large, headers) == 200


def test_woocommerce_sees_that_the_address_answers(server):
    """The ping of a new webhook is not signed, and says nothing."""
    started, data = server
    (before,) = _read(data, select(func.count()).select_from(tables.deliveries))

    assert _post(started, "woocommerce", b"webhook_id=7", {}) == 200
    assert _post(started, "woocommerce", b"webhook_id=7&x=1", {}) == 401
    assert _post(started, "woocommerce", b"webhook_id=7" + b" " * 99, {}) == 401
    assert _read(data, select(func.count()).select_from(tables.deliveries)) == [before]


def test_the_log_says_that_and_never_what(server):
    """Kinds and counts; no name, no address, no text of a delivery."""
    started, _data = server
    body = bodies.as_bytes(bodies.shopify_order(id=5, name="#5"))
    headers = bodies.signed("shopify", body, delivery="log", topic="orders/create")
    _post(started, "shopify", body, headers)
    _post(started, "shopify", body, {})

    lines = started.lines()
    events = {line.get("event") for line in lines}
    assert {"webhook", "webhook_refused"} <= events
    # What the server does by itself, it may.
    assert [line for line in lines if line["logger"] == "commandes.background"] == []
    text = json.dumps(lines)
    for personal in ("bob@example.org", "Noirot", "192.0.2.7", "Lilas", "#5"):
        assert personal not in text
