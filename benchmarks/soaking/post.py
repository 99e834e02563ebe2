"""A mail server on loopback that keeps what it took; some it refuses once, for now."""

from __future__ import annotations

import email
import random
import socket
from collections import Counter

from aiosmtpd.controller import Controller

# Of a hundred messages, those that are told to come again in a moment.
_LATER = 3


class Post:
    """What an SMTP server took.

    Attributes:
        taken: how often each Message-ID was taken.
        put_off: those that were refused for now, once each.
        putting_off: whether any more are.
    """

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.put_off: set[str] = set()
        self.putting_off = True
        self._chance = random.Random(1)  # noqa: S311 (no secret)

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 (aiosmtpd's name)
        """Take a text, or say that now is not the moment."""
        name = email.message_from_bytes(envelope.content)["Message-ID"]
        first = name not in self.put_off
        if self.putting_off and first and self._chance.randrange(100) < _LATER:
            self.put_off.add(name)
            return "451 later"
        self.taken[name] += 1
        return "250 taken"


def started(post: Post) -> Controller:
    """The server, on a port that was free."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(post, hostname="127.0.0.1", port=port)
    controller.start()
    return controller
