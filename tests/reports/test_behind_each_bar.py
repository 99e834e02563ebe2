"""Behind each bar stand as many orders as its chart and its table say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from test_any_filter import world

from commandes.reports import orders
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
                checked(snap, block)


def checked(snap, block: Block) -> None:
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


def _stated(block: Block, place: int, bars: int) -> list[int | None] | None:
    """What the table says of the bars of a curve."""
    if block.code in STATED:
        stated = block.rows[STATED[block.code][place]].to_list()
        stated = stated[::-1] if "period" in block.rows.columns else stated
        return stated[:bars]
    if block.rows.is_empty():
        return None
    weekday = block.rows["weekday"].unique(maintain_order=True)[6 - place]
    rows = block.rows.filter(block.rows["weekday"] == weekday)
    return rows["paid_orders"].to_list()


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


@pytest.mark.parametrize("name", ["article", "given_back", "part"])
def test_a_trait_is_said_and_stands_in_the_url(name) -> None:
    """What a click asks for is in the link, and in words above the list."""
    wanted = OrderFilter(**{name: {"article": "STY", "part": "fees"}.get(name, "any")})
    assert OrderFilter.from_query(wanted.query()) == (wanted, ())
    assert set(wanted.traits()) == {name}
