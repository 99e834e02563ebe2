"""The list in Chromium over real orders: a filter, its link, its file."""

from __future__ import annotations

import csv
import re

import pytest
from driving import Orders, count_of, served
from playwright.sync_api import expect

from commandes.intake import bring

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def real_server(real_orders, tmp_path_factory):
    """A server over the real orders that stand beside the project."""

    def fill(shop):
        incoming = bring.open_file(
            shop.store, shop.store.settings, real_orders, profile="online_retail"
        )
        bring.merge_file(shop.store, incoming, real_orders, actor="t")

    folder = tmp_path_factory.mktemp("real") / "data"
    with served(folder, fill) as running:
        yield running


def test_a_filter_its_link_and_its_file_agree(real_server, visitor):
    """A period of real orders: screen, other window and file, to the penny."""
    page = visitor.open(f"{real_server.address}/commandes")
    expect(page.get_by_text("9 785 commandes · 4 700 382,11 £")).to_be_visible()
    page.goto(f"{real_server.address}/commandes?from=2011-03-01&to=2011-03-31")
    page.get_by_test_id("stSidebar").get_by_role(
        "button", name=re.compile(r"^Terminé · \d")
    ).click()
    expect(page).to_have_url(re.compile("status=done"))
    said = page.get_by_text(re.compile(r"^« terminées, du 1er au 31 mars 2011 »"))
    sentence = said.inner_text()
    numbers = Orders(page).numbers

    other = visitor.open(page.url)
    expect(other.get_by_text(sentence)).to_be_visible()
    assert Orders(other).numbers == numbers

    page.get_by_role("button", name="Exporter").click()
    with page.expect_download() as download:
        page.get_by_text("CSV", exact=True).click()
    with open(download.value.path(), encoding="utf-8", newline="") as file:  # noqa: PTH123 (as a spreadsheet would)
        rows = list(csv.DictReader(file))
    assert len(rows) == count_of(page) == 1531
    pence = sum(round(float(row["total"]) * 100) for row in rows)
    shown = re.sub(r"\D", "", sentence.split("commandes ·")[1])
    assert pence == int(shown) == 71763936
