"""The same work by several tools, in turn: milliseconds, and ratios to ours."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FIRST = "newest orders, first page and count"
STATUS = "the same, of one status"
SEARCH = "the same, of customers named « martin »"
DEEP = "a page deep in the list"
WHOLE = "first page, count and the counts beside every filter"
SALES = "sales per month"
CSV = "CSV of all orders"
MEMORY = "memory of the server after that"
LOADING = "loading the orders"

OURS = "Commandes"
RUNS = 9
# A tool that has spent so many seconds on one kind of work has done enough of it.
ENOUGH = 20.0


class Failed(Exception):  # noqa: N818 (a result as any other)
    """A tool does not give the answer; says what it says."""


@dataclass
class Tool:
    """Somebody who does the work.

    Attributes:
        name: as the tables say it.
        work: does one kind of work once and gives the seconds that it took.
        instead: why a kind of work is not there, or what it is in this tool.
    """

    name: str
    work: dict[str, Callable[[], float]]
    instead: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """How one tool did one kind of work.

    Attributes:
        group: what was measured: a click, or the answer alone.
        work: the kind of work.
        tool: who.
        orders: how many there are.
        ms: the median; None if it was not done.
        ratio: the median of its time over ours, pair by pair; above 1 we are faster.
        said: why it was not done.
    """

    group: str
    work: str
    tool: str
    orders: int
    ms: float | None = None
    ratio: float | None = None
    said: str = ""

    def cell(self) -> str:
        """The result as the table shows it."""
        if self.ms is None:
            return self.said
        shown = f"{self.ms:.1f} ms" if self.ms < 100 else f"{self.ms:,.0f} ms"
        times = "" if self.tool == OURS else f" ({self.ratio:.2f} ×)"
        return shown.replace(",", " ") + times


def in_turn(
    group: str, tools: list[Tool], kinds: tuple[str, ...], orders: int
) -> Iterator[Result]:
    """Every kind of work by every tool; ours is among them."""
    for kind in kinds:
        found, failed = _turns(tools, kind)
        if OURS in failed:
            raise SystemExit(f"{OURS}: {kind}: {failed[OURS]}")
        ours = found[OURS]
        for tool in tools:
            name, times = tool.name, found.get(tool.name)
            if times is None:
                said = failed.get(name) or tool.instead.get(kind, "has none")
                yield Result(group, kind, name, orders, said=said)
                continue
            pairs = zip(times, ours, strict=False)
            ratio = statistics.median(one / other for one, other in pairs)
            middle = statistics.median(times) * 1000
            yield Result(group, kind, name, orders, middle, ratio)


def _turns(
    tools: list[Tool], kind: str
) -> tuple[dict[str, list[float]], dict[str, str]]:
    """The seconds of each tool, after one turn to warm up."""
    found: dict[str, list[float]] = {}
    failed: dict[str, str] = {}
    for tool in tools:
        if kind not in tool.work:
            continue
        try:
            warm = tool.work[kind]()
        except Failed as error:
            failed[tool.name] = str(error)
            continue
        # What takes long is not warmed up much: its first turn counts.
        found[tool.name] = [warm] if warm > ENOUGH / 2 else []
    for _run in range(RUNS):
        for tool in tools:
            times = found.get(tool.name)
            if times is None or sum(times) >= ENOUGH:
                continue
            try:
                times.append(tool.work[kind]())
            except Failed as error:
                failed[tool.name] = str(error)
                del found[tool.name]
    return found, failed
