"""The post, in the background of the server: messages go out, replies come in.

Each has a thread of its own, so that a slow mailbox keeps no message waiting. Any
number of processes may run one: what they do is told apart in the store.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from commandes import logs
from commandes.access import POST
from commandes.background import LONGEST_PAUSE, Background
from commandes.mail import inbox, outbox

if TYPE_CHECKING:
    from commandes.settings import Settings
    from commandes.store import Store

log = logging.getLogger("commandes.mail")

# Seconds between two looks.
SEND_EVERY = 3.0
FETCH_EVERY = 20.0
# Seconds that a stop waits: a message in hand comes to its end, within reason; what
# is being read is read again.
SEND_PATIENCE = 60.0
FETCH_PATIENCE = 5.0


class Worker:
    """The threads of the post of one process; without a mail server there are none."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._background = Background(settings.language, "commandes.mail")

    def start(self) -> None:
        """Begin to send and to fetch, each if its server is set."""
        begin = self._background.begin
        if self._settings.smtp_url:
            begin(
                "outbox",
                self._send,
                who=POST,
                every=SEND_EVERY,
                patience=SEND_PATIENCE,
                longest=LONGEST_PAUSE,
            )
        if self._settings.imap_url:
            begin(
                "inbox",
                self._fetch,
                who=POST,
                every=FETCH_EVERY,
                patience=FETCH_PATIENCE,
            )

    def end(self) -> None:
        """Take up no new message; the one in hand goes on."""
        self._background.end()

    def stop(self) -> None:
        """End once the message in hand is done."""
        self._background.stop()

    def _send(self) -> str:
        ended = self._background.ended.is_set
        done = outbox.send_waiting(self._store, self._settings, ended=ended)
        if done.sent:
            logs.event(log, "outbox", sent=done.sent)
        return done.trouble

    def _fetch(self) -> str:
        ended = self._background.ended.is_set
        found = inbox.fetch(self._store, self._settings, ended=ended)
        if found.received:
            logs.event(log, "inbox", received=found.received)
        return found.trouble
