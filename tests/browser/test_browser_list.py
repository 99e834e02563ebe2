"""The list in Chromium: filters and links, rows and clicks, pages, views, export."""

from __future__ import annotations

import csv
import re
from datetime import timedelta

import pytest
from driving import (
    NOON,
    Orders,
    Visitor,
    closed,
    count_of,
    served,
    settled,
    twelve_orders,
)
from playwright.sync_api import expect
from sqlalchemy import select

from commandes.store import tables


def _is_asked(page, *codes):
    """Wait until the address asks for these codes."""
    for code in codes:
        expect(page).to_have_url(re.compile(re.escape(code)))
    settled(page)


def _pill(page, label):
    """The pill of a filter's value, by its word; its count may be any."""
    return page.get_by_test_id("stSidebar").get_by_role(
        "button", name=re.compile(rf"^{label} · \d+$")
    )


def test_a_filter_is_an_address(server, visitor):
    """A filter clicked stands in the URL as a code; the URL opened anew is the same."""
    page = visitor.open(f"{server.address}/commandes")
    Orders(page)
    _pill(page, "Annulé").click()
    _is_asked(page, "status=cancelled")
    expect(page.get_by_text("« annulées »")).to_be_visible()
    shown = Orders(page).numbers

    again = visitor.context.browser.new_context(viewport={"width": 1440, "height": 900})
    other = Visitor(again).open(page.url)

    assert shown == ["A12", "A09", "A06", "A03"]
    assert Orders(other).numbers == shown
    expect(other.get_by_text("« annulées »")).to_be_visible()
    again.close()


def test_the_way_back_takes_a_filter_back(server, visitor):
    """The browser's back button shows the list as it was before the last filter."""
    page = visitor.open(f"{server.address}/commandes")
    Orders(page)
    _pill(page, "Payée").click()
    _is_asked(page, "payment=paid")
    expect(page.get_by_text("« payées »")).to_be_visible()

    page.go_back()

    expect(page.get_by_text("« commandes non archivées »")).to_be_visible()
    assert len(Orders(page).numbers) == 12


def test_several_values_and_a_tag(server, visitor):
    """Two statuses and a tag narrow the list together, and all can be cleared."""
    page = visitor.open(
        f"{server.address}/commandes?status=new&status=cancelled&tag=VIP"
    )
    assert Orders(page).numbers == ["A05"]
    expect(page.get_by_text("étiquette VIP")).to_be_visible()

    page.get_by_role("button", name="Tout effacer").click()

    expect(page.get_by_text("« commandes non archivées »")).to_be_visible()
    assert len(Orders(page).numbers) == 12


def test_a_search_waits_for_the_typing(server, visitor):
    """What is typed is searched for without accents or case, and stands in the URL."""
    page = visitor.open(f"{server.address}/commandes")
    Orders(page)
    page.get_by_placeholder("N°, nom, e-mail").press_sequentially("CLIÉNT 07")

    _is_asked(page, "search=CLI")
    expect(page.get_by_text("recherche « CLIÉNT 07 »")).to_be_visible()
    assert Orders(page).numbers == ["A07"]


def test_a_period_of_ones_own(server, visitor):
    """A period of one's own takes the last day in, about the date asked for."""
    page = visitor.open(f"{server.address}/commandes?from=2026-03-02&to=2026-03-02")
    assert len(Orders(page).numbers) == 10  # from 14:00 to 23:00 in Paris

    page.goto(f"{server.address}/commandes?from=2026-03-03&dated=paid")

    assert Orders(page).numbers == ["A11"]


def test_an_unknown_value_is_said(server, visitor):
    """A link with a value that nobody knows says so, and shows the rest."""
    page = visitor.open(f"{server.address}/commandes?status=shipped&payment=paid")

    expect(page.get_by_text("« shipped »")).to_be_visible()
    assert Orders(page).numbers == ["A11", "A09", "A07", "A05", "A03", "A01"]


def test_nothing_matches_says_which_filter(server, visitor):
    """A filter that keeps nothing is said, with a way to clear it."""
    page = visitor.open(f"{server.address}/commandes?module=booking")
    expect(page.get_by_text("Aucune commande ne correspond")).to_be_visible()

    page.get_by_role("button", name="Effacer les filtres").click()

    assert len(Orders(page).numbers) == 12


