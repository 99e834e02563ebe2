"""Work that a server does by itself, again and again, each kind in its own thread."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from commandes import access, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from commandes.access import Person

# After trouble the pause is twice as long each time, up to this many seconds.
LONGEST_PAUSE = 300.0


class Background:
    """The background threads of one process; any number of processes may have them.

    What one of them does twice, or two at once, must be told apart in the store.

    Args:
        language: of what the threads say.
        name: of the log.
    """

    def __init__(self, language: str, name: str = "commandes.background") -> None:
        self._language = language
        self._log = logging.getLogger(name)
        self._threads: list[tuple[threading.Thread, float]] = []
        self.ended = threading.Event()

    def begin(
        self,
        name: str,
        work: Callable[[], str],
        *,
        who: Person,
        every: float,
        patience: float = 5.0,
        longest: float = LONGEST_PAUSE,
    ) -> None:
        """Do some work now, and again each time a pause is over.

        Args:
            work: answers what trouble there was; empty when there was none.
            who: in whose name, with the functions that the work needs.
            every: seconds of the pause.
            patience: seconds that a stop waits for the work in hand.
            longest: seconds of the longest pause after trouble.
        """
        thread = threading.Thread(
            target=self._run,
            args=(name, work, who, every, longest),
            name=name,
            daemon=True,
        )
        self._threads.append((thread, patience))
        thread.start()

    def end(self) -> None:
        """Take up no new work; what is in hand goes on."""
        self.ended.set()

    def stop(self) -> None:
        """End once the work in hand is done."""
        self.end()
        for thread, patience in self._threads:
            thread.join(patience)
            if thread.is_alive():
                self._log.warning("%s: still busy, left", thread.name)
        self._threads.clear()

    def _run(
        self,
        name: str,
        work: Callable[[], str],
        who: Person,
        every: float,
        longest: float,
    ) -> None:
        words.use(self._language)
        pause = every
        while not self.ended.is_set():
            with access.acting_as(who):
                failed = self._fails(name, work)
            pause = min(pause * 2, longest) if failed else every
            self.ended.wait(pause)

    def _fails(self, name: str, work: Callable[[], str]) -> bool:
        """Do the work once; the log names kinds of trouble, never a person's data."""
        try:
            trouble = work()
        except Exception as error:  # noqa: BLE001 (a thread that ends would do nothing more, in silence)
            trouble = type(error).__name__
            self._log.error("%s: %s", name, trouble)
        else:
            if trouble:
                self._log.warning("%s: the server does not do its part", name)
        return bool(trouble)
