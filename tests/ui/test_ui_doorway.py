"""R18: where nobody logs in, one person on this machine is served, and nobody else."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING
from urllib.error import HTTPError

import pytest

from commandes.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

EVIL = "https://evil.example"


class Alone:
    """A server for one person: its address as printed, and what is in it."""

    def __init__(self, printed: str) -> None:
        self.printed = printed
        self.plain, _slash, self.token = printed.partition("/?token=")
        self.port = int(self.plain.rpartition(":")[2])
        self.cookie = {"Cookie": f"commandes_{self.port}={self.token}"}

    def get(self, path: str, **headers: str) -> http.client.HTTPResponse:
        """Ask, follow nothing."""
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        asked.request(
            "GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )
        answer = asked.getresponse()
        answer.text = answer.read().decode()
        asked.close()
        return answer

    def stream(self, **headers: str) -> int:
        """Open the WebSocket that every page lives on; the status of its answer."""
        upgrade = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Protocol": "streamlit",
        }
        return self.get("/_stcore/stream", **upgrade, **headers).status


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> Iterator[Alone]:
    """A server that has just started on an empty shop."""
    data = tmp_path_factory.mktemp("alone")
    process = subprocess.Popen(
        [sys.executable, "-m", "commandes.cli", "serve", "--port", "0", "--json"],
        env={**os.environ, "COMMANDES_DATA_DIR": str(data)},
        stdout=subprocess.PIPE,
        text=True,
    )
    yield Alone(json.loads(process.stdout.readline())["address"])
    process.terminate()
    process.communicate(timeout=20)


def test_the_printed_address_opens_it_and_nothing_else_does(alone):
    """It gives a cookie that no page and no other site can read or send."""
    answer = alone.get(f"/?token={alone.token}")
    assert answer.status == 200
    given = answer.getheader("set-cookie")
    assert given.startswith(f"commandes_{alone.port}={alone.token};")
    assert {"HttpOnly", "SameSite=Strict"} <= set(given.split("; "))

    for path in ("/", "/commandes", "/static/index.html", "/media/0.png"):
        assert alone.get(path).status == 403, path
    for wrong in ("", "x", alone.token[:-1], alone.token.lower() + "x"):
        assert alone.get(f"/?token={wrong}").status == 403
    shut = alone.get("/commandes")
    assert "Ouvrez l’adresse affichée dans le terminal" in shut.text
    assert alone.get("/commandes", **alone.cookie).status == 200
    other = f"commandes_{alone.port}={alone.token[:-1]}"
    assert alone.get("/commandes", Cookie=other).status == 403


def test_programs_may_put_a_path_after_the_printed_address(alone):
    """A health check, a browser: each comes to where it wanted, on this host."""
    with urllib.request.urlopen(f"{alone.printed}/api/health") as answer:  # noqa: S310 (our own)
        assert json.load(answer) == {"ok": True}
    with urllib.request.urlopen(alone.printed) as answer:  # noqa: S310 (our own)
        assert answer.status == 200

    # What is shut to all is shut behind the token, too.
    assert alone.get(f"/?token={alone.token}/_stcore/metrics").status == 404

    browser = {"Sec_Fetch_Mode": "navigate", "Sec_Fetch_Site": "none"}
    for after, leads in (
        ("", "/"),
        ("/commandes?status=new", "/commandes?status=new"),
        ("&lang=en", "/?lang=en"),
        ("//evil.example", "/evil.example"),
        ("/\\evil.example", "/evil.example"),
    ):
        answer = alone.get(f"/?token={alone.token}{after}", **browser)
        assert (answer.status, answer.getheader("location")) == (303, leads)
    # From a page of another site a strict cookie goes along from the next page only.
    answer = alone.get(
        f"/?token={alone.token}", Sec_Fetch_Mode="navigate", Sec_Fetch_Site="cross-site"
    )
    assert (answer.status, 'content="0;url=/"' in answer.text) == (200, True)


def test_health_is_told_to_programs_of_this_machine(alone):
    """Without a token, as long as they ask for this machine by its name."""
    with urllib.request.urlopen(f"{alone.plain}/api/health") as answer:  # noqa: S310 (our own)
        assert json.load(answer) == {"ok": True}
    with pytest.raises(HTTPError, match="403"):
        urllib.request.urlopen(f"{alone.plain}/")  # noqa: S310 (our own)


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "192.0.2.1", "127.0.0.2", "[", ""],
)
def test_another_host_is_refused(alone, host):
    """A name that was bent to this machine opens nothing, cookie or not."""
    for path in ("/", "/commandes", "/api/health", f"/?token={alone.token}"):
        assert alone.get(path, Host=host, **alone.cookie).status == 400, path
    assert alone.stream(Host=host, Origin=f"http://{host}", **alone.cookie) == 403


def test_another_origin_is_refused(alone):
    """A page of another site, over HTTP and WebSocket; over the latter, no page too."""
    for origin in (EVIL, "null", f"https://localhost:{alone.port + 1}", f"{EVIL}:1"):
        for path in ("/", "/api/health", f"/?token={alone.token}"):
            assert alone.get(path, Origin=origin, **alone.cookie).status == 403, path
        assert alone.stream(Origin=origin, **alone.cookie) == 403
    assert alone.stream(**alone.cookie) == 403


def test_the_stream_needs_the_cookie(alone):
    """The page alone would be no lock: all it shows comes over the WebSocket."""
    own = f"http://127.0.0.1:{alone.port}"

    assert alone.stream(Origin=own, **alone.cookie) == 101
    assert alone.stream(Origin=own) == 403
    assert alone.stream(Origin=own, Cookie=f"commandes_{alone.port}=x") == 403


def test_an_address_of_the_network_wants_people_who_log_in(settings):
    """`serve` says what to set; a login that is set by half says what is missing."""
    open_store(settings).close()

    def serve(**more: str) -> dict:
        process = subprocess.run(
            [
                *(sys.executable, "-m", "commandes.cli", "serve", "--json"),
                *("--host", "0.0.0.0", "--port", "0"),  # noqa: S104 (refused)
            ],
            env={**os.environ, "COMMANDES_DATA_DIR": str(settings.data_dir), **more},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert process.returncode == 2
        return json.loads(process.stdout)["error"]

    assert "COMMANDES_OIDC_METADATA_URL" in serve()["message"]
    half = serve(COMMANDES_OIDC_METADATA_URL="https://login.example.org/d")
    assert half["code"] == "setting_missing"
    name = "COMMANDES_OIDC_COOKIE_SECRET"
    short = serve(**{name: "kept-to-itself"})
    assert short["code"] == "bad_setting"
    assert "kept-to-itself" not in json.dumps(short)
