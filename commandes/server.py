"""The ASGI app: Streamlit, health, downloads, the post; `serve` for the command line.

`app` can be given to any ASGI server. Before it answers anyone it has opened the
store and the mirror and has run the first page once, so that the first visitor,
even through a deep link, finds every page registered.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import socket
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import streamlit as st
import uvicorn
from starlette.middleware import Middleware
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse
from starlette.routing import Route
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web import bootstrap

from commandes import privacy, unsubscribing, words
from commandes import settings as settings_
from commandes.access import KEEPER, SWEEPER
from commandes.actions import carts
from commandes.background import Background
from commandes.doorway import INSIDE, LOOPBACK, Doorway, address, may_bind
from commandes.errors import UsageError
from commandes.mail.worker import Worker
from commandes.ui import files, login
from commandes.ui.house import close_house, open_house
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from commandes.settings import Settings

log = logging.getLogger("commandes.server")

APP = Path(__file__).resolve().parent.parent / "app.py"
HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"x-frame-options": b"SAMEORIGIN",
    # Whatever a customer wrote, the browser asks no other host for anything.
    b"content-security-policy": (
        b"default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
        b"style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        b"font-src 'self' data:; media-src 'self' blob:; worker-src 'self' blob:; "
        b"connect-src 'self' ws://127.0.0.1:* ws://localhost:*; "
        b"frame-src 'self'; object-src 'none'; "
        b"base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
    ),
}
FIRST_PAGE_SECONDS = 60
# Seconds between two sweeps of the carts.
SWEEP_EVERY = 60.0
# Seconds between two looks at what is not to be kept any longer.
KEEP_EVERY = 60.0
GRACE_SECONDS = 3


class _Headers:
    """Adds the security headers to every HTTP answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *HEADERS.items()]
            await send(message)

        wrapped = send_with_headers if scope["type"] == "http" else send
        await self.app(scope, receive, wrapped)


async def health(request: Request) -> Response:
    """`GET /api/health`: 200 once the store answers."""
    del request
    house = open_house()
    await asyncio.to_thread(house.store.head)
    return JSONResponse({"ok": True})


async def download(request: Request) -> Response:
    """`GET /api/exports/TOKEN/NAME`: a file that an export made a moment ago."""
    path = files.prepared(
        open_house().settings,
        request.path_params["token"],
        request.path_params["name"],
    )
    if path is None:
        return PlainTextResponse(
            _("Ce fichier n’est plus là. Refaites l’export."), status_code=404
        )
    return FileResponse(path, filename=path.name, headers={"cache-control": "no-store"})


async def unsubscribe(request: Request) -> Response:
    """`GET` and `POST /api/unsubscribe/TOKEN`: the way out of reminders of carts."""
    return await unsubscribing.answer(request, open_house().store)


@asynccontextmanager
async def _lifespan(app: st.App) -> AsyncIterator[None]:
    house = await asyncio.to_thread(open_house)
    await asyncio.to_thread(login.begin)
    files.forget_all(house.settings)
    with suppress(TimeoutError):
        await asyncio.wait_for(_open_first_page(app), FIRST_PAGE_SECONDS)
    worker = Worker(house.store, house.settings)
    worker.start()
    background = Background(house.settings.language)

    def sweep() -> str:
        carts.sweep(house.store, ended=background.ended.is_set)
        return ""

    renewed = [house.mirror.generation]

    def keep() -> str:
        cleaned = privacy.daily(
            house.store, house.settings, house.mirror, ended=background.ended.is_set
        )
        if cleaned or house.mirror.generation != renewed[0]:
            # Its copy may be of before somebody was erased.
            house.desk.close()
            renewed[0] = house.mirror.generation
        return ""

    background.begin("sweep", sweep, who=SWEEPER, every=SWEEP_EVERY)
    background.begin("keep", keep, who=KEEPER, every=KEEP_EVERY)
    try:
        yield
    finally:
        await asyncio.to_thread(worker.stop)
        await asyncio.to_thread(background.stop)
        close_house()


