"""The ASGI app: Streamlit, health, downloads, the post; `serve` for the command line.

`app` can be given to any ASGI server. Before it answers anyone it has opened the
store and the mirror and has run the first page once, so that the first visitor,
even through a deep link, finds every page registered. What stands between the network
and the app is in `commandes/web/`.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import secrets
import socket
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import streamlit as st
import streamlit.logger
import uvicorn
from starlette.middleware import Middleware
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse
from starlette.routing import Route
from streamlit import net_util
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime
from streamlit.web import bootstrap

from commandes import heap, logs, privacy, unsubscribing, words
from commandes import settings as settings_
from commandes.access import BACKUP, KEEPER, PLATFORM, SWEEPER
from commandes.actions import carts
from commandes.background import Background
from commandes.backups import automatic
from commandes.backups.restoring import forget_broken_off
from commandes.backups.serving import serving
from commandes.doorway import INSIDE, Doorway, address, may_bind, own_names
from commandes.errors import UsageError
from commandes.intake.webhooks import deliveries, work
from commandes.mail.worker import Worker
from commandes.ui import files, login
from commandes.ui.house import close_house, open_house
from commandes.web import health as health_
from commandes.web import webhooks
from commandes.web.astray import Astray
from commandes.web.bodies import Bodies
from commandes.web.headers import SecurityHeaders
from commandes.web.metrics import CountEvents, Metrics
from commandes.web.rates import Rates
from commandes.web.returning import Returning
from commandes.web.watching import Watching
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from types import FrameType

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message

    from commandes.settings import Settings
    from commandes.ui.house import House

log = logging.getLogger("commandes.server")

APP = Path(__file__).resolve().parent.parent / "app.py"
FIRST_PAGE_SECONDS = 60
# Bytes of one message of a browser: files come by other doors.
WIDEST_MESSAGE = 4 * 1024 * 1024
# Seconds between two sweeps of the carts, and two looks whether a backup is due.
SWEEP_EVERY = 60.0
BACKUP_EVERY = 60.0
# Seconds that a stop waits for a backup in hand; one that is left is never half a file.
BACKUP_PATIENCE = 30.0
# Seconds between two looks at what platforms told.
TAKE_EVERY = 2.0
# Seconds between two looks at what is not to be kept any longer.
KEEP_EVERY = 60.0
GRACE_SECONDS = 3


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


class _Workers:
    """What the server does by itself: post, carts left, backups, what is kept."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._post = Worker(house.store, house.settings)
        self._background = Background(house.settings.language)
        self._generation = house.mirror.generation

    def start(self) -> None:
        """Begin all of it."""
        self._post.start()
        begin = self._background.begin
        begin("sweep", self._sweep, who=SWEEPER, every=SWEEP_EVERY)
        begin("keep", self._keep, who=KEEPER, every=KEEP_EVERY)
        begin("heap", self._give_back, who=KEEPER, every=KEEP_EVERY)
        begin("webhooks", self._take, who=PLATFORM, every=TAKE_EVERY)
        if self._house.settings.backup_every:
            begin(
                "backup",
                self._back_up,
                who=BACKUP,
                every=BACKUP_EVERY,
                patience=BACKUP_PATIENCE,
            )

    def end(self) -> None:
        """Take up no new work; what is in hand goes on."""
        self._post.end()
        self._background.end()

    def stop(self) -> None:
        """End once the work in hand is done."""
        self.end()
        self._post.stop()
        self._background.stop()

    def _sweep(self) -> str:
        ended = self._background.ended.is_set
        swept = carts.sweep(self._house.store, ended=ended)
        if swept.count:
            logs.event(log, "sweep", carts=swept.count)
        return ""

    def _back_up(self) -> str:
        return automatic.make_if_due(self._house.store, self._house.settings)

    def _take(self) -> str:
        done = work.work(self._house.store, ended=self._background.ended.is_set)
        if done:
            logs.event(log, "webhooks", done=done)
        return ""

    def _give_back(self) -> str:
        heap.give_back()
        return ""

    def _keep(self) -> str:
        house, ended = self._house, self._background.ended.is_set
        cleaned = privacy.daily(house.store, house.settings, house.mirror, ended=ended)
        deliveries.clean(house.store, actor=work.ACTOR)
        if cleaned or house.mirror.generation != self._generation:
            # Its copy may be of before somebody was erased.
            house.desk.close()
            self._generation = house.mirror.generation
        return ""


