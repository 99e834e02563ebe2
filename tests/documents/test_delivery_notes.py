"""Delivery notes: what stands on them, what does not, and texts of any kind."""

from __future__ import annotations

import json
import re
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from shop import Shop

from commandes.actions import refunds, status
from commandes.actions.orders import Order
from commandes.documents import delivery_notes
from commandes.errors import ExportUnwritable, NothingToDeliver

ADDRESS = {
    "name": "Zoé Žižek",
    "company": "Éditions du Chêne",
    "line1": "12 bis, rue de l’Été",
    "zip": "13001",
    "city": "Marseille",
    "country": "France",
    "phone": "+33 4 00 00 00 00",
}
LINES = [
    {
        "sku": "LAMP-1",
        "title": "Lampe",
        "variant": "Bleue",
        "price": 4321,
        "quantity": 2,
    },
    {"sku": None, "title": "Carnet", "price": 777, "quantity": 1},
]


@pytest.fixture
def shop(any_store):
    """A shop with a name and an address, on both databases."""
    any_store.settings = replace(
        any_store.settings,
        shop_name="La Lampisterie",
        shop_address=("3 place du Phare", "29200 Brest"),
    )
    return Shop(any_store)


def _order(shop, number="1001", **told):
    told.setdefault("lines", LINES)
    told.setdefault("shipping_address", json.dumps(ADDRESS))
    return shop.order(number, **told)


def test_a_note_holds_what_the_packer_and_the_customer_need(shop, notes):
    """Shop, order, address, articles, the customer's note; no price, none of ours."""
    order = _order(
        shop,
        at=datetime(2026, 3, 2, 23, 30, tzinfo=UTC),
        shipping=599,
        paid=10018,
        notes=["Sonner deux fois\nau 3e étage", {"text": "à nous", "author": "Inès"}],
    )

    printed = notes(shop.store, [order])

    assert (printed.count, len(printed.pages)) == (1, 1)
    for said in (
        *("La Lampisterie", "3 place du Phare", "29200 Brest", "Bon de livraison"),
        *("Commande 1001", "du 03/03/2026", *ADDRESS.values(), "LAMP-1", "Lampe"),
        *("Bleue", "Carnet", "Note du client", "Sonner deux fois", "au 3e étage"),
        "Commande 1001 · page 1",
    ):
        assert said in printed.text, said
    for price in ("43", "86", "7,77", "5,99", "100,18", "€", "EUR", "à nous", "ana@"):
        assert price not in printed.text, price


def test_each_order_begins_a_page_in_the_order_of_the_selection(shop, notes):
    """An id that is gone is left out; progress is told."""
    first, second = _order(shop, "A"), _order(shop, "B")
    seen = []

    printed = notes(
        shop.store, [second, 999, first], progress=lambda *done: seen.append(done)
    )

    assert printed.count == 2
    assert [re.findall(r"Commande (\w) ·", page) for page in printed.pages] == [
        ["B"],
        ["A"],
    ]
    assert seen == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize(
    "told", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+02:00", "2026-13-01T10:00Z"]
)
def test_a_date_beyond_the_calendar_stands_as_the_source_wrote_it(shop, notes, told):
    """No time zone can move it, and it is no reason to print nothing."""
    line = {"title": "Atelier", "price": 1, "details": {"Séance": told}}
    order = _order(shop, lines=[line])

    assert f"Séance : {told}" in notes(shop.store, [order]).text


def test_the_module_s_own_facts_stand_under_the_article(shop, notes):
    """Seat, table and covers, slot; the service's date in the shop's time."""
    at = datetime(2026, 7, 14, 18, 0, tzinfo=UTC)
    seat = {"event": "Concert", "seat": "Rang C, 12", "date": "2026-07-14"}
    slot = {
        "slot_start": "2026-07-14T20:00:00+02:00",
        "slot_end": "2026-07-14T21:30:00+02:00",
    }
    meal = {"table": "Terrasse 4", "covers": 1200, "options": ["pain", "eau"]}
    order = _order(
        shop,
        lines=[
            {"title": "Billet", "price": 1, "service_at": at, "details": seat},
            {"title": "Massage", "price": 1, "service_at": at, "details": slot},
            {"title": "Dîner", "price": 1, "details": meal},
        ],
    )

    text = notes(shop.store, [order]).text

    assert "Date de prestation : 14/07/2026 20:00 Événement : Concert" in text
    assert "Place : Rang C, 12" in text
    assert "Fin du créneau : 14/07/2026 21:30" in text
    assert 'Table : Terrasse 4 Couverts : 1 200 options : ["pain", "eau"]' in text
    assert "2026-07-14" not in text


def test_only_what_is_still_to_deliver_is_on_a_note(shop, notes):
    """Units refunded are gone; carts and cancelled orders have no note."""
    part, whole = _order(shop, "P", paid=9419), _order(shop, "W", paid=9419)
    gone, cart = _order(shop, "X"), _order(shop, "K", is_cart=True)
    pen = _order(
        shop, "S", paid=1800, lines=[{"sku": s, "price": 900} for s in ("PEN", "CAP")]
    )
    refunds.refund(shop.store, Order("P"), lines={"LAMP-1": 1}, actor="t")
    refunds.refund(shop.store, Order("S"), lines={"PEN": 1}, actor="t")
    refunds.refund(shop.store, Order("W"), actor="t")
    status.cancel(shop.store, Order("X"), actor="t")

    printed = notes(shop.store, [whole, part, gone, cart, pen])

    assert printed.count == len(printed.pages) == 2
    assert "CAP" in printed.text
    assert "PEN" not in printed.text
    assert "Commande P" in printed.text
    assert "Lampe Bleue commandé : 2, le reste est remboursé 1" in printed.text
    with pytest.raises(NothingToDeliver):
        notes(shop.store, [whole, gone, cart])


