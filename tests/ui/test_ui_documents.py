"""Delivery notes and pick lists made from the screen."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader
from streamlit.testing.v1 import AppTest

from commandes.actions import refunds
from commandes.actions.orders import Order
from commandes.ui import files
from commandes.ui.house import close_house


def _page(kind, ids):
    from commandes import ui

    with ui.frame("Documents", "orders.read") as here:
        ui.documents.run(here, kind, ids)


@pytest.fixture
def made(settings, monkeypatch):
    """A page that makes a document of orders."""
    monkeypatch.setenv("COMMANDES_DATA_DIR", str(settings.data_dir))

    def run(kind, ids):
        app = AppTest.from_function(_page, args=(kind, ids), default_timeout=30)
        return app.run()

    yield run
    close_house()


@pytest.mark.parametrize(
    ("kind", "stem"),
    [("notes", "bons-de-livraison"), ("picklist", "liste-de-prelevement")],
)
def test_a_document_is_ready_under_an_address_of_its_own(
    made, shop, settings, kind, stem
):
    """A PDF, its link and its download."""
    ids = [shop.order("1"), shop.order("2")]

    app = made(kind, ids)

    assert not app.exception
    (path,) = settings.data_dir.glob(f"exports/*/{stem}-*.pdf")
    (link,) = app.get("link_button")
    assert link.proto.url == files.address(path)
    pages = PdfReader(BytesIO(path.read_bytes())).pages
    assert len(pages) == (2 if kind == "notes" else 1)


def test_nothing_to_deliver_is_said(made, shop, settings):
    """No file is left, and no link offered."""
    cart = shop.order("K", is_cart=True)

    app = made("notes", [cart])

    assert not app.exception
    assert "Aucune des commandes choisies n’a d’article à livrer." in [
        text.value for text in app.text
    ]
    assert list(settings.data_dir.glob("exports/*/*")) == []
    assert not app.get("link_button")


def test_only_what_is_shipped_is_taken_and_the_rest_is_said(made, shop, settings):
    """Goods of the shop; how many others were left out, each for its reason."""
    parcel = shop.order("1")
    others = [
        shop.order("E", module="events"),
        shop.order("P", module="pricing"),
        shop.order("K", is_cart=True),
        shop.order("A", status="cancelled"),
        shop.order("R", paid=1000),
    ]
    refunds.refund(shop.store, Order("R"), actor="Inès")

    app = made("picklist", [*others[:3], parcel, *others[3:], 999])

    assert not app.exception
    (path,) = settings.data_dir.glob("exports/*/*.pdf")
    text = PdfReader(BytesIO(path.read_bytes())).pages[0].extract_text()
    assert "1 commande" in text
    (said,) = [t.value for t in app.text if "laissées de côté" in str(t.value)]
    assert said.startswith("6 commandes laissées de côté : 2 × billet,")
    for reason in ("1 × panier", "1 × annulée", "1 × tout est remboursé", "1 × n’e"):
        assert reason in said
