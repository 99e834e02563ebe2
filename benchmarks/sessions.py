"""How many people one process serves: WebSocket clients that click like people do.

Each client speaks Streamlit's own protocol: it opens the list, then asks for another
filter every few seconds, and waits until the page's script has come to its end. What a
browser does with the answer is not in it.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks import screen
from benchmarks.timing import Row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from commandes.settings import Settings

PAGE = "commandes"
_AGAIN = ForwardMsg.ScriptFinishedStatus.FINISHED_EARLY_FOR_RERUN
# What people filter by, as the page's address says it.
CLICKS = (
    *("", "status=new", "payment=paid", "module=events", "status=done"),
    *("payment=unpaid&status=new", "sort=total_desc", "archived=all"),
)
# Seconds between two clicks of one person.
PAUSE = (3.0, 7.0)
# Seconds for which each number of people is watched; a click may take one of them.
WATCHED = 30.0
LIMIT = 1.0
STEPS = (1, 2, 5, 10, 20, 40, 80, 160)


@dataclass(frozen=True)
class Served:
    """A server: its address, the cookie that opens it, its process."""

    address: str
    cookie: str
    pid: int

    @property
    def megabytes(self) -> float:
        """The memory that the process holds."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        line = next(one for one in status.splitlines() if one.startswith("VmRSS"))
        return int(line.split()[1]) / 1024


@contextmanager
def served(settings: Settings, log: Path | None = None) -> Iterator[Served]:
    """The app over a store, in a process of its own, which logs to a file if asked."""
    with screen.commandes(settings, log) as (address, pid):
        printed = urlsplit(address)
        cookie = f"commandes_{printed.port}={printed.query.removeprefix('token=')}"
        yield Served(f"127.0.0.1:{printed.port}", cookie, pid)


class Person:
    """Somebody with the list open."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    @classmethod
    async def arriving(cls, server: Served) -> Self:
        """Open the list."""
        socket = await connect(
            f"ws://{server.address}/_stcore/stream",
            origin=f"http://{server.address}",
            additional_headers={"Cookie": server.cookie},
            subprotocols=["streamlit"],
            max_size=None,
            ping_interval=None,
        )
        person = cls(socket)
        await person.click("")
        return person

    async def click(self, query: str, page: str = PAGE) -> float:
        """Ask for a page under another filter; seconds until it is all there."""
        return await self._run(ClientState(query_string=query, page_name=page))

    async def _run(self, state: ClientState) -> float:
        began = time.perf_counter()
        await self._socket.send(BackMsg(rerun_script=state).SerializeToString())
        while True:
            told = ForwardMsg.FromString(await self._socket.recv())
            kind = told.WhichOneof("type")
            self._hear(kind, told)
            # A script that begins again by itself has not come to its end.
            if kind == "script_finished" and told.script_finished != _AGAIN:
                return time.perf_counter() - began

    def _hear(self, kind: str, told: ForwardMsg) -> None:
        """What a browser would do with a message."""

    async def leave(self) -> None:
        """Close the browser."""
        await self._socket.close()


async def _at_work(person: Person, until: float, chance: random.Random) -> list[float]:
    """Click now and then; the seconds that each click took."""
    found = []
    await asyncio.sleep(chance.uniform(0, PAUSE[1]))
    while time.perf_counter() < until:
        found.append(await person.click(chance.choice(CLICKS)))
        await asyncio.sleep(chance.uniform(*PAUSE))
    return found


async def _watched(server: Served, people: int) -> tuple[list[float], float]:
    """So many people at once: the seconds of their clicks, the memory then."""
    chance = random.Random(people)  # noqa: S311 (no secret)
    here = [await Person.arriving(server) for _person in range(people)]
    until = time.perf_counter() + WATCHED
    found = await asyncio.gather(*(_at_work(one, until, chance) for one in here))
    memory = server.megabytes
    for one in here:
        await one.leave()
    return sorted(chain.from_iterable(found)), memory


def measure(settings: Settings, count: int) -> Iterator[Row]:
    """Clicks of more and more people, until one in twenty takes over a second."""
    held, first, per_person = 0, 0.0, 0.0
    with served(settings) as server:
        for people in STEPS:
            clicks, memory = asyncio.run(_watched(server, people))
            slow = clicks[int(len(clicks) * 0.95)]
            middle = statistics.median(clicks)
            first = first or memory
            yield Row(
                f"{people} people, a click each 5 s: median; 95 of 100 within",
                count,
                f"{middle * 1000:.0f} ms",
                f"{slow * 1000:.0f} ms, {memory:.0f} MB",
            )
            per_person = (memory - first) / max(1, people - 1)
            if slow > LIMIT:
                break
            held = people
    what = "people at once before a click takes over a second, one process"
    yield Row(what, count, str(held), f"{per_person:.1f} MB each")