def test_an_order_without_lines_or_address_says_so(shop, notes):
    """The customer's name and the billing address stand in."""
    bare = _order(shop, "1", lines=[], shipping_address=None, total=100)
    billed = _order(
        shop, "2", shipping_address=None, billing_address=json.dumps(ADDRESS)
    )

    first, second = notes(shop.store, [bare, billed]).pages

    assert "Ana Martin" in first
    assert "adresse non fournie par la source" in first
    assert "Aucun article : non fourni par la source" in first
    assert "13001 Marseille" in second


HOSTILE = (
    "\u202eDroite à gauche\u202c, Мария Иванова, Ελένη, "
    "👩\u200d👩\u200d👧 ok 👍🏽, 漢字, שלום, a\u0301"
)


def test_any_text_is_printed(shop, notes):
    """Accents, Greek, Cyrillic; what the font lacks is a square, never an error."""
    order = _order(
        shop,
        "№ {nb}",
        lines=[
            {"sku": "{nb}", "title": HOSTILE, "price": 1, "variant": "<b>**x**</b>"}
        ],
        notes=["\x07tab\there\u2028ligne\r\nfin 😀"],
        shipping_address=json.dumps({**ADDRESS, "name": HOSTILE}),
    )

    text = notes(shop.store, [order]).text

    printed = "Droite à gauche, Мария Иванова, Ελένη, □ ok □, □□, □□□□, á"
    assert text.count(printed) == 2
    assert "<b>**x**</b>" in text
    assert "{nb}" in text
    assert "№ {nb}" in text
    assert "tab here ligne fin □" in text


def test_long_texts_wrap_and_go_on(shop, notes):
    """A word without blanks is cut; nothing of a title is lost over pages."""
    words = " ".join(f"mot{n}" for n in range(3000))
    order = _order(
        shop,
        "L" * 200,
        lines=[{"sku": "S" * 300, "title": words, "price": 1}],
        notes=["n" * 20_000],
    )

    printed = notes(shop.store, [order])

    assert len(printed.pages) > 4
    found = [int(n) for n in re.findall(r"mot(\d+)", printed.text)]
    assert found == list(range(3000))
    flat = printed.text.replace(" ", "")
    assert flat.count("S") == 300
    assert "n" * 200 in flat
    for place, page in enumerate(printed.pages, start=1):
        assert f"page {place}" in page
    assert all("(suite)" in page for page in printed.pages[1:])


def test_a_table_does_not_begin_at_the_foot_of_a_page(shop, notes):
    """Its titles stand above its first row."""
    long = {**ADDRESS, "line1": "\n".join(f"étage {n}" for n in range(35))}

    printed = notes(shop.store, [_order(shop, shipping_address=json.dumps(long))])

    first, second = printed.pages
    assert "étage 34" in first
    assert "Référence" not in first
    assert second.count("Référence") == 1
    assert "LAMP-1" in second


def test_nothing_is_drawn_beside_the_page(shop, notes):
    """Every text begins within the margins."""
    order = _order(
        shop,
        lines=[
            {"sku": f"SKU-{n}", "title": f"{'x' * n} {HOSTILE}", "price": 1}
            for n in range(120)
        ],
    )
    printed = notes(shop.store, [order])
    places = []

    def seen(text, _matrix, where, _font, _size):
        if text.strip():
            places.append((where[4], where[5]))

    for page in printed.reader.pages:
        page.extract_text(visitor_text=seen)

    assert len(places) > 400
    assert all(40 < x < 555 and 20 < y < 810 for x, y in places)


def test_hundreds_of_lines_go_on_over_pages(shop, notes):
    """Each page has the table's titles; no row is cut in two or lost."""
    order = _order(
        shop,
        lines=[
            {"sku": f"SKU-{n:03}", "title": f"Article {n:03}", "price": 1}
            for n in range(400)
        ],
    )

    printed = notes(shop.store, [order])

    assert len(printed.pages) > 8
    assert re.findall(r"SKU-(\d+)", printed.text) == [f"{n:03}" for n in range(400)]
    for page in printed.pages:
        assert "Référence" in page
        assert re.findall(r"SKU-(\d+)", page) == re.findall(r"Article (\d+)", page)


def test_a_note_is_in_the_shop_s_language_unless_asked(shop, notes):
    """The shop's, whatever the reader's; English on demand."""
    order = _order(shop)

    french = notes(shop.store, [order])
    english = notes(shop.store, [order], language="en")

    assert "Référence" in french.text
    assert french.reader.trailer["/Root"]["/Lang"] == "fr"
    assert english.reader.trailer["/Root"]["/Lang"] == "en"
    assert "Référence" not in english.text
    assert "LAMP-1" in english.text


def test_a_file_is_whole_or_not_there(shop, tmp_path):
    """No folder, no file; nothing is left beside it."""
    order = _order(shop)

    with pytest.raises(ExportUnwritable):
        delivery_notes(shop.store, [order], tmp_path / "nowhere" / "bons.pdf")
    with pytest.raises(NothingToDeliver):
        delivery_notes(shop.store, [], tmp_path / "bons.pdf")

    assert list(tmp_path.glob("**/*.pdf*")) == []


def test_memory_stays_within_bounds(store, tmp_path):
    """Eight hundred notes take a few kilobytes each."""
    shop = Shop(store)
    shop.bring(shop.incoming([{"number": str(n), "lines": LINES} for n in range(800)]))
    path = tmp_path / "bons.pdf"
    delivery_notes(store, [1], path)
    tracemalloc.start()

    assert delivery_notes(store, range(1, 801), path) == 800

    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40_000_000
