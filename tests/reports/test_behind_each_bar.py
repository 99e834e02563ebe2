"""Behind each bar stand as many orders as its chart and its table say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from test_any_filter import world

from commandes.reports import dashboard, orders
from commandes.reports.filters import OrderFilter
from commandes.reports.sales import REFUNDS_BY
from commandes.ui import sales

if TYPE_CHECKING:
    from commandes.ui.report import Block

assert world  # the fixture of the other module
STATED = {
    "module": ["moved_orders"],
    "means": ["moved_orders"],
    "country": ["moved_orders"],
    "channel": ["moved_orders"],
    "promo": ["moved_orders"],
    "articles": ["orders"],
    "customers": ["orders"] * 3,
    "sales": ["paid_orders", "refunded_orders", "moved_orders"],
    "bridge": ["orders"],
}
# The amounts that the list says of its period, where the click is about money.
SUMS = {
    "module": ["gross"],
    "means": ["gross"],
    "country": ["gross"],
    "channel": ["gross"],
    "promo": ["gross"],
    "sales": ["gross", "refunds", "net"],
    "hours": ["gross"] * 7,
}
days = st.dates(date(2025, 10, 20), date(2026, 4, 10))


@dataclass
class Here:
    """What a block asks of a page."""

    snap: Any
    settings: Any


@settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    span=st.tuples(days, days).map(sorted),
    endless=st.booleans(),
    dated=st.sampled_from(["placed", "paid", "refunded", "service", "sold"]),
    refunds_by=st.sampled_from(REFUNDS_BY),
    by=st.sampled_from(["day", "week", "month"]),
    modules=st.sampled_from([(), ("store", "events")]),
    carts=st.sampled_from([None, "no", "only"]),
)
@example(  # a cart with a deposit is sold at its payment
    span=[date(2026, 1, 1)] * 2,
    endless=True,
    dated="sold",
    refunds_by="mark",
    by="month",
    modules=(),
    carts=None,
)
@example(  # carts alone, at the date of their order: none is a sale
    span=[date(2026, 1, 1)] * 2,
    endless=True,
    dated="placed",
    refunds_by="mark",
    by="month",
    modules=(),
    carts="only",
)
def test_a_click_lands_on_as_many_orders_as_are_said(
    world, span, endless, dated, refunds_by, by, modules, carts
) -> None:
    """Whatever the period, its date, the date of refunds and the step."""
    wanted = OrderFilter(dated=dated, archived="all", modules=modules, carts=carts)
    if not endless:
        wanted = replace(wanted, first=span[0], last=span[1])
    with world.mirror.snapshot() as snap:
        here: Any = Here(snap, snap.settings)
        for currency in ("EUR", "JPY"):
            asked = sales.about(here, wanted, by, currency, several=True)
            for block in sales.blocks(here, replace(asked, refunds_by=refunds_by)):
                checked(snap, block, refunds_by)


def checked(snap, block: Block, refunds_by: str) -> None:
    chart = block.chart
    if chart is None:
        return
    for place, (curve, counts) in enumerate(
        zip(chart.behind, chart.counts, strict=True)
    ):
        said = list(counts)
        stated = _stated(block, place, len(said))
        if stated is not None:
            assert [n for n in stated if n is not None] == [
                n for n, one in zip(said, curve, strict=True) if one
            ], block.code
        for at in _looked_at(said, curve):
            assert orders.count(snap, curve[at]) == said[at], (block.code, curve[at])
            _cashed(snap, block, refunds_by, place, at)


def _cashed(snap, block: Block, refunds_by: str, place: int, at: int) -> None:
    """The list behind a bar says the bar's amount, to the cent."""
    (name, wanted) = (
        SUMS.get(block.code, [""] * 9)[place],
        block.chart.behind[place][at],
    )
    # The list counts a refund at its own date, whatever the report does.
    if not name or block.rows.is_empty() or (name != "gross" and refunds_by == "sale"):
        return
    moved = dashboard.moved(snap, wanted)
    if wanted.dated in ("paid", "refunded", "given_back", "moved", "moved_done"):
        said = _column(block, place, len(block.chart.behind[place]), name)[at]
        assert sum(getattr(one, name) for one in moved) == said, (block.code, wanted)


