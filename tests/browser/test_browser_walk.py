"""From a cold start: the menu, and every page by its own address."""

from __future__ import annotations

import pytest
from driving import settled
from playwright.sync_api import expect

PAGES = {
    "": "Tableau de bord",
    "commandes": "Commandes",
    "commande?commande=A05&source=test": "Commande",
    "conversations": "Conversations",
    "remboursements": "Remboursements à effectuer",
    "stock": "Stock",
    "ventes": "Ventes",
    "paniers": "Paniers abandonnés",
    "suivis": "Numéros de suivi",
    "importer": "Importer",
    "modeles": "Modèles de message",
    "transporteurs": "Transporteurs",
    "etiquettes": "Étiquettes",
    "sauvegardes": "Sauvegardes",
}


@pytest.mark.parametrize("visitor", ["desk", "phone"], indirect=True)
def test_the_menu_leads_everywhere(own_server, visitor):
    """The left menu of a server just started opens every page, on a phone too."""
    page = visitor.open(own_server.address)
    narrow = page.viewport_size["width"] < 640
    expect(page.locator("h1").first).to_have_text("Tableau de bord")
    for title in (
        *("Commandes", "Remboursements à effectuer", "Stock", "Ventes", "Importer"),
        *("Étiquettes", "Tableau de bord"),
    ):
        if narrow:
            page.get_by_test_id("stExpandSidebarButton").click()
        page.get_by_test_id("stSidebarNavLink").filter(has_text=title).first.click()
        expect(page.locator("h1").first).to_have_text(title)
        settled(page)
    assert page.get_by_test_id("stException").count() == 0


def _shows(page, title):
    expect(page.locator("h1").first).to_have_text(title)
    expect(page.get_by_text("Page not found")).to_have_count(0)
    assert page.get_by_test_id("stException").count() == 0


@pytest.mark.parametrize("address", list(PAGES)[::6])
def test_a_deep_link_is_the_first_thing_asked(own_server, visitor, address):
    """The first request of a server's life may be any page: it is shown at once."""
    _shows(visitor.open(f"{own_server.address}/{address}"), PAGES[address])


def test_a_tab_of_an_order_is_named_by_its_number(server, visitor):
    """Several of them are open side by side; an address below it leads to the page."""
    page = visitor.open(f"{server.address}/commande?commande=A05&source=test")
    expect(page).to_have_title("N° A05")
    page.goto(f"{server.address}/commande/A05?commande=A05")
    expect(page).to_have_title("N° A05")


def test_every_deep_link_opens_its_page(server, visitor):
    """As the first page of a session."""
    for address, title in PAGES.items():
        page = visitor.open(f"{server.address}/{address}")
        _shows(page, title)
        page.close()


def test_a_foreign_name_is_refused(server, visitor):
    """A page that reaches the server under another host's name gets nothing."""
    answer = visitor.context.request.get(
        server.address, headers={"Host": "orders.example"}
    )

    assert answer.status == 400


def test_every_answer_carries_its_headers(server, visitor):
    """No answer may be sniffed, framed elsewhere, or load from another host."""
    answer = visitor.context.request.get(f"{server.address}/api/health")

    assert answer.ok
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_an_export_needs_its_token(server, visitor):
    """A file of an export is not found by guessing, nor any file beside it."""
    for path in ("short/commandes.csv", "..%2F..%2Fcommandes.db/x", f"{'a' * 32}/x"):
        answer = visitor.context.request.get(f"{server.address}/api/exports/{path}")

        assert answer.status in (400, 404)


def test_an_empty_store_says_what_to_do(empty_server, visitor):
    """A shop without orders offers its own file or samples, and the samples come."""
    page = visitor.open(f"{empty_server.address}/commandes")
    expect(page.get_by_text("Aucune commande pour l’instant")).to_be_visible()

    page.get_by_role("button", name="Regarder avec des exemples").click()

    expect(page.get_by_text("Ce sont des commandes d’exemple")).to_be_visible(
        timeout=60_000
    )
    page.get_by_role("button", name="Commencer avec mon fichier").click()
    page.get_by_role("button", name="Retirer les exemples et importer").click()
    expect(page.locator("h1").first).to_have_text("Importer", timeout=60_000)
    with empty_server.shop() as shop:
        assert shop.store.is_empty()
        assert not shop.store.is_sample()
