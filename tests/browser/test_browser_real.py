"""List and reports in Chromium over real orders: a filter, its link, its file."""

from __future__ import annotations

import csv
import re

import pytest
from contrast import contrast
from driving import PATIENCE, Orders, count_of, served, settled
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


# A label's colour and that of the paper under it, as the browser has them.
LABEL = """() => [...document.querySelectorAll('.xtick text, .ytick text')].map(one =>
  getComputedStyle(one).fill)"""
PAPER = "getComputedStyle(document.querySelector('.stApp')).backgroundColor"
SPRING = "from=2011-03-01&to=2011-05-31"
CHARTS = {
    "": ["sales"],
    "ventes": [
        *("sales", "bridge", "module", "means", "country", "channel", "promo"),
        *("articles", "hours", "customers"),
    ],
}


def _contrast(one: str, other: str) -> float:
    """Of two colours as the browser writes them."""
    parts = ([int(n) for n in re.findall(r"\d+", color)[:3]] for color in (one, other))
    return contrast(*parts)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("visitor", ["desk", "phone"], indirect=True)
def test_charts_of_real_orders_are_read(real_server, visitor, scheme):
    """Each chart has its marks, within the screen, and labels seen on their paper."""
    page = visitor.open(f"{real_server.address}/")
    page.emulate_media(color_scheme=scheme)
    for path, codes in CHARTS.items():
        page.goto(f"{real_server.address}/{path}?{SPRING}")
        settled(page)
        for code in codes:
            block = page.locator(f".st-key-block-{code}")
            block.locator(".js-plotly-plot .point").first.wait_for(state="attached")
            plot = block.locator(".js-plotly-plot").bounding_box()
            assert plot["x"] + plot["width"] <= page.viewport_size["width"]
            assert plot["width"] > 250
        assert page.get_by_test_id("stException").count() == 0
        paper = page.evaluate(PAPER)
        assert (_contrast(paper, "rgb(0, 0, 0)") < 2) == (scheme == "dark")
        labels = set(page.evaluate(LABEL))
        assert labels
        assert all(_contrast(label, paper) >= 4.5 for label in labels)


def test_a_month_of_real_orders_opens_in_the_list(real_server, visitor):
    """The bar of March says how many were cashed: the list has those, and their sum."""
    page = visitor.open(f"{real_server.address}/ventes?{SPRING}&by=month")
    block = page.locator(".st-key-block-sales")
    bar = block.locator(".bars .point").first
    bar.wait_for(state="attached", timeout=PATIENCE)
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    place = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*place)
    hover = block.locator(".hoverlayer text")
    hover.first.wait_for()
    said = re.search(r"([\d\s]+) commandes", " ".join(hover.all_text_contents()))
    expected = int(re.sub(r"\D", "", said[1]))

    page.mouse.click(*place)

    page.wait_for_url(re.compile("/commandes.*from=2011-03-01&to=2011-03-31"))
    settled(page)
    assert count_of(page) == expected > 1_000
