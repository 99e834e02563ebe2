"""Two processes on one PostgreSQL behind nginx: two people, and a kill in between."""

from __future__ import annotations

import os
import re
import signal
import time
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest
from driving import PATIENCE, Orders, served, settled, twelve_orders
from nginx import proxied
from playwright.sync_api import expect
from ports import free_port
from provider import CLIENT, SECRET, provided

from commandes.access import Role
from commandes.actions import people, tags
from commandes.mirror import Mirror
from commandes.reports.verify import verify

if TYPE_CHECKING:
    from driving import Server
    from playwright.sync_api import Browser, BrowserContext, Page
    from provider import Provider
    from shop import Shop

PEOPLE = ("ana@example.org", "bea@example.org")


def _shop(shop: Shop) -> None:
    twelve_orders(shop)
    for email in PEOPLE:
        people.invite(shop.store, email, Role.STAFF, actor="t")
    for name in ("Urgent", "Cadeau", "Fragile"):
        tags.create(shop.store, name, actor="t")


def _enter(
    chromium: Browser, provider: Provider, address: str, email: str
) -> tuple[BrowserContext, Page]:
    """A person with a browser of their own, logged in, on the list."""
    context = chromium.new_context(
        ignore_https_errors=True,
        locale="fr-FR",
        viewport={"width": 1440, "height": 900},
    )
    context.set_default_timeout(PATIENCE)
    provider.knows(email)
    page = context.new_page()
    page.goto(f"{address}/commandes")
    page.get_by_role("button", name="Se connecter").click()
    settled(page)
    page.goto(f"{address}/commandes")
    settled(page)
    return context, page


def _visited(server: Server) -> int:
    """How many WebSockets a process holds, as it tells operators itself."""
    with urlopen(f"{server.address}/metrics") as answer:  # noqa: S310 (our own server)
        found = re.search(
            r"^commandes_sockets (\d+)", answer.read().decode(), re.MULTILINE
        )
    return int(found[1]) if found else 0


def _on_two(
    chromium: Browser, provider: Provider, address: str, servers: list[Server]
) -> list[tuple[Server, BrowserContext, Page]]:
    """Ana on one process, Bea on the other."""
    found: list[tuple[Server, BrowserContext, Page]] = []
    for email in PEOPLE:
        for _turn in range(20):
            before = [_visited(server) for server in servers]
            context, page = _enter(chromium, provider, address, email)
            after = [_visited(server) for server in servers]
            (mine,) = [
                server
                for server, had, has in zip(servers, before, after, strict=True)
                if has > had
            ]
            if all(mine is not other for other, *_rest in found):
                found.append((mine, context, page))
                break
            context.close()
            _wait(lambda before=before: [_visited(s) for s in servers] == before)
    assert len(found) == len(PEOPLE)
    return found


def _wait(done) -> None:
    until = time.monotonic() + 20
    while not done():
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.mark.postgres
def test_two_people_on_two_processes_and_one_is_killed(
    postgres_settings, tmp_path, chromium
):
    """What one does the other reads next; a kill loses nothing and stops nobody."""
    secure = free_port()
    address = f"https://127.0.0.1:{secure}"
    with provided() as provider:
        settings = {
            "COMMANDES_DATABASE_URL": postgres_settings.database_url,
            "COMMANDES_OIDC_METADATA_URL": provider.address
            + "/.well-known/openid-configuration",
            "COMMANDES_OIDC_CLIENT_ID": CLIENT,
            "COMMANDES_OIDC_CLIENT_SECRET": SECRET,
            "COMMANDES_APP_URL": address,
            "COMMANDES_TRUSTED_PROXIES": "127.0.0.1",
        }
        with (
            served(tmp_path / "data", _shop, **settings) as first,
            served(tmp_path / "data", **settings) as second,
            proxied(
                tmp_path,
                [int(one.address.rpartition(":")[2]) for one in (first, second)],
                secure,
            ),
        ):
            ana, bea = _on_two(chromium, provider, address, [first, second])
            _tag(ana[2], 0, "Urgent")
            assert _tagged(bea[2], address, "Urgent") == ["A12"]
            _tag(bea[2], 1, "Cadeau")

            os.kill(ana[0].pid, signal.SIGKILL)
            assert _tagged(ana[2], address, "Cadeau") == ["A11"]
            _tag(ana[2], 2, "Fragile")
            assert _tagged(bea[2], address, "Fragile") == ["A10"]

            with (
                bea[0].shop() as shop,
                closing(Mirror(shop.store, bea[0].settings)) as mirror,
            ):
                assert verify(shop.store, mirror).ok
            for _server, context, _page in (ana, bea):
                context.close()


def _tagged(page: Page, address: str, name: str) -> list[str]:
    """The orders with a tag, as this person's next read has them; back to the list."""
    page.goto(f"{address}/commandes?tag={name}")
    numbers = Orders(page).numbers
    page.goto(f"{address}/commandes")
    settled(page)
    return numbers


def _tag(page: Page, row: int, name: str) -> None:
    """Put a tag on an order, from its row's menu."""
    Orders(page).choose(row, name)
    expect(
        page.get_by_text("Ajouter une étiquette : 1 commande changée")
    ).to_be_visible()
