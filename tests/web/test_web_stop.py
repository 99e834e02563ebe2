"""A graceful stop: the message in hand comes to its end, nothing new is taken up."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import select
from websockets.sync.client import connect

from commandes.actions import messages
from commandes.actions.orders import Order
from commandes.backups import history
from commandes.server import GRACE_SECONDS
from commandes.store import tables

sys.path.append(str(Path(__file__).parents[1] / "mail"))
from mail_servers import Post, started
from serving import running


class SlowPost(Post):
    """A server that thinks about each text for longer than connections are given."""

    def __init__(self) -> None:
        super().__init__()
        self.began = threading.Event()

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 (aiosmtpd's name)
        self.began.set()
        await asyncio.sleep(GRACE_SECONDS + 2)
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def post():
    """The slow mail server."""
    behaviour = SlowPost()
    controller = started(behaviour)
    behaviour.url = f"smtp://127.0.0.1:{controller.port}"
    yield behaviour
    controller.stop()


def test_a_stop_ends_what_is_in_hand_and_takes_up_nothing(shop, tmp_path, post):
    """Someone has the app open, the mail server is slow: the message is sent, once."""
    shop.order("1")
    for subject in ("un", "deux"):
        messages.message(shop.store, Order("1"), subject, "Texte", actor="t")
    more = {"COMMANDES_SMTP_URL": post.url, "COMMANDES_BACKUP_EVERY": "1"}
    with (
        running(tmp_path, COMMANDES_LOG="all", **more) as server,
        connect(
            f"ws://127.0.0.1:{server.port}/_stcore/stream",
            subprotocols=["streamlit"],
            origin=f"http://127.0.0.1:{server.port}",
            additional_headers={"Cookie": server.cookie},
        ),
    ):
        assert post.began.wait(60)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(60) in (0, -signal.SIGTERM)

    with shop.store.reading() as connection:
        m = tables.messages.c
        states = connection.scalars(select(m.state).order_by(m.id)).all()
    assert states == ["sent", "queued"]
    assert len(post.taken) == 1
    told = [line["event"] for line in server.lines()]
    assert told[-1] == "stopped"
    assert {"outbox", "backup"} <= set(told)
    (made,) = history.listed(tmp_path / "data" / "backups")
    assert made[1].checked
