"""What waits for someone: each number opens exactly its orders."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from commandes.reports import dashboard, orders
from commandes.reports.views import BUILT_IN_VIEWS

TODAY = date(2026, 3, 10)
AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
TABLE = {"sku": "TABLE", "title": "Table 4", "price": 0}


@pytest.fixture
def morning(shop):
    """One order for each thing that waits, and carts and done orders that do not."""
    tonight = datetime(2026, 3, 10, 22, 59, tzinfo=UTC)
    tomorrow = datetime(2026, 3, 10, 23, 0, tzinfo=UTC)
    shop.order("new", at=AT, paid=1000)
    shop.order("three days", at=AT - timedelta(days=3), paid=1000)
    shop.order("four days", at=AT - timedelta(days=4), paid=1000)
    shop.order("unpaid", at=AT, status="in_progress")
    shop.order("done", at=AT, status="done", paid=1000)
    shop.order("cart", at=AT, is_cart=True)
    shop.order("left", at=AT, is_cart=True, abandoned_at=AT)
    shop.order("cancelled", at=AT, status="cancelled", paid=1000)
    deposit = [{"amount": 300, "at": AT, "kind": "deposit"}]
    shop.order("deposit", at=AT, status="cancelled", total=1000, paid=deposit)
    shop.order(
        "settled",
        at=AT,
        status="cancelled",
        paid=1000,
        refunded=[{"amount": 1000, "marked_at": AT}],
    )
    shop.order(
        "owed",
        at=AT,
        status="done",
        paid=1000,
        refunded=[{"amount": 500, "marked_at": AT, "origin": "here", "state": "to_do"}],
        archived_at=AT,
    )
    table = {"at": AT, "status": "done", "paid": 0, "module": "restaurant"}
    shop.order("tonight", **table, lines=[{**TABLE, "service_at": tonight}])
    shop.order("tomorrow", **table, lines=[{**TABLE, "service_at": tomorrow}])
    shop.order(
        "off",
        at=AT,
        status="cancelled",
        module="events",
        lines=[{**TABLE, "service_at": tonight}],
    )
    return shop


def numbers(snap, wanted):
    return set(orders.page(snap, wanted, today=TODAY).rows["number"])


def test_each_number_opens_exactly_its_orders(morning, mirror) -> None:
    """Carts, cancelled services and settled refunds make nobody wait."""
    with mirror.snapshot() as snap:
        waiting = dashboard.waiting(snap, today=TODAY)
        found = {one.code: numbers(snap, one.wanted) for one in waiting}
    assert {
        "new": {"new", "three days", "four days"},
        "unpaid": {"unpaid"},
        "refunds_to_do": {"owed"},
        "cancelled_paid": {"cancelled", "deposit"},
        "new_today": {"new"},
        "new_recent": {"three days"},
        "new_old": {"four days"},
        "restaurant": {"tonight"},
        "booking": set(),
        "events": set(),
    } == found
    assert {code: len(rows) for code, rows in found.items()} == {
        one.code: one.tally.count for one in waiting
    }
    assert all(one.label for one in waiting)


def test_the_built_in_views_find_their_orders(morning, mirror) -> None:
    """À préparer, Aujourd’hui, Remboursements à effectuer, Paniers abandonnés."""
    with mirror.snapshot() as snap:
        found = {
            view.label: numbers(snap, view.wanted) for view in BUILT_IN_VIEWS.values()
        }
    assert {
        "À préparer": {"new", "three days", "four days"},
        "Aujourd’hui": {"tonight"},
        "Remboursements à effectuer": {"owed"},
        "Paniers abandonnés de la semaine": {"left"},
    } == found
