"""The page of abandoned carts in Chromium: another delay, a reminder, the way out."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from driving import Table, count_of, served, settled
from playwright.sync_api import expect
from sqlalchemy import select

from commandes.actions import objections
from commandes.store import tables

CART = {"is_cart": True, "cart_url": "https://example.org/p/1"}


def carts(shop) -> None:
    """Two carts left, one recovered, one paid at once, and one that is no cart."""

    def at(hours: float) -> dict[str, object]:
        begun = datetime.now(UTC) - timedelta(hours=hours)
        return {"at": begun, "begun_at": begun}

    paid = datetime.now(UTC) - timedelta(hours=2)
    shop.bring(
        shop.incoming(
            [
                {"number": "P1", **CART, **at(4), "marketing_consent": True}
                | {"email": "p1@example.org", "customer_name": "**Ana** {total}"},
                {"number": "P2", **CART, **at(5), "email": "p2@example.org"},
                {"number": "P3", **at(6), "paid": [{"amount": 1000, "at": paid}]},
                {"number": "P4", **at(3.5), "email": None}
                | {"paid": [{"amount": 1000, "at": paid}]},
                {"number": "P5", "paid": 1000},
            ]
        )
    )


@pytest.fixture(scope="module")
def cart_server(tmp_path_factory):
    """A server of this file's own, whose reminders have a public address."""
    with served(
        tmp_path_factory.mktemp("carts") / "data",
        carts,
        COMMANDES_PUBLIC_URL="http://127.0.0.1:1",
    ) as running:
        yield running


def metric(page, label: str):
    return page.get_by_test_id("stMetric").filter(has_text=label).first


def test_the_rate_follows_the_delay(visitor, cart_server):
    """An hour, two, a day: each time figure, sentence and URL agree."""
    page = visitor.open(f"{cart_server.address}/paniers?period=this_year")
    expect(metric(page, "Taux d’abandon")).to_contain_text("100 %")
    expect(metric(page, "Récupérés")).to_contain_text("2 · 20,00")

    page.get_by_role("radio", name="2 h").click()
    expect(metric(page, "Taux d’abandon")).to_contain_text("75 %")
    expect(page).to_have_url(re.compile("delay=120"))
    expect(page.get_by_text("4 paniers commencés, 3 sont restés")).to_be_visible()

    page.get_by_text("Comment ce chiffre est calculé").click()
    expect(page.get_by_text("begun_carts").first).to_be_visible()

    # Carts are of this week or of the one before: of two colours, the second bar.
    bars = page.locator(".js-plotly-plot .trace.bars").nth(1).locator(".point")
    left = bars.evaluate_all(
        "found => found.map(one => one.getBoundingClientRect().height)"
    )
    bar = bars.nth(left.index(max(left)))
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url(re.compile("cart=abandoned"))
    settled(page)
    assert "delay=120" in page.url
    assert 1 <= count_of(page) <= 3


def test_a_reminder_leaves_once_and_its_way_out_works(visitor, cart_server):
    """Ticked, looked at, reminded of; the customer's click ends it."""
    page = visitor.open(f"{cart_server.address}/paniers?period=this_year")
    table = Table(page, '[class*="st-key-carts_left-"]')
    assert table.cells(1) == ["P1", "P2"]
    table.choose(0)
    table.choose(1)
    page.get_by_role("button", name="Voir qui sera relancé").click()
    expect(page.get_by_text("1 client sera relancé.")).to_be_visible()
    expect(page.get_by_text("P2 — ")).to_contain_text("ni accepté")
    page.get_by_role("button", name="Relancer 1 panier").dblclick()
    expect(page.get_by_text("1 relance attend son envoi.")).to_be_visible()
    settled(page)
    with cart_server.shop() as shop, shop.store.reading() as connection:
        c = tables.messages.c
        (sent,) = connection.execute(select(c.recipient, c.unsubscribe_url)).all()
    assert sent.recipient == "p1@example.org"

    path = sent.unsubscribe_url.removeprefix("http://127.0.0.1:1")
    out = visitor.context.new_page()
    out.goto(cart_server.address + path)
    out.get_by_role("button").first.click()
    expect(out.get_by_text("C’est noté").first).to_be_visible()
    with cart_server.shop() as shop:
        assert objections.among(shop.store, {"p1@example.org"})


@pytest.mark.parametrize("visitor", ["phone"], indirect=True)
def test_the_page_is_read_on_a_phone(visitor, cart_server):
    """Nothing is wider than the screen."""
    page = visitor.open(f"{cart_server.address}/paniers?period=this_year&delay=7")
    expect(metric(page, "Taux d’abandon")).to_contain_text("100 %")
    expect(page.get_by_role("spinbutton")).to_have_value("7")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
