"""Answers that are kept until the mirror changes: many people ask the same of it.

What waits, the counts beside the filters and the figures of a period are asked by
each page run again; between two changes of the mirror they are worked out once.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

# A question with more to say is asked again: exports and long tables.
LARGEST = 100_000  # bytes
# The key of a question with every filter set is about a thousand characters.
LONGEST = 4_000
MOST = 32_000_000  # bytes of all answers
# What an answer takes of the process, besides its key, for each column and for each of
# its bytes (measured on answers of 1 to 200 rows and 3 to 20 columns).
COLUMN, TIMES = 1_000, 3


class Answers:
    """The answers of one moment of the mirror, used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._moment: tuple[int, int] = (0, 0)
        self._kept: OrderedDict[str, pl.DataFrame] = OrderedDict()
        self._bytes = 0

    def get(self, moment: tuple[int, int], key: str | None) -> pl.DataFrame | None:
        """The answer that was given at that moment; None where none is kept."""
        with self._lock:
            if key is None or moment != self._moment or key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key]

    def keep(
        self, moment: tuple[int, int], key: str | None, found: pl.DataFrame
    ) -> None:
        """Keep an answer of a moment: not of one before that of the others.

        Args:
            moment: how often the file was made anew, and the last entry it knows of.
            key: of the question with its parameters; None: it is not kept.
            found: the answer.
        """
        with self._lock:
            if moment > self._moment:
                self._forget(moment)
            if key is None or moment < self._moment:
                return
            if found.estimated_size() > LARGEST:
                return
            if key in self._kept:
                self._bytes -= _size(key, self._kept.pop(key))
            self._bytes += _size(key, found)
            # What DuckDB gives is a corner of buffers made for thousands of rows, and
            # keeps all of them: its rows are copied out.
            self._kept[key] = found[list(range(found.height))]
            while self._bytes > MOST:
                self._bytes -= _size(*self._kept.popitem(last=False))

    def forget(self) -> None:
        """Keep nothing more of this moment."""
        with self._lock:
            self._forget(self._moment)

    def _forget(self, moment: tuple[int, int]) -> None:
        self._moment = moment
        self._kept.clear()
        self._bytes = 0


def _size(key: str, found: pl.DataFrame) -> int:
    return len(key) + COLUMN * found.width + TIMES * int(found.estimated_size())


def key(question: str, parameters: Mapping[str, object] | None) -> str | None:
    """What an answer is found again by; None where it is asked anew each time.

    What the mirror is checked by has to come from the file; a long search is nobody
    else's.
    """
    if question.startswith("mirror/"):
        return None
    found = f"{question} {sorted((parameters or {}).items())!r}"
    return found if len(found) <= LONGEST else None
