"""The post in the server: it sends, it fetches, and it stops in good order."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest
from mail_servers import Post, started
from ports import free_port
from sqlalchemy import select

from commandes.actions import messages
from commandes.actions.orders import Order
from commandes.mail import worker
from commandes.mail.worker import Worker
from commandes.store import tables

PATIENCE = 30  # seconds until something that must happen has happened


@contextmanager
def serving(settings, **more):
    """The server in a process of its own; what it says on standard error."""
    process = subprocess.Popen(
        [sys.executable, "-m", "commandes.cli", "serve", "--json", "--port", "0"],
        env={
            **{k: v for k, v in os.environ.items() if not k.startswith("COMMANDES_")},
            "COMMANDES_DATA_DIR": str(settings.data_dir),
            **more,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        json.loads(process.stdout.readline())
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def rows(store):
    with store.reading() as connection:
        return connection.execute(
            select(tables.messages).order_by(tables.messages.c.id)
        ).all()


def until(condition) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


class SlowPost(Post):
    """A server that thinks about each text, and says when it begins to."""

    def __init__(self) -> None:
        super().__init__()
        self.began = threading.Event()

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 (aiosmtpd's name)
        self.began.set()
        await asyncio.sleep(1.5)
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def post():
    """A slow mail server."""
    behaviour = SlowPost()
    controller = started(behaviour)
    behaviour.url = f"smtp://127.0.0.1:{controller.port}"
    yield behaviour
    controller.stop()


def test_the_server_sends_and_fetches(settings, shop, post, mailbox):
    """A message leaves by itself, and the reply to it comes in by itself."""
    shop.order("1")
    messages.message(shop.store, Order("1"), "Bonjour", "Texte", actor="t")
    mailbox.drop(
        b"From: ana@example.org\r\nMessage-ID: <r@example.org>\r\nIn-Reply-To: "
        + rows(shop.store)[0].message_id.encode()
        + b"\r\n\r\nOui"
    )

    more = {"COMMANDES_SMTP_URL": post.url, "COMMANDES_IMAP_URL": mailbox.url}
    with serving(settings, **more):
        until(lambda: [r.state for r in rows(shop.store)] == ["sent", "received"])

    assert rows(shop.store)[1].body == "Oui"


def test_a_stop_finishes_the_message_in_hand(settings, shop, post):
    """The server waits for the answer to it, and takes up no other."""
    shop.order("1")
    for subject in ("un", "deux"):
        messages.message(shop.store, Order("1"), subject, "Texte", actor="t")

    with serving(settings, COMMANDES_SMTP_URL=post.url) as process:
        assert post.began.wait(PATIENCE)
        process.send_signal(signal.SIGTERM)
        _out, err = process.communicate(timeout=PATIENCE)

    assert "Traceback" not in err
    assert [row.state for row in rows(shop.store)] == ["sent", "queued"]
    assert len(post.taken) == 1


def test_trouble_is_logged_without_anybody_s_data(settings, shop):
    """The log names what went wrong, not to whom."""
    shop.order("1", email="geheim@example.org")
    messages.message(shop.store, Order("1"), "Objet geheim", "geheim", actor="t")
    url = f"smtp://user:geheim@127.0.0.1:{free_port()}"

    with serving(settings, COMMANDES_SMTP_URL=url) as process:
        said = next(line for line in process.stderr if "outbox" in line)
        process.send_signal(signal.SIGTERM)
        _out, err = process.communicate(timeout=PATIENCE)

    assert json.loads(said)["level"] == "warning"
    assert "geheim" not in said + err
    assert rows(shop.store)[0].state == "queued"


def test_an_accident_ends_no_thread(store, settings, monkeypatch, caplog):
    """Whatever breaks, the next look is taken; a traceback would hold addresses."""
    looks = []

    def broken(*_args, **_kwargs):
        looks.append(1)
        raise RuntimeError("geheim@example.org")

    monkeypatch.setattr(worker.outbox, "send_waiting", broken)
    monkeypatch.setattr(worker, "SEND_EVERY", 0.01)
    monkeypatch.setattr(worker, "LONGEST_PAUSE", 0.01)
    from dataclasses import replace

    post = Worker(store, replace(settings, smtp_url="smtp://127.0.0.1:9"))
    post.start()
    until(lambda: len(looks) > 2)
    post.stop()

    assert "RuntimeError" in caplog.text
    assert "geheim" not in caplog.text


def test_without_servers_there_are_no_threads(store, settings):
    """Nothing runs that has nothing to do."""
    before = threading.active_count()
    post = Worker(store, settings)
    post.start()

    assert threading.active_count() == before
    post.stop()
