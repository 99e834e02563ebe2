"""Replies dropped in a real mailbox: which order they join, and what stays there."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from ports import free_port
from sqlalchemy import select

from commandes.actions import messages
from commandes.actions.orders import Order
from commandes.mail import inbox
from commandes.reports import conversations, detail
from commandes.store import checks, tables


@pytest.fixture
def desk(settings, shop, mailbox):
    """A shop with order #1234, a message sent about it, and its mailbox."""
    shop.order("#1234")
    messages.message(shop.store, Order("#1234"), "Bonjour", "Une question", actor="t")
    mailbox.store = shop.store
    mailbox.shop = shop
    mailbox.settings = replace(settings, imap_url=mailbox.url)
    mailbox.sent = rows(shop.store)[0].message_id
    return mailbox


def rows(store):
    with store.reading() as connection:
        return connection.execute(
            select(tables.messages).order_by(tables.messages.c.id)
        ).all()


def mail(text="Oui", *, sender="Ana <ana@example.org>", name="a", **headers) -> bytes:
    head = {
        "From": sender,
        "To": "boutique@example.org",
        "Message-ID": f"<{name}@example.org>" if name else None,
        **{key.replace("_", "-"): value for key, value in headers.items()},
    }
    lines = [f"{key}: {value}" for key, value in head.items() if value is not None]
    return "\r\n".join([*lines, "", text]).encode()


def replies(store) -> list[str]:
    return [row.body for row in rows(store) if row.direction == "in"]


def test_a_reply_joins_the_thread(desk):
    """Known by the Message-ID it answers: unread in the thread, seen in the mailbox."""
    desk.drop(mail("Oui, merci", Subject="Re: Bonjour", In_Reply_To=desk.sent))

    assert inbox.fetch(desk.store, desk.settings) == inbox.Fetched(received=1)

    found = detail.order(desk.store, "#1234")
    reply = found.messages[-1]
    assert (reply.direction, reply.state) == ("in", "received")
    assert (reply.subject, reply.body) == ("Re: Bonjour", "Oui, merci")
    assert reply.sender == "ana@example.org"
    assert reply.read_at is None
    assert found.activity[-1].kind == "message_received"
    assert set(found.activity[-1].payload) == {"message"}
    assert desk.unseen() == 0
    assert conversations.conversations(desk.store).unread == 1
    with desk.store.reading() as connection:
        assert checks.chain(connection, desk.store.key).ok


def test_a_reply_is_read_once(desk):
    """Not when looked for again, not as a copy, not when all is numbered anew."""
    desk.drop(mail("Oui", In_Reply_To=desk.sent))
    inbox.fetch(desk.store, desk.settings)
    assert inbox.fetch(desk.store, desk.settings) == inbox.Fetched()
    desk.drop(mail("Oui", In_Reply_To=desk.sent))
    assert inbox.fetch(desk.store, desk.settings) == inbox.Fetched(known=1)
    desk.renumber()

    assert inbox.fetch(desk.store, desk.settings) == inbox.Fetched(known=2)
    assert replies(desk.store) == ["Oui"]


def test_an_old_thread_is_known_by_its_references(desk):
    """A reply to a reply names our message further up."""
    ids = f"{desk.sent} <other@example.org>"
    desk.drop(mail("Encore", References=ids, In_Reply_To="<other@example.org>"))

    assert inbox.fetch(desk.store, desk.settings).received == 1


def test_a_number_in_the_subject_needs_the_order_s_address(desk):
    """Anybody can write a number: only the customer's own e-mail counts with it."""
    desk.drop(
        mail("non", name="x", sender="eve@evil.example", Subject="Re: a [#1234]"),
        mail("non", name="y", sender="ana@example.org", Subject="Re: a 1234"),
        mail("non", name="z", sender="ana@example.org", Subject="[#1235]"),
        mail("Oui", name="o", sender="ANA@example.org", Subject="Re: a [#1234]"),
    )

    assert inbox.fetch(desk.store, desk.settings) == inbox.Fetched(received=1, left=3)
    assert replies(desk.store) == ["Oui"]


def test_a_number_of_two_orders_is_nobody_s(desk):
    """Where two sources share number and customer a person has to look."""
    desk.shop.source = "other"
    desk.shop.bring(desk.shop.incoming([{"number": "#1234"}]))
    desk.drop(mail("Oui", Subject="[#1234]"))

    assert inbox.fetch(desk.store, desk.settings).left == 1


def test_what_is_nobody_s_stays_unseen_and_is_counted(desk):
    """Nothing is deleted or marked that is in no thread."""
    desk.drop(
        mail("Lettre", name="n1", sender="news@example.net", Subject="Soldes"),
        mail("Oui", name="n2", In_Reply_To=desk.sent),
        mail("Lettre", name="n3", sender="news@example.net"),
    )

    assert inbox.fetch(desk.store, desk.settings) == inbox.Fetched(received=1, left=2)

    assert (desk.count(), desk.unseen()) == (3, 2)
    assert conversations.post(desk.store).unseen == 2
    # A merchant who has looked at one of them is not told of it any more.
    with desk.opened() as box:
        box.store("1", "+FLAGS", "\\Seen")
    inbox.fetch(desk.store, desk.settings)
    assert conversations.post(desk.store).unseen == 1