# Those of this process, as long as it serves.
_at_work: list[_Workers] = []


@asynccontextmanager
async def _lifespan(app: st.App) -> AsyncIterator[None]:
    # Arrow's own allocator keeps what each thread has once had, of which a server has
    # thousands in a day; the system's gives it back.
    pa.set_memory_pool(pa.system_memory_pool())
    with serving(settings_.read()):
        house = await asyncio.to_thread(open_house)
        await asyncio.to_thread(login.begin)
        files.forget_all(house.settings)
        forget_broken_off(house.settings)
        with suppress(TimeoutError):
            await asyncio.wait_for(_open_first_page(app), FIRST_PAGE_SECONDS)
        # What starting made stays: the search for garbage passes it by from now on, and
        # so is quicker and comes earlier.
        gc.collect()
        gc.freeze()
        workers = _Workers(house)
        workers.start()
        _at_work.append(workers)
        logs.event(log, "started")
        try:
            yield
        finally:
            await asyncio.to_thread(workers.stop)
            _at_work.remove(workers)
            close_house()
            logs.event(log, "stopped")


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


def _sessions() -> int:
    return Runtime.instance()._session_mgr.num_active_sessions()  # noqa: SLF001 (nothing public tells)


metrics = Metrics(_sessions)
app = st.App(
    APP,
    lifespan=_lifespan,
    routes=[
        Route("/api/health", health),
        Route("/api/exports/{token}/{name}", download),
        Route(unsubscribing.PATH + "{token}", unsubscribe, methods=["GET", "POST"]),
        *webhooks.ROUTES,
        *health_.routes(metrics),
    ],
    middleware=[  # the outermost first
        Middleware(Watching, metrics=metrics),
        Middleware(SecurityHeaders),
        Middleware(Doorway),
        Middleware(Astray),
        Middleware(Returning),
        Middleware(Rates),
        Middleware(Bodies),
    ],
    on_script_error=_show_bug,
)


class _Server(uvicorn.Server):
    """uvicorn that says when it answers, and that a stop begins."""

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_started()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """From the signal on nothing new is taken up; connections end meanwhile."""
        health_.stopping.set()
        for workers in _at_work:
            workers.end()
        super().handle_exit(sig, frame)


def _no_address() -> str | None:
    return None


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


def _begin_log(settings: Settings) -> None:
    """Everything that this process says goes through our log, and is counted."""
    logs.begin(settings.log, development=settings.development)
    # Streamlit gives each of its loggers a handler, those of later imports too.
    streamlit.logger.setup_formatter = logs.through_ours
    logging.getLogger("commandes").addHandler(CountEvents(metrics))


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
        RestoreGoesOn: it is being replaced by a backup.
    """
    words.use(settings.language)
    listening = _listen(settings, host, port)
    _begin_log(settings)
    with serving(settings):
        open_house(settings)
        login.begin()
    bootstrap.load_config_options(
        {
            "server.address": host,
            "server.port": listening.getsockname()[1],
            "server.maxUploadSize": settings.upload_limit,
            "server.allowedHosts": sorted(own_names(settings)),
            "logger.level": "warning",
            "client.showErrorDetails": "full" if settings.development else "none",
        }
    )
    # The doorway knows the names of ours: nobody's request may make Streamlit ask the
    # Internet for this machine's address.
    net_util.get_external_ip = _no_address
    ready = address(host, listening.getsockname()[1])
    config = uvicorn.Config(
        app,
        ws="websockets-sansio",
        ws_max_size=WIDEST_MESSAGE,
        access_log=False,
        log_level="warning",
        log_config=None,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    with suppress(KeyboardInterrupt):
        _Server(config, lambda: on_ready(ready)).run(sockets=[listening])
