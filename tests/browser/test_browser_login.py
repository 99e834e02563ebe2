"""R17: logging in through a real provider; every wrong word of it opens nothing.

And a journey of each role, from login to logout, with what each cannot see.
"""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from driving import Server, served, settled, twelve_orders
from playwright.sync_api import expect
from ports import free_port
from provider import CLIENT, SECRET, provided
from sqlalchemy import select

from commandes import access
from commandes.access import Role
from commandes.actions import people
from commandes.store import tables
from commandes.ui import files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page
    from provider import Provider
    from shop import Shop

APP = Path(__file__).parents[2] / "app.py"
ADDRESSES = ["", *re.findall(r'url_path="(\w+)"', APP.read_text(encoding="utf-8"))]
ROLES = {role: f"{role.value}@example.org" for role in Role}
INVITED = {
    **{email: role for role, email in ROLES.items()},
    **{f"{name}@example.org": Role.STAFF for name in ("wrong", "idle")},
    **{f"{name}@example.org": Role.STAFF for name in ("files", "unverified")},
    "promoted@example.org": Role.STAFF,
}


def _shop(shop: Shop) -> None:
    twelve_orders(shop)
    for email, role in INVITED.items():
        people.invite(shop.store, email, role, actor="t")


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with provided() as running:
        yield running


def _guarded(data: Path, provider: Provider, **more: str):
    port = free_port()
    return served(
        data,
        _shop,
        port=port,
        COMMANDES_OIDC_METADATA_URL=provider.address
        + "/.well-known/openid-configuration",
        COMMANDES_OIDC_CLIENT_ID=CLIENT,
        COMMANDES_OIDC_CLIENT_SECRET=SECRET,
        COMMANDES_APP_URL=f"http://127.0.0.1:{port}",
        **more,
    )


@pytest.fixture(scope="module")
def guarded(provider, tmp_path_factory) -> Iterator[Server]:
    """A server over twelve orders where people log in."""
    with _guarded(tmp_path_factory.mktemp("guarded") / "data", provider) as running:
        yield running


def _login_alone(page: Page) -> None:
    """The page asks who is there and shows nothing else: no menu, no order."""
    page.get_by_role("button", name="Se connecter").wait_for()
    expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)
    expect(page.get_by_test_id("stDataFrame")).to_have_count(0)
    expect(page.locator('[data-testid="stMain"] h1')).to_have_count(0)


def _log_in(page: Page, address: str) -> None:
    page.goto(address)
    with page.expect_navigation(url=f"{address}/"):  # back from the provider
        page.get_by_role("button", name="Se connecter").click()


def _in_menu(page: Page, title: str) -> Locator:
    """The page's entry in the menu; its icon stands before its title."""
    menu = page.get_by_test_id("stSidebarNav")
    return menu.get_by_role("link", name=re.compile(rf"(^|\s){re.escape(title)}$"))


def _person(server: Server, email: str):
    with server.shop() as shop, shop.store.reading() as connection:
        return connection.execute(
            select(tables.people).where(tables.people.c.email == email)
        ).one()


def test_a_cold_deep_link_shows_the_login_and_nothing_else(provider, tmp_path, visitor):
    """The very first page of a server's life, whichever it is; then every other."""
    with _guarded(tmp_path / "data", provider) as server:
        for path in [*ADDRESSES[::-1], "acces", "commande?commande=A01"]:
            page = visitor.context.new_page()
            page.goto(f"{server.address}/{path}")
            _login_alone(page)
            page.close()
            visitor.context.clear_cookies()


def test_the_provider_may_stand_in_secrets_toml(provider, tmp_path, visitor):
    """The way that Streamlit's own documentation shows, instead of settings."""
    port = free_port()
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text(
        "[auth]\n"
        f'redirect_uri = "http://127.0.0.1:{port}/oauth2callback"\n'
        'cookie_secret = "of-this-test-alone-and-long-enough"\n'
        f'client_id = "{CLIENT}"\nclient_secret = "{SECRET}"\n'
        f'server_metadata_url = "{provider.address}/.well-known/openid-configuration"\n'
    )
    with served(tmp_path / "data", _shop, port=port, folder=tmp_path) as server:
        provider.knows(ROLES[Role.STAFF])
        page = visitor.context.new_page()
        _log_in(page, server.address)
        settled(page)
        expect(_in_menu(page, "Commandes")).to_be_visible()
        expect(_in_menu(page, "Ventes")).to_have_count(0)


