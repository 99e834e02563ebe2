"""Who is at this browser: the provider's word, our own table of people, the way out.

The provider (OpenID Connect) is configured by settings, or by the `[auth]` section of
`.streamlit/secrets.toml`. Without one there is one person alone, who is on this
machine, and nobody logs in.
"""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, NoReturn

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import (
    _get_signed_cookie_with_chunks,
    _parse_decoded_user_cookie,
)

from commandes import access
from commandes import settings as settings_
from commandes.actions import sessions
from commandes.actions.sessions import Claims, Limits
from commandes.errors import (
    CommandesError,
    LoginKeyUnreadable,
    LoginNeeded,
    NotInvited,
)
from commandes.reports import people
from commandes.store import journal
from commandes.ui.house import open_house
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from commandes.access import Person
    from commandes.settings import Settings

CALLBACK = "/oauth2callback"
# The file of the cookies' secret in the data folder.
KEY = "login.key"
_SHORTEST_KEY = 32
_lock = threading.Lock()
_given: set[Settings] = set()


def is_configured(settings: Settings) -> bool:
    """Whether people log in; otherwise one person alone is served, on this machine."""
    return bool(settings.oidc_metadata_url) or "auth" in _secrets()


def origin(settings: Settings) -> str:
    """Where people open the app; empty when nothing says so."""
    if settings.app_url:
        return settings.app_url
    redirect = str(_secrets().get("auth", {}).get("redirect_uri", ""))
    return redirect.removesuffix(CALLBACK)


def _secrets() -> Mapping[str, Any]:
    return st.secrets if st.secrets.load_if_toml_exists() else {}


def begin() -> None:
    """Make ready for who comes: the provider's address, and whom the doors ask.

    Raises:
        UsageError: a setting that cannot be read.
        StoreError: the store cannot be opened.
    """
    settings = settings_.read()
    if settings in _given:
        return
    with _lock:
        if settings.oidc_metadata_url:
            st.secrets.merge_programmatic_secrets({"auth": _auth(settings)})
        if is_configured(settings):
            access.identify_by(_find)
        _given.add(settings)


def _auth(settings: Settings) -> dict[str, Any]:
    """What Streamlit's login wants to know; kept in memory alone."""
    return {
        "redirect_uri": settings.app_url + CALLBACK,
        "cookie_secret": settings.oidc_cookie_secret or _cookie_secret(settings),
        "client_id": settings.oidc_client_id,
        "client_secret": settings.oidc_client_secret,
        "server_metadata_url": settings.oidc_metadata_url,
    }


def _cookie_secret(settings: Settings) -> str:
    """What signs the cookies: a file of its own, in no backup; remove it to renew it.

    Raises:
        LoginKeyUnreadable: it can neither be read nor made.
    """
    path = settings.data_dir / KEY
    try:
        if not path.exists():
            settings.make_data_dir()
            journal.create_key(path)
        secret = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        secret = ""
    if len(secret) < _SHORTEST_KEY:
        raise LoginKeyUnreadable(path=path)
    return secret


def person(*, seen: bool = True) -> Person:
    """Who is at this browser, looked up anew.

    Args:
        seen: whether somebody did something; False for what runs by itself.

    Raises:
        LoginNeeded: nobody who may come in; its kinds say why.
    """
    begin()
    house = open_house()
    if not is_configured(house.settings):
        return access.LOCAL
    claims = _claims()
    if claims is None:
        raise LoginNeeded
    return sessions.enter(house.store, claims, _limits(house.settings), seen=seen)


def of_request(cookies: dict[str, str]) -> Person | None:
    """Who asks for a file or brings one; None: nobody who may come in."""
    claims, house = _claims_of(cookies), open_house()
    if claims is None:
        return None
    try:
        return sessions.enter(house.store, claims, _limits(house.settings), seen=False)
    except LoginNeeded:
        return None


def leave(cookies: dict[str, str]) -> None:
    """Log out whoever holds these cookies, copies of them included."""
    claims = _claims_of(cookies)
    if claims is not None:
        sessions.leave(open_house().store, claims)


def _claims_of(cookies: dict[str, str]) -> Claims | None:
    settings = open_house().settings
    given = _get_signed_cookie_with_chunks(cookies, USER_COOKIE_NAME)
    found = given and _read(_parse_decoded_user_cookie(given, origin(settings)))
    return found or None


