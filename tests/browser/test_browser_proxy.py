"""Behind nginx with https, by the very file that docs/deploy.md tells to use."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from driving import TOKENS, served, settled, twelve_orders
from playwright.sync_api import expect

ROOT = Path(__file__).parents[2]
HINT = "nginx is missing: apt-get install nginx-light"
# What Debian's own file has around a site.
AROUND = """
daemon off;
{user}
pid {folder}/pid;
error_log {folder}/error;
events {{ worker_connections 256; }}
http {{
  include /etc/nginx/mime.types;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  include {folder}/site;
}}
"""


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _nginx() -> str:
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(HINT)
        pytest.skip(HINT)
    return found


@contextmanager
def proxied(folder: Path, app_port: int):
    """Run nginx with docs/deploy/nginx.conf, its ports and paths changed."""
    program, plain, secure = _nginx(), _free_port(), _free_port()
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes"),
            *("-days", "2", "-subj", "/CN=orders.example.org"),
            *("-keyout", key, "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    site = (ROOT / "docs" / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for told, ours in {
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl": f"listen 127.0.0.1:{secure} ssl",
        "/etc/ssl/orders.example.org/fullchain.pem": str(certificate),
        "/etc/ssl/orders.example.org/privkey.pem": str(key),
        "http://127.0.0.1:8501": f"http://127.0.0.1:{app_port}",
    }.items():
        assert told in site
        site = site.replace(told, ours)
    (folder / "site").write_text(site)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "conf").write_text(AROUND.format(folder=folder, user=user))
    options = [program, "-p", folder, "-c", folder / "conf"]
    subprocess.run([*options, "-t"], check=True, capture_output=True)
    process = subprocess.Popen(options)
    try:
        _until_it_listens(secure)
        yield plain, secure
    finally:
        process.terminate()
        process.wait(timeout=20)


def _until_it_listens(port: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("nginx does not listen")


def test_the_app_works_behind_nginx_with_https(tmp_path, chromium):
    """Pages, WebSocket and an upload go through; cookies are Secure, doors shut."""
    trusted = {"COMMANDES_TRUSTED_PROXIES": "127.0.0.1"}
    context = chromium.new_context(ignore_https_errors=True, locale="fr-FR")
    context.set_default_timeout(20_000)
    with (
        served(tmp_path / "data", twelve_orders, **trusted) as server,
        proxied(tmp_path, urlsplit(server.address).port) as (plain, secure),
    ):
        address = f"https://127.0.0.1:{secure}"
        page = context.new_page()
        sockets = []
        page.on("websocket", lambda opened: sockets.append(opened.url))
        answer = page.goto(f"{address}/?token={TOKENS[server.address]}")
        settled(page)
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        assert {url.split(":")[0] for url in sockets} == {"wss"}

        page.goto(f"{address}/importer")
        settled(page)
        file = ROOT / "tests" / "intake" / "fixtures" / "shopify.csv"
        page.locator('input[type="file"]').first.set_input_files(file)
        expect(page.get_by_text("Shopify").first).to_be_visible()
        page.get_by_test_id("stSidebarNavLink").filter(has_text="Ventes").click()
        expect(page.locator("h1").first).to_have_text("Ventes")
        cookies = context.cookies()
        assert cookies
        assert all(cookie["secure"] for cookie in cookies)

        ask = context.request
        for door in ("metrics", "readyz"):
            assert ask.get(f"{address}/{door}").status == 404
        assert ask.get(f"{address}/healthz").ok
        moved = ask.get(f"http://127.0.0.1:{plain}/x", max_redirects=0)
        assert moved.status == 301
        assert moved.headers["location"] == "https://127.0.0.1/x"
    context.close()
