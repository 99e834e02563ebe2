"""People who come, click through the pages, and go; some without a word."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from streamlit.proto.ClientState_pb2 import ClientState
from websockets.exceptions import WebSocketException

from benchmarks.sessions import CLICKS, PAGE, PAUSE, Person

if TYPE_CHECKING:
    import random

    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    from benchmarks.sessions import Served
    from benchmarks.soaking.ledger import Ledger

# What is clicked, as page and query: the list and what is filtered there, the reports,
# one order with everything, what waits.
WAYS = (
    *((PAGE, query) for query in CLICKS),
    *((PAGE, "search=Martin"), (PAGE, "refund=to_do")),
    *(("", ""), ("", "period=last_7_days"), ("ventes", "")),
    *(("ventes", "period=last_7_days"), ("ventes", "module=events")),
    *(("stock", ""), ("paniers", ""), ("remboursements", "")),
    *(("conversations", ""), ("webhooks", "")),
)
# Of these one is another order each time.
_ORDER = "commande"
_ORDERS = (10_001, 30_000)
# Seconds of a visit, and until the next.
_VISIT, _AWAY = (20.0, 120.0), (1.0, 10.0)
# Seconds after which a click has got no answer.
_PATIENCE = 60.0
# Seconds after which what ticks is not waited for.
_SILENCE = 10.0
# What stands on a page that could not do what was asked: our own words, or a trace.
_REFUSAL = ":material/error:"


class Visitor(Person):
    """Somebody whose browser runs the parts of a page that ask by themselves again."""

    def __init__(self, socket) -> None:
        super().__init__(socket)
        self.refused = ""
        self._ticking: dict[str, float] = {}
        self._here = ("", PAGE)

    async def click(self, query: str, page: str = PAGE) -> float:
        """Ask for a page; seconds until it is all there."""
        self._ticking.clear()
        self._here = (query, page)
        return await super().click(query, page)

    async def rest(self, seconds: float) -> None:
        """Look at the page; what ticks on it asks again, as a browser does."""
        until = time.perf_counter() + seconds
        due = {name: time.perf_counter() + s for name, s in self._ticking.items()}
        while due and (first := min(due, key=due.__getitem__)) and due[first] < until:
            await asyncio.sleep(max(0.0, due[first] - time.perf_counter()))
            query, page = self._here
            asked = ClientState(
                query_string=query,
                page_name=page,
                fragment_id=first,
                is_auto_rerun=True,
            )
            # A part that has just gone gets no answer, and a browser awaits none.
            with suppress(TimeoutError):
                async with asyncio.timeout(_SILENCE):
                    await self._run(asked)
            if first in self._ticking:
                due[first] = time.perf_counter() + self._ticking[first]
            else:
                del due[first]
        await asyncio.sleep(max(0.0, until - time.perf_counter()))

    def vanish(self) -> None:
        """The network goes away, and nobody says so."""
        self._socket.transport.abort()

    def _hear(self, kind: str, told: ForwardMsg) -> None:
        if kind == "auto_rerun":
            self._ticking[told.auto_rerun.fragment_id] = told.auto_rerun.interval
        elif kind == "stop_auto_rerun":
            self._ticking.pop(told.stop_auto_rerun.fragment_id, None)
        elif kind == "delta" and told.delta.WhichOneof("type") == "new_element":
            element = told.delta.new_element
            if element.WhichOneof("type") == "exception":
                self.refused = element.exception.type
            elif _REFUSAL in element.markdown.body:
                self.refused = "an error of ours"


async def come_and_go(
    server: Served, ledger: Ledger, until: float, chance: random.Random
) -> None:
    """One person's visits, one after the other."""
    while time.perf_counter() < until:
        await asyncio.sleep(chance.uniform(*_AWAY))
        try:
            await _visit(server, ledger, until, chance)
        except (OSError, TimeoutError, WebSocketException) as error:
            ledger.trouble(f"a person was left alone: {type(error).__name__} {error}")
            await asyncio.sleep(1)


async def _visit(
    server: Served, ledger: Ledger, until: float, chance: random.Random
) -> None:
    async with asyncio.timeout(_PATIENCE):
        person = await Visitor.arriving(server)
    gone = min(until, time.perf_counter() + chance.uniform(*_VISIT))
    while time.perf_counter() < gone:
        await person.rest(chance.uniform(*PAUSE))
        page, query = chance.choice((*WAYS, (_ORDER, "")))
        if page == _ORDER:
            query = f"commande={chance.randint(*_ORDERS)}&source=sample"
        async with asyncio.timeout(_PATIENCE):
            ledger.clicks.append(await person.click(query, page))
        if person.refused:
            ledger.trouble(f"page « {page} », {query}: {person.refused}")
            person.refused = ""
    if chance.random() < 0.3:
        person.vanish()
    else:
        await person.leave()
