"""Messages against a real SMTP server that takes, refuses, delays and drops."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from mail_servers import Post, started
from ports import free_port
from sqlalchemy import select

from commandes.actions import carts, messages, objections, payments
from commandes.actions.orders import Order
from commandes.mail import outbox
from commandes.reports import conversations
from commandes.store import checks, tables


@pytest.fixture
def post(settings, shop):
    """A server on a free port, an order with one message waiting."""
    behaviour = Post()
    controller = started(behaviour)
    behaviour.settings = replace(
        settings, smtp_url=f"smtp://127.0.0.1:{controller.port}"
    )
    behaviour.store = shop.store
    behaviour.shop = shop
    shop.order("1")
    messages.message(shop.store, Order("1"), "Votre commande", "Été\n.\nfin", actor="t")
    yield behaviour
    controller.stop()


def rows(store):
    with store.reading() as connection:
        return connection.execute(
            select(tables.messages).order_by(tables.messages.c.id)
        ).all()


def state(store) -> str:
    return rows(store)[0].state


def kinds(store) -> list[str]:
    with store.reading() as connection:
        c = tables.events.c
        return list(connection.scalars(select(c.kind).order_by(c.seq)))


def corrected(post, email) -> None:
    """A file corrects the e-mail of order 1."""
    with post.store.writing("file") as writer:
        writer.connection.execute(
            tables.orders.update().where(tables.orders.c.id == 1).values(email=email)
        )


def rest(store) -> None:
    """Let the pause after a refusal go by."""
    with store.writing("t") as writer:
        c = tables.messages.c
        writer.connection.execute(
            tables.messages.update()
            .where(c.state == "queued")
            .values(state_at=datetime(2020, 1, 1, tzinfo=UTC))
        )


def test_a_message_that_waits_is_sent_once(post):
    """The text arrives whole, dots included; a second round sends nothing."""
    assert outbox.send_waiting(post.store, post.settings).sent == 1
    assert outbox.send_waiting(post.store, post.settings).sent == 0

    (envelope,) = post.taken
    assert envelope.rcpt_tos == ["ana@example.org"]
    assert state(post.store) == "sent"
    mail = message_from_bytes(envelope.content, policy=policy.default)
    assert mail["Subject"] == "Votre commande [#1]"
    assert mail.get_content().splitlines() == ["Été", ".", "fin"]
    assert kinds(post.store)[-2:] == ["message_queued", "message_sent"]


def test_a_message_that_waits_follows_an_address_that_was_corrected(post):
    """It goes to the new address, which the thread shows; none changes nothing."""
    messages.message(post.store, Order("1"), "Deux", "Texte", actor="t")
    post.shop.order("1", email="ana.martin@example.org")
    post.recipient_answers["ana.martin@example.org"] = "450 later"
    outbox.send_waiting(post.store, post.settings)
    assert rows(post.store)[0].recipient == "ana.martin@example.org"
    corrected(post, None)
    post.recipient_answers.clear()
    rest(post.store)

    assert outbox.send_waiting(post.store, post.settings).sent == 2

    assert [sent.rcpt_tos for sent in post.taken] == [["ana.martin@example.org"]] * 2


def test_what_was_withdrawn_is_not_sent(post):
    """It was taken out of the outbox before the worker came."""
    messages.withdraw(post.store, Order("1"), 1, actor="t")

    assert outbox.send_waiting(post.store, post.settings).sent == 0
    assert state(post.store) == "withdrawn"


def test_without_a_server_set_messages_stay_queued(post, settings):
    """Nothing is touched."""
    assert outbox.send_waiting(post.store, settings) == outbox.Round()
    assert state(post.store) == "queued"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("451 later", "queued"),
        ("554 never", "failed"),
        ("drop", "uncertain"),
        ("close", "uncertain"),
        ("999 what", "uncertain"),
    ],
)
def test_what_the_server_says_decides_the_state(post, answer, expected):
    """Later: again. Never: failed. Silence after the text: for a person to decide."""
    post.answer = answer

    assert outbox.send_waiting(post.store, post.settings).sent == 0

    assert state(post.store) == expected
    with post.store.reading() as connection:
        assert checks.chain(connection, post.store.key).first_bad == ""


def test_an_address_that_the_server_refuses_fails(post):
    """The error is kept for the person who looks."""
    post.recipient_answers["ana@example.org"] = "550 unknown"

    outbox.send_waiting(post.store, post.settings)

    assert state(post.store) == "failed"
    assert rows(post.store)[0].error == "550 unknown"
    assert post.taken == []


@pytest.mark.parametrize("refusal", ["450 later", "drop"])
def test_a_refusal_for_now_keeps_no_other_message_waiting(post, refusal):
    """The others go out in the same round; the refused one rests before it is tried."""
    post.recipient_answers["ana@example.org"] = refusal
    for number in ("2", "3"):
        post.shop.order(number, email=f"{number}@example.org")
        messages.message(post.store, Order(number), "Objet", "Texte", actor="t")

    assert outbox.send_waiting(post.store, post.settings).sent == 2
    asked = post.connections
    assert outbox.send_waiting(post.store, post.settings).sent == 0
    assert post.connections == asked
    post.recipient_answers.clear()
    rest(post.store)

    assert outbox.send_waiting(post.store, post.settings).sent == 1
    assert [row.state for row in rows(post.store)] == ["sent"] * 3


def test_a_message_refused_for_now_fails_in_the_end(post):
    """After the last pause nobody waits any longer: it has failed, and says why."""
    post.answer = "451 later"
    states = []
    for _ in range(len(outbox.PAUSES) + 1):
        outbox.send_waiting(post.store, post.settings)
        states.append(state(post.store))
        rest(post.store)

    assert states == ["queued"] * len(outbox.PAUSES) + ["failed"]
    assert rows(post.store)[0].error == "451 later"
    assert kinds(post.store).count("message_failed") == 1


def test_a_server_that_is_away_costs_no_attempt(post):
    """The message waits until there is a server again; why is there to read."""
    away = replace(post.settings, smtp_url=f"smtp://127.0.0.1:{free_port()}")
    for _ in range(20):
        assert outbox.send_waiting(post.store, away).trouble

    assert rows(post.store)[0].attempts == 0
    assert conversations.post(post.store).trouble
    assert outbox.send_waiting(post.store, post.settings).sent == 1
    assert conversations.post(post.store).trouble == ""


@pytest.mark.parametrize("url", ["ftp://example.org", "smtp://127.0.0.1:x", "nothing"])
def test_a_setting_that_is_no_server_is_said(post, url):
    """Nothing is lost by a slip in the setting."""
    round_ = outbox.send_waiting(post.store, replace(post.settings, smtp_url=url))

    assert round_.trouble
    assert rows(post.store)[0].attempts == 0


@pytest.mark.parametrize(
    "email",
    [
        "ana",
        "ana@example.org\r\nBcc: x@evil.example",
        "ana@example.org, x@evil.example",
        "a b@example.org",
        "ana@example.org>\r\nRCPT TO:<x@evil.example",
        "ana@-.é\u0001",
        "Ana <ana@example.org>",
        f"ana@{'x' * 70}.example",
    ],
)
def test_what_is_no_address_fails_alone(post, email):
    """The message says so, and the one after it goes out."""
    corrected(post, email)
    post.shop.order("2", email="bob@example.org")
    messages.message(post.store, Order("2"), "Objet", "Texte", actor="t")

    assert outbox.send_waiting(post.store, post.settings).sent == 1

    assert [row.state for row in rows(post.store)] == ["failed", "sent"]
    assert [envelope.rcpt_tos for envelope in post.taken] == [["bob@example.org"]]


def test_a_host_with_accents_is_written_to(post):
    """Its name in ASCII stands in the envelope."""
    corrected(post, "ana@bücher.example")

    assert outbox.send_waiting(post.store, post.settings).sent == 1
    assert post.taken[0].rcpt_tos == ["ana@xn--bcher-kva.example"]


@pytest.mark.parametrize(
    "text",
    [
        "a\r\nBcc: x@evil.example",
        "=?utf-8?q?a=0D=0ABcc=3A_x=40evil.example?=",
        "=?utf-8?b?YQ0KQmNjOiB4QGV2aWwuZXhhbXBsZQ==?=",
        "a\u2028Bcc: x@evil.example",
        "a\x0bBcc: x\x1cBcc: y\x85Bcc: z\x00",
        "é" * 240,
        "x" * 240,
        "\u202egnp.exe 🎁",
    ],
)
def test_no_text_becomes_a_header(post, text):
    """Whatever a subject holds, it is the subject; the body stays below."""
    messages.message(post.store, Order("1"), text, f"{text}\r\n.\r\nBcc: q", actor="t")

    assert outbox.send_waiting(post.store, post.settings).sent == 2

    mail = message_from_bytes(post.taken[1].content, policy=policy.default)
    assert sorted(mail.keys()) == sorted(HEADERS)
    assert mail["Subject"] == f"{messages.as_line(text)} [#1]"
    assert mail.get_content().splitlines()[-2:] == [".", "Bcc: q"]


HEADERS = (
    "From To Subject Date Message-ID MIME-Version Content-Type "
    "Content-Transfer-Encoding"
).split()


def test_an_answer_names_what_it_answers(post):
    """The customer's mail program shows both together; a forged id is left out."""
    for given in ("<theirs@example.org>", "<x>\r\nBcc: evil@evil.example"):
        messages.receive(
            post.store,
            Order("1"),
            messages.Reply(given, "ana@example.org", "Re", "Oui"),
            actor="inbox",
        )
        messages.message(post.store, Order("1"), "Re", "Bien", actor="t")
    outbox.send_waiting(post.store, post.settings)

    mails = [message_from_bytes(envelope.content) for envelope in post.taken]
    assert [mail["In-Reply-To"] for mail in mails] == [
        None,
        "<theirs@example.org>",
        None,
    ]
    assert mails[2]["Bcc"] is None


