"""Free analyses in Chromium: written, drawn, saved, opened by a link, stopped."""

from __future__ import annotations

import pytest
from driving import NOON, Table, served, settled
from hostile_texts import EVIL
from playwright.sync_api import expect

HOSTILE = f"<img src={EVIL}/a.png onerror=window.pwned=1> **gras** $x^2$"


def _orders(shop):
    told = [
        {
            "number": str(place),
            "at": NOON,
            "channel": HOSTILE if place == 1 else f"canal {place}",
            "paid": 1000 * place,
        }
        for place in range(1, 4)
    ]
    shop.bring(shop.incoming(told))


@pytest.fixture(scope="module")
def analysed(tmp_path_factory):
    """A server over three orders, with little time for each analysis."""
    folder = tmp_path_factory.mktemp("analysed") / "data"
    with served(folder, _orders, COMMANDES_NOTEBOOK_SECONDS="2") as running:
        yield running


def _write(page, sql):
    field = page.get_by_role("textbox", name="Requête SQL").last
    field.fill(sql)
    field.blur()
    settled(page)
    page.get_by_role("button", name="Exécuter", exact=True).last.click()
    settled(page)


def test_a_question_is_asked_drawn_saved_and_found_again(analysed, visitor):
    """Its rows in a table, its bars, a name, and the same by its link."""
    page = visitor.open(f"{analysed.address}/analyses")
    page.get_by_role("button", name="Ajouter une requête").click()
    settled(page)
    _write(page, "select channel, paid from orders order by paid")

    # What a customer could have typed is text in the table, and in the chart.
    table = Table(page, '[data-testid="stDataFrame"]')
    assert table.cells(0) == [HOSTILE, "canal 2", "canal 3"]
    page.get_by_role("combobox", name="Afficher").click()
    page.get_by_role("option", name="Barres").click()
    bars = page.locator(".js-plotly-plot .bars .point")
    expect(bars).to_have_count(3)
    expect(page.locator(".js-plotly-plot .xtick").first).to_contain_text("<img")
    assert page.evaluate("window.pwned") is None
    page.get_by_test_id("stPopover").filter(has_text="Enregistrer").get_by_role(
        "button"
    ).first.click()
    page.get_by_role("textbox", name="Nom de l’analyse").fill("Par canal")
    page.get_by_role("button", name="Enregistrer", exact=True).last.click()
    expect(page.get_by_text("Analyse enregistrée.")).to_be_visible()
    expect(page).to_have_url(f"{analysed.address}/analyses?analyse=1")

    again = visitor.open(page.url)
    expect(again.get_by_role("textbox", name="Requête SQL")).to_have_value(
        "select channel, paid from orders order by paid"
    )
    again.get_by_role("button", name="Tout exécuter").click()
    expect(again.locator(".js-plotly-plot .bars .point")).to_have_count(3)
    assert again.get_by_test_id("stException").count() == 0


def test_limits_and_refusals_are_said_and_the_page_goes_on(analysed, visitor):
    """A query without end, a file of the machine: a sentence each, then an answer."""
    page = visitor.open(f"{analysed.address}/analyses")
    page.get_by_role("button", name="Ajouter une requête").click()
    settled(page)

    _write(page, "select count(*) from range(9000000000), range(9) where random() < 0")
    expect(page.get_by_text("elle durait plus de 2 s")).to_be_visible()
    _write(page, "from '/etc/passwd'")
    expect(page.get_by_text("il n’y a pas de table « /etc/passwd »")).to_be_visible()
    _write(page, f"select '{HOSTILE}' as \"{HOSTILE}\"")
    expect(page.get_by_text("1 ligne · données du")).to_be_visible()
    _write(page, f"select {HOSTILE}")
    expect(page.get_by_text("La requête n’est pas comprise")).to_be_visible()

    assert page.evaluate("window.pwned") is None
    assert page.get_by_test_id("stException").count() == 0


def test_a_narrow_screen_shows_the_same(analysed, visitor):
    """An example on a phone's width: its chart is inside the screen."""
    page = visitor.open(f"{analysed.address}/analyses")
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="Partir d’un exemple").click()
    page.get_by_text("Ventes par mois", exact=True).click()
    chart = page.locator(".js-plotly-plot").first
    expect(chart).to_be_visible()

    box = chart.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
