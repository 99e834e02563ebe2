"""Messages: written, tried again, decided, received, read; on both databases."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from commandes.actions import messages, status, tracking
from commandes.actions.messages import Reply
from commandes.actions.orders import Order
from commandes.errors import KeyReused, MessageRefused, OrderNotFound
from commandes.store import checks, tables


@pytest.fixture
def desk(counter):
    """The counter, with one message written to the customer of order 1."""
    messages.message(counter.store, counter.order, "Objet", "Texte", actor="ana")
    return counter


def message(desk):
    return desk.rows(tables.messages)[0]


def becomes(desk, state: str, **values) -> None:
    """What the worker would have noted."""
    with desk.store.writing("t") as writer:
        writer.connection.execute(
            tables.messages.update().values(state=state, **values)
        )


def reply(name="a", body="Oui") -> Reply:
    return Reply(f"<{name}@example.org>", "ana@example.org", "Re: Objet", body)


def test_a_failed_message_is_tried_again(desk):
    """At the address that the order has now, with all its attempts."""
    becomes(desk, "failed", attempts=9, error="550 unknown")
    desk.shop.order("1", email="ana.martin@example.org")

    receipt = messages.retry(desk.store, desk.order, message(desk).id, actor="bea")

    again = message(desk)
    assert receipt.changed
    assert (again.state, again.attempts, again.error) == ("queued", 0, None)
    assert again.recipient == "ana.martin@example.org"
    assert desk.kinds()[-1] == "message_retried"


def test_a_message_that_waits_is_withdrawn_once(desk):
    """It stays in the thread, and says that it did not leave."""
    first = messages.withdraw(desk.store, desk.order, message(desk).id, actor="bea")
    again = messages.withdraw(desk.store, desk.order, message(desk).id, actor="bea")

    assert (message(desk).state, first.changed) == ("withdrawn", True)
    assert (again.changed, again.message) == (False, "Ce message est déjà retiré.")
    assert desk.kinds()[-1] == "message_withdrawn"
    assert desk.kinds().count("message_withdrawn") == 1


@pytest.mark.parametrize("state", ["sending", "sent", "failed", "uncertain"])
def test_what_waits_no_more_is_not_withdrawn(desk, state):
    """The worker was quicker: said, and nothing is changed."""
    becomes(desk, state)

    with pytest.raises(MessageRefused, match="plus en attente"):
        messages.withdraw(desk.store, desk.order, message(desk).id, actor="bea")

    assert message(desk).state == state
    assert "message_withdrawn" not in desk.kinds()


def test_a_parcel_goes_with_the_message_that_tells_of_it(desk):
    """Both or neither: what has left cannot be called back."""
    parcel = {"carrier": "UPS", "number": "77"}
    for _ in range(2):
        tracking.track(desk.store, desk.order, **parcel, actor="bea")
        newest = desk.rows(tables.messages)[-1].id
        seen = Order("1", version=desk.row().version)
        gone = tracking.recall(desk.store, seen, "77", newest, actor="bea")
        assert gone.changed
    assert desk.kinds()[-2:] == ["message_withdrawn", "tracking_removed"]
    tracking.track(desk.store, desk.order, **parcel, actor="bea")
    becomes(desk, "sent")

    with pytest.raises(MessageRefused):
        tracking.recall(desk.store, desk.order, "77", newest + 1, actor="bea")

    parcels = [row.removed_at is None for row in desk.rows(tables.shipments)]
    assert parcels == [False, False, True]


@pytest.mark.parametrize("state", ["queued", "sending", "sent", "uncertain"])
def test_only_a_failed_message_is_tried_again(desk, state):
    """Whoever clicks late sends nothing twice."""
    becomes(desk, state)
    before = desk.kinds()

    receipt = messages.retry(desk.store, desk.order, message(desk).id, actor="bea")

    assert not receipt.changed
    assert receipt.message
    assert message(desk).state == state
    assert desk.kinds() == before


@pytest.mark.parametrize(("sent", "state"), [(True, "sent"), (False, "queued")])
def test_a_person_decides_what_is_in_doubt(desk, sent, state):
    """It arrived, or it is sent again; the second decision changes nothing."""
    becomes(desk, "uncertain", attempts=1, error="timed out")
    asked = {"sent": sent, "actor": "bea"}

    first = messages.decide(desk.store, desk.order, message(desk).id, **asked)
    second = messages.decide(desk.store, desk.order, message(desk).id, **asked)

    assert (first.changed, second.changed) == (True, False)
    assert message(desk).state == state
    assert desk.kinds().count("message_decided") == 1


@pytest.mark.parametrize("action", ["retry", "decide"])
def test_a_message_of_another_order_is_refused(desk, action):
    """Nor does an order without an e-mail send anything again."""
    desk.shop.order("2")
    becomes(desk, "failed" if action == "retry" else "uncertain")
    more = {} if action == "retry" else {"sent": False}
    verb = getattr(messages, action)
    before = message(desk)

    with pytest.raises(MessageRefused):
        verb(desk.store, Order("2"), before.id, actor="bea", **more)
    with desk.store.writing("t") as writer:
        writer.connection.execute(tables.orders.update().values(email=None))
    with pytest.raises(MessageRefused):
        verb(desk.store, desk.order, before.id, actor="bea", **more)

    assert message(desk) == before


def test_a_reply_is_kept_once(desk):
    """By its Message-ID, whichever order it is given to."""
    desk.shop.order("2")
    first = messages.receive(desk.store, desk.order, reply(), actor="inbox")
    again = messages.receive(desk.store, desk.order, reply(), actor="inbox")
    other = messages.receive(desk.store, Order("2"), reply(), actor="inbox")

    assert [one.changed for one in (first, again, other)] == [True, False, False]
    kept = desk.rows(tables.messages)[-1]
    assert (kept.direction, kept.state, kept.sender) == (
        "in",
        "received",
        "ana@example.org",
    )
    assert (kept.order_id, kept.read_at) == (1, None)
    assert desk.kinds()[-1] == "message_received"


def test_a_reply_to_an_order_that_is_gone_is_refused(desk):
    """Nothing is kept without its order."""
    with pytest.raises(OrderNotFound):
        messages.receive(desk.store, Order(id=99), reply(), actor="inbox")

    assert len(desk.rows(tables.messages)) == 1


def test_what_any_database_can_hold_is_kept(desk):
    """NUL, control characters and halves of characters are left out."""
    hostile = Reply("<a@b>", "a\0@b", "x\0\ud800\r\nBcc: y", "1\0\r\n2\r3\x1b[0m\t4")

    messages.receive(desk.store, desk.order, hostile, actor="inbox")

    kept = desk.rows(tables.messages)[-1]
    assert (kept.subject, kept.body) == ("x Bcc: y", "1\n2\n3[0m\t4")


def test_a_thread_is_read_up_to_what_was_shown(desk):
    """A reply that came meanwhile stays unread."""
    for name in "ab":
        messages.receive(desk.store, desk.order, reply(name), actor="inbox")
    shown = desk.rows(tables.messages)[-1].id
    messages.receive(desk.store, desk.order, reply("c"), actor="inbox")

    first = messages.mark_read(desk.store, desk.order, last=shown, actor="ana")
    again = messages.mark_read(desk.store, desk.order, last=shown, actor="ana")

    read = [row.read_at is not None for row in desk.rows(tables.messages)]
    assert read == [False, True, True, False]
    assert (first.changed, again.changed) == (True, False)
    assert desk.kinds().count("messages_read") == 1


def test_reading_keeps_nobody_from_acting(desk):
    """Who reads a thread changes nothing that another person decided on."""
    version = desk.row().version
    messages.receive(desk.store, desk.order, reply(), actor="inbox")
    messages.mark_read(desk.store, desk.order, last=99, actor="ana")

    seen = Order("1", version=version)

    assert status.archive(desk.store, seen, actor="bea").changed


def test_an_answer_follows_the_last_reply(desk):
    """The customer's mail program shows them together."""
    messages.receive(desk.store, desk.order, reply("a"), actor="inbox")
    messages.receive(desk.store, desk.order, reply("b"), actor="inbox")
    messages.message(desk.store, desk.order, "Re", "Merci", actor="ana")

    assert desk.rows(tables.messages)[-1].in_reply_to == "<b@example.org>"


