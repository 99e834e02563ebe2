"""Long work beside a page run: it goes on when one closes its dialog or goes away.

Streamlit stops a run at its next word to the browser, so work that must not stop
half-way never speaks to it: it notes how far it is, and whoever looks draws that.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from typing import TYPE_CHECKING, Generic, TypeVar

import streamlit as st

from commandes import words

if TYPE_CHECKING:
    from collections.abc import Callable

    Progress = Callable[[int, int], None]

Answer = TypeVar("Answer")

# Seconds between two looks at how far a work is.
_LOOK = 0.2


class Work(Generic[Answer]):
    """A work on its way, in a thread of its own."""

    def __init__(self, work: Callable[[Progress], Answer], name: str) -> None:
        self._told = (0, 0)
        beside = ThreadPoolExecutor(1, thread_name_prefix=name)
        # Refusals are worded as they are met: in the reader's language.
        context = copy_context()
        self._future: Future[Answer] = beside.submit(context.run, work, self._tell)
        beside.shutdown(wait=False)

    def _tell(self, done: int, total: int) -> None:
        self._told = (done, total)

    def finished(self, within: float = 0.0) -> bool:
        """Whether it has come to its end, waiting for that some seconds at most."""
        wait([self._future], timeout=within)
        return self._future.done()

    def answer(self) -> Answer:
        """What it answers, or raises."""
        return self._future.result()

    def bar(self, title: str = "") -> None:
        """Draw how far it is; the title until that is known."""
        done, total = self._told
        text = f"{words.number(done)} / {words.number(total)}" if total else title
        st.progress(min(done / max(total, 1), 1.0), text)

    def watch(self, title: str = "") -> Answer:
        """Draw how far it is until it has come to its end; what it answers."""
        place = st.empty()
        while not self.finished(_LOOK):
            with place:
                self.bar(title)
        place.empty()
        return self.answer()
