"""An address below a page leads to the page, and nowhere else."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from commandes.web.astray import Astray

NAVIGATE = {"sec-fetch-mode": "navigate"}


@pytest.fixture
def app():
    async def page(request):
        return PlainTextResponse(request.url.path)

    return Astray(Starlette(routes=[Route("/{path:path}", page)]))


@pytest.mark.parametrize(
    ("path", "query", "there"),
    [
        ("/commandes/12", b"", "/commandes"),
        ("/commandes/", b"", "/commandes"),
        ("/nimporte/quoi/encore", b"x=1&y=%C3%A9", "/nimporte?x=1&y=%C3%A9"),
        ("//evil.example/x", b"", "/evil.example"),
        ("/\\evil.example/x", b"", "/%5Cevil.example"),
        ("/a b/\r\nset-cookie: x", b"", "/a%20b"),
    ],
)
def test_below_a_page_one_is_led_to_it(ask, app, path, query, there):
    """With what stands behind the question mark; never to another host."""
    answer = ask(app, path, query_string=query, headers=NAVIGATE)
    assert (answer.status, answer.headers["location"]) == (303, there)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", NAVIGATE),
        ("/commandes", NAVIGATE),
        ("/api/exports/token/file.csv", NAVIGATE),
        ("/media/file.pdf", NAVIGATE),
        ("/api/unsubscribe/token", NAVIGATE),
        ("/commandes/static/js/x.js", {"sec-fetch-mode": "no-cors"}),
        ("/nimporte/quoi", {}),
    ],
)
def test_pages_files_and_programs_pass(ask, app, path, headers):
    """What is no page below a page goes on as it came."""
    answer = ask(app, path, headers=headers)
    assert answer.status == 200