def _stated(block: Block, place: int, bars: int) -> list[int | None] | None:
    """What the table says of the bars of a curve."""
    if block.code in STATED:
        return _column(block, place, bars, STATED[block.code][place])
    if block.rows.is_empty():
        return None
    return _column(block, place, bars, "paid_orders")


def _column(block: Block, place: int, bars: int, name: str) -> list[Any]:
    if block.code in STATED:
        stated = block.rows[name].to_list()
        stated = stated[::-1] if "period" in block.rows.columns else stated
        return stated[:bars]
    weekday = block.rows["weekday"].unique(maintain_order=True)[6 - place]
    return block.rows.filter(block.rows["weekday"] == weekday)[name].to_list()


def _looked_at(said, curve) -> list[int]:
    """Bars of the whole curve: some that say orders, a few that say none."""
    clicked = [at for at, one in enumerate(curve) if one]
    some = [at for at in clicked if said[at]]
    none = [at for at in clicked if not said[at]]
    return [*_spread(some, 10), *_spread(none, 2)]


def _spread(places: list[int], count: int) -> list[int]:
    """So many of these, from the first to the last."""
    if len(places) <= count:
        return places
    return [places[at * (len(places) - 1) // (count - 1)] for at in range(count)]


def test_one_reference_is_not_another_that_contains_it(shop, mirror) -> None:
    """The bar of STY opens its orders, and not those of STY-1 or of its title."""
    for number, line in (
        ("1", {"sku": "STY", "title": "Stylo"}),
        ("2", {"sku": "STY-1", "title": "STY rouge"}),
        ("3", {"sku": None, "title": "STY"}),
    ):
        shop.order(number, lines=[{"price": 500, **line}], paid=500)
    with mirror.snapshot() as snap:
        found = orders.ids(snap, OrderFilter(article="STY-1"), "newest")
        both = orders.ids(snap, OrderFilter(article="STY"), "oldest")
    assert found == [shop.id_of("2")]
    assert both == [shop.id_of("1"), shop.id_of("3")]


@pytest.mark.parametrize(
    ("asked", "gross", "refunds"),
    [
        ({}, 2_500, 700),
        ({"means": "card"}, 1_800, 700),
        ({"means": "gift"}, 700, 0),
        ({"weekday": 1}, 1_200, 0),
        ({"weekday": 2}, 1_300, 0),
        ({"hour": 9}, 1_800, 0),
        ({"weekday": 2, "hour": 9}, 600, 0),
        ({"weekday": 2, "hour": 9, "means": "gift"}, 0, 0),
        # Dated otherwise, the hour is that of the order, as in the list.
        ({"dated": "refunded", "weekday": 1}, 2_500, 700),
        ({"dated": "moved", "weekday": 1, "means": "gift"}, 700, 0),
    ],
)
def test_of_an_order_counts_what_the_click_asks_for(
    shop, mirror, asked, gross, refunds
) -> None:
    """Paid on Monday and Tuesday by two means, once before: each click has its own."""
    monday, tuesday = datetime(2026, 3, 2, 8, tzinfo=UTC), date(2026, 3, 3)
    shop.order(
        "1",
        lines=[{"sku": "A", "price": 3_400}],
        paid=[
            {"amount": 900, "at": monday - timedelta(days=7)},
            {"amount": 1_200, "at": monday},
            {"amount": 600, "at": monday + timedelta(days=1)},
            {"amount": 700, "at": monday + timedelta(days=1, hours=5), "means": "gift"},
        ],
        refunded=[{"amount": 700, "marked_at": monday + timedelta(days=1)}],
    )
    wanted = OrderFilter(
        **{"dated": "paid", "first": monday.date(), "last": tuesday, **asked}
    )
    with mirror.snapshot() as snap:
        found = dashboard.moved(snap, wanted)
    sums = [(one.gross, one.refunds, one.net) for one in found]
    assert sums == ([(gross, refunds, gross - refunds)] if gross else [])


@pytest.mark.parametrize("name", ["article", "given_back", "part"])
def test_a_trait_is_said_and_stands_in_the_url(name) -> None:
    """What a click asks for is in the link, and in words above the list."""
    wanted = OrderFilter(**{name: {"article": "STY", "part": "fees"}.get(name, "any")})
    assert OrderFilter.from_query(wanted.query()) == (wanted, ())
    assert set(wanted.traits()) == {name}
