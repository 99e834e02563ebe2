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
MOST = 32_000_000  # bytes of all answers


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
        size = int(found.estimated_size())
        with self._lock:
            if moment > self._moment:
                self._forget(moment)
            if key is None or moment < self._moment or size > LARGEST:
                return
            self._bytes += size - self._size(key)
            self._kept[key] = found
            while self._bytes > MOST:
                _key, oldest = self._kept.popitem(last=False)
                self._bytes -= int(oldest.estimated_size())

    def forget(self) -> None:
        """Keep nothing more of this moment."""
        with self._lock:
            self._forget(self._moment)

    def _forget(self, moment: tuple[int, int]) -> None:
        self._moment = moment
        self._kept.clear()
        self._bytes = 0

    def _size(self, key: str) -> int:
        before = self._kept.get(key)
        return 0 if before is None else int(before.estimated_size())


def key(question: str, parameters: Mapping[str, object] | None) -> str | None:
    """What an answer is found again by; None where it is asked anew each time.

    Carts of a click are told by the time it is (`keeps_cart` of sql/mirror/macros.sql);
    what the mirror is checked by has to come from the file.
    """
    if question.startswith("mirror/"):
        return None
    given = parameters or {}
    traits = given.get("traits")
    if isinstance(traits, dict) and traits.get("cart") is not None:
        return None
    return f"{question} {sorted(given.items())!r}"
