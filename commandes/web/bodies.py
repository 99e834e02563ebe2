"""How large a request may be, and how long it may take to arrive.

A body that says how large it is is refused before a byte of it is read; one that does
not (chunked) as soon as it is too large. One that comes drop by drop is given up.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

from commandes.intake.webhooks import PATH as WEBHOOKS
from commandes.ui.house import open_house

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

UPLOADS = "/_stcore/upload_file/"
MEGABYTE = 1024 * 1024
# Bytes of a request that brings no file.
SMALL = 64 * 1024
# Bytes of a webhook: an order of hundreds of lines is a tenth of it.
DELIVERY = 5 * MEGABYTE
# What stands around a file in the body that carries it.
_AROUND = MEGABYTE
# Seconds that a body has in any case, and bytes per second that it must make.
GRACE = 30.0
PACE = 8 * 1024

_CLOSE = (b"connection", b"close")
_TOO_LARGE = 413
_TOO_SLOW = 408


class _Refused(Exception):  # noqa: N818 (it is a way out, not an error)
    """The body is not read on."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Bodies:
    """Refuses what is too large (413) or too slow (408).

    Args:
        upload_limit: megabytes of a file; None: of the settings.
        grace: seconds that a body has in any case.
    """

    def __init__(
        self, app: ASGIApp, *, upload_limit: int | None = None, grace: float = GRACE
    ) -> None:
        self.app = app
        self._upload_limit = upload_limit
        self._grace = grace

    def _limit(self, path: str) -> int:
        if path.startswith(WEBHOOKS):
            return DELIVERY
        if not path.startswith(UPLOADS):
            return SMALL
        if self._upload_limit is None:
            self._upload_limit = open_house().settings.upload_limit
        return self._upload_limit * MEGABYTE + _AROUND

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        told = Headers(scope=scope).get("content-length", "0")
        if not told.isascii() or not told.isdigit() or int(told) > limit:
            await _refuse(_TOO_LARGE, scope, receive, send)
            return
        chunked = "transfer-encoding" in Headers(scope=scope)
        reading = _Reading(receive, limit, self._grace)
        reading.whole = not chunked and int(told) == 0
        answering = _Answering(send, reading)
        with suppress(_Refused):
            await self.app(scope, reading, answering)
        if reading.refused and not answering.began:
            await _refuse(reading.refused, scope, receive, send)


class _Reading:
    """What the app reads, counted and against the clock until the body is whole."""

    def __init__(self, receive: Receive, limit: int, grace: float) -> None:
        self._receive = receive
        self._limit = limit
        self._grace = grace
        self._began = time.monotonic()
        self._read = 0
        self.whole = False
        self.refused = 0

    async def __call__(self) -> Message:
        if self.refused:
            raise _Refused(self.refused)
        if self.whole:
            return await self._receive()
        until = self._began + self._grace + self._read / PACE
        try:
            message = await asyncio.wait_for(
                self._receive(), max(until - time.monotonic(), 0)
            )
        except TimeoutError:
            self.refused = _TOO_SLOW
            raise _Refused(_TOO_SLOW) from None
        self._read += len(message.get("body", b""))
        self.whole = not message.get("more_body", False)
        if self._read > self._limit:
            self.refused = _TOO_LARGE
            raise _Refused(_TOO_LARGE)
        return message


class _Answering:
    """What the app answers; of a body that was refused, nothing.

    An answer that comes before the body is whole ends the connection: nobody would
    read what is left of it.
    """

    def __init__(self, send: Send, reading: _Reading) -> None:
        self._send = send
        self._reading = reading
        self.began = False

    async def __call__(self, message: Message) -> None:
        if self._reading.refused and not self.began:
            return
        if not self.began and not self._reading.whole:
            message["headers"] = [*message.get("headers", ()), _CLOSE]
        self.began = True
        await self._send(message)


async def _refuse(status: int, scope: Scope, receive: Receive, send: Send) -> None:
    text = "too large" if status == _TOO_LARGE else "too slow"
    # What is left of the body would be taken for the next request.
    answer = PlainTextResponse(text, status, headers={"connection": "close"})
    await answer(scope, receive, send)