def test_infos_opens_the_order_of_its_row(server, visitor):
    """Infos opens the order whose row was clicked, also when the browser sorted."""
    page = visitor.open(f"{server.address}/commandes")
    orders = Orders(page)
    drawer = orders.infos(3)
    expect(drawer.get_by_text("N° A09", exact=True)).to_be_visible()
    expect(drawer.get_by_text("Client 09", exact=True).first).to_be_visible()
    closed(page)

    orders.sort_by_number()
    expect(orders.table.locator('[id="glide-cell-1-0"]')).to_have_text("A01")

    expect(orders.infos(1).get_by_text("N° A02", exact=True)).to_be_visible()


def test_the_arrow_opens_the_page_of_the_order(server, visitor):
    """The arrow beside Infos leads to the order's own page, which has its own link."""
    page = visitor.open(f"{server.address}/commandes")
    Orders(page).choose(2, "Ouvrir la fiche")

    expect(page).to_have_url(re.compile(r"/commande\?commande=A10&source=test"))
    expect(page.get_by_text("N° A10", exact=True)).to_be_visible()


def test_ticked_orders_are_counted(server, visitor):
    """Ticking rows says how many they are and what they come to."""
    page = visitor.open(f"{server.address}/commandes")
    orders = Orders(page)
    orders.tick(0)
    orders.tick(1)

    expect(page.get_by_text(re.compile("2 sélectionnées"))).to_be_visible()


@pytest.mark.parametrize(
    ("choice", "delimiter", "encoding"),
    [("CSV", ",", "utf-8"), ("CSV pour Excel (français)", ";", "utf-8-sig")],
)
def test_the_file_has_the_count_on_screen(server, visitor, choice, delimiter, encoding):
    """The file downloaded holds as many orders as the screen counts, in its order."""
    page = visitor.open(f"{server.address}/commandes?status=new")
    numbers = Orders(page).numbers
    page.get_by_role("button", name="Exporter").click()

    with page.expect_download() as download:
        page.get_by_text(choice, exact=True).click()

    with open(download.value.path(), encoding=encoding, newline="") as file:  # noqa: PTH123 (as a spreadsheet would)
        _header, *rows = csv.reader(file, delimiter=delimiter)
    assert len(rows) == count_of(page) == 8
    assert [row[0] for row in rows] == numbers


def test_english(server, visitor):
    """The switch speaks English, and a link keeps speaking it."""
    page = visitor.open(f"{server.address}/commandes")
    Orders(page)
    page.get_by_test_id("stSidebar").get_by_text("English", exact=True).click()

    expect(page.locator("h1").first).to_have_text("Orders")
    _is_asked(page, "lang=en")


@pytest.fixture(scope="module")
def busy_server(tmp_path_factory):
    """A server whose shop receives orders while its pages are open."""
    folder = tmp_path_factory.mktemp("busy") / "data"
    with served(folder, twelve_orders) as running:
        yield running


def test_the_order_clicked_is_the_order_opened(busy_server, visitor):
    """R23: orders that arrive between the list shown and the click change no row."""
    page = visitor.open(f"{busy_server.address}/commandes?search=client")
    orders = Orders(page)
    before = orders.numbers
    with busy_server.shop() as shop:
        for place in range(3):
            shop.order(
                f"B{place}",
                at=NOON + timedelta(days=1, hours=place),
                customer_name="Client B",
            )

    drawer = orders.infos(4)
    expect(drawer.get_by_text(f"N° {before[4]}", exact=True)).to_be_visible()
    closed(page)

    assert Orders(page).numbers == before
    expect(page.get_by_text("3 nouvelles commandes")).to_be_visible()
    orders.tick(0)
    expect(page.get_by_text("1 sélectionnée")).to_be_visible()
    page.get_by_role("button", name="Actualiser").click()
    expect(page.get_by_text("15 commandes ·")).to_be_visible()
    assert Orders(page).numbers == ["B2", "B1", "B0", *before]
    # The order that is ticked is the same one, three rows further down.
    expect(page.get_by_text("1 sélectionnée")).to_be_visible()
    page.get_by_role("button", name="Infos", exact=True).click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text(f"N° {before[0]}", exact=True)).to_be_visible()


