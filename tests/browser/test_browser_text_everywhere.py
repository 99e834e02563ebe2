"""R13 on every page that there is: a page of hostile texts is made of the same."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from driving import NOON, Orders, settled
from playwright.sync_api import expect
from rendering import at_rest, harmless_shop, hostile_shop, same

from commandes.actions import (
    carriers,
    messages,
    notebooks,
    notes,
    readings,
    refunds,
    stock,
    templates,
    views,
)
from commandes.actions.orders import Order

ROOT = Path(__file__).parents[2]
# Every page of the menu, by its address; the first has none.
PAGES = ["", *re.findall(r'url_path="([\w-]+)"', (ROOT / "app.py").read_text("utf-8"))]
EMAIL = "zoe@example.org"


def _fill(shop, text):
    """Texts of customers and of people in every place that a page may show."""
    texts = map(text, range(10_000))
    carts = [
        {
            "number": f"C{place}",
            "is_cart": True,
            "at": NOON - timedelta(days=1),
            "begun_at": NOON - timedelta(days=1),
            "marketing_consent": True,
            "customer_name": next(texts),
            "email": f"c{place}@example.org",
            "lines": [{"title": next(texts), "price": 900}],
        }
        for place in range(3)
    ]
    told = [
        {
            "number": f"{place:02} {next(texts)}",
            "at": NOON + timedelta(minutes=place),
            "customer_name": next(texts),
            "email": EMAIL if place < 2 else next(texts),
            "user_agent": next(texts),
            "channel": next(texts),
            "discount_codes": next(texts),
            "lines": [
                {
                    "price": 1000,
                    "sku": f"{place} {next(texts)}",
                    "title": next(texts),
                    "variant": next(texts),
                    "details": {"seat": next(texts)},
                }
            ],
            "paid": [{"amount": 1000, "means": next(texts), "provider": next(texts)}],
            "tags": [f"{place} {next(texts)}"],
            "notes": [next(texts)],
        }
        for place in range(8)
    ]
    shop.bring(shop.incoming(carts + told))
    store, who = shop.store, "Inès"
    for place, one in enumerate(told):
        order = Order(one["number"])
        notes.note(store, order, next(texts) or "x", actor=next(texts)[:80])
        readings.note(store, "export", place, actor=next(texts)[:80])
        messages.message(
            store, order, f"x {next(texts)}", f"x {next(texts)}", actor=who
        )
    refunds.refund(store, Order(told[0]["number"]), reason=next(texts), actor=who)
    stock.adjust(store, told[0]["lines"][0]["sku"], 3, next(texts), actor=who)
    views.save(store, f"x {next(texts)}"[:60], "status=new", actor=who)
    templates.save(store, f"x {next(texts)}"[:60], next(texts), next(texts), actor=who)
    carriers.add(store, f"x {next(texts)}"[:60], "https://e.org/{n}", actor=who)
    cells = [{"kind": "sql", "text": f"select '{next(texts)}'"}]
    notebooks.save(store, f"x {next(texts)}"[:60], cells, actor=who)


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    with (
        hostile_shop(tmp_path_factory, _fill) as hostile,
        harmless_shop(tmp_path_factory, _fill) as harmless,
    ):
        yield hostile, harmless


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path or "first")
def test_a_page_renders_nothing(both, visitor, path):
    """As it opens: the same elements, no script run, no other host asked."""
    pages = [visitor.open(f"{one.address}/{path}") for one in both]

    same(pages)
    no_raw_file(pages[0])


def no_raw_file(page):
    """No table has Streamlit's own button, which exports raw cells."""
    for table in page.get_by_test_id("stDataFrame").all():
        if table.is_visible():
            table.hover()
            assert page.get_by_role("button", name="Download as CSV").count() == 0


def test_a_customer_s_data_render_nothing(both, visitor):
    """Looked up, with what an erasure would touch; the address holds no e-mail."""
    pages = []
    for one in both:
        page = visitor.open(f"{one.address}/donnees-personnelles")
        field = page.get_by_role("textbox", name="E-mail du client")
        field.fill(EMAIL)
        field.press("Enter")
        page.get_by_role("button", name="Aperçu avant application").click()
        expect(page.get_by_text("Sera effacé")).to_be_visible()
        settled(page)
        at_rest(page)
        assert EMAIL not in page.url
        pages.append(page)

    same(pages)
    page = pages[0]
    no_raw_file(page)
    # The toolbar is there, with what else it has.
    expect(page.get_by_test_id("stElementToolbarButton").first).to_be_attached()


def test_the_panel_leads_to_its_customer_s_data(both, visitor):
    """From the drawer, in one click, and the address says nothing of whom."""
    page = visitor.open(f"{both[1].address}/commandes?search={EMAIL}")
    drawer = Orders(page).infos(0)
    drawer.get_by_role("button", name="Données personnelles de ce client").click()

    field = page.get_by_role("textbox", name="E-mail du client")
    expect(field).to_have_value(EMAIL)
    expect(page.get_by_text("2 commandes de ce client")).to_be_visible()
    assert "zoe" not in page.url