def test_without_a_message_id_each_reply_is_kept_once(desk):
    """Two different ones both; the same one again never."""
    desk.drop(
        mail("un", name=None, In_Reply_To=desk.sent),
        mail("deux", name=None, In_Reply_To=desk.sent),
    )
    inbox.fetch(desk.store, desk.settings)
    desk.renumber()
    inbox.fetch(desk.store, desk.settings)

    assert replies(desk.store) == ["un", "deux"]


HOSTILE = {
    "comments without end": b"From: " + b"(" * 5_000 + b"\r\nSubject: [#1234]\r\n\r\nx",
    "nothing": b"",
    "no head": b"\r\n\r\n",
    "bytes": bytes(range(1, 256)) * 40,
    "nested": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(800)
    ),
    "charset": b"Subject: =?zip?b?AAAA?= =?utf-8?b?/w==?= [#1234]\r\n\r\nx",
    "long head": b"Subject: " + b"[#" * 100_000 + b"\r\n\r\nx",
    "many ids": b"References: " + b"<a@b> " * 30_000 + b"\r\n\r\nx",
}


def test_a_hostile_e_mail_keeps_no_other_waiting(desk):
    """Whatever is in the mailbox, the reply behind it arrives in the same look."""
    for text in HOSTILE.values():
        desk.drop(text or b"\r\n")
    desk.drop(mail("Oui", In_Reply_To=desk.sent))

    found = inbox.fetch(desk.store, desk.settings)

    assert found == inbox.Fetched(received=1, left=len(HOSTILE))
    assert replies(desk.store) == ["Oui"]


@pytest.mark.parametrize("name", ["nested", "bytes", "comments without end"])
def test_a_hostile_reply_is_in_the_thread(desk, name):
    """One that answers us is said even where its text cannot be read."""
    desk.drop(f"In-Reply-To: {desk.sent}\r\n".encode() + HOSTILE[name])

    assert inbox.fetch(desk.store, desk.settings).received == 1
    assert len(replies(desk.store)) == 1
    assert replies(desk.store) != [""]


def test_a_heavy_reply_is_read_by_its_beginning(desk):
    """Megabytes behind the text are left where they are."""
    parts = (
        "Oui, voici\r\n--b\r\nContent-Type: image/png\r\n"
        "Content-Disposition: attachment; filename=a.png\r\n\r\n" + "A" * 3_000_000
    )
    desk.drop(
        mail(
            f"--b\r\nContent-Type: text/plain\r\n\r\n{parts}\r\n--b--\r\n",
            In_Reply_To=desk.sent,
            Content_Type="multipart/mixed; boundary=b",
        )
    )

    inbox.fetch(desk.store, desk.settings)

    assert replies(desk.store) == [
        "Oui, voici\n\n(1 pièce jointe, dans la boîte de réception)"
    ]


def test_a_look_cut_short_goes_on_where_it_stopped(desk):
    """Nothing is lost, and nothing is looked at twice."""
    desk.drop(*(mail(f"n {n}", name=f"n{n}", In_Reply_To=desk.sent) for n in range(6)))
    asked = iter([False, False, True])

    first = inbox.fetch(desk.store, desk.settings, ended=lambda: next(asked))
    second = inbox.fetch(desk.store, desk.settings)

    assert (first.received, second.received, second.known) == (2, 4, 0)
    assert replies(desk.store) == [f"n {n}" for n in range(6)]


def test_two_processes_keep_a_reply_once(desk):
    """They may look at the same moment."""
    desk.drop(*(mail(f"n {n}", name=f"n{n}", In_Reply_To=desk.sent) for n in range(8)))
    lookers = [
        threading.Thread(target=inbox.fetch, args=(desk.store, desk.settings))
        for _ in range(3)
    ]
    for looker in lookers:
        looker.start()
    for looker in lookers:
        looker.join()

    assert sorted(replies(desk.store)) == [f"n {n}" for n in range(8)]


def test_another_folder(desk):
    """The address names the folder; what is elsewhere is not looked at."""
    desk.drop(mail("Oui", In_Reply_To=desk.sent))
    with desk.opened() as box:
        box.create("Clients")
    elsewhere = replace(desk.settings, imap_url=desk.url.replace("/INBOX", "/Clients"))

    assert inbox.fetch(desk.store, elsewhere) == inbox.Fetched()
    assert inbox.fetch(desk.store, desk.settings).received == 1


@pytest.mark.parametrize(
    "url",
    [
        "imap://shop:wrong@127.0.0.1:{port}/INBOX",
        "imap://shop:geheim@127.0.0.1:{port}/Nowhere",
        "imap://shop:geheim@127.0.0.1:{free}/INBOX",
        "pop://127.0.0.1",
        "imap://shop:é@127.0.0.1:{port}",
    ],
)
def test_a_mailbox_that_cannot_be_read_is_said(desk, url):
    """The screen can say why; once it can be read again, nothing is said."""
    asked = url.format(port=desk.port, free=free_port())

    found = inbox.fetch(desk.store, replace(desk.settings, imap_url=asked))

    assert found.trouble
    assert "geheim" not in found.trouble
    assert conversations.post(desk.store).mailbox == found.trouble
    assert inbox.fetch(desk.store, desk.settings).trouble == ""
    assert conversations.post(desk.store).mailbox == ""


def test_without_a_mailbox_set_nothing_is_read(store, settings):
    """And nothing is said to be wrong."""
    assert inbox.fetch(store, settings) == inbox.Fetched()