def test_pages_follow_each_other(busy_server, visitor):
    """Pages go on where the one before ended, and back, with their place said."""
    with busy_server.shop() as shop:
        shop.bring(
            shop.incoming(
                [
                    {
                        "number": f"P{place:02}",
                        "at": NOON - timedelta(days=place),
                        "customer_name": "Paginée",
                    }
                    for place in range(60)
                ]
            )
        )
    page = visitor.open(f"{busy_server.address}/commandes?search=paginee&size=25")
    assert Orders(page).numbers[:2] == ["P00", "P01"]
    for button, text, first in (
        ("Suivante", "26–50 sur 60", "P25"),
        ("Suivante", "51–60 sur 60", "P50"),
        ("Précédente", "26–50 sur 60", "P25"),
    ):
        page.get_by_role("button", name=button).click()
        expect(page.get_by_text(text)).to_be_visible()
        assert Orders(page).numbers[0] == first


def test_a_view_is_saved_and_removed(busy_server, visitor):
    """What is shown gets a name, is one click for everybody, and can go again."""
    page = visitor.open(f"{busy_server.address}/commandes?status=cancelled&sort=oldest")
    Orders(page)
    page.get_by_role("button", name="Enregistrer la vue").click()
    page.get_by_label("Nom de la vue").fill("Annulées *d’abord*")
    # Twice: a view is saved once.
    page.get_by_role("button", name="Enregistrer", exact=True).dblclick()
    # Its name is text of people: it is shown as it was typed.
    view = page.get_by_role("radio", name=re.compile("Annulées .*d’abord.* · 4"))
    view.wait_for()
    assert page.locator("em").count() == 0
    with busy_server.shop() as shop, shop.store.reading() as connection:
        saved = connection.execute(
            select(tables.saved_views.c.name, tables.saved_views.c.query)
        ).all()
    assert [tuple(row) for row in saved] == [
        ("Annulées *d’abord*", "status=cancelled&sort=oldest")
    ]

    other = visitor.open(f"{busy_server.address}/commandes")
    other.get_by_role("radio", name=re.compile("Annulées .*d’abord")).click()
    _is_asked(other, "status=cancelled", "sort=oldest")
    assert Orders(other).numbers == ["A03", "A06", "A09", "A12"]

    other.get_by_role("button", name="Retirer la vue").click()
    expect(
        other.get_by_role("radio", name=re.compile("Annulées .*d’abord"))
    ).to_have_count(0)


def test_a_tag_stays_chosen_when_its_count_changes(server, visitor):
    """A second filter changes the counts in the labels, and keeps the tag."""
    page = visitor.open(f"{server.address}/commandes?tag=VIP")
    Orders(page)
    for label, code in (("Nouveau", "status=new"), ("Payée", "payment=paid")):
        _pill(page, label).click()
        _is_asked(page, code, "tag=VIP")

    expect(page.get_by_text("nouvelles, payées, étiquette VIP")).to_be_visible()
    assert Orders(page).numbers == ["A05"]


def test_another_language_keeps_what_was_chosen(server, visitor):
    """Period, sort and page size are codes, whatever language their labels speak."""
    page = visitor.open(
        f"{server.address}/commandes?period=last_year&sort=total_desc&size=25&tag=VIP"
    )
    expect(
        page.get_by_text("« l’année dernière, étiquette VIP »").first
    ).to_be_visible()
    page.get_by_text("English", exact=True).click()
    expect(page.get_by_text("last year, tag VIP").first).to_be_visible()
    page.get_by_role("button", name=re.compile("^New ·")).click()

    codes = ("period=last_year", "sort=total_desc", "size=25", "tag=VIP", "status=new")
    _is_asked(page, *codes)
    page.get_by_text("Français", exact=True).click()
    expect(page.get_by_text("nouvelles, l’année dernière").first).to_be_visible()
    _is_asked(page, *codes)
