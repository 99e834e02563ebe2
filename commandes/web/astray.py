"""An address below a page leads to the page: Streamlit would show nothing at all."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse

from commandes.web import routes

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class Astray:
    """Answers who opens `/commandes/12` or `/commandes/` with the way to `/commandes`.

    Streamlit answers such an address with its page, whose scripts the browser then
    looks for below it: what one sees stays empty.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        page, below, _rest = scope.get("path", "").lstrip("/").partition("/")
        if not below or not _is_opened(scope):
            await self.app(scope, receive, send)
            return
        # Quoted: with a backslash, the address would name another host.
        there = "/" + quote(page, safe="")
        if query := scope["query_string"].decode("latin-1"):
            there += f"?{query}"
        await RedirectResponse(there, 303)(scope, receive, send)


def _is_opened(scope: Scope) -> bool:
    """Whether somebody opens a page in a browser."""
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and Headers(scope=scope).get("sec-fetch-mode") == "navigate"
        and routes.template(scope["path"]) == routes.PAGE
    )
