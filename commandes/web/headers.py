"""The security headers of every answer, and Secure on every cookie behind https.

The policy of the app is as strict as Streamlit 1.67 and Plotly let it be:

- `script-src`: files of ours, and the one inline script of Streamlit's page, by its
  digest. No inline script otherwise, no `eval`; 'wasm-unsafe-eval' lets the library
  that reads Streamlit's messages count with WebAssembly, which no text can become.
- `style-src` has 'unsafe-inline': the table, the charts and `st.html` write styles
  into the page while it runs. A style moves and colours; it runs nothing, and the
  other rules keep it from loading anything from another host.
- `data:` and `blob:` are for pictures, fonts and sounds alone, and `blob:` for workers.

Answers that are no page of the app (files, health, texts) may load nothing at all.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    Headers = list[tuple[bytes, bytes]]

# Longer than browsers ask for to remember it for good: a year.
_HSTS = b"max-age=31536000"
_NOTHING_OF_THE_MACHINE = (
    b"camera=(), display-capture=(), geolocation=(), hid=(), microphone=(), "
    b"midi=(), payment=(), serial=(), usb=()"
)
_EVERYWHERE: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", _NOTHING_OF_THE_MACHINE),
]
_DATA = b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; sandbox"
_FORM = (
    b"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    b"frame-ancestors 'none'; base-uri 'none'"
)
# A download begins in a frame of the page itself, which shows nothing of it.
_DOWNLOAD = b"default-src 'none'; frame-ancestors 'self'; base-uri 'none'"
_POLICIES = (
    ("/api/exports/", _DOWNLOAD),
    ("/api/unsubscribe/", _FORM),
    ("/api/", _DATA),
    ("/media/", _DATA),
)


@cache
def _of_the_app() -> bytes:
    """The policy of Streamlit's page, with the digests of its inline scripts."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text()
    inline = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digests = " ".join(f"'sha256-{_digest(script)}'" for script in inline)
    return (
        "default-src 'none'; "
        f"script-src 'self' {digests} 'wasm-unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' blob:; "
        "worker-src 'self' blob:; connect-src 'self'; frame-src 'self'; "
        "manifest-src 'self'; base-uri 'self'; form-action 'self'; "
        "frame-ancestors 'none'"
    ).encode()


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def policy(path: str) -> bytes:
    """The content security policy of the answer to a path."""
    for start, own in _POLICIES:
        if path.startswith(start):
            return own
    return _of_the_app()


class SecurityHeaders:
    """Adds the headers to every answer; behind https cookies travel by https only."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        secure = scope["scheme"] in ("https", "wss")

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _complete(
                    message.get("headers", ()), scope["path"], secure=secure
                )
            elif message["type"] == "websocket.accept" and secure:
                message["headers"] = [
                    _secured(header) for header in message.get("headers", ())
                ]
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _complete(given: Headers, path: str, *, secure: bool) -> Headers:
    own = policy(path)
    frame = b"SAMEORIGIN" if own is _DOWNLOAD else b"DENY"
    added = [
        *_EVERYWHERE,
        (b"content-security-policy", own),
        (b"x-frame-options", frame),
    ]
    if secure:
        added.append((b"strict-transport-security", _HSTS))
        given = [_secured(header) for header in given]
    names = {name for name, _value in added}
    kept = [header for header in given if header[0].lower() not in names]
    return [*kept, *added]


def _secured(header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    """Streamlit's cookies never carry Secure."""
    name, value = header
    attributes = {part.strip().lower() for part in value.split(b";")[1:]}
    if name.lower() != b"set-cookie" or b"secure" in attributes:
        return header
    return name, value + b"; Secure"
