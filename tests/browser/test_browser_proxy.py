"""Behind nginx with https, by the very file that docs/deploy.md tells to use."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from driving import PATIENCE, TOKENS, served, settled, twelve_orders
from nginx import proxied
from playwright.sync_api import expect
from ports import free_port

ROOT = Path(__file__).parents[2]


def test_the_app_works_behind_nginx_with_https(tmp_path, chromium):
    """Pages, WebSocket and an upload go through; cookies are Secure, doors shut."""
    trusted = {"COMMANDES_TRUSTED_PROXIES": "127.0.0.1"}
    context = chromium.new_context(ignore_https_errors=True, locale="fr-FR")
    context.set_default_timeout(PATIENCE)
    with (
        served(tmp_path / "data", twelve_orders, **trusted) as server,
        proxied(tmp_path, [urlsplit(server.address).port], free_port()) as (
            plain,
            secure,
        ),
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
