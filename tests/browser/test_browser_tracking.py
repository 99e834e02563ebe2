"""Tracking numbers from a file and the table of carriers, in Chromium."""

from __future__ import annotations

import re
from pathlib import Path

from driving import settled
from playwright.sync_api import expect

from commandes.reports import detail


def test_a_file_of_numbers_reaches_its_orders(own_server, visitor, tmp_path):
    """A new carrier, a file looked at, the numbers noted; refusals as a file."""
    page = visitor.open(f"{own_server.address}/transporteurs")
    adding = page.locator(".st-key-carrier_adding")
    adding.get_by_role("textbox", name="Nom").fill("Vélo **gras**")
    adding.get_by_role("textbox", name="Adresse de suivi").fill(
        "https://velo.example.org/{n}"
    )
    adding.get_by_role("button", name="Ajouter").click()
    expect(page.get_by_text("Transporteur ajouté")).to_be_visible()
    settled(page)
    file = tmp_path / "suivis.csv"
    file.write_bytes(
        "Commande;Transporteur;N° de suivi\r\n"
        "A01;;6A12345678901\r\n"
        "A02;velo **gras**;7\r\n"
        "A99;UPS;1Z9\r\n".encode("cp1252")
    )

    page.get_by_test_id("stSidebarNavLink").filter(has_text="Numéros de suivi").click()
    expect(page.locator("h1").first).to_have_text("Numéros de suivi")
    page.locator('input[type="file"]').set_input_files(str(file))
    expect(page.get_by_text("rien n’a encore été changé")).to_be_visible()
    with own_server.shop() as shop:
        assert detail.order(shop.store, "A01").shipments == ()
    page.get_by_text("Passer en Terminé").click()
    settled(page)
    page.get_by_role("button", name="Noter 2 numéros de suivi").click()

    expect(page.get_by_text("Numéros de suivi notés")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Télécharger les refus").click()
    refused = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert "A99;UPS;1Z9;Aucune commande" in refused
    with own_server.shop() as shop:
        first, second = (detail.order(shop.store, n) for n in ("A01", "A02"))
    assert [p.carrier for p in first.shipments] == ["Colissimo"]
    assert [p.url for p in second.shipments] == ["https://velo.example.org/7"]
    assert [order.status for order in (first, second)] == ["done", "done"]
    assert re.search(r"code=6A12345678901", first.messages[0].body)
    assert page.get_by_test_id("stException").count() == 0