def test_a_worker_that_died_while_sending_leaves_uncertainty(post):
    """Its message is not sent again by itself."""
    with post.store.writing("t") as writer:
        writer.connection.execute(
            tables.messages.update().values(
                state="sending", state_at=datetime(2020, 1, 1, tzinfo=UTC)
            )
        )

    assert outbox.send_waiting(post.store, post.settings).sent == 0

    assert state(post.store) == "uncertain"
    assert post.taken == []


def test_a_worker_that_comes_back_too_late_decides_nothing(post):
    """What a person decided about its message in the meantime stands."""
    taken = outbox._take(post.store)
    outbox.give_up_dead(post.store, timedelta(0))
    (doubtful,) = rows(post.store)
    messages.decide(post.store, Order("1"), doubtful.id, sent=False, actor="t")
    outbox._take(post.store)

    outbox._note(post.store, taken, outbox.Outcome("sent"))

    assert state(post.store) == "sending"


def test_an_order_withdrawn_while_its_message_is_sent(post):
    """Nothing is left to note, and nothing breaks."""
    taken = outbox._take(post.store)
    with post.store.writing("t") as writer:
        writer.connection.execute(tables.messages.delete())

    outbox._note(post.store, taken, outbox.Outcome("sent"))

    assert rows(post.store) == []


