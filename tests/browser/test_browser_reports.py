"""Reports in Chromium: a click opens the orders behind, the sidebar filters, R13."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from driving import NOON, count_of, served, settled
from hostile_texts import PAYLOADS
from playwright.sync_api import expect

# What Plotly would make of tags, were they not written as they are.
RENDERED = """() => [...document.querySelectorAll('.js-plotly-plot')].flatMap(plot =>
  [...plot.querySelectorAll('a, img, iframe, foreignObject, tspan')].filter(node =>
    node.tagName !== 'tspan' || /bold|italic|underline|#/.test(
      node.getAttribute('style') || '')).map(node => node.outerHTML))"""
ALL = "period=all"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A shop whose articles, channels, codes and means are what they should not be."""
    texts = [text.replace("\0", "") for text in PAYLOADS]

    def fill(shop):
        shop.bring(
            shop.incoming(
                [
                    {
                        "number": f"{place}",
                        "at": NOON + timedelta(minutes=place),
                        "channel": text,
                        "discount_codes": text,
                        "email": text,
                        "lines": [{"sku": text, "title": text, "price": 1000 + place}],
                        "paid": [{"amount": 1000 + place, "means": text}],
                    }
                    for place, text in enumerate(texts)
                ]
            )
        )

    folder = tmp_path_factory.mktemp("hostile-reports") / "data"
    with served(folder, fill) as running:
        yield running


def _block(page, code):
    block = page.locator(f".st-key-block-{code}")
    block.locator(".js-plotly-plot").wait_for()
    return block


def _click_bar(page, code, place):
    """Click the bar of a chart, from 0, in the middle of what is to be seen of it."""
    bar = _block(page, code).locator(".bars .point").nth(place)
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_a_bar_opens_the_orders_behind_it(server, visitor):
    """Six orders of the shop were paid: the bar says so, and the list has them."""
    page = visitor.open(f"{server.address}/ventes?{ALL}")
    expect(page.get_by_text("En tête : Boutique, 60,00 €")).to_be_visible()

    _click_bar(page, "module", 0)

    page.wait_for_url(re.compile("/commandes"))
    settled(page)
    assert count_of(page) == 6
    assert "dated=moved" in page.url
    assert "module=store" in page.url


def test_a_cell_of_the_week_opens_its_orders(server, visitor):
    """Monday at 16 h: one order, and the sidebar says what the click asked for."""
    page = visitor.open(f"{server.address}/ventes?{ALL}")
    busiest = page.get_by_text(re.compile("^L’heure la plus forte : lundi"))
    hour = int(re.search(r"(\d+) h", busiest.inner_text())[1])

    # Seven rows of bars, Sunday below; Monday's are the last.
    _click_bar(page, "hours", 6 * 24 + hour)

    page.wait_for_url(re.compile(f"hour={hour}"))
    settled(page)
    assert count_of(page) == 1
    sidebar = page.get_by_test_id("stSidebar")
    sidebar.get_by_role("button", name="le lundi").click()
    expect(page).not_to_have_url(re.compile("weekday"))


def test_the_sidebar_of_the_list_filters_a_report(server, visitor):
    """A module nobody bought from: no sale; the filter stays on the next report."""
    page = visitor.open(f"{server.address}/ventes?{ALL}")
    metric = page.get_by_test_id("stMetric").filter(has_text="Ventes nettes")
    expect(metric).to_contain_text("60,00 €")

    page.get_by_test_id("stSidebar").get_by_role(
        "button", name=re.compile("^Événements")
    ).click()

    expect(page.get_by_text("Aucune vente sur cette période.")).to_be_visible()
    expect(page).to_have_url(re.compile("module=events"))
    page.get_by_role("link", name="Tableau de bord").click()
    expect(page).to_have_url(re.compile("module=events"))


def test_a_figure_says_how_it_is_calculated(server, visitor):
    """Definition and query stand under each chart, and its table is a file."""
    page = visitor.open(f"{server.address}/ventes?{ALL}")
    block = _block(page, "bridge")
    block.get_by_text("Comment ce chiffre est calculé").click()

    expect(block.get_by_text("Articles avant remises, moins")).to_be_visible()
    expect(block.get_by_text("sales_moves").first).to_be_visible()
    block.get_by_role("button", name="Exporter").click()
    with page.expect_download() as download:
        page.get_by_text("CSV", exact=True).click()
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert lines[0] == "step,currency,amount,orders"
    assert "Net,EUR,60.00,6" in lines


def test_a_chart_is_a_picture(server, visitor):
    """The camera over a chart gives a PNG, named by the question."""
    page = visitor.open(f"{server.address}/ventes?{ALL}")
    block = _block(page, "module")
    block.locator(".js-plotly-plot").hover()
    camera = block.locator('.modebar-btn[data-title="Télécharger en PNG"]')
    with page.expect_download() as download:
        camera.click(force=True)
    assert download.value.suggested_filename == "module.png"
    assert download.value.path().read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_charts_speak_english(server, visitor):
    """Numbers, names of days and what is said of a chart, as the reader's language."""
    page = visitor.open(f"{server.address}/ventes?{ALL}&lang=en")
    bar = _block(page, "module").locator(".bars .point").first
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    hover = page.locator(".hoverlayer text")
    expect(hover.first).to_contain_text("Shop: €60.00 · 6 orders")
    expect(_block(page, "hours").locator(".ytick text").last).to_have_text("Mon")
    first = _block(page, "sales").locator(".ytick text").last
    expect(first).to_contain_text(re.compile(r"^€\d"))
    expect(page.get_by_label("Which module sells?")).not_to_have_count(0)


def test_a_shop_of_one_order_looks_right(tmp_path, visitor):
    """One bar, one line, no error, whichever report."""
    with served(tmp_path / "data", lambda shop: shop.order("1", paid=1000)) as running:
        page = visitor.open(f"{running.address}/ventes?{ALL}")
        for code in ("sales", "bridge", "module", "articles", "hours", "customers"):
            _block(page, code).locator(".point").first.wait_for(state="attached")
        expect(page.get_by_text("1 article vendu")).to_be_visible()
        for path in ("", "paniers"):
            page.goto(f"{running.address}/{path}?{ALL}")
            settled(page)
            assert page.get_by_test_id("stException").count() == 0
        expect(page.get_by_text("source").first).to_be_visible()


@pytest.mark.parametrize("visitor", ["phone"], indirect=True)
def test_reports_fit_a_phone(server, visitor):
    """At 390 pixels nothing is wider than the screen, and charts can be read."""
    for path in (f"?{ALL}", f"ventes?{ALL}"):
        page = visitor.open(f"{server.address}/{path}")
        page.locator(".js-plotly-plot").first.wait_for()
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= page.viewport_size["width"]
        plots = page.locator(".js-plotly-plot")
        for place in range(plots.count()):
            assert plots.nth(place).bounding_box()["width"] > 250


def test_charts_render_nothing(hostile, visitor):
    """R13: labels, hover texts and tables show customers' texts as they are."""
    page = visitor.open(f"{hostile.address}/ventes?{ALL}")
    for code in ("means", "channel", "promo", "articles"):
        bar = _block(page, code).locator(".bars .point").first
        bar.scroll_into_view_if_needed()
        box = bar.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.locator(".hoverlayer text").first.wait_for()
        assert page.evaluate(RENDERED) == []
    assert page.evaluate("window.pwned") is None
    assert "/ventes" in page.url