async def _open_first_page(app: ASGIApp) -> None:
    """Run `/` once, as a browser would: Streamlit then knows every page."""
    hello = BackMsg(rerun_script=ClientState(query_string=""))
    to_app = asyncio.Queue[dict[str, Any]]()
    await to_app.put({"type": "websocket.connect"})
    await to_app.put({"type": "websocket.receive", "bytes": hello.SerializeToString()})

    async def send(message: Message) -> None:
        if message["type"] == "websocket.send" and message.get("bytes"):
            told = ForwardMsg.FromString(message["bytes"])
            if told.WhichOneof("type") == "script_finished":
                await to_app.put({"type": "websocket.disconnect", "code": 1000})

    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "scheme": "ws",
        "path": "/_stcore/stream",
        "raw_path": b"/_stcore/stream",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1")],
        "subprotocols": ["streamlit"],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 0),
        "state": {},
        INSIDE: True,
    }
    await app(scope, to_app.get, send)


def _show_bug(bug: Exception) -> bool:
    """A neutral sentence with a reference; the details go to the log."""
    reference = secrets.token_hex(4)
    log.error("bug %s", reference, exc_info=bug)
    if settings_.read().development:
        return False
    st.error(
        _(
            "Quelque chose d’imprévu s’est produit ; rien n’a été changé. "
            "Rechargez la page. Si cela revient, signalez la référence {reference}."
        ).format(reference=reference),
        icon=":material/report:",
    )
    return True


app = st.App(
    APP,
    lifespan=_lifespan,
    routes=[
        Route("/api/health", health),
        Route("/api/exports/{token}/{name}", download),
        Route(unsubscribing.PATH + "{token}", unsubscribe, methods=["GET", "POST"]),
    ],
    middleware=[
        Middleware(_Headers),
        Middleware(Doorway),
    ],
    on_script_error=_show_bug,
)


class _Server(uvicorn.Server):
    """uvicorn that says when it answers."""

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_started()


def _listen(settings: Settings, host: str, port: int) -> socket.socket:
    if not may_bind(settings, host):
        raise UsageError(
            detail=_(
                "{host} n’est pas une adresse locale, et sans connexion configurée "
                "l’application ne sert que cette machine : donnez "
                "COMMANDES_OIDC_METADATA_URL, COMMANDES_OIDC_CLIENT_ID, "
                "COMMANDES_OIDC_CLIENT_SECRET et COMMANDES_APP_URL"
            ).format(host=host)
        )
    ready = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    ready.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        ready.bind((host, port))
    except (OSError, OverflowError) as refused:
        ready.close()
        raise UsageError(
            detail=_("le port {port} ne peut pas être pris, {reason}").format(
                port=port, reason=getattr(refused, "strerror", None) or refused
            )
        ) from None
    return ready


def serve(
    settings: Settings,
    host: str = "127.0.0.1",
    port: int = 8501,
    *,
    on_ready: Callable[[str], None],
) -> None:
    """Serve until interrupted.

    Args:
        settings: those of the environment, read by the caller.
        host: a loopback name or address; any other needs people who log in.
        port: 0 takes any free one.
        on_ready: called with the address once it answers.

    Raises:
        UsageError: another machine's address, or a port that is taken.
        StoreError: the store cannot be opened.
    """
    words.use(settings.language)
    listening = _listen(settings, host, port)
    open_house(settings)
    login.begin()
    own = [urlsplit(login.origin(settings)).hostname or ""]
    bootstrap.load_config_options(
        {
            "server.address": host,
            "server.port": listening.getsockname()[1],
            "server.maxUploadSize": settings.upload_limit,
            "client.showErrorDetails": "full" if settings.development else "none",
            "server.allowedHosts": [*LOOPBACK, *filter(None, own)],
        }
    )
    ready = address(host, listening.getsockname()[1])
    config = uvicorn.Config(
        app,
        ws="websockets-sansio",
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    with suppress(KeyboardInterrupt):
        _Server(config, lambda: on_ready(ready)).run(sockets=[listening])
