"""`POST /api/webhooks/…`: verified on the raw bytes, kept, then answered.

200 says that the delivery is kept, whether it is new or came before; nothing of it is
read before. A platform that gets another answer, or none, sends it again.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse
from starlette.routing import Route

from commandes import access, logs
from commandes.errors import CommandesError
from commandes.intake.webhooks import NAMES, PATH, deliveries, signatures, work
from commandes.ui.house import open_house

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

log = logging.getLogger("commandes.webhooks")

# What WooCommerce sends, unsigned, to see whether an address answers.
_PING = re.compile(rb"webhook_id=\d{1,20}")
_SHORT = 40


async def receive(request: Request) -> Response:
    """Keep a delivery: 401 for a forged or an old one, 503 where it cannot be kept."""
    if request.method != "POST":
        return PlainTextResponse("POST", 405, headers={"allow": "POST"})
    endpoint = request.path_params["endpoint"]
    house = open_house()
    secrets = house.settings.webhook_secrets(endpoint) if endpoint in NAMES else ()
    if not secrets:
        return PlainTextResponse("no such webhook", 404)
    headers = {name.lower(): value for name, value in request.headers.items()}
    if not signatures.is_signed(endpoint, headers):
        return await _unsigned(request, endpoint)
    body = await request.body()
    try:
        envelope = signatures.verify(endpoint, headers, body, secrets, time.time())
    except signatures.Refused:
        logs.event(log, "webhook_refused", name=endpoint)
        return PlainTextResponse("bad signature, or sent too long ago", 401)
    try:
        with access.acting_as(access.PLATFORM):
            new = await asyncio.to_thread(
                deliveries.keep,
                house.store,
                endpoint,
                envelope,
                body,
                actor=work.ACTOR,
            )
    except CommandesError as error:
        log.warning("webhook not kept: %s", error.code)
        return PlainTextResponse("not kept, try again", 503)
    logs.event(log, "webhook" if new else "webhook_again", name=endpoint)
    return PlainTextResponse("kept")


async def _unsigned(request: Request, endpoint: str) -> Response:
    """What bears no signature is not read, but for a few bytes of a ping."""
    told = request.headers.get("content-length", "")
    small = told.isdigit() and len(told) <= len(str(_SHORT)) and int(told) <= _SHORT
    if endpoint == "woocommerce" and small and _PING.fullmatch(await request.body()):
        return PlainTextResponse("ok")
    logs.event(log, "webhook_refused", name=endpoint)
    return PlainTextResponse("not signed", 401, headers={"connection": "close"})


# Every method: what is no delivery is for no page either.
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
ROUTES = [Route(f"{PATH}{{endpoint:path}}", receive, methods=_METHODS)]
