"""R14: none lost, none twice but those listed as uncertain, no header of others."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

from mail_servers import started
from sqlalchemy import select

from commandes.actions import messages
from commandes.actions.orders import Order
from commandes.mail import outbox
from commandes.store import checks, tables

MAILS = int(os.environ.get("OUTBOX_MAILS", "200"))
SENDER = Path(__file__).parent / "sender.py"
HEADERS = {
    *("From", "To", "Subject", "Date", "Message-ID", "MIME-Version"),
    *("Content-Type", "Content-Transfer-Encoding"),
}
HOSTILE = (
    "Bonjour",
    "a\r\nBcc: x@evil.example",
    "=?utf-8?q?a=0D=0ABcc=3A_x=40evil.example?=",
    "é" * 200,
    "a\u2028Bcc: x@evil.example",
)


class Moody:
    """A server that takes, delays, refuses, and goes away at any moment.

    Attributes:
        accepted: how often each Message-ID was taken over (answered 250).
        refused: how often each one was refused for good.
    """

    def __init__(self, seed: int) -> None:
        self.moods = random.Random(seed)  # noqa: S311 (a test's dice)
        self.accepted = Counter()
        self.refused = Counter()
        self.mails = []
        self.calm = False

    async def handle_RCPT(self, server, _session, envelope, address, _options):  # noqa: N802 (aiosmtpd's name)
        mood = 1.0 if self.calm else self.moods.random()
        if mood < 0.05:
            server.transport.abort()
        if mood < 0.1:
            return "450 later"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802 (aiosmtpd's name)
        mood = 1.0 if self.calm else self.moods.random()
        if not self.calm:
            await asyncio.sleep(self.moods.choice((0, 0, 0.02, 0.1)))
        name = message_from_bytes(envelope.content)["Message-ID"]
        if mood < 0.06:  # it goes away, and has not taken the text
            server.transport.abort()
            return "451 gone"
        if mood < 0.1:
            return "451 later"
        if mood < 0.14:
            self.refused[name] += 1
            return "554 never"
        self.accepted[name] += 1
        self.mails.append(envelope)
        if mood < 0.2:  # it has taken the text, and goes away before it says so
            server.transport.close()
        return "250 taken"


@contextmanager
def sending(settings):
    """A sender in a process of its own, killed at the end without a word."""
    process = subprocess.Popen(
        [sys.executable, SENDER],
        env={
            **{k: v for k, v in os.environ.items() if not k.startswith("COMMANDES_")},
            "COMMANDES_DATA_DIR": str(settings.data_dir),
            "COMMANDES_SMTP_URL": settings.smtp_url,
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline() == "ready\n"
        yield
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def states(store) -> Counter:
    with store.reading() as connection:
        return Counter(connection.scalars(select(tables.messages.c.state)))


def test_killed_at_random(settings, shop, monkeypatch):
    """Whatever the server does and whenever the sender dies, each mail is told of."""
    seed = random.randrange(2**32)  # noqa: S311 (a test's dice)
    dice = random.Random(seed)  # noqa: S311 (a test's dice)
    store = shop.store
    shop.bring(
        shop.incoming(
            [
                {"number": f"{n}", "email": f"ana{n}@example.org"}
                for n in range(MAILS // 10)
            ]
        )
    )
    for place in range(MAILS):
        order = Order(str(place % (MAILS // 10)))
        subject = HOSTILE[place % len(HOSTILE)]
        messages.message(store, order, subject, f"{subject}\n.\nfin", actor="t")
    server = Moody(seed)
    controller = started(server)
    served = replace(settings, smtp_url=f"smtp://127.0.0.1:{controller.port}")

    kills = 0
    try:
        while states(store)["queued"] > MAILS // 20:
            with sending(served), sending(served):
                time.sleep(dice.uniform(0.02, 0.4))
            kills += 2
        # At last somebody sends in peace; what the dead had in hand is in doubt.
        server.calm = True
        monkeypatch.setattr(outbox, "PAUSES", (timedelta(0),) * 60)
        outbox.give_up_dead(store, timedelta(0))
        while states(store)["queued"]:
            outbox.send_waiting(store, served)
    finally:
        controller.stop()

    with store.reading() as connection:
        rows = connection.execute(select(tables.messages)).all()
        assert checks.chain(connection, store.key).ok, seed
    by_state = states(store)
    assert set(by_state) <= {"sent", "uncertain", "failed"}, (seed, by_state)
    for row in rows:
        times = server.accepted[row.message_id]
        if row.state == "sent":
            assert times == 1, seed
        elif row.state == "failed":
            assert (times, server.refused[row.message_id]) == (0, 1), seed
        else:
            assert times in (0, 1), seed
    assert kills >= 4
    # The moods and the kills both left their traces.
    assert all(by_state[state] for state in ("sent", "uncertain", "failed")), seed
    for envelope in server.mails:
        assert len(envelope.rcpt_tos) == 1
        names = message_from_bytes(envelope.content).keys()
        assert sorted(names) == sorted(HEADERS), seed
