"""Refunds to make, stock and tags in Chromium: rows chosen, acted on, and re-read."""

from __future__ import annotations

import csv
import re

import pytest
from driving import ROW, Table, served, settled
from playwright.sync_api import expect
from sqlalchemy import select

from commandes.actions import refunds, stock
from commandes.actions.orders import Order
from commandes.store import tables

# Where the tables stand.
REFUNDS_TO_DO, STOCK_LEVELS, TAG_SETTINGS = (
    f'[class*="st-key-{name}-"]'
    for name in ("refunds_to_do", "stock_levels", "tag_settings")
)
MOVEMENTS = '.st-key-stock_one [data-testid="stDataFrame"]'
STRIPE = {"provider": "Stripe", "means": "Carte bancaire"}


def _fill(shop):
    """Four orders with a mark, of which two make the list move; pens and tags."""
    for number in ("R1", "R2", "R3", "R4"):
        shop.order(number, paid=[{"amount": 1000, **STRIPE}], tags=["VIP"])
        refunds.refund(shop.store, Order(number), reason="cassé", actor="Inès")
    stock.open_levels(shop.store, [("PEN", None, 2)], actor="Inès")


@pytest.fixture
def desk(tmp_path):
    """A server of the test's own over four refunds to make."""
    with served(tmp_path / "data", _fill) as running:
        yield running


def _marks(server):
    with server.shop() as shop, shop.store.reading() as connection:
        rows = connection.execute(
            select(tables.orders.c.number, tables.refunds.c.state).join(
                tables.refunds, tables.refunds.c.order_id == tables.orders.c.id
            )
        )
        return {row.number: row.state for row in rows}


def test_a_refund_is_noted_once_however_often_one_clicks(desk, visitor):
    """A double click closes the mark ticked and no other; its reference is kept."""
    page = visitor.open(f"{desk.address}/remboursements")
    table = Table(page, REFUNDS_TO_DO)
    assert table.cells(1) == ["R1", "R2", "R3", "R4"]
    table.choose(1)
    expect(page.get_by_text("commande R2 : 10,00")).to_be_visible()
    page.get_by_role("textbox", name="Référence").fill("re_2")

    page.get_by_role("button", name="Marquer comme effectué").dblclick()

    expect(
        page.get_by_text("Le remboursement de la commande R2 est noté.")
    ).to_be_visible()
    settled(page)
    expect(page.get_by_text("3 remboursements à effectuer")).to_be_visible()
    assert _marks(desk) == {"R1": "to_do", "R2": "done", "R3": "to_do", "R4": "to_do"}
    with desk.shop() as shop, shop.store.reading() as connection:
        kinds = connection.scalars(
            select(tables.events.c.kind).where(
                tables.events.c.order_id == shop.id_of("R2")
            )
        ).all()
    assert list(kinds).count("refund_done") == 1


def test_the_mark_ticked_is_the_mark_closed(desk, visitor):
    """R23: marks that come and go between the list shown and the tick move no row."""
    page = visitor.open(f"{desk.address}/remboursements")
    table = Table(page, REFUNDS_TO_DO)
    with desk.shop() as shop:
        refunds.unrefund(shop.store, Order("R1"), actor="somebody else")
        shop.order("R0", paid=[{"amount": 1000, **STRIPE}])
        refunds.refund(shop.store, Order("R0"), actor="somebody else")

    table.choose(2)
    expect(page.get_by_text("commande R3 : 10,00")).to_be_visible()
    expect(page.get_by_text("La liste a changé entre-temps")).to_be_visible()
    page.get_by_role("button", name="Marquer comme effectué").click()

    expect(
        page.get_by_text("Le remboursement de la commande R3 est noté.")
    ).to_be_visible()
    assert {n for n, state in _marks(desk).items() if state == "done"} == {"R3"}


def test_the_refunds_to_make_as_a_file(desk, visitor):
    """French Excel's CSV has the rows on screen, in their order."""
    page = visitor.open(f"{desk.address}/remboursements")
    numbers = Table(page, REFUNDS_TO_DO).cells(1)
    page.get_by_role("button", name="Exporter").click()

    with page.expect_download() as download:
        page.get_by_text("CSV pour Excel (français)", exact=True).click()

    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:  # noqa: PTH123 (as a spreadsheet would)
        header, *rows = csv.reader(file, delimiter=";")
    assert [row[0] for row in rows] == numbers
    assert rows[0][header.index("Montant")] == "10,00"


