"""Who may knock at all: hosts, origins, the start-up token, and doors for people alone.

Where nobody logs in, the server is for one person on this machine: every request must
come from it, name it as its host, come from no other page, and carry the token of the
address that was printed at the start (then the cookie which that address gave). Where
people log in, files are handed over and taken from those alone who may come in.
"""

from __future__ import annotations

import asyncio
import secrets
from html import escape
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse

from commandes import unsubscribing, words
from commandes.intake.webhooks import PATHS as WEBHOOKS
from commandes.ui import files, login
from commandes.ui.house import open_house
from commandes.words import _

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from commandes.settings import Settings

LOOPBACK = ("127.0.0.1", "localhost", "::1")
# What programs ask without a person: nothing of the shop stands in the answers.
OPEN = (
    *("/api/health", "/healthz", "/readyz", "/_stcore/health"),
    # These ask for a token of their own, or say nothing of the shop.
    *("/metrics", "/.well-known/security.txt"),
)
# Streamlit's doors that nothing of ours goes through: figures of its own, and the
# interface for programs, which knows no role of ours.
CLOSED = ("/_stcore/metrics", "/_stcore/agent")
# Files come and go here: for people who may come in, with a function that needs it.
_EXPORTS = "/api/exports/"
_FILES = (_EXPORTS, "/media/", "/_stcore/upload_file")
_LOGOUT = "/auth/logout"
_UPLOADS = ("imports.make", "orders.track", "stock.open")
_PARAMETER = b"token="
# Of this process: who knows it stands at this machine, before the printed address.
TOKEN = secrets.token_urlsafe(24)
# What a server asks of itself, before anyone else can; no request can say so.
INSIDE = "commandes.inside"


def address(host: str, port: int) -> str:
    """The address to print: where nobody logs in, with the token that opens it."""
    shown = f"[{host}]" if ":" in host else host
    plain = f"http://{shown}:{port}"
    if login.is_configured(open_house().settings):
        return plain
    return f"{plain}/?token={TOKEN}"


def own_names(settings: Settings) -> set[str]:
    """The names under which the app answers: this machine's, and those of the settings.

    Names of a network count only where people log in.
    """
    if not login.is_configured(settings):
        return {*LOOPBACK}
    own = urlsplit(login.origin(settings)).hostname
    return {*LOOPBACK, *settings.allowed_hosts, *([own] if own else [])}


def may_bind(settings: Settings, host: str) -> bool:
    """Whether the server may listen on this address."""
    return host in LOOPBACK or login.is_configured(settings)


