"""What operators ask: alive, ready, how it goes, and whom to tell of a hole.

`/healthz` says that the process answers; `/readyz` that it can work: the store answers
and is at the newest migration, the mirror can be read, and no stop has begun.
`/metrics` is for this machine, or for who has the token.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import logging
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from commandes.errors import CommandesError
from commandes.ui.house import open_house

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from commandes.ui.house import House
    from commandes.web.metrics import Metrics

log = logging.getLogger("commandes.health")

# What a proxy adds: a request with one of them comes from somewhere else.
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_OF_PROXIES = frozenset(
    {
        *("forwarded", "via", "x-forwarded-for", "x-forwarded-host"),
        *("x-forwarded-proto", "x-real-ip"),
    }
)
_FRESH = {"cache-control": "no-store"}

stopping = threading.Event()


async def health(request: Request) -> Response:
    """`GET /healthz`: 200 as long as the process answers."""
    del request
    return JSONResponse({"ok": True}, headers=_FRESH)


async def ready(request: Request) -> Response:
    """`GET /readyz`: 200 once it can work, 503 with what is missing otherwise."""
    del request
    found = await asyncio.to_thread(_looked)
    ok = all(found.values())
    return JSONResponse(
        {"ready": ok, **found}, status_code=200 if ok else 503, headers=_FRESH
    )


def _looked() -> dict[str, bool]:
    house = open_house()
    return {
        "store": _does(house.store.head),
        "migrations": _does(lambda: _up_to_date(house)),
        "mirror": _does(lambda: _mirror_reads(house)),
        "serving": not stopping.is_set(),
    }


def _up_to_date(house: House) -> None:
    if not house.store.is_up_to_date():
        raise ValueError


def _mirror_reads(house: House) -> None:
    # Being behind is no fault: it follows, and says so on screen.
    with house.mirror.snapshot(wait=False):
        pass


def _does(look: Callable[[], object]) -> bool:
    try:
        look()
    except (CommandesError, ValueError) as error:
        log.warning("not ready: %s", type(error).__name__)
        return False
    return True


def _may_read(request: Request) -> bool:
    """Whether this is the machine itself, not a proxy on it, or who has the token."""
    token = open_house().settings.metrics_token
    scheme, _blank, given = request.headers.get("authorization", "").partition(" ")
    if token and scheme.lower() == "bearer":
        return hmac.compare_digest(given.strip().encode(), token.encode())
    try:
        here = request.client and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
    # A proxy that says nothing of itself still asks for the name that it serves.
    named = request.url.hostname in _LOOPBACK
    return bool(here) and named and not _OF_PROXIES & set(request.headers)


async def security(request: Request) -> Response:
    """`GET /.well-known/security.txt` (RFC 9116), where a contact is set."""
    del request
    contact = open_house().settings.security_contact
    if not contact:
        return PlainTextResponse("no contact", 404)
    if "://" not in contact:
        contact = f"mailto:{contact}"
    # A year is what the standard advises at most.
    expires = (datetime.now(UTC) + timedelta(days=330)).isoformat(timespec="seconds")
    return PlainTextResponse(f"Contact: {contact}\nExpires: {expires}\n")


def routes(metrics: Metrics) -> list[Route]:
    """The addresses of all of it."""

    async def figures(request: Request) -> Response:
        if not _may_read(request):
            return PlainTextResponse("not for you", 403)
        text = await asyncio.to_thread(metrics.text)
        return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4, headers=_FRESH)

    return [
        Route("/healthz", health),
        Route("/readyz", ready),
        Route("/metrics", figures),
        Route("/.well-known/security.txt", security),
    ]
