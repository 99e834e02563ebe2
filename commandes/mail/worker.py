"""The post, in the background of the server: messages go out, replies come in.

Each has a thread of its own, so that a slow mailbox keeps no message waiting. Any
number of processes may run one: what they do is told apart in the store.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from commandes import words
from commandes.mail import inbox, outbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from commandes.settings import Settings
    from commandes.store import Store

log = logging.getLogger("commandes.mail")

# Seconds between two looks; after trouble twice as long each time, up to the longest.
SEND_EVERY = 3.0
FETCH_EVERY = 20.0
LONGEST_PAUSE = 300.0
# Seconds that a stop waits: a message in hand comes to its end, within reason; what
# is being read is read again.
PATIENCE = {"outbox": 60.0, "inbox": 5.0}


class Worker:
    """The threads of the post of one process; without a mail server there are none."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin to send and to fetch, each if its server is set."""
        if self._settings.smtp_url:
            self._begin("outbox", self._send, SEND_EVERY)
        if self._settings.imap_url:
            self._begin("inbox", self._fetch, FETCH_EVERY)

    def stop(self) -> None:
        """End once the message in hand is done."""
        self._ended.set()
        for thread in self._threads:
            thread.join(PATIENCE[thread.name])
            if thread.is_alive():
                log.warning("%s: still busy, left", thread.name)
        self._threads.clear()

    def _begin(self, name: str, work: Callable[[], str], every: float) -> None:
        thread = threading.Thread(
            target=self._run, args=(name, work, every), name=name, daemon=True
        )
        self._threads.append(thread)
        thread.start()

    def _run(self, name: str, work: Callable[[], str], every: float) -> None:
        words.use(self._settings.language)
        pause = every
        while not self._ended.is_set():
            pause = min(pause * 2, LONGEST_PAUSE) if self._fails(name, work) else every
            self._ended.wait(pause)

    @staticmethod
    def _fails(name: str, work: Callable[[], str]) -> bool:
        """Do the work once; the log names kinds of trouble, never a person's data."""
        try:
            trouble = work()
        except Exception as error:  # noqa: BLE001 (a thread that ends would send nothing more, in silence)
            trouble = type(error).__name__
            log.error("%s: %s", name, trouble)  # noqa: TRY400 (a traceback holds addresses)
        else:
            if trouble:
                log.warning("%s: the server does not do its part", name)
        return bool(trouble)

    def _send(self) -> str:
        ended = self._ended.is_set
        return outbox.send_waiting(self._store, self._settings, ended=ended).trouble

    def _fetch(self) -> str:
        ended = self._ended.is_set
        return inbox.fetch(self._store, self._settings, ended=ended).trouble
