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
from contextlib import ExitStack, contextmanager
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
    from collections.abc import Iterator, Sequence
    from typing import Self

    from streamlit.proto.WidgetStates_pb2 import WidgetState

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
STEPS = (1, 2, 5, 10, 20, 40, 60, 80, 120, 160)


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
    """Somebody with a Streamlit page open.

    Attributes:
        heard: what the server said to the last click.
    """

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.heard: list[ForwardMsg] = []

    @classmethod
    async def arriving(cls, server: Served, page: str = PAGE) -> Self:
        """Open the list, or another page."""
        socket = await connect(
            f"ws://{server.address}/_stcore/stream",
            origin=f"http://{server.address}",
            additional_headers={"Cookie": server.cookie},
            subprotocols=["streamlit"],
            max_size=None,
            ping_interval=None,
        )
        person = cls(socket)
        await person.click("", page)
        return person

    async def click(
        self, query: str, page: str = PAGE, pressed: WidgetState | None = None
    ) -> float:
        """Ask for a page under another filter; seconds until it is all there.

        Args:
            query: the page's address from the question mark on.
            page: the page's name.
            pressed: a button of the page that is shown.
        """
        state = ClientState(query_string=query, page_name=page)
        if pressed is not None:
            state.widget_states.widgets.append(pressed)
        return await self._run(state)

    async def _run(self, state: ClientState) -> float:
        self.heard = []
        began = time.perf_counter()
        await self._socket.send(BackMsg(rerun_script=state).SerializeToString())
        while True:
            told = ForwardMsg.FromString(await self._socket.recv())
            kind = told.WhichOneof("type")
            self.heard.append(told)
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
        # Another first day each time: nobody has asked this before.
        day = chance.randint(1, 28)
        first = f"{chance.randint(1970, 1999)}-{chance.randint(1, 12):02}-{day:02}"
        query = f"{chance.choice(CLICKS)}&from={first}"
        found.append(await person.click(query))
        await asyncio.sleep(chance.uniform(*PAUSE))
    return found


async def _watched(servers: Sequence[Served], people: int) -> tuple[list[float], float]:
    """So many people at once: the seconds of their clicks, the memory then."""
    chance = random.Random(people)  # noqa: S311 (no secret)
    here = [
        await Person.arriving(servers[number % len(servers)])
        for number in range(people)
    ]
    until = time.perf_counter() + WATCHED
    found = await asyncio.gather(*(_at_work(one, until, chance) for one in here))
    memory = sum(server.megabytes for server in servers)
    for one in here:
        await one.leave()
    return sorted(chain.from_iterable(found)), memory


def measure(settings: Settings, count: int) -> Iterator[Row]:
    """Clicks of more and more people in one process, then in two on the same store."""
    for processes in (1, 2):
        with ExitStack() as stack:
            servers = [
                stack.enter_context(served(settings)) for _process in range(processes)
            ]
            yield from _more_and_more(servers, count)


def _more_and_more(servers: Sequence[Served], count: int) -> Iterator[Row]:
    """Until one click in twenty takes over a second."""
    held, first, per_person = 0, 0.0, 0.0
    where = "one process" if len(servers) == 1 else f"{len(servers)} processes"
    for people in (step for step in STEPS if step >= len(servers)):
        clicks, memory = asyncio.run(_watched(servers, people))
        slow = clicks[int(len(clicks) * 0.95)]
        middle = statistics.median(clicks)
        first = first or memory
        yield Row(
            f"{people} people in {where}, a click each 5 s: median; 95 of 100 within",
            count,
            f"{middle * 1000:.0f} ms",
            f"{slow * 1000:.0f} ms, {memory:.0f} MB",
        )
        per_person = (memory - first) / max(1, people - len(servers))
        if slow > LIMIT:
            break
        held = people
    what = f"people at once before a click takes over a second, {where}"
    yield Row(what, count, str(held), f"{per_person:.1f} MB each")
