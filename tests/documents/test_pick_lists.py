"""The pick list: units of each sku over a selection, and for which orders."""

from __future__ import annotations

import re

import pytest
from shop import Shop

from commandes.actions import refunds, status
from commandes.actions.orders import Order
from commandes.errors import NothingToDeliver


@pytest.fixture
def shop(any_store):
    """A shop on both databases."""
    return Shop(any_store)


def _line(sku, units, title=None, **more):
    return {"sku": sku, "quantity": units, "title": title or sku, "price": 999, **more}


def test_units_are_summed_by_sku_in_the_order_of_skus(shop, picks):
    """With each title once and the orders, in the order of the selection."""
    first = shop.order("10", lines=[_line("B-2", 2, "Bougie"), _line("é1", 1)])
    second = shop.order(
        "11",
        lines=[
            _line("B-2", 1, "Bougie", variant="Rouge"),
            _line("A-1", 1200, "Ampoule"),
            _line(None, 1, "Ruban"),
            _line("B-2", 3, "Bougie"),
        ],
    )

    printed = picks(shop.store, [second, first])

    assert printed.count == 4
    assert "4 références · 1 208 unités · 2 commandes" in _plain(printed)
    rows = re.search(r"Qté Commandes (.*)", _plain(printed))[1]
    assert rows == (
        "A-1 Ampoule 1 200 11 × 1 200 "
        "B-2 Bougie · Rouge Bougie 6 11 × 4, 10 × 2 "
        "é1 é1 1 10 "
        "— Ruban 1 11"
    )


def _plain(printed):
    return printed.text.replace("\u202f", " ").replace("\u00a0", " ")


def test_only_what_is_still_to_deliver_is_picked(shop, picks):
    """Not what is refunded or cancelled, nor carts; nothing at all is said."""
    part = shop.order("P", lines=[_line("A", 3)], paid=2997)
    gone = shop.order("X", lines=[_line("B", 1)])
    cart = shop.order("K", lines=[_line("C", 1)], is_cart=True)
    refunds.refund(shop.store, Order("P"), lines={"A": 2}, actor="t")
    status.cancel(shop.store, Order("X"), actor="t")

    printed = picks(shop.store, [part, gone, cart, 999])

    assert printed.count == 1
    assert "1 référence · 1 unité · 1 commande" in printed.text
    with pytest.raises(NothingToDeliver):
        picks(shop.store, [gone, cart])


def test_a_long_list_goes_on_over_pages(shop, picks):
    """Titles on each page, each sku once, an article for all orders wraps."""
    told = [
        {
            "number": f"N{n:04}",
            "lines": [_line(f"S{n % 300:03}", 1), _line("TOUS", 1, "Prospectus 😀")],
        }
        for n in range(1200)
    ]
    shop.bring(shop.incoming(told))

    printed = picks(shop.store, list(range(1, 1201)))

    assert printed.count == 301
    skus = re.findall(r"\b(S\d{3}|TOUS) (?:S\d|Prosp)", printed.text)
    assert skus == [*sorted(f"S{n:03}" for n in range(300)), "TOUS"]
    assert "Prospectus □ 1" in printed.text
    assert all("Référence" in page for page in printed.pages)
    for number in ("N0000", "N0777", "N1199"):
        assert printed.text.count(number) == 2


def test_a_pick_list_has_no_price_and_speaks_english(shop, picks):
    """On demand, whatever the shop's language."""
    order = shop.order("1", lines=[_line("A", 1)])

    english = picks(shop.store, [order], language="en")

    assert "9" not in english.text
    assert "Référence" not in english.text
