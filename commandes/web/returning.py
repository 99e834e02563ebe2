"""Back to the link that asked for a login: kept in a cookie while people log in.

The provider sends people back to one address, and Streamlit from there to the first
page. Who came by a link to an order would have to find it again.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection

from commandes.errors import CommandesError
from commandes.ui import login
from commandes.ui.house import open_house
from commandes.web import routes

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "commandes_asked"
# Seconds that a login may take.
_PATIENCE = 600
# More than any link of ours; a longer one leads to the first page, as ever.
_LONGEST = 2_000


class Returning:
    """Keeps which page was asked for before a login, and leads there after it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or not login.is_configured(open_house().settings):
            await self.app(scope, receive, send)
            return
        back = _kept(scope) if scope["path"] == login.CALLBACK else None
        keep = None if back else await _asked(scope)

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if back and headers.get("location") == "/":
                    headers["location"] = back
                if back or keep is not None:
                    headers.append("set-cookie", _cookie(scope, keep or ""))
            await send(message)

        await self.app(scope, receive, told)


def _cookie(scope: Scope, value: str) -> str:
    """The header that keeps a page, or that forgets it where it is empty."""
    age = _PATIENCE if value else 0
    secure = "; Secure" if scope["scheme"] == "https" else ""
    text = quote(value, safe="")
    return f"{COOKIE}={text}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}"


def _kept(scope: Scope) -> str | None:
    """The page of the cookie; only ever a path of our own."""
    value = unquote(HTTPConnection(scope).cookies.get(COOKIE, ""))
    if not value.startswith("/") or not value.isascii() or not value.isprintable():
        return None
    # Two slashes, or a slash and a backslash, would name another host.
    return "/" + value.lstrip("/\\")


async def _asked(scope: Scope) -> str | None:
    """The page that somebody opens who is not logged in.

    Empty for the first one, to which a login leads anyway; None for what is no page.
    """
    headers = Headers(scope=scope)
    if scope["method"] != "GET" or headers.get("sec-fetch-mode") != "navigate":
        return None
    path = scope["path"]
    query = scope["query_string"].decode("latin-1")
    if path == "/" and not query:
        return ""
    if path != "/" and routes.template(path) != routes.PAGE:
        return None
    asked = f"{quote(path)}?{query}" if query else quote(path)
    if len(asked) > _LONGEST or not asked.isascii() or not asked.isprintable():
        return None
    return None if await _is_known(scope) else asked


async def _is_known(scope: Scope) -> bool:
    """Whether somebody is logged in; where that cannot be told the page says why."""
    cookies = HTTPConnection(scope).cookies
    try:
        return await asyncio.to_thread(login.of_request, cookies) is not None
    except CommandesError:
        return True
