"""ASGI apps asked without a network."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Answer:
    """What an app answered."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    cookies: list[str] = field(default_factory=list)
    body: bytes = b""


def _ask(app, path="/", *, method="GET", chunks=(b"",), slow=0.0, **more) -> Answer:
    """Send a request, its body in chunks with a pause before each; the answer."""
    headers = more.pop("headers", {})
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "client": ("192.0.2.7", 1),
        "server": ("127.0.0.1", 80),
        "headers": [
            (k.lower().encode(), v.encode("latin1")) for k, v in headers.items()
        ],
        **more,
    }
    left = list(chunks)
    answer = Answer()

    async def receive():
        await asyncio.sleep(slow)
        if not left:
            await asyncio.Event().wait()
        chunk = left.pop(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(left)}

    async def send(message):
        if message["type"] == "http.response.start":
            pairs = [(k.decode().lower(), v.decode()) for k, v in message["headers"]]
            answer.status = message["status"]
            answer.headers = dict(pairs)
            answer.cookies = [v for k, v in pairs if k == "set-cookie"]
        else:
            answer.body += message.get("body", b"")

    # In a thread of its own: the one of the tests may have Chromium's loop.
    with ThreadPoolExecutor(1) as aside:
        aside.submit(asyncio.run, app(scope, receive, send)).result()
    return answer


@pytest.fixture
def ask() -> Callable[..., Answer]:
    """Ask an ASGI app."""
    return _ask
