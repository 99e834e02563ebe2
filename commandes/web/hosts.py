"""Under which names the app answers: this machine's, and those of the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.middleware.trustedhost import TrustedHostMiddleware

from commandes import unsubscribing
from commandes.ui.house import open_house

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from commandes.settings import Settings

LOOPBACK = ("127.0.0.1", "localhost")


def names(settings: Settings) -> list[str]:
    """The names under which the whole app answers."""
    return [*LOOPBACK, *settings.allowed_hosts]


class Hosts:
    """Refuses a foreign Host, but for the one page that customers come to."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._settings: Settings | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; the settings are those of the first."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        if self._settings is None:
            self._settings = open_house().settings
            allowed = names(self._settings)
            self._trusting = TrustedHostMiddleware(
                self.app, allowed_hosts=allowed, www_redirect=False
            )
        host = Headers(scope=scope).get("host", "").rsplit(":", 1)[0]
        if scope["type"] == "http" and unsubscribing.serves(
            self._settings, scope["path"], host
        ):
            await self.app(scope, receive, send)
            return
        await self._trusting(scope, receive, send)
