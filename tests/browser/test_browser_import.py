"""The import screen in Chromium: look, confirm, report, and the mapping screen."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from driving import Orders, count_of, settled
from playwright.sync_api import expect
from sqlalchemy import func, select

from commandes.actions import profiles
from commandes.store import tables

FIXTURES = Path(__file__).parents[1] / "intake" / "fixtures"


def _give(page, *files):
    page.locator('input[type="file"]').set_input_files([str(file) for file in files])


def _metric(page, label):
    found = page.get_by_test_id("stMetric").filter(has_text=label).first
    return int(re.sub(r"\D", "", found.get_by_test_id("stMetricValue").inner_text()))


def _leftovers(server):
    return [
        path
        for path in (server.settings.data_dir / "uploads").rglob("*")
        if path.is_file()
    ]


def test_a_known_file_comes_in(own_server, visitor):
    """A Shopify file is recognised and looked at first; confirmed, it is listed."""
    page = visitor.open(f"{own_server.address}/importer")
    _give(page, FIXTURES / "shopify.csv")
    expect(page.get_by_text("rien n’a encore été changé")).to_be_visible()
    new = _metric(page, "Commandes nouvelles")
    with own_server.shop() as shop:
        before = shop.store.head()
    assert new > 0

    page.get_by_role("button", name=f"Importer {new} commandes").click()

    expect(page.get_by_text("Import terminé")).to_be_visible()
    assert _metric(page, "Commandes nouvelles") == new
    assert _leftovers(own_server) == []
    with own_server.shop() as shop:
        assert shop.store.head().seq >= before.seq + new
    page.get_by_role("link", name="Voir les commandes").click()
    Orders(page)
    assert count_of(page) == 12 + new


def test_the_same_file_again_brings_nothing(own_server, visitor):
    """A file given twice says that it brings nothing new, and offers no import."""
    page = visitor.open(f"{own_server.address}/importer")
    _give(page, FIXTURES / "wix.csv")
    page.get_by_role("button", name=re.compile(r"^Importer \d+ commande")).click()
    expect(page.get_by_text("Import terminé")).to_be_visible()

    page = visitor.open(f"{own_server.address}/importer")
    _give(page, FIXTURES / "wix.csv")

    expect(page.get_by_text("n’apporte rien de nouveau")).to_be_visible()
    assert _metric(page, "Commandes nouvelles") == 0


def test_what_is_no_order_file_is_said(own_server, visitor, tmp_path):
    """A file that cannot be read gets one sentence; the file beside it goes on."""
    broken = tmp_path / "commandes.xlsx"
    broken.write_bytes(b"PK\x03\x04 this is no workbook")
    page = visitor.open(f"{own_server.address}/importer")
    _give(page, broken, FIXTURES / "squarespace.csv")

    expect(page.get_by_text("Le fichier commandes.xlsx")).to_be_visible()
    expect(page.get_by_text("rien n’a encore été changé")).to_be_visible()
    assert page.get_by_test_id("stException").count() == 0


MINE = """Ref;Jour;Acheteur;Courriel;Produit;Nb;PU;Etat
K-1;05/03/2026;Zoé Petit;zoe@example.org;Lampe;2;10,50;ok
K-2;06/03/2026;Max Roux;max@example.org;=1+1;1;5,00;parti
K-3;pas une date;Ida Blanc;ida@example.org;Stylo;1;2,00;ok
"""


def test_an_unknown_layout_is_mapped_and_remembered(own_server, visitor, tmp_path):
    """Columns are said once, kept as a profile, and the next file is recognised."""
    file = tmp_path / "marche.csv"
    file.write_text(MINE, encoding="utf-8")
    page = visitor.open(f"{own_server.address}/importer")
    _give(page, file)
    expect(page.get_by_text("d’aucun format connu")).to_be_visible()
    for label, header in (
        ("Numéro de commande", "Ref"),
        ("Date de commande", "Jour"),
        ("Client", "Acheteur"),
        ("E-mail", "Courriel"),
        ("Article", "Produit"),
        ("Quantité", "Nb"),
        ("Prix unitaire", "PU"),
    ):
        _pick(page, label, header)
    page.get_by_role("textbox", name="Nom du profil").fill("Marché")
    page.get_by_role("textbox", name="Nom du profil").press("Tab")
    page.get_by_role("button", name="Voir le résultat").click()
    expect(page.get_by_text("2 commandes · 1 ligne refusée")).to_be_visible()

    page.get_by_role("button", name="Enregistrer le profil et continuer").click()

    expect(page.get_by_text("rien n’a encore été changé")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Télécharger les refus").click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as refused:
        rows = list(csv.reader(refused, delimiter=";"))
    assert [row[:2] for row in rows[1:]] == [["3", "K-3"]]
    page.get_by_role("button", name="Importer 2 commandes").click()
    expect(page.get_by_text("Import terminé")).to_be_visible()

    page = visitor.open(f"{own_server.address}/importer")
    _give(page, file)
    expect(page.get_by_text("n’apporte rien de nouveau")).to_be_visible()


def _pick(page, label, option):
    """Choose an option of a select box, by its label; required ones carry a star."""
    box = page.get_by_role("combobox", name=re.compile(rf"^{label}( \*)?$")).first
    if box.input_value() != option:
        box.focus()
        box.fill(option)
        page.get_by_role("option", name=option, exact=True).click()
    expect(box).to_have_value(option)
    settled(page)


def test_an_import_goes_on_when_one_leaves_the_page(empty_server, visitor, tmp_path):
    """The page is left in the middle: every order of the file comes in."""
    file = tmp_path / "grand.csv"
    rows = [f"{n},2026-03-0{1 + n % 9} 10:00,Lampe,10" for n in range(12_000)]
    file.write_text("\n".join(["n,d,a,t", *rows]), encoding="utf-8")
    profile = tmp_path / "grand.toml"
    profile.write_text(
        'headers = ["n", "d", "a", "t"]\n[columns]\nnumber = "n"\nplaced_at = "d"\n'
        'title = "a"\ntotal = "t"\n',
        encoding="utf-8",
    )
    with empty_server.shop() as shop:
        text = profile.read_text(encoding="utf-8")
        profiles.save(shop.store, "grand", text, actor="t")
    page = visitor.open(f"{empty_server.address}/importer")
    page.locator('input[type="file"]').set_input_files(file)
    button = page.get_by_role("button", name=re.compile("^Importer 12"))
    button.wait_for()
    with empty_server.shop() as shop, shop.store.writing("t"):
        # The import waits for this writer: it is surely left in its middle.
        button.click()
        page.get_by_text("Import en cours").wait_for()
        page.goto(f"{empty_server.address}/commandes")
        settled(page)

    with empty_server.shop() as shop:
        for _try in range(120):
            with shop.store.reading() as connection:
                count = connection.scalar(select(func.count(tables.orders.c.id)))
            if count == 12_000:
                break
            page.wait_for_timeout(500)
    assert count == 12_000