def test_a_level_is_corrected_and_its_order_opened(desk, visitor):
    """The level chosen is corrected once; a movement leads to its order."""
    page = visitor.open(f"{desk.address}/stock")
    table = Table(page, STOCK_LEVELS)
    assert table.cells(1) == ["LAMP", "PEN"]
    table.choose(1)
    page.get_by_role("button", name="Corriger", exact=True).click()
    page.get_by_label("Unités à ajouter").fill("-2")
    page.get_by_label("Motif").fill("casse")
    page.get_by_role("button", name="Corriger le stock").dblclick()

    expect(page.get_by_text("Stock de PEN : 0")).to_be_visible()
    settled(page)
    with desk.shop() as shop, shop.store.reading() as connection:
        moves = connection.execute(
            select(
                tables.stock_movements.c.quantity, tables.stock_movements.c.reason
            ).where(tables.stock_movements.c.cause_kind == "adjustment")
        ).all()
    assert [tuple(move) for move in moves] == [(-2, "casse")]

    page.goto(f"{desk.address}/stock?search=lamp")
    settled(page)
    Table(page, STOCK_LEVELS).choose(0)
    movements = Table(page, MOVEMENTS)
    assert movements.cells(2) == ["Remboursement"] * 4
    movements.canvas.scroll_into_view_if_needed()
    box = movements.canvas.bounding_box()
    # Date, units, cause and order stand before it; the columns share what is left.
    before, button, after = 108 + 70 + 200 + 96, 70, 110 + 220
    share = (box["width"] - before - button - after) / 7
    x = before + 4 * share + (button + share) / 2
    page.mouse.click(box["x"] + x, box["y"] + ROW + ROW // 2)

    expect(page).to_have_url(re.compile(r"/commande\?commande=R4&source=test"))


def test_opening_levels_by_file_and_movements_as_a_file(desk, visitor, tmp_path):
    """A file is looked at, applied once; what moved here comes as a file."""
    levels = tmp_path / "niveaux.csv"
    levels.write_text("Référence;Quantité\nPEN;7\nMUG;peu\n", encoding="utf-8")
    page = visitor.open(f"{desk.address}/stock")
    page.get_by_text("Niveaux d’ouverture par fichier").click()
    page.locator('input[type="file"]').set_input_files(str(levels))
    expect(page.get_by_text("1 niveau lu")).to_be_visible()
    expect(page.get_by_text("1 ligne refusée")).to_be_visible()
    page.get_by_role("button", name="Appliquer 1 niveau").click()
    expect(page.get_by_text("1 niveau changé.")).to_be_visible()
    settled(page)

    page.get_by_text("Mouvements à reporter sur la plateforme").click()
    page.get_by_role("button", name="Exporter").click()
    with page.expect_download() as download:
        page.get_by_text("CSV", exact=True).click()

    with open(download.value.path(), encoding="utf-8", newline="") as file:  # noqa: PTH123 (as a spreadsheet would)
        header, *rows = csv.reader(file)
    assert {row[header.index("cause")] for row in rows} == {"refund"}
    assert len(rows) == 4


def test_a_tag_is_renamed_and_deleted(desk, visitor):
    """What it touches is said first; the orders follow."""
    page = visitor.open(f"{desk.address}/etiquettes")
    Table(page, TAG_SETTINGS).choose(0)
    name = page.get_by_label("Nom de l’étiquette").nth(1)
    name.fill("*Fidèle*")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("4 commandes la portent.")).to_be_visible()
    assert page.get_by_test_id("stMain").locator("em").count() == 0
    settled(page)

    Table(page, TAG_SETTINGS).choose(0)
    page.get_by_role("button", name="Supprimer l’étiquette").click()
    expect(page.get_by_text("4 commandes la perdront.")).to_be_visible()
    page.get_by_role("button", name="Supprimer", exact=True).click()

    expect(page.get_by_text("« *Fidèle* » est supprimée.")).to_be_visible()
    with desk.shop() as shop, shop.store.reading() as connection:
        assert connection.execute(select(tables.order_tags)).all() == []