def test_who_was_invited_comes_in_once_the_provider_vouches_for_the_address(
    provider, guarded, visitor
):
    """Bound to issuer and subject; an address that is not verified opens nothing."""
    email = "unverified@example.org"
    page = visitor.context.new_page()
    provider.knows(email, email_verified=False)
    _log_in(page, guarded.address)
    page.get_by_text("Ce compte n’a pas accès à Commandes.").wait_for()
    _login_alone(page)
    assert _person(guarded, email).subject is None

    provider.knows(email)
    page.get_by_role("button", name="Utiliser un autre compte").click()
    expect(page.get_by_text("Connectez-vous pour continuer.")).to_be_visible()
    _log_in(page, guarded.address)
    settled(page)
    expect(page.get_by_text("Unverified · Équipe")).to_be_visible()
    bound = _person(guarded, email)
    assert (bound.issuer, bound.subject) == (provider.address, f"sub-{email}")


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "another-app"},
        {"aud": [CLIENT, "another-app"]},
        {"iss": "https://evil.example.org"},
        {"nonce": "another-login"},
        {"exp": 1_700_000_000, "iat": 1_699_999_000},
        {"sub": ""},
        "none",
        "stranger",
    ],
    ids=str,
)
def test_a_token_that_is_not_whole_opens_nothing(provider, guarded, visitor, wrong):
    """Another audience, issuer or nonce, expired, unsigned, signed by a stranger."""
    provider.knows("wrong@example.org")
    if wrong == "none":
        provider.algorithm = "none"
    elif wrong == "stranger":
        provider.stranger = True
    else:
        provider.wrong = wrong
    before = provider.logins
    page = visitor.context.new_page()
    _log_in(page, guarded.address)

    _login_alone(page)
    assert provider.logins == before + 1
    assert _person(guarded, "wrong@example.org").subject is None


def test_a_cookie_that_was_touched_opens_nothing(provider, guarded, visitor):
    """One letter of the identity, or of its signature, is enough."""
    provider.knows(ROLES[Role.MANAGER])
    page = visitor.context.new_page()
    _log_in(page, guarded.address)
    settled(page)
    (kept,) = [c for c in visitor.context.cookies() if c["name"] == "_streamlit_user"]

    for place in (10, len(kept["value"]) - 3):
        letter = "A" if kept["value"][place] != "A" else "B"
        value = kept["value"][:place] + letter + kept["value"][place + 1 :]
        visitor.context.add_cookies([kept | {"value": value}])
        page.goto(f"{guarded.address}/commandes")
        _login_alone(page)
    visitor.context.add_cookies([kept])
    page.goto(f"{guarded.address}/commandes")
    settled(page)


def test_who_loses_the_access_or_gets_a_role_has_it_from_the_next_click(
    provider, guarded, visitor
):
    """In an open page, without a reload; the cookie is worth nothing any more."""
    email = f"revoked-{secrets.token_hex(4)}@example.org"  # run again, it starts anew
    with guarded.shop() as shop:
        people.invite(shop.store, email, Role.STAFF, actor="t")
    provider.knows(email)
    page = visitor.context.new_page()
    _log_in(page, guarded.address)
    settled(page)
    expect(_in_menu(page, "Ventes")).to_have_count(0)

    with guarded.shop() as shop:
        people.change_role(shop.store, email, Role.FINANCE, actor="t")
    _in_menu(page, "Commandes").click()
    expect(_in_menu(page, "Ventes")).to_be_visible()

    with guarded.shop() as shop:
        people.deactivate(shop.store, email, actor="t")
    _in_menu(page, "Stock").click()
    page.get_by_text("L’accès de ce compte a été retiré.").wait_for()
    _login_alone(page)

    with guarded.shop() as shop:
        people.reactivate(shop.store, email, actor="t")
    page.reload()
    page.get_by_text("Votre session est terminée.").wait_for()
    _login_alone(page)


def test_a_login_leads_to_the_link_that_asked_for_it(provider, guarded, visitor):
    """A link to an order, in a mail or a chat; without one, the first page."""
    provider.knows(ROLES[Role.STAFF])
    page = visitor.context.new_page()
    link = f"{guarded.address}/commande?commande=A05"
    page.goto(link)
    with page.expect_navigation(url=link):  # back from the provider
        page.get_by_role("button", name="Se connecter").click()
    settled(page)
    expect(page.get_by_text("A05").first).to_be_visible()

    page.goto(f"{guarded.address}/auth/logout")
    _login_alone(page)
    _log_in(page, guarded.address)
    settled(page)


