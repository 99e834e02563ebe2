"""Messages against a real SMTP server that takes, refuses, delays and drops."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from commandes.actions import messages
from commandes.actions.orders import Order
from commandes.mail import outbox
from commandes.store import checks, tables


class Post:
    """A mail server's behaviour; it keeps what it took."""

    def __init__(self) -> None:
        self.taken = []
        self.answer = "250 taken"
        self.recipient_answer = None

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 (aiosmtpd's name)
        if self.recipient_answer:
            return self.recipient_answer
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802 (aiosmtpd's name)
        self.taken.append(envelope)
        if self.answer == "drop":
            server.transport.abort()
            return "451 gone"
        return self.answer


def started(behaviour: Post) -> Controller:
    """A server on a port that was free; another one where it was taken meanwhile."""
    for _ in range(10):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        controller = Controller(behaviour, hostname="127.0.0.1", port=port)
        try:
            controller.start()
        except OSError:
            continue
        return controller
    pytest.fail("no free port")


@pytest.fixture
def post(settings, shop):
    """A server on a free port, an order with one message waiting."""
    behaviour = Post()
    controller = started(behaviour)
    behaviour.settings = replace(
        settings, smtp_url=f"smtp://127.0.0.1:{controller.port}"
    )
    behaviour.store = shop.store
    shop.order("1")
    messages.message(shop.store, Order("1"), "Votre commande", "Été\n.\nfin", actor="t")
    yield behaviour
    controller.stop()


def state(store) -> str:
    with store.reading() as connection:
        return connection.scalar(select(tables.messages.c.state))


def test_a_message_that_waits_is_sent_once(post):
    """The text arrives whole, dots included; a second round sends nothing."""
    assert outbox.send_waiting(post.store, post.settings) == 1
    assert outbox.send_waiting(post.store, post.settings) == 0

    (envelope,) = post.taken
    assert envelope.rcpt_tos == ["ana@example.org"]
    assert state(post.store) == "sent"
    text = envelope.content.decode()
    assert text.count("Subject: Votre commande") == 1
    assert "\r\n.\r\n" in text


def test_without_a_server_set_messages_stay_queued(post, settings):
    """Nothing is touched."""
    assert outbox.send_waiting(post.store, settings) == 0
    assert state(post.store) == "queued"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("451 later", "queued"), ("554 never", "failed"), ("drop", "uncertain")],
)
def test_what_the_server_says_decides_the_state(post, answer, expected):
    """Later: again. Never: failed. Silence after the text: for a person to decide."""
    post.answer = answer

    assert outbox.send_waiting(post.store, post.settings) == 0

    assert state(post.store) == expected
    with post.store.reading() as connection:
        assert checks.chain(connection, post.store.key).first_bad == ""


def test_an_address_that_the_server_refuses_fails(post):
    """The error is kept for the person who looks."""
    post.recipient_answer = "550 unknown"

    outbox.send_waiting(post.store, post.settings)

    assert state(post.store) == "failed"
    assert post.taken == []


def test_a_server_that_is_away_is_tried_five_times(post):
    """Then the message has failed, and says so."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        away = replace(
            post.settings, smtp_url=f"smtp://127.0.0.1:{free.getsockname()[1]}"
        )
        states = []
        for _ in range(5):
            outbox.send_waiting(post.store, away)
            states.append(state(post.store))

    assert states == ["queued"] * 4 + ["failed"]


def test_a_worker_that_died_while_sending_leaves_uncertainty(post):
    """Its message is not sent again by itself."""
    with post.store.writing("t") as writer:
        writer.connection.execute(
            tables.messages.update().values(
                state="sending", state_at=datetime(2020, 1, 1, tzinfo=UTC)
            )
        )

    assert outbox.send_waiting(post.store, post.settings) == 0

    assert state(post.store) == "uncertain"
    assert post.taken == []
