"""The doors of a real server: who is answered, what is refused, what operators see."""

from __future__ import annotations

import json
import socket

import pytest
from serving import running

from commandes import settings as settings_module
from commandes.backups import restore
from commandes.errors import StoreInUse
from commandes.web.bodies import SMALL
from commandes.web.rates import DOORS

TOKEN = "0123456789abcdef0123456789abcdef"  # noqa: S105 (of the test's own server)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server behind a proxy on the same machine, where people log in."""
    with running(
        tmp_path_factory.mktemp("served"),
        COMMANDES_OIDC_METADATA_URL="https://login.example.org/openid",
        COMMANDES_OIDC_CLIENT_ID="commandes",
        COMMANDES_OIDC_CLIENT_SECRET="of-this-test",  # noqa: S106 (of no provider)
        COMMANDES_APP_URL="https://orders.example.org",
        COMMANDES_TRUSTED_PROXIES="127.0.0.1",
        COMMANDES_METRICS_TOKEN=TOKEN,
        COMMANDES_SECURITY_CONTACT="security@example.org",
        COMMANDES_LOG="all",
    ) as started:
        yield started


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("localhost:8501", 200),
        ("orders.example.org", 200),
        ("ORDERS.example.org:443", 200),
        ("evil.example", 400),
        ("orders.example.org.evil.example", 400),
        ("sub.orders.example.org", 400),
    ],
)
def test_only_its_own_names_are_answered(server, host, status):
    """This machine's names and those of the setting, no other, nor below them."""
    assert server.ask("/", host=host)[0] == status
    assert server.ask("/healthz", host=host)[0] == status


def test_https_is_believed_of_the_proxy_alone(server, tmp_path):
    """A trusted proxy's word makes https of it; anybody else's makes nothing."""
    told = {"X_Forwarded_Proto": "https", "X_Forwarded_For": "192.0.2.7"}
    _status, behind, _body = server.ask("/", **told)
    cookies = server.ask("/_stcore/health", **told)[1].get_all("set-cookie")
    _status, plain, _body = server.ask("/")

    assert behind["strict-transport-security"]
    assert cookies
    assert all("; Secure" in cookie for cookie in cookies)
    assert plain["strict-transport-security"] is None
    seen = {line["network"] for line in server.lines() if "network" in line}
    assert "192.0.2.0" in seen
    with running(tmp_path, COMMANDES_LOG="all") as open_one:
        assert open_one.ask("/", **told)[1]["strict-transport-security"] is None
        seen = {line["network"] for line in open_one.lines() if "network" in line}
        assert seen == {"127.0.0.0"}


def _raw(port: int, head: str, body: bytes = b"") -> bytes:
    """Send bytes as they are; what comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as talk:
        talk.sendall(head.replace("\n", "\r\n").encode() + body)
        answer = b""
        while part := talk.recv(65536):
            answer += part
    return answer


def test_a_large_body_is_refused_early(server):
    """Told it ends in a 413; chunked, unread, in the answer and a closed connection."""
    head = "POST /auth/login HTTP/1.1\nHost: localhost\n"
    told = _raw(server.port, f"{head}Content-Length: {SMALL + 1}\n\n")
    chunked = _raw(
        server.port,
        "POST /api/unsubscribe/x HTTP/1.1\nHost: localhost\n"
        "Transfer-Encoding: chunked\n\n",
        b"1\r\nx\r\n",  # and no end
    )

    assert told.startswith(b"HTTP/1.1 413")
    # This page answers before it has read a body: the rest of it is not waited for.
    assert chunked.startswith(b"HTTP/1.1 404")
    assert b"connection: close" in chunked
    assert server.ask("/healthz")[0] == 200


def test_a_door_without_login_may_be_knocked_at_so_often(server):
    """Then it says when to come back; another address is not concerned."""
    times = DOORS["/auth/"].times
    told = {"X_Forwarded_For": "192.0.2.9"}
    found = [server.ask("/auth/none", **told)[0] for _ in range(times + 1)]
    status, headers, _body = server.ask("/auth/none", **told)

    assert 429 not in found[:times]
    assert status == 429
    assert int(headers["retry-after"]) >= 1
    assert server.ask("/auth/none", X_Forwarded_For="192.0.2.10")[0] != 429


def test_alive_and_ready_are_told_apart(server):
    """Alive says nothing else; ready says what it looked at."""
    assert server.ask("/healthz")[2] == '{"ok":true}'
    status, _headers, body = server.ask("/readyz")

    assert status == 200
    found = json.loads(body)
    assert found.pop("ready")
    assert set(found) == {"store", "migrations", "mirror", "serving"}


def test_figures_are_for_operators(server):
    """This machine and who has the token read them; whoever comes by a proxy not."""
    server.ask("/api/health")  # what is counted
    status, headers, text = server.ask("/metrics")
    assert status == 200
    assert headers["content-type"].startswith("text/plain; version=0.0.4")
    for figure in (
        'commandes_requests_total{method="GET",route="/',
        "commandes_request_seconds_bucket",
        'commandes_messages{state="queued"} 0.0',
        "commandes_journal_head 0.0",
        "commandes_mirror_seq 0.0",
        "commandes_sessions 0.0",
        'commandes_events_total{event="started",name=""} 1.0',
        "process_resident_memory_bytes",
    ):
        assert figure in text
    assert "backup_age" not in text
    for told in ({"X_Forwarded_For": "192.0.2.7"}, {"Forwarded": "for=192.0.2.7"}):
        assert server.ask("/metrics", **told)[0] == 403
    # Through a proxy that says nothing of itself.
    assert server.ask("/metrics", host="orders.example.org")[0] == 403
    assert server.ask("/metrics", Authorization="Bearer wrong")[0] == 403
    told = {"X_Forwarded_For": "192.0.2.7", "Authorization": f"Bearer {TOKEN}"}
    assert server.ask("/metrics", **told)[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        *("/_stcore/metrics", "/_stcore/agent/interact", "/_stcore/agent/mcp"),
        *("/_stcore/agent/openapi.json", "/_stcore//agent/interact"),
    ],
)
def test_doors_that_nothing_of_ours_uses_are_closed(server, path):
    """Streamlit's own figures, and its interface for programs, which has no roles."""
    assert server.ask(path)[0] == 404
    assert server.ask(path, "POST", Content_Length="0")[0] in (404, 405)


def test_what_serves_is_not_replaced(server):
    """A restore into the store of a running server is refused before anything else."""
    data = server.log.parent / "data"
    settings = settings_module.read({"COMMANDES_DATA_DIR": str(data)})

    with pytest.raises(StoreInUse):
        restore(settings, data / "b.zip", actor="t", replace=True)


def test_a_hole_can_be_told(server):
    """Whom to tell stands where researchers look."""
    _status, _headers, text = server.ask("/.well-known/security.txt")

    assert text.startswith("Contact: mailto:security@example.org\nExpires: 2")


def test_every_line_of_the_log_is_an_object(server):
    """Time, level, logger and event, on each; nothing of what was asked for."""
    server.ask("/commandes?search=ana%40example.org")
    server.ask("/ana@example.org")

    assert all({"at", "level", "event"} <= line.keys() for line in server.lines())
    assert "ana" not in server.log.read_text()