def test_files_are_handed_over_and_taken_from_people_alone(
    provider, guarded, visitor, chromium
):
    """An export's link, a picture, an upload: nobody without a login, nor after it."""
    paths = ("api/exports/abcdefghijklmnopqrstuvwx/a.csv", "media/0.png")
    upload = "_stcore/upload_file/some-session/some-file"
    stranger = chromium.new_context()
    for path in paths:
        assert stranger.request.get(f"{guarded.address}/{path}").status == 403
    assert stranger.request.put(f"{guarded.address}/{upload}").status == 403
    stranger.close()

    provider.knows("files@example.org")
    page = visitor.context.new_page()
    _log_in(page, guarded.address)
    settled(page)
    request = visitor.context.request
    me = _person(guarded, "files@example.org")
    mine, of_another, once_mine = (
        _prepared(guarded, access.logged_in(person, Role(role), ""))
        for person, role in ((me.id, me.role), (me.id + 1, me.role), (me.id, "manager"))
    )
    assert request.get(f"{guarded.address}{mine}").text() == "a file"
    for path in (of_another, once_mine, f"/{paths[0]}"):
        assert request.get(f"{guarded.address}{path}").status == 403
    with guarded.shop() as shop:
        people.deactivate(shop.store, "files@example.org", actor="t")
    assert request.get(f"{guarded.address}{mine}").status == 403


def _prepared(server: Server, who: access.Person) -> str:
    with access.acting_as(who):
        path = files.prepare(server.settings, "a.csv")
    path.write_text("a file")
    return files.address(path)


def test_other_hosts_and_other_sites_are_refused(guarded, visitor):
    """Where people log in, too; health is told to everybody who asks rightly."""
    request = visitor.context.request
    health = f"{guarded.address}/api/health"

    assert request.get(health).status == 200
    assert request.get(health, headers={"Host": "orders.example"}).status == 400
    evil = {"Origin": "https://evil.example"}
    assert request.get(guarded.address, headers=evil).status == 403


@pytest.mark.parametrize("limit", ["IDLE", "SESSION"])
def test_a_session_ends_when_nobody_clicks_and_in_any_case(
    provider, tmp_path, visitor, limit
):
    """The server says so, whatever the browser keeps."""
    provider.knows("idle@example.org")
    seconds = {f"COMMANDES_{limit}_TIMEOUT": "6"}
    with _guarded(tmp_path / "data", provider, **seconds) as server:
        page = visitor.context.new_page()
        _log_in(page, server.address)
        settled(page)
        # The page of the list ticks by itself, which keeps no session alive.
        over = page.get_by_text("Votre session est terminée.")
        for _try in range(30):
            page.reload()
            # On a busy machine the session may be over before the page has come.
            over.or_(page.locator('[data-testid="stMain"] h1')).first.wait_for()
            if over.is_visible():
                break
            if limit == "IDLE":
                page.wait_for_timeout(6_500)
                _in_menu(page, "Stock").click()
        _login_alone(page)


# What each role sees in the menu, and one sentence for what it opens by a link.
MENUS = {
    Role.STAFF: {"Numéros de suivi", "Stock", "Accès"},
    Role.FINANCE: {"Stock", "Ventes", "Paniers abandonnés", "Accès"},
    Role.MANAGER: {"Numéros de suivi", "Ventes", "Importer", "Étiquettes", "Accès"},
    Role.ADMINISTRATOR: {"Numéros de suivi", "Ventes", "Importer", "Accès"},
}
HIDDEN = {
    Role.STAFF: ("ventes", "paniers", "analyses", "importer", "modeles", "etiquettes"),
    Role.FINANCE: ("suivis", "importer", "modeles", "transporteurs", "etiquettes"),
    Role.MANAGER: (),
    Role.ADMINISTRATOR: (),
}
# Buttons of an order's panel: what stands there, and what does not.
ACTS = {
    Role.STAFF: ({"Annuler", "Rembourser", "Archiver"}, {"Marquer comme payée"}),
    Role.FINANCE: ({"Marquer comme payée"}, {"Annuler", "Rembourser", "Archiver"}),
    Role.MANAGER: ({"Annuler", "Rembourser", "Marquer comme payée"}, set()),
    Role.ADMINISTRATOR: ({"Annuler", "Rembourser", "Marquer comme payée"}, set()),
}