class Doorway:
    """Lets through who may knock; everything that comes in passes it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] not in ("http", "websocket") or scope.get(INSIDE):
            await self.app(scope, receive, send)
            return
        settings = open_house().settings
        refused = _foreign(scope, settings)
        if refused is None and not _is_open(scope, settings):
            if login.is_configured(settings):
                refused = await _without_person(scope)
            else:
                scope, send, refused = _with_token(scope, send)
        if refused is None and scope["path"].startswith(CLOSED):
            refused = PlainTextResponse("not here", status_code=404)
        if refused is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refused(scope, receive, send)


def _host(text: str) -> str:
    """The name in a Host header, without its port."""
    return (urlsplit(f"//{text}").hostname or "") if text.isprintable() else ""


def _is_open(scope: Scope, settings: Settings) -> bool:
    """Whether a request needs neither token nor person."""
    path = scope["path"]
    host = _host(Headers(scope=scope).get("host", ""))
    return scope["type"] == "http" and (
        path in OPEN
        # Each delivery is signed.
        or path in WEBHOOKS
        or unsubscribing.serves(settings, path, host)
    )


def _is_public(settings: Settings, path: str, host: str) -> bool:
    """Whether a request is for what customers and platforms reach at our address."""
    public = urlsplit(settings.public_url).hostname
    webhook = path in WEBHOOKS and public is not None and host == public
    return webhook or unsubscribing.serves(settings, path, host)


def _foreign(scope: Scope, settings: Settings) -> Response | None:
    """Refuse other machines, other names of this one, and pages of other sites."""
    headers = Headers(scope=scope)
    try:
        host = _host(headers.get("host", ""))
    except ValueError:
        host = ""
    if scope["type"] == "http" and _is_public(settings, scope["path"], host):
        return None
    configured = login.is_configured(settings)
    own = urlsplit(login.origin(settings)) if configured else None
    if host not in own_names(settings):
        return PlainTextResponse(_("Hôte inconnu."), status_code=400)
    if not configured and not _is_here(scope):
        return PlainTextResponse(_("Réservé à cette machine."), status_code=403)
    own_origin = f"{own.scheme}://{own.netloc}" if own else None
    return _from_elsewhere(scope, headers, own_origin)


def _from_elsewhere(scope: Scope, headers: Headers, own: str | None) -> Response | None:
    """Refuse what a page of another site asks for."""
    origin = headers.get("origin")
    if origin is None and scope["type"] == "http":
        return None
    # Browsers name the page that opens a WebSocket; what does not is none.
    came = urlsplit(origin or "")
    same = came.netloc == headers.get("host", "") and came.scheme in ("http", "https")
    if same or (own and origin == own):
        return None
    return PlainTextResponse(_("Origine inconnue."), status_code=403)


def _is_here(scope: Scope) -> bool:
    client = scope.get("client")
    try:
        return client is not None and ip_address(client[0]).is_loopback
    except ValueError:
        return False


async def _without_person(scope: Scope) -> Response | None:
    """Where people log in: refuse files to everybody else."""
    path = scope["path"]
    if scope["type"] == "websocket":
        return None  # the page itself asks who is there
    cookies = HTTPConnection(scope).cookies
    if path == _LOGOUT:
        await asyncio.to_thread(login.leave, cookies)
    if not path.startswith(_FILES):
        return None  # the same
    who = await asyncio.to_thread(login.of_request, cookies)
    uploads = path.startswith("/_stcore/upload_file")
    if who is None or (uploads and not who.functions & set(_UPLOADS)):
        return PlainTextResponse(_("Connectez-vous pour continuer."), status_code=403)
    if path.startswith(_EXPORTS):
        token = path.removeprefix(_EXPORTS).partition("/")[0]
        if not files.is_for(token, who):
            said = _("Ce fichier a été préparé pour quelqu’un d’autre.")
            return PlainTextResponse(said, status_code=403)
    return None


def _cookie(scope: Scope) -> str:
    # Cookies know no port: two servers on this machine each have their own.
    return f"commandes_{scope['server'][1]}"


def _with_token(scope: Scope, send: Send) -> tuple[Scope, Send, Response | None]:
    """Where nobody logs in: the printed address gives a cookie, which opens the rest.

    What follows the token in the address is where to go: programs put paths after the
    address that was printed.
    """
    held = HTTPConnection(scope).cookies.get(_cookie(scope), "")
    rest = _after_token(scope)
    if rest is None:
        if secrets.compare_digest(held.encode(), TOKEN.encode()):
            return scope, send, None
        return scope, send, _shut()
    headers = Headers(scope=scope)
    value = f"{_cookie(scope)}={TOKEN}; Path=/; HttpOnly; SameSite=Strict"
    if headers.get("sec-fetch-mode") == "navigate":
        answer: Response
        if headers.get("sec-fetch-site") == "cross-site":
            # A strict cookie goes along once a page of our own asks for the next.
            target = escape(rest, quote=True)
            answer = HTMLResponse(_ON.format(target=target))
        else:
            answer = RedirectResponse(rest, status_code=303)
        answer.headers["set-cookie"] = value
        answer.headers["cache-control"] = "no-store"
        return scope, send, answer
    path, _mark, query = rest.partition("?")
    inside: Scope = dict(scope)
    inside["path"], inside["raw_path"] = unquote(path), path.encode()
    inside["query_string"] = query.encode()

    async def with_cookie(message: Message) -> None:
        if message["type"] == "http.response.start":
            cookie = (b"set-cookie", value.encode())
            message["headers"] = [*message["headers"], cookie]
        await send(message)

    return inside, with_cookie, None


def _after_token(scope: Scope) -> str | None:
    """Where an address with the right token leads; None without it."""
    if scope["type"] != "http" or _PARAMETER not in scope["query_string"]:
        return None
    before, _name, after = scope["query_string"].rpartition(_PARAMETER)
    if (before and not before.endswith(b"&")) or not secrets.compare_digest(
        after[: len(TOKEN)], TOKEN.encode()
    ):
        return None
    rest: str = after[len(TOKEN) :].decode("latin-1")
    if rest.startswith("/"):
        # One slash: two would name another host.
        return "/" + rest.lstrip("/\\")
    more = [*parse_qsl(before.decode("latin-1")), *parse_qsl(rest.lstrip("?&"))]
    path = scope["path"] if scope["path"].startswith("/") else "/"
    safe = "/" + path.lstrip("/\\")
    return f"{safe}?{urlencode(more)}" if more else safe


_ON = '<!doctype html><meta http-equiv="refresh" content="0;url={target}">'
_PAGE = """<!doctype html><html lang="{language}"><meta charset="utf-8">
<title>Commandes</title><body><h1>Commandes</h1><p>{said}</p></body></html>"""


def _shut() -> Response:
    said = _(
        "Ouvrez l’adresse affichée dans le terminal où Commandes a démarré : elle "
        "seule donne accès, depuis cette machine."
    )
    text = _PAGE.format(language=words.language(), said=escape(said))
    return HTMLResponse(text, status_code=403, headers={"cache-control": "no-store"})
