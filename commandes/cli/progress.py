"""Progress of long work, on a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from commandes import words

if TYPE_CHECKING:
    from collections.abc import Callable


def bar(what: str) -> Callable[[int, int], None]:
    """Progress on standard error, on a terminal only."""

    def show(done: int, total: int) -> None:
        end = "\n" if done >= total else ""
        share = words.number(round(100 * done / max(total, 1)))
        print(f"\r{what} : {share} %", end=end, file=sys.stderr, flush=True)

    return show if sys.stderr.isatty() else lambda _done, _total: None