@pytest.mark.parametrize("role", list(Role))
def test_the_journey_of_a_role_from_login_to_logout(provider, guarded, visitor, role):
    """The menu, the links, the buttons of an order, the name in its activity."""
    provider.knows(ROLES[role])
    page = visitor.context.new_page()
    _log_in(page, guarded.address)
    settled(page)
    for label in MENUS[role]:
        expect(_in_menu(page, label)).to_have_count(1)
    for path in HIDDEN[role]:
        page.goto(f"{guarded.address}/{path}")
        settled(page)
        title = page.locator('[data-testid="stMain"] h1').inner_text()
        expect(
            page.get_by_text(f"n’est pas permis au rôle {role.label}")
        ).to_be_visible()
        expect(_in_menu(page, title)).to_have_count(0)

    for path in set(ADDRESSES) - set(HIDDEN[role]) if HIDDEN[role] else ():
        page.goto(f"{guarded.address}/{path}")
        settled(page)
        expect(page.get_by_text("Impossible", exact=True)).to_have_count(0)
        expect(page.get_by_test_id("stException")).to_have_count(0)

    shown, absent = ACTS[role]
    texts = ""
    options = page.get_by_role("option").or_(page.get_by_role("menuitem"))
    for number in ("A05", "A02"):  # one that is paid, one that is not
        page.goto(f"{guarded.address}/commande?commande={number}")
        settled(page)
        page.get_by_role("button", name="Autres actions").click()
        options.first.wait_for()
        texts += " ".join(options.all_inner_texts())
    assert all(label in texts for label in shown), texts
    assert not any(label in texts for label in absent), texts
    options.filter(has_text="Ajouter une note").click()
    page.get_by_role("textbox", name="Note").fill(f"Vu par {role.value}")
    page.get_by_role("button", name="Ajouter la note").click()
    page.get_by_text("Note ajoutée.").wait_for()
    expect(
        page.get_by_text(f"{role.value.title()} · {role.label}").first
    ).to_be_visible()
    expect(page.get_by_text(f"Note ajoutée · {role.value.title()}")).to_be_visible()
    assert _last_actor(guarded) == f"person:{_person(guarded, ROLES[role]).id}"

    page.goto(f"{guarded.address}/acces")
    settled(page)
    cares = role is Role.ADMINISTRATOR
    expect(page.get_by_text("Personnes", exact=True)).to_have_count(int(cares))
    expect(page.get_by_role("button", name="Inviter")).to_have_count(int(cares))

    kept = visitor.context.cookies()
    if role is Role.FINANCE:  # by the address that the button leads to
        page.goto(f"{guarded.address}/auth/logout")
    else:
        page.get_by_role("button", name="Se déconnecter").click()
    _login_alone(page)
    # Whoever still holds the cookie holds nothing.
    visitor.context.add_cookies([c for c in kept if c["name"].startswith("_streamlit")])
    page.goto(f"{guarded.address}/commandes")
    page.get_by_text("Votre session est terminée.").wait_for()
    _login_alone(page)


def _last_actor(server: Server) -> str:
    c = tables.events.c
    noted = select(c.actor).where(c.kind == "noted").order_by(c.seq.desc()).limit(1)
    with server.shop() as shop, shop.store.reading() as connection:
        return connection.scalar(noted)


def test_an_administrator_invites_and_takes_access_on_the_page(
    provider, guarded, visitor
):
    """The person comes in, with the role that was given."""
    provider.knows(ROLES[Role.ADMINISTRATOR])
    page = visitor.context.new_page()
    _log_in(page, guarded.address)
    page.goto(f"{guarded.address}/acces")
    settled(page)
    page.get_by_role("textbox", name="Adresse e-mail").fill("Nouvelle@example.org")
    page.get_by_role("button", name="Inviter").click()
    page.get_by_text("Nouvelle@example.org : invitation faite.").wait_for()
    # Nobody is chosen beforehand: nobody is kept out by mistake.
    expect(page.get_by_role("button", name="Retirer l’accès")).to_have_count(0)

    invited = _person(guarded, "nouvelle@example.org")
    assert (invited.role, invited.active) == ("staff", True)
    # The last administrator stays, and is told why.
    page.get_by_role("combobox", name="Personne").click()
    page.get_by_role("option", name=ROLES[Role.ADMINISTRATOR]).click()
    page.get_by_role("button", name="Retirer l’accès").click()
    page.get_by_text("C’est la dernière personne de l’administration.").wait_for()
