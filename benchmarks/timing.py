"""Pairs of timings taken in turn, and what is said of them: ratios, not seconds."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        work: what was done.
        orders: how many orders the store holds.
        figure: the median, with its unit.
        spread: the smallest and the largest.
        limit: what it should keep to; empty for a figure without limit.
        ok: whether it does.
    """

    work: str
    orders: int
    figure: str
    spread: str = ""
    limit: str = ""
    ok: bool = True

    def cells(self) -> list[str]:
        """The line as it is printed."""
        held = {True: "yes", False: "NO"}[self.ok] if self.limit else ""
        orders = f"{self.orders:,}".replace(",", " ")
        return [self.work, orders, self.figure, self.spread, self.limit, held]


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ratios(
    ours: Callable[[], object], theirs: Callable[[], object], runs: int = 9
) -> list[float]:
    """Ours over theirs, pair by pair (A B A B …), after one round to warm up.

    A single pair is of work that takes minutes: it needs no warming.
    """
    if runs > 1:
        ours()
        theirs()
    return [seconds(ours) / seconds(theirs) for _ in range(runs)]


def turns(count: int, usual: int) -> int:
    """How often work is measured: of ten million orders a third as often."""
    return usual if count <= 1_000_000 else usual // 3


def compared(
    first: Callable[[], object], second: Callable[[], object], work: str, count: int
) -> list[float]:
    """The ratios of two ways to the same answer; other answers end the program."""
    one, other = first(), second()
    if one != other:
        raise SystemExit(f"{work}: {one} is not {other}")
    return ratios(first, second, turns(count, 9))


def most(count: int) -> float:
    """What a question may take of the hand's time: the budget is for a million orders.

    With fewer the planning is most of it, and both answers come at once.
    """
    return 1.3 if count >= 1_000_000 else 0


def ratio_row(
    work: str, orders: int, found: list[float], *, most: float = 0, least: float = 0
) -> Row:
    """A line for ratios that should be at most, or at least, a limit."""
    middle = statistics.median(found)
    limit = f"≤ {most} ×" if most else f"≥ {least} ×" if least else ""
    ok = (not most or middle <= most) and (not least or middle >= least)
    return Row(
        work,
        orders,
        f"{middle:.2f} ×",
        f"{min(found):.2f}–{max(found):.2f}",
        limit,
        ok,
    )
