"""The monthly report as a browser shows it: alone, on a phone, light and dark."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from driving import NOON
from hostile_texts import PAYLOADS
from shop import Shop

from commandes.documents import monthly_report
from commandes.mirror import Mirror

# The share of light in a colour "rgb(r, g, b)".
LIGHT = """element => {
  const parts = getComputedStyle(element).backgroundColor.match(/[0-9]+/g);
  return parts.slice(0, 3).reduce((sum, n) => sum + Number(n), 0) / 765 }"""
# What stands beside the paper and is not in a box that scrolls.
BESIDE = """() => [...document.querySelectorAll('body *')].filter(e =>
  !e.closest('.wide') && e.getBoundingClientRect().right > innerWidth + 1
).map(e => e.outerHTML.slice(0, 90))"""


@pytest.fixture
def report(store, settings, tmp_path):
    """The report of a shop all of whose texts are what they should not be."""
    told = [
        {
            "number": str(place),
            "at": NOON + timedelta(hours=place),
            "currency": "EUR" if place % 2 else "GBP",
            "lines": [{"sku": text, "title": text * 3, "price": 100 + place}],
            "paid": [{"amount": 100 + place, "means": text}],
        }
        for place, text in enumerate(PAYLOADS)
    ]
    shop = Shop(store)
    shop.bring(shop.incoming(told))
    hostile = replace(settings, shop_name=PAYLOADS[2], shop_address=PAYLOADS[:20])
    mirror, path = Mirror(store, hostile), tmp_path / "rapport.html"
    with mirror.snapshot() as snap:
        monthly_report(store, snap, NOON.date(), path, today=date(2026, 4, 2))
    mirror.close()
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_a_report_runs_nothing_asks_nothing_and_fits(chromium, report, width, scheme):
    """Hostile texts are read as texts; nothing is wider than the screen."""
    context = chromium.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme
    )
    page, asked, said = context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))

    page.goto(report.as_uri())

    assert asked == [report.as_uri()]
    assert said == []
    assert page.evaluate("window.pwned") is None
    assert page.locator("h1").count() == 1
    assert page.locator("h2").count() == 3
    assert page.locator("script, img, a, iframe, link, form, object").count() == 0
    assert page.evaluate(BESIDE) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    bright = page.locator("body").evaluate(LIGHT)
    assert bright > 0.9 if scheme == "light" else bright < 0.2
    page.emulate_media(media="print")
    assert page.locator("body").evaluate(LIGHT) > 0.9
    context.close()
