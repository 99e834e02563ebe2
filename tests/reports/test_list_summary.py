"""The line above the list, and the counts beside the filters."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from commandes.reports import orders
from commandes.reports.filters import OrderFilter

MARCH = OrderFilter(first=date(2026, 3, 1), last=date(2026, 3, 31))
IN_MARCH = datetime(2026, 3, 10, 9, tzinfo=UTC)


@pytest.fixture
def march(shop):
    """Paid, cancelled, two currencies, carts; and an order of April that intrudes."""
    two_lines = [
        {"sku": "PEN", "title": "Stylo", "price": 500},
        {"sku": "BOOK", "title": "Carnet", "price": 700},
    ]
    two_refunds = [
        {"amount": 100, "marked_at": IN_MARCH, "origin": "here", "state": "to_do"},
        {"amount": 200, "marked_at": IN_MARCH},
    ]
    shop.order(
        "1", at=IN_MARCH, lines=two_lines, paid=1200, refunded=two_refunds, tags=["VIP"]
    )
    shop.order("2", at=IN_MARCH, total=3000, paid=3000, status="cancelled")
    shop.order("3", at=IN_MARCH, total=4999, currency="JPY", paid=4999)
    cart = {"is_cart": True, "total": 4000}
    shop.order("4", at=IN_MARCH, **cart, abandoned_at=IN_MARCH)
    shop.order("5", at=IN_MARCH, **cart, abandoned_at=IN_MARCH)
    shop.order("6", at=IN_MARCH, **cart)
    shop.order("7", at=IN_MARCH, **cart, paid=4000)
    shop.order("8", at=IN_MARCH, total=10, archived_at=IN_MARCH)
    shop.order("9", at=datetime(2026, 3, 31, 22, tzinfo=UTC), total=999_900)
    return shop


def test_the_sentence_tells_orders_cancelled_and_carts_apart(march, mirror) -> None:
    """Two lines and two refunds count an order once; a cart paid later is an order."""
    with mirror.snapshot() as snap:
        summary = orders.summary(snap, MARCH)
    assert (summary.count, summary.totals) == (7, {"EUR": 20200, "JPY": 4999})
    assert orders.Tally(4, {"EUR": 8200, "JPY": 4999}) == summary.orders
    assert orders.Tally(1, {"EUR": 3000}) == summary.cancelled
    assert orders.Tally(2, {"EUR": 8000}) == summary.abandoned
    assert orders.Tally(1, {"EUR": 4000}) == summary.running
    said = (
        "« du 1er au 31 mars 2026 » : 4 commandes · 82,00 € + 4 999 JPY · "
        "dont annulées 1 · 30,00 € · à part : 2 paniers abandonnés · 80,00 € · "
        "1 panier en cours · 40,00 € · 1 commande archivée correspond aussi"
    )
    plain = summary.sentence().replace("\u202f", " ").replace("\xa0", " ")
    assert said == plain.replace("¥", "JPY").replace("JPYJ", "J")


def test_nothing_found_is_said_plainly(march, mirror) -> None:
    """No order: nought, no total, nothing apart."""
    with mirror.snapshot() as snap:
        summary = orders.summary(snap, OrderFilter(search="introuvable"))
    assert summary.sentence() == "« recherche « introuvable » » : 0 commande"


def test_a_search_says_how_many_archived_orders_it_hits(march, mirror) -> None:
    """An order in the archive is not lost: the search says that it is there."""
    with mirror.snapshot() as snap:
        found = orders.summary(snap, OrderFilter(search="lampe"))
        all_of_them = orders.summary(snap, OrderFilter(search="lampe", archived="all"))
    assert found.archived_hits == 1
    assert found.sentence().endswith("1 commande archivée correspond aussi")
    assert (0, found.count + 1) == (all_of_them.archived_hits, all_of_them.count)


def test_each_count_keeps_the_other_filters_and_not_its_own(march, mirror) -> None:
    """With one status chosen, the other statuses still say what they would show."""
    cancelled = OrderFilter(statuses=("cancelled",), first=MARCH.first, last=MARCH.last)
    with mirror.snapshot() as snap:
        facets = orders.facets(snap, cancelled)
    assert facets.status == {"new": 6, "in_progress": 0, "done": 0, "cancelled": 1}
    assert facets.payment["paid"] == 1
    assert facets.payment["partly_refunded"] == 0
    assert facets.tag == {"VIP": 0}
    assert facets.archived == {"no": 1, "yes": 0, "all": 1}


def test_a_partly_refunded_order_counts_as_paid_too(march, mirror) -> None:
    """« En partie » is offered beside the payment statuses, and finds its order."""
    partly = OrderFilter(payments=("partly_refunded",))
    with mirror.snapshot() as snap:
        facets = orders.facets(snap, OrderFilter())
        found = orders.page(snap, partly)
    assert (facets.payment["paid"], facets.payment["partly_refunded"]) == (4, 1)
    assert found.rows["number"].to_list() == ["1"]


def test_every_tag_is_offered_with_its_colour(march, mirror) -> None:
    """A tag is listed whether or not the filter finds an order that has it."""
    with mirror.snapshot() as snap:
        assert list(orders.tag_colors(snap)) == ["VIP"]
        assert orders.facets(snap, OrderFilter()).tag == {"VIP": 1}
