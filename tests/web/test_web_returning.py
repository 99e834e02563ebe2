"""A login leads back to the page that was asked for, and never anywhere else."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Route

from commandes.errors import StoreLocked
from commandes.ui import login
from commandes.web.returning import COOKIE, Returning

NAVIGATE = {"sec-fetch-mode": "navigate"}


@pytest.fixture
def app(monkeypatch, tmp_path):
    """What Streamlit does after a login, for a shop where people log in."""
    for name, value in {
        "DATA_DIR": str(tmp_path / "data"),
        "OIDC_METADATA_URL": "https://login.example.org/openid",
        "OIDC_CLIENT_ID": "commandes",
        "OIDC_CLIENT_SECRET": "of-this-test",
        "APP_URL": "https://orders.example.org",
    }.items():
        monkeypatch.setenv(f"COMMANDES_{name}", value)

    async def back(request):
        del request
        return RedirectResponse("/", status_code=302)

    async def page(request):
        del request
        return PlainTextResponse("page")

    return Returning(
        Starlette(routes=[Route("/oauth2callback", back), Route("/{path:path}", page)])
    )


@pytest.mark.parametrize(
    ("path", "query", "kept"),
    [
        ("/ventes", b"", "/ventes"),
        ("/commande", b"commande=A%2305", "/commande?commande=A%2305"),
        ("/", b"period=today", "/?period=today"),
    ],
)
def test_a_page_asked_for_is_kept_and_found_again(ask, app, path, query, kept):
    """In a cookie that no script reads; after the login it is gone."""
    asked = ask(app, path, query_string=query, headers=NAVIGATE)
    (cookie,) = asked.cookies
    assert "HttpOnly; SameSite=Lax" in cookie
    assert "Max-Age=600" in cookie

    after = ask(app, "/oauth2callback", headers={"cookie": cookie.partition(";")[0]})
    assert (after.status, after.headers["location"]) == (302, kept)
    assert f"{COOKIE}=; Path=/; Max-Age=0" in after.cookies[0]


@pytest.mark.parametrize(
    ("path", "headers", "method"),
    [
        ("/ventes", {}, "GET"),
        ("/ventes", NAVIGATE, "POST"),
        ("/api/exports/x/a.csv", NAVIGATE, "GET"),
        ("/media/a.png", NAVIGATE, "GET"),
        ("/auth/logout", NAVIGATE, "GET"),
        ("/" + "x" * 3000, NAVIGATE, "GET"),
    ],
)
def test_what_is_no_page_is_not_kept(ask, app, path, headers, method):
    """Files, doors, programs' questions."""
    assert ask(app, path, headers=headers, method=method).cookies == []


def test_the_first_page_forgets_the_other(ask, app):
    """Who begins anew is not sent to the link of before."""
    (cookie,) = ask(app, "/", headers=NAVIGATE).cookies
    assert "Max-Age=0" in cookie


@pytest.mark.parametrize(
    ("forged", "leads"),
    [
        ("", "/"),
        ("https://evil.example", "/"),
        ("//evil.example", "/evil.example"),
        ("%2F%5Cevil.example", "/evil.example"),
        ("%2Fa%0D%0ASet-Cookie:%20x=1", "/"),
        ("%2F%C3%A9", "/"),
    ],
)
def test_a_forged_cookie_leads_nowhere_else(ask, app, forged, leads):
    """Only ever to a path of our own."""
    answer = ask(app, "/oauth2callback", headers={"cookie": f"{COOKIE}={forged}"})
    assert answer.headers["location"] == leads


def test_a_store_in_trouble_is_told_by_the_page(ask, app, monkeypatch):
    """The page comes, as ever, and says what is wrong; it is no bare error."""

    def trouble(_cookies):
        raise StoreLocked(detail="database is locked")

    monkeypatch.setattr(login, "of_request", trouble)
    answer = ask(app, "/ventes", headers=NAVIGATE)
    assert (answer.status, answer.body, answer.cookies) == (200, b"page", [])