def _find() -> Person | None:
    """Who acts where nothing says so: in the callback of a button, in a menu."""
    try:
        return person()
    except LoginNeeded:
        return None


@dataclass(frozen=True)
class Menu:
    """What stands in the menu, for who is at this browser; None: nobody is known."""

    of: Person | None

    @property
    def position(self) -> Literal["sidebar", "hidden"]:
        """Who is not logged in sees no menu."""
        return "hidden" if self.of is None else "sidebar"

    def shows(self, function: str) -> Literal["visible", "hidden"]:
        """A page that one may not use stands in no menu; its link says why."""
        may = self.of is not None and function in self.of.functions
        return "visible" if may else "hidden"


def menu() -> Menu:
    """The menu of who is at this browser."""
    try:
        return Menu(person(seen=False))
    except LoginNeeded:
        return Menu(None)
    except CommandesError:
        return Menu(access.LOCAL)  # the page says what is wrong, and nothing else


def _limits(settings: Settings) -> Limits:
    return Limits(
        timedelta(seconds=settings.idle_timeout),
        timedelta(seconds=settings.session_timeout),
    )


def _claims() -> Claims | None:
    if get_script_run_ctx(suppress_warning=True) is None:
        return None
    return _read(st.user.to_dict())


def _read(user: Mapping[str, Any]) -> Claims | None:
    """What the provider said, under its signature; None for what is not whole."""
    issuer, subject, at = (user.get(name) for name in ("iss", "sub", "iat"))
    if user.get("is_logged_in") is not True or not isinstance(at, int | float):
        return None
    if not (
        isinstance(issuer, str) and isinstance(subject, str) and issuer and subject
    ):
        return None
    if not _is_for_us(user):
        return None
    # What no two logins share: when, and the nonce that was made up for it.
    mark = [user.get(name) for name in ("iss", "sub", "iat", "nonce", "jti", "at_hash")]
    session = hashlib.sha256(json.dumps(mark).encode()).hexdigest()
    return Claims(
        issuer=issuer,
        subject=subject,
        session=session,
        issued_at=datetime.fromtimestamp(at, UTC),
        email=str(user.get("email") or ""),
        email_verified=user.get("email_verified") is True,
        name=" ".join(str(user.get("name") or "").split()),
    )


def _is_for_us(user: Mapping[str, Any]) -> bool:
    """Whether the provider said it to this app, and to no other one of its clients.

    Streamlit's login leaves that unchecked.
    """
    auth = _secrets().get("auth", {})
    named = user.get("provider", "default")
    section = auth if named == "default" and "default" not in auth else auth.get(named)
    client = (section or {}).get("client_id")
    told = user.get("aud")
    audience = [told] if isinstance(told, str) else list(told or [])
    alone = len(audience) == 1 or user.get("azp") == client
    return bool(client) and client in audience and alone


def ask(refused: LoginNeeded) -> NoReturn:
    """The page of who is not logged in: nothing else is shown."""
    with st.container(border=True, key="login", width=520):
        st.subheader(_("Commandes"), anchor=False)
        known = type(refused) is not LoginNeeded
        st.text(refused.message if known else _("Connectez-vous pour continuer."))
        if known:
            st.text(refused.what_to_do)
        with st.container(horizontal=True):
            if st.button(
                _("Se connecter"),
                key="log_in",
                type="primary",
                icon=":material/login:",
            ):
                st.login()
            if isinstance(refused, NotInvited) and st.button(
                _("Utiliser un autre compte"), key="log_out"
            ):
                st.logout()
    st.stop()


def who(here: Person) -> None:
    """Who is logged in, and the way out; nothing where one person is alone."""
    if here.id is None or here.role is None:
        return
    with st.sidebar.container(
        horizontal=True, vertical_alignment="center", key="logged_in"
    ):
        st.text(f"{here.name} · {here.role.label}", width="stretch")
        if st.button(
            _("Se déconnecter"),
            key="log_out",
            type="tertiary",
            icon=":material/logout:",
        ):
            claims = _claims()
            if claims is not None:
                sessions.leave(open_house().store, claims)
            st.logout()
            st.stop()


def named(actor: str) -> str:
    """How who acted is called: people by their name, others as they stand."""
    if not actor.startswith("person:"):
        return actor
    return people.names(open_house().store).get(actor, actor)
