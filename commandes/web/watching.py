"""The outermost layer: each request is logged, counted and never ends in a stack trace.

Of a request the log has its method, the route without its tokens, the status, the
milliseconds and the network that it came from: no query, no name, no whole address.
"""

from __future__ import annotations

import ipaddress
import logging
import time
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse

from commandes import logs
from commandes.web.routes import template

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from commandes.web.metrics import Metrics

log = logging.getLogger("commandes.requests")

# Bits of an address that are written down.
_KEPT = {4: 24, 6: 48}
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})


def network(scope: Scope) -> str:
    """The network that a request came from, its last part zero."""
    client = scope.get("client")
    try:
        address = ipaddress.ip_address(client[0] if client else "")
    except ValueError:
        return "-"
    kept = _KEPT[address.version]
    found = ipaddress.ip_network((address, kept), strict=False)
    return str(found.network_address)


class Watching:
    """Logs and counts; an error of the app becomes a 500 without details.

    Args:
        metrics: where it counts.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or one WebSocket from its first to its last moment."""
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, status = time.monotonic(), 0

        async def seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, seen)
        except Exception:
            log.exception("request failed")
            if not status:
                await PlainTextResponse("error", 500)(scope, receive, seen)
        finally:
            seconds = time.monotonic() - began
            route = template(scope["path"])
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self._metrics.requests.labels(method, route, status).inc()
            self._metrics.seconds.labels(route).observe(seconds)
            logs.event(
                log,
                "request",
                method=method,
                route=route,
                status=status,
                ms=round(seconds * 1000, 1),
                network=network(scope),
            )

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.monotonic()
        facts = {"route": template(scope["path"]), "network": network(scope)}
        logs.event(log, "socket_opened", **facts)
        try:
            with self._metrics.sockets.track_inprogress():
                await self.app(scope, receive, send)
        except Exception:
            log.exception("socket failed")
            raise
        finally:
            seconds = round(time.monotonic() - began, 1)
            logs.event(log, "socket_closed", seconds=seconds, **facts)
