"""How often one address may knock at a door that nobody is logged in at.

Counted in memory, per process; what is kept is bounded, so that many addresses cannot
fill it.
"""

from __future__ import annotations

import ipaddress
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

# Addresses that are remembered at each door.
MOST_ADDRESSES = 10_000
# A household has as many IPv6 addresses as it likes in its network.
_IPV6_NETWORK = 64


@dataclass(frozen=True)
class Rate:
    """So many times a minute, all at once or spread."""

    times: int

    @property
    def pause(self) -> float:
        """Seconds that one knock costs."""
        return 60 / self.times


DOORS = {
    "/api/unsubscribe/": Rate(120),  # mail programs knock for many readers at once
    "/api/webhooks/": Rate(
        6_000
    ),  # a platform sends a sale's orders from few addresses
    "/auth/": Rate(30),
    "/oauth2callback": Rate(30),
    "/metrics": Rate(60),
    "/readyz": Rate(120),
    # A whole office behind one address comes back at once after a restart.
    "/_stcore/stream": Rate(300),
}


class Counter:
    """Who knocked how often: each knock costs a pause, a minute's worth is lent."""

    def __init__(
        self,
        rate: Rate,
        most: int = MOST_ADDRESSES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rate = rate
        self._most = most
        self._clock = clock
        # When the debt of an address is paid, oldest knock first.
        self._paid: dict[str, float] = {}

    def wait(self, address: str) -> float:
        """Note a knock; seconds until the next one is heard, 0 when this one is."""
        now = self._clock()
        paid = max(self._paid.pop(address, now), now) + self._rate.pause
        wait = paid - now - 60
        self._paid[address] = paid if wait <= 0 else paid - self._rate.pause
        if len(self._paid) > self._most:
            del self._paid[next(iter(self._paid))]
        return max(wait, 0.0)


def who(scope: Scope) -> str:
    """The address that a request is counted under."""
    client = scope.get("client")
    try:
        address = ipaddress.ip_address(client[0] if client else "")
    except ValueError:
        return "-"
    if address.version == 6:  # noqa: PLR2004 (the version's name)
        return str(ipaddress.ip_network((address, _IPV6_NETWORK), strict=False))
    return str(address)


class Rates:
    """Answers 429 with Retry-After to who knocks too often."""

    def __init__(self, app: ASGIApp, doors: dict[str, Rate] = DOORS) -> None:
        self.app = app
        self._counters = {start: Counter(rate) for start, rate in doors.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or one WebSocket that is to be opened."""
        wait = self._wait(scope) if scope["type"] in ("http", "websocket") else 0
        if wait and scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if wait:
            seconds = str(math.ceil(wait))
            answer = PlainTextResponse(
                "too many requests", 429, headers={"retry-after": seconds}
            )
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _wait(self, scope: Scope) -> float:
        for start, counter in self._counters.items():
            if scope["path"].startswith(start):
                return counter.wait(who(scope))
        return 0
