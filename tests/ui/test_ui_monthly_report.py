"""The monthly report made from the page of sales."""

from __future__ import annotations

from datetime import datetime

import pytest
from streamlit.testing.v1 import AppTest

from commandes.documents.monthly_gather import last_month
from commandes.ui import files
from commandes.ui.house import close_house


def _page(month, code):
    from commandes import ui

    with ui.frame("Rapport", "reports.money") as here:
        ui.monthly.make(here, month, code)


@pytest.fixture
def made(settings, monkeypatch):
    """A page that makes the report of a month."""
    monkeypatch.setenv("COMMANDES_DATA_DIR", str(settings.data_dir))

    def run(month, code):
        app = AppTest.from_function(_page, args=(month, code), default_timeout=30)
        return app.run()

    yield run
    close_house()


@pytest.mark.parametrize(("code", "begins"), [("html", b"<!doctype"), ("pdf", b"%PDF")])
def test_a_report_is_ready_under_an_address_of_its_own(
    made, shop, settings, code, begins
):
    """The file, its link and its download."""
    month = last_month(datetime.now(settings.zone).date())
    shop.order("1", paid=1000)

    app = made(month, code)

    assert not app.exception
    (path,) = settings.data_dir.glob(f"exports/*/rapport-{month:%Y-%m}.{code}")
    (link,) = app.get("link_button")
    assert link.proto.url == files.address(path)
    assert path.read_bytes().startswith(begins)


def test_a_month_to_come_is_refused_and_leaves_nothing(made, shop, settings):
    """In one sentence, without a link."""
    shop.order("1", paid=1000)
    today = datetime.now(settings.zone).date()

    app = made(today.replace(year=today.year + 1, day=1), "html")

    assert not app.exception
    assert any(
        "Il n’y a pas de rapport pour le mois" in text.value for text in app.text
    )
    assert list(settings.data_dir.glob("exports/*/*")) == []
    assert not app.get("link_button")


def test_the_page_of_sales_offers_last_month(open_page, shop, settings):
    """Both formats in a menu; this month and those before to choose from."""
    shop.order("1", paid=1000)
    today = datetime.now(settings.zone).date()

    app = open_page("rapports/ventes.py")

    assert not app.exception
    month = app.selectbox(key="monthly_month")
    assert month.value == last_month(today)
    assert len(month.options) == 240
    (menu,) = [one for one in app.get("menu_button") if "Rapport" in one.proto.label]
    assert list(menu.proto.options) == [
        "Page HTML, un seul fichier",
        "PDF, pour imprimer",
    ]
