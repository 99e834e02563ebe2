"""What stands before the app: headers, hosts, bodies, rates, what is seen."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from commandes.web.bodies import MEGABYTE, SMALL, Bodies
from commandes.web.headers import SecurityHeaders, policy
from commandes.web.rates import Counter, Rate, Rates, who
from commandes.web.routes import template
from commandes.web.watching import network

CHUNKED = {"transfer-encoding": "chunked"}


async def _echo(request):
    """How many bytes came; two cookies."""
    answer = PlainTextResponse(str(len(await request.body())))
    answer.set_cookie("_streamlit_xsrf", "x", samesite="lax")
    answer.set_cookie("ours", "x", secure=True)
    return answer


def _app():
    methods = ["GET", "POST", "PUT"]
    return Starlette(routes=[Route("/{path:path}", _echo, methods=methods)])


def test_every_answer_has_the_headers(ask):
    """Nothing is sniffed, framed, told to others, or given a camera."""
    answer = ask(SecurityHeaders(_app()), "/commandes")

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "camera=()" in answer.headers["permissions-policy"]
    assert "strict-transport-security" not in answer.headers


def test_scripts_are_ours_alone():
    """No inline script but Streamlit's own by its digest, no eval, no other host."""
    rules = dict(rule.strip().split(" ", 1) for rule in policy("/").decode().split(";"))

    assert rules["default-src"] == "'none'"
    assert rules["frame-ancestors"] == "'none'"
    own, digest, counting = rules["script-src"].split()
    assert (own, counting) == ("'self'", "'wasm-unsafe-eval'")
    assert digest.startswith("'sha256-")


@pytest.mark.parametrize(
    "path", ["/api/exports/t/f.csv", "/media/x.csv", "/api/health"]
)
def test_a_file_may_load_nothing(ask, path):
    """What is no page of the app runs and loads nothing, whatever is in it."""
    answer = ask(SecurityHeaders(_app()), path)

    assert answer.headers["content-security-policy"].startswith("default-src 'none';")
    assert "script-src" not in answer.headers["content-security-policy"]


def test_behind_https_cookies_travel_by_https_only(ask):
    """Streamlit's cookies get Secure, ours keeps its one; and https is remembered."""
    answer = ask(SecurityHeaders(_app()), scheme="https")

    assert [cookie.lower().count("secure") for cookie in answer.cookies] == [1, 1]
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    plain = ask(SecurityHeaders(_app()))
    assert "secure" not in plain.cookies[0].lower()


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/", SMALL, 200),
        ("/", SMALL + 1, 413),
        ("/_stcore/upload_file/s/f", SMALL + 1, 200),
        ("/_stcore/upload_file/s/f", 2 * MEGABYTE, 200),
        ("/_stcore/upload_file/s/f", 2 * MEGABYTE + 1, 413),
    ],
)
@pytest.mark.parametrize("told", [True, False])
def test_a_body_has_a_limit(ask, path, size, status, told):
    """What is too large is refused, whether it says so or comes in chunks."""
    body = b"x" * size
    chunks = [body[at : at + 65_000] for at in range(0, size, 65_000)]
    answer = ask(
        Bodies(_app(), upload_limit=1),
        path,
        method="PUT",
        chunks=chunks,
        headers={"content-length": str(size)} if told else CHUNKED,
    )

    assert answer.status == status
    assert answer.headers.get("connection") == ("close" if status == 413 else None)


def test_a_body_that_is_too_large_is_not_read(ask):
    """The answer comes before the first byte of the body."""
    answer = ask(
        Bodies(_app(), upload_limit=1),
        method="POST",
        chunks=[],
        headers={"content-length": str(SMALL + 1)},
    )

    assert answer.status == 413


@pytest.mark.parametrize("told", ["-1", "1e3", "²", "9" * 30])
def test_a_length_that_is_none_is_refused(ask, told):
    """A length that is no number, or beyond all measure, is not guessed at."""
    answer = ask(
        Bodies(_app(), upload_limit=1),
        method="POST",
        chunks=[],
        headers={"content-length": told},
    )

    assert answer.status == 413


@pytest.mark.parametrize("chunks", [[], [b"a"] * 50])
def test_a_body_that_drips_is_given_up(ask, chunks):
    """One that never comes, and one that comes a byte at a time, end in a 408."""
    answer = ask(
        Bodies(_app(), upload_limit=1, grace=0.1),
        method="POST",
        chunks=chunks,
        slow=0.02,
        headers=CHUNKED,
    )

    assert answer.status == 408


def test_who_knocks_too_often_waits():
    """A minute's worth at once, then one for each pause; others are not concerned."""
    now = 0.0
    counter = Counter(Rate(60), clock=lambda: now)

    assert [counter.wait("a") for _ in range(60)] == [0] * 60
    assert counter.wait("a") == 1
    assert counter.wait("b") == 0
    now = 1.0
    assert [counter.wait("a"), counter.wait("a")] == [0, 1]


def test_many_addresses_fill_no_memory():
    """The one that knocked longest ago is forgotten first."""
    counter = Counter(Rate(1), most=3, clock=lambda: 0.0)
    for address in "abcd":
        assert counter.wait(address) == 0

    assert counter.wait("a") == 0
    assert counter.wait("d") > 0


def test_a_door_says_when_to_come_back(ask):
    """429 with Retry-After at the door alone; the rest of the app answers."""
    app = Rates(_app(), {"/auth/": Rate(2)})

    assert [ask(app, "/auth/login").status for _ in range(3)] == [200, 200, 429]
    assert ask(app, "/auth/login").headers["retry-after"] == "30"
    assert ask(app, "/commandes").status == 200
    assert ask(app, "/auth/login", client=("192.0.2.8", 1)).status == 200


def test_a_socket_is_a_door_too():
    """One that is opened too often is closed before it is anything."""
    asked, said = [], []

    async def app(_scope, _receive, _send):
        asked.append(1)

    async def send(message):
        said.append(message)

    limited = Rates(app, {"/_stcore/stream": Rate(2)})
    scope = {"type": "websocket", "path": "/_stcore/stream", "client": ("192.0.2.7", 1)}
    with ThreadPoolExecutor(1) as aside:
        for _time in range(3):
            aside.submit(asyncio.run, limited(scope, None, send)).result()

    assert len(asked) == 2
    assert said == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.parametrize(
    ("address", "counted", "written"),
    [
        ("192.0.2.77", "192.0.2.77", "192.0.2.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::"),
        ("a socket", "-", "-"),
    ],
)
def test_an_address_is_counted_as_one_and_written_as_none(address, counted, written):
    """A household's IPv6 addresses count as one; logs have the network only."""
    scope = {"client": (address, 1)}

    assert who(scope) == counted
    assert network(scope) == written


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/", "/"),
        ("/commandes", "/*"),
        ("/ana@example.org", "/*"),
        ("/api/exports/TOKEN/commandes.csv", "/api/exports/*"),
        ("/api/unsubscribe/TOKEN", "/api/unsubscribe/*"),
        ("/_stcore/upload_file/SESSION/FILE", "/_stcore/upload_file/*"),
        ("/_stcore/stream", "/_stcore/stream"),
    ],
)
def test_a_path_is_written_without_what_is_secret(path, written):
    """Tokens, sessions and what people type never get into a log or a figure."""
    assert template(path) == written