@pytest.mark.parametrize(
    ("subject", "body"),
    [("x" * 251, "Texte"), ("Objet", "x" * 50_001), ("\0", "Texte"), ("a", "\r\n\0")],
)
def test_too_long_or_blank_is_refused(counter, subject, body):
    """Nothing is kept."""
    with pytest.raises(MessageRefused):
        messages.message(counter.store, counter.order, subject, body, actor="ana")

    assert counter.rows(tables.messages) == []


def test_the_same_key_writes_once(counter):
    """Another text under the same key is refused."""
    asked = {"actor": "ana", "key": "k"}
    first = messages.message(counter.store, counter.order, "a", "b", **asked)
    again = messages.message(counter.store, counter.order, "a", "b", **asked)
    with pytest.raises(KeyReused):
        messages.message(counter.store, counter.order, "a", "c", **asked)

    assert (first.changed, again.changed) == (True, False)
    assert len(counter.rows(tables.messages)) == 1


def test_the_journal_holds_no_word_of_a_conversation(desk):
    """Ids and states only, in entries that add up."""
    messages.receive(desk.store, desk.order, reply(body="geheim"), actor="inbox")
    messages.mark_read(desk.store, desk.order, last=99, actor="ana")
    becomes(desk, "uncertain")
    messages.decide(desk.store, desk.order, 1, sent=True, actor="ana")

    with desk.store.reading() as connection:
        entries = connection.execute(
            select(tables.events.c.kind, tables.events.c.payload)
        ).all()
        receipts = connection.execute(select(tables.receipts)).all()
        assert checks.chain(connection, desk.store.key).ok
    payloads = [json.loads(row.payload) for row in entries[1:]]
    assert {name for payload in payloads for name in payload} <= {
        "message",
        "last",
        "state",
    }
    written = str(entries) + str(receipts)
    assert not any(
        word in written for word in ("geheim", "example.org", "Objet", "Texte")
    )


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("<a.1@example.org>", True),
        (None, False),
        ("", False),
        ("a@example.org", False),
        ("<a@example.org>\nBcc: b@example.org", False),
        ("<a b@example.org>", False),
    ],
)
def test_only_a_message_id_is_repeated_in_a_header(text, safe):
    """What came in with a mail never becomes a header of ours."""
    assert messages.is_message_id(text) is safe
