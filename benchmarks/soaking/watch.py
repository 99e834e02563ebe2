"""A server watched from outside, every half minute; what the samples say at the end."""

from __future__ import annotations

import http.client
import math
import re
import statistics
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.sessions import Served

# Megabytes per hour that memory may grow. What one hour of the soak does (thousands of
# clicks, thousands of orders and actions) is more than a day's work of a busy shop, so
# that a process which starts at some 300 MB stays below 1 GB for a month of days.
LIMIT = 20.0
# How often its standard error a slope may be off by chance.
ERRORS = 2.0
# In a shorter run what fills up once (caches, pools) looks like a slope.
LONG_ENOUGH = 20 * 60.0
# Streamlit keeps who has gone for two minutes, with three files each: before this many
# seconds there are more of them each minute.
SETTLED = 8 * 60.0
# What may be more in the last quarter than in the second: files of those who have just
# gone, threads of those whose page is being made.
SPARE = {"files": 20, "threads": 6}
SLOWER = 1.5


@dataclass(frozen=True)
class Process:
    """One server at one moment.

    Attributes:
        memory: megabytes that it holds itself.
        children: megabytes of its children.
        behind: entries of the journal that its mirror lacks.
    """

    memory: float
    children: float
    files: int
    threads: int
    sessions: int
    behind: int


@dataclass(frozen=True)
class Sample:
    """One window.

    Attributes:
        at: seconds since the beginning, at its end.
        clicks: seconds of each click in it, sorted.
        head: the journal's last entry.
        outbox: messages that wait.
        deliveries: those that wait to be read.
        wal: megabytes of SQLite's write-ahead log.
    """

    at: float
    clicks: list[float]
    processes: tuple[Process, ...]
    head: int
    outbox: int
    deliveries: int
    wal: float

    @property
    def median(self) -> float:
        """Milliseconds of the click in the middle; nan without clicks."""
        return statistics.median(self.clicks) * 1000 if self.clicks else math.nan

    @property
    def slow(self) -> float:
        """Milliseconds that nineteen of twenty clicks keep to."""
        if not self.clicks:
            return math.nan
        return self.clicks[int(len(self.clicks) * 0.95)] * 1000


def look(server: Served) -> tuple[Process, int, int]:
    """A server now; the journal's head, and how many messages wait."""
    figures = _figures(server)
    head = int(figures["commandes_journal_head"])
    queued = sum(
        figures[f'commandes_messages{{state="{state}"}}']
        for state in ("queued", "sending")
    )
    folder = Path(f"/proc/{server.pid}")
    process = Process(
        memory=server.megabytes,
        children=sum(map(_megabytes, _descendants(server.pid))),
        files=_count(folder / "fd"),
        threads=_count(folder / "task"),
        sessions=int(figures["commandes_sessions"]),
        behind=head - int(figures["commandes_mirror_seq"]),
    )
    return process, head, int(queued)


def _figures(server: Served) -> dict[str, float]:
    connection = http.client.HTTPConnection(server.address, timeout=60)
    try:
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
    finally:
        connection.close()
    lines = (line.rpartition(" ") for line in text.splitlines() if line[:1] != "#")
    return {name: float(value) for name, _blank, value in lines}


def _descendants(pid: int) -> list[int]:
    """The processes that a process began, and those that they began."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The program's name, in brackets, may hold anything.
            after = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
            children.setdefault(int(after[1]), []).append(int(stat.parent.name))
    found, left = [], [pid]
    while left:
        left += (some := children.get(left.pop(), []))
        found += some
    return found


def _count(folder: Path) -> int:
    return sum(1 for _entry in folder.iterdir())


def _megabytes(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    held = re.search(r"VmRSS:\s+(\d+)", status)
    return int(held[1]) / 1024 if held else 0.0


@dataclass(frozen=True)
class Held:
    """Something that should hold, in one sentence of what was found, and whether."""

    said: str
    ok: bool


def thousands(number: int) -> str:
    """A number as it is read: 12 345."""
    return f"{number:,}".replace(",", " ")


def slope(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Of a line through points by least squares: its slope and the standard error."""
    if len(points) < 3:
        return 0.0, math.inf
    xs, ys = zip(*points, strict=True)
    found = statistics.linear_regression(xs, ys)
    middle = statistics.fmean(xs)
    spread = sum((x - middle) ** 2 for x in xs)
    rest = sum((y - found.slope * x - found.intercept) ** 2 for x, y in points)
    return found.slope, math.sqrt(rest / (len(points) - 2) / spread)


def steady(samples: Sequence[Sample]) -> list[Held]:
    """Whether the server was at the end as it was in the beginning."""
    found = []
    count = len(samples[0].processes)
    for place in range(count):
        which = "" if count == 1 else f" of process {place + 1}"
        found.append(_memory(samples, place, which))
        for name in ("files", "threads"):
            found += [_grown(samples, place, name, which)]
    found.append(_clicks(samples))
    return found


def _memory(samples: Sequence[Sample], place: int, which: str) -> Held:
    whole = samples[-1].at
    points = [
        (one.at / 3600, one.processes[place].memory + one.processes[place].children)
        for one in samples
        if one.at > whole / 4
    ]
    rise, error = slope(points)
    said = (
        f"memory{which}: {rise:+.1f} ± {error:.1f} MB per hour after the first "
        f"quarter, at most {LIMIT:.0f} beyond {ERRORS:.0f} times its error"
    )
    ok = rise - ERRORS * error <= LIMIT
    return _judged(said, samples, LONG_ENOUGH, ok=ok)


def _judged(said: str, samples: Sequence[Sample], least: float, *, ok: bool) -> Held:
    """A judgement, where the run was long enough for one."""
    # The last sample may come a moment early.
    if samples[-1].at < least - 1:
        return Held(f"{said} (told, not judged: the run is short)", ok=True)
    return Held(said, ok=ok)


def _quarter(samples: Sequence[Sample], number: int) -> list[Sample]:
    whole = samples[-1].at
    low, high = whole * (number - 1) / 4, whole * number / 4
    return [one for one in samples if low < one.at <= high]


def _grown(samples: Sequence[Sample], place: int, name: str, which: str) -> Held:
    before, after = (
        statistics.median(
            getattr(one.processes[place], name) for one in _quarter(samples, number)
        )
        for number in (2, 4)
    )
    said = f"{name}{which}: {before:.0f} in the second quarter, {after:.0f} in the last"
    spare = SPARE[name]
    said = f"{said}, at most {spare} more"
    return _judged(said, samples, SETTLED, ok=after <= before + spare)


def _clicks(samples: Sequence[Sample]) -> Held:
    before, after = (
        statistics.median([c for one in _quarter(samples, n) for c in one.clicks])
        for n in (2, 4)
    )
    ratio = after / before
    said = (
        f"a click: {before * 1000:.0f} ms in the second quarter, {after * 1000:.0f} ms "
        f"in the last: {ratio:.2f} ×, at most {SLOWER} ×"
    )
    return Held(said, ok=ratio <= SLOWER)