def test_two_workers_send_each_message_once(post):
    """A message is taken under the write lock."""
    for place in range(20):
        messages.message(post.store, Order("1"), f"n {place}", "Texte", actor="t")
    workers = [
        threading.Thread(target=outbox.send_waiting, args=(post.store, post.settings))
        for _ in range(4)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    ids = [message_from_bytes(one.content)["Message-ID"] for one in post.taken]
    assert len(ids) == len(set(ids)) == 21


def test_a_server_that_talks_for_ever_is_left(post, monkeypatch):
    """A byte now and then keeps a message for DEADLINE, not longer."""
    import socketserver

    class Slow(socketserver.BaseRequestHandler):
        def handle(self):
            with suppress(OSError):
                while True:
                    self.request.sendall(b"2")
                    self.server.ended.wait(0.05)

    monkeypatch.setattr(outbox, "DEADLINE", 0.5)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Slow) as server:
        server.daemon_threads = True
        server.ended = threading.Event()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"smtp://127.0.0.1:{server.server_address[1]}"

        round_ = outbox.send_waiting(post.store, replace(post.settings, smtp_url=url))

        server.ended.set()
        server.shutdown()
    assert round_.trouble
    assert rows(post.store)[0].attempts == 0


def test_a_sender_that_the_server_does_not_want_fails_no_message(post):
    """The shop's own address is a matter of settings: the message waits."""

    async def refused(_server, _session, _envelope, _address, _options):
        return "550 who are you"

    post.handle_MAIL = refused

    assert outbox.send_waiting(post.store, post.settings).sent == 0
    assert (state(post.store), rows(post.store)[0].error) == (
        "queued",
        "550 who are you",
    )


def test_a_reminder_carries_its_way_out_and_no_other_message_does(post):
    """One click in the mail program ends it (RFC 8058); what lost its reason stays."""
    post.store.settings = replace(
        post.store.settings, public_url="https://commandes.example.org"
    )
    begun = datetime.now(UTC) - timedelta(hours=2)
    agreed = {"is_cart": True, "marketing_consent": True, "at": begun}
    agreed |= {"cart_url": "https://example.org/p"}
    for number in ("2", "3"):
        post.shop.order(number, **agreed, email=f"{number}@example.org")
        text = ("Été : " + "votre panier " * 9, "{panier} {desabonnement}")
        carts.remind(post.store, Order(number), *text, actor="t")
    payments.pay(post.store, Order("3"), actor="t")
    post.shop.order("4", **agreed, email="4@example.org")
    carts.remind(post.store, Order("4"), *text, actor="t")
    post.shop.order("4", **agreed, email="5@example.org")

    outbox.send_waiting(post.store, post.settings)

    plain, reminder = (
        message_from_bytes(sent.content, policy=policy.SMTP) for sent in post.taken
    )
    token = objections.token(post.store, "2@example.org")
    link = f"https://commandes.example.org/api/unsubscribe/{token}"
    assert reminder["To"] == "2@example.org"
    assert reminder["Subject"] == "Été : " + "votre panier " * 9 + "[#2]"
    head = post.taken[1].content.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert f"List-Unsubscribe: <{link}>".encode() in head
    assert max(len(line) for line in head if b"Unsub" not in line) <= 78
    assert reminder["List-Unsubscribe"] == f"<{link}>"
    assert reminder["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in reminder.get_content()
    assert plain["List-Unsubscribe"] is None
    states = [row.state for row in rows(post.store)]
    assert states == ["sent", "sent", "failed", "failed"]
    # The way out would have been another's.
    assert "l’adresse a changé" in rows(post.store)[3].error
    assert "payé" in rows(post.store)[2].error
