"""What is counted beforehand: the counts and totals are those of the orders."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from commandes.actions import status, tags
from commandes.actions.orders import Order
from commandes.mirror import control, follow
from commandes.reports import orders
from commandes.reports.filters import OrderFilter

# A span of 28 days begins here, whatever the time zone.
BEGINS = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=28 * 733)
TICK = timedelta(microseconds=1)

_COUNTED = """
select is_partly_refunded, is_cart, status::varchar, sum(orders)::bigint,
    sum(total)::bigint
from bare.found_counts($from_at, $to_at, 'placed', null, $to_do, $carts, null)
group by all having sum(orders) <> 0 order by all
"""
_FOUND = """
select is_partly_refunded(payment_status, refunded), is_cart, status::varchar,
    count(*), sum(total)::bigint
from bare.found_orders($from_at, $to_at, 'placed', null, $to_do, $carts, null)
group by all order by all
"""


def rows(mirror, text, **parameters):
    with mirror.snapshot() as snapshot:
        return snapshot._cursor.execute(text, parameters).fetchall()


def counted(mirror) -> list[tuple]:
    """How many rows hold the counts, and how many orders they say there are."""
    return rows(mirror, "select count(*), sum(orders)::bigint from order_counts")


@pytest.fixture
def dated(shop) -> list[datetime]:
    """Orders at the edges of spans, before 1970 and at the ends of time."""
    edges = [BEGINS + timedelta(days=28 * n) for n in (-2, -1, 0, 1, 2)]
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    moments = [
        *(edge + shift for edge in edges for shift in (-TICK, timedelta(), TICK)),
        *(epoch + shift for shift in (-TICK, timedelta(), TICK)),
        *(epoch - timedelta(days=28) + shift for shift in (-TICK, timedelta())),
        datetime(1, 1, 2, tzinfo=UTC),
        datetime(9998, 12, 30, tzinfo=UTC),
    ]
    for number, moment in enumerate(moments):
        shop.order(
            str(number),
            at=moment,
            status=("new", "in_progress", "cancelled")[number % 3],
            lines=[{"sku": "A", "price": 100 + number}],
            is_cart=number % 4 == 1,
            paid=[{"amount": 100, "at": moment}] if number % 2 else [],
            refunded=[{"amount": 50, "marked_at": moment, "origin": "here"}]
            if number % 4 == 3
            else [],
        )
    return moments


def test_any_period_is_counted_as_its_orders(mirror, dated) -> None:
    """Whole spans, the part of one, none at all, backwards: to the microsecond."""
    ends = [None, *(moment for moment in dated if 1900 < moment.year < 2100)]
    with mirror.snapshot() as snapshot:
        for period in product(ends, ends):
            for kind in ((None, None), (True, None), (False, True), (None, False)):
                names = ("from_at", "to_at", "to_do", "carts")
                asked = dict(zip(names, (*period, *kind), strict=True))
                found = snapshot._cursor.execute(_FOUND, asked).fetchall()
                assert snapshot._cursor.execute(_COUNTED, asked).fetchall() == found
    assert counted(mirror)[0][1] == len(dated)


def test_a_change_moves_an_order_from_one_count_to_another(shop, store, mirror) -> None:
    """What the order was is taken off, what it is now is added."""
    shop.order("1", tags=["VIP"])
    shop.order("2")
    with mirror.snapshot() as snapshot:
        assert orders.facets(snapshot, OrderFilter()).tag == {"VIP": 1}
    status.archive(store, Order("1"), actor="test")
    for name in ("VIP", "Urgent"):
        tags.tag(store, Order("2"), name, actor="test")
    with mirror.snapshot() as snapshot:
        found = orders.facets(snapshot, OrderFilter())
        assert found.tag == {"Urgent": 1, "VIP": 1}
        assert found.archived == {"no": 1, "yes": 1, "all": 2}
        assert orders.summary(snapshot, OrderFilter(archived="yes")).count == 1
        assert orders.summary(snapshot, OrderFilter(tags=("VIP",))).count == 1
        assert snapshot.ask("mirror/miscounted").is_empty()


def test_the_rows_that_changes_add_are_packed(shop, store, mirror, monkeypatch) -> None:
    """However many changes there were: one row for each state, and the same counts."""
    monkeypatch.setattr(follow, "PACK", 10)
    shop.order("1")
    shop.order("2")
    most = 0
    for _turn in range(15):
        status.archive(store, Order("1"), actor="test")
        status.unarchive(store, Order("1"), actor="test")
        most = max(most, counted(mirror)[0][0])
    assert 4 < most <= 2 + 2 * 10
    with mirror.snapshot() as snapshot:
        assert snapshot.ask("mirror/miscounted").is_empty()
        assert orders.summary(snapshot, OrderFilter()).count == 2


def test_verify_finds_a_wrong_count(shop, store, mirror) -> None:
    """I6 holds for what is counted beforehand, too."""
    shop.order("1")
    assert control.check(mirror, store).ok
    mirror._database.cursor().execute("update order_counts set orders = orders + 1")
    found = control.check(mirror, store)
    assert not found.ok
    assert found.first_bad.startswith("order_counts: span=")


def test_counts_of_currencies_stay_apart(shop, mirror) -> None:
    """A state is of one currency: its total is never added to another's."""
    shop.order("1", currency="EUR", lines=[{"sku": "A", "price": 700}])
    shop.order("2", currency="CHF", lines=[{"sku": "A", "price": 900}])
    found = Counter(dict(rows(mirror, "select currency, total from order_counts")))
    assert found == {"EUR": 700, "CHF": 900}


def test_a_sum_that_no_column_of_an_order_holds_stops_no_mirror(shop, mirror) -> None:
    """The list goes on; only what would say the sum cannot."""
    huge = 5 * 10**18
    for number in ("1", "2"):
        shop.order(number, lines=[{"sku": "A", "price": huge}])
    with mirror.snapshot() as snapshot:
        assert orders.page(snapshot, OrderFilter()).rows.height == 2
        assert snapshot.ask("mirror/miscounted").is_empty()
    assert rows(mirror, "select total::varchar from order_counts") == [(str(2 * huge),)]
