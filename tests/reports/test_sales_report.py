"""Sales: what was cashed and refunded, when, per currency, in the shop's days."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from shop import Shop

from commandes.errors import BadFilter
from commandes.mirror import Mirror
from commandes.reports import orders
from commandes.reports.figures import Figures, figures
from commandes.reports.filters import OrderFilter
from commandes.reports.sales import sales
from commandes.store import open_store

ALL = OrderFilter(archived="all", dated="paid")
TODAY = date(2026, 4, 10)


def local(*parts, zone="Europe/Paris"):
    return datetime(*parts, tzinfo=ZoneInfo(zone))


def series(frame, *columns):
    moved = frame.filter(frame["orders"] + frame["gross"] + frame["refunds"] > 0)
    return moved.select("period", *columns).rows()


@pytest.fixture
def turn(shop):
    """Placed on 31 March and paid on 2 April; partial then full refund; an intruder."""
    two_lines = [
        {"sku": "PEN", "title": "Stylo", "price": 500, "quantity": 2},
        {"sku": "BOOK", "title": "Carnet", "price": 700},
    ]
    shop.order(
        "1",
        at=local(2026, 3, 31, 23, 30),
        lines=two_lines,
        paid=[{"amount": 1700, "at": local(2026, 4, 2, 10, 0)}],
        refunded=[
            {"amount": 200, "marked_at": local(2026, 4, 2, 23, 59), "origin": "here"},
            {"amount": 1500, "marked_at": local(2026, 4, 5, 0, 0), "origin": "here"},
        ],
        tags=["VIP"],
    )
    shop.order(
        "2",
        at=local(2026, 3, 31, 12, 0),
        total=3000,
        paid=[
            {"amount": 1000, "at": local(2026, 3, 31, 12, 0), "kind": "deposit"},
            {"amount": 2000, "at": local(2026, 4, 2, 12, 0), "kind": "balance"},
        ],
        archived_at=local(2026, 4, 3, 12, 0),
    )
    shop.order("3", at=local(2026, 4, 2, 12, 0), total=500, currency="JPY", paid=500)
    shop.order("intruder", at=local(2026, 4, 2, 12, 0), total=9900)
    return shop


def test_money_counts_on_the_day_it_moves(turn, mirror) -> None:
    """Payments by their own date, refunds by theirs; lines multiply nothing."""
    with mirror.snapshot() as snap:
        frame = sales(snap, ALL, "day", today=TODAY)
    assert [
        (date(2026, 3, 31), "EUR", 1, 1000, 0, 1000),
        (date(2026, 4, 2), "EUR", 1, 3700, 200, 3500),
        (date(2026, 4, 2), "JPY", 1, 500, 0, 500),
        (date(2026, 4, 5), "EUR", 0, 0, 1500, -1500),
    ] == series(frame, "currency", "orders", "gross", "refunds", "net")


def test_missing_days_are_nought_until_today(turn, mirror) -> None:
    """Every day has its row in each currency, up to today and not beyond."""
    year = replace(ALL, period="this_year")
    with mirror.snapshot() as snap:
        days = sales(snap, ALL, "day", today=TODAY)["period"]
        asked = sales(snap, year, "day", today=TODAY)["period"]
    assert (date(2026, 3, 31), TODAY) == (days.min(), days.max())
    assert len(days) == 2 * 11
    assert (date(2026, 1, 1), TODAY) == (asked.min(), asked.max())


def test_a_period_is_about_the_movements(turn, mirror) -> None:
    """April holds what was cashed and refunded in April, whenever it was ordered."""
    april = replace(ALL, first=date(2026, 4, 1), last=date(2026, 4, 30))
    with mirror.snapshot() as snap:
        found = figures(snap, april, today=TODAY)
    assert (
        Figures("EUR", 1, 3700, 1700, 2000, basket=1700, refund_rate=1),
        Figures("JPY", 1, 500, 0, 500, basket=1000, refund_rate=0),
    ) == found


def test_a_basket_is_without_the_tax_of_its_shipping(shop, mirror) -> None:
    """10 € + 2 € of tax, shipped for 5 € + 1 €: the basket is 12 €."""
    line = {"sku": "A", "title": "A", "price": 1000, "tax": 200, "tax_rate": 2000}
    told = {"tax_included": False, "tax": 300, "shipping": 500}
    shop.order("1", lines=[line], paid=1800, **told)
    with mirror.snapshot() as snap:
        (found,) = figures(snap, ALL)
    assert (found.gross, found.basket) == (1800, 1200)


def test_the_other_filters_choose_the_orders(turn, mirror) -> None:
    """A tag keeps the money of its orders; the archive counts unless left out."""
    with mirror.snapshot() as snap:
        vip = figures(snap, replace(ALL, tags=("VIP",)), today=TODAY)
        active = figures(snap, OrderFilter(dated="paid"), today=TODAY)
    assert [(one.gross, one.refunds) for one in vip] == [(1700, 1700)]
    assert [one.gross for one in active] == [1700, 500]


@pytest.mark.parametrize("by", ["day", "week", "month"])
def test_every_step_adds_up_to_the_same(turn, mirror, by) -> None:
    """Days, weeks and months cut the same money differently, and lose none."""
    with mirror.snapshot() as snap:
        frame = sales(snap, ALL, by, today=TODAY)
    totals = frame.group_by("currency").sum().sort("currency")
    assert totals.select("currency", "orders", "gross", "refunds").rows() == [
        ("EUR", 2, 4700, 1700),
        ("JPY", 1, 500, 0),
    ]


def test_chart_list_and_figure_agree(turn, mirror) -> None:
    """The orders behind a day's bar are those first paid that day, found by a click."""
    second = date(2026, 4, 2)
    behind = OrderFilter(first=second, last=second, dated="paid", archived="all")
    with mirror.snapshot() as snap:
        found = orders.page(snap, behind).rows
        back = orders.page(snap, replace(behind, dated="refunded")).rows
    assert {"1", "2", "3"} == set(found["number"])
    assert {"1"} == set(back["number"])


def test_weeks_are_iso_and_the_turn_of_the_year_is_not_cut(shop, mirror) -> None:
    """The 31st of December belongs to the week of its Monday and to its own year."""
    shop.order("1", at=local(2025, 12, 31, 23, 30), paid=1000)
    shop.order("2", at=local(2026, 1, 1, 0, 30), paid=2000)
    with mirror.snapshot() as snap:
        found = {
            by: series(sales(snap, ALL, by, today=date(2026, 1, 8)), "gross")
            for by in ("day", "week", "month")
        }
    assert {
        "day": [(date(2025, 12, 31), 1000), (date(2026, 1, 1), 2000)],
        "week": [(date(2025, 12, 29), 3000)],
        "month": [(date(2025, 12, 1), 1000), (date(2026, 1, 1), 2000)],
    } == found


@pytest.mark.parametrize(
    "zone", ["Europe/Paris", "Pacific/Auckland", "America/New_York", "Asia/Kathmandu"]
)
def test_every_quarter_of_an_hour_falls_on_its_local_day(settings, zone) -> None:
    """Through both changes of the clocks, each sale counts on the shop's own day."""
    settings = replace(settings, timezone=zone)
    store = open_store(settings)
    place = ZoneInfo(zone)
    starts = [
        (2025, 12, 31, 10),
        (2026, 3, 7),
        (2026, 3, 28),
        (2026, 4, 4),
        (2026, 9, 26),
    ]
    instants = [
        datetime(*start, tzinfo=UTC) + timedelta(minutes=15 * i, seconds=-1)
        for start in starts
        for i in range(2 * 96)
    ]
    shop = Shop(store)
    shop.bring(
        shop.incoming(
            [
                {"number": str(i), "at": at, "total": 100, "paid": 100}
                for i, at in enumerate(instants)
            ]
        )
    )
    mirror = Mirror(store, settings)
    with mirror.snapshot() as snap:
        found = dict(series(sales(snap, ALL, "day", today=TODAY), "orders"))
        one = replace(ALL, first=date(2026, 3, 29), last=date(2026, 3, 29))
        listed = orders.summary(snap, one).count
    mirror.close()
    store.close()
    expected: dict[date, int] = {}
    for at in instants:
        day = at.astimezone(place).date()
        expected[day] = expected.get(day, 0) + 1
    assert expected == found
    assert expected[date(2026, 3, 29)] == listed


@pytest.mark.parametrize(
    "zone", ["Europe/Paris", "Pacific/Auckland", "America/New_York"]
)
def test_a_refund_falls_on_its_local_day(settings, zone) -> None:
    """In parts, then the rest, then cancelled: through New Year and four clock changes.

    Half an hour before each midnight too, and a transfer that waits for a week.
    """
    settings = replace(settings, timezone=zone)
    place, store = ZoneInfo(zone), open_store(settings)
    starts = [(2025, 10, 26), (2025, 11, 2), (2025, 12, 31, 10), (2026, 3, 8)]
    starts += [(2026, 3, 29), (2026, 4, 5)]
    instants = [
        datetime(*start, tzinfo=UTC) - timedelta(hours=13) + timedelta(minutes=30 * i)
        for start in starts
        for i in range(2 * 48)
    ]
    expected: dict[date, list[int]] = {}

    def counts(at: datetime, gross: int, refunds: int) -> None:
        day = expected.setdefault(at.astimezone(place).date(), [0, 0])
        day[0], day[1] = day[0] + gross, day[1] + refunds

    told = []
    for i, at in enumerate(instants):
        waits = timedelta(days=7 if i % 5 == 0 else 0)
        parts = [(30 + i, at + waits), (70, at + waits + timedelta(hours=1, minutes=i))]
        refunds = parts[: i % 3]
        counts(at + waits, 100 + i, 0)
        for amount, marked in refunds:
            counts(marked, 0, amount)
        told.append(
            {
                "number": str(i),
                "at": at,
                "total": 100 + i,
                "paid": [{"amount": 100 + i, "at": at + waits}],
                "refunded": [
                    {"amount": amount, "marked_at": marked, "origin": "here"}
                    for amount, marked in refunds
                ],
                "status": "cancelled" if len(refunds) == 2 else "done",
            }
        )
    shop = Shop(store)
    shop.bring(shop.incoming(told))
    mirror = Mirror(store, settings)
    with mirror.snapshot() as snap:
        days = sales(snap, ALL, "day", today=TODAY)
        sums = [
            sales(snap, ALL, by, today=TODAY).select("gross", "refunds", "net").sum()
            for by in ("day", "week", "month")
        ]
    mirror.close()
    store.close()
    assert {
        day: [gross, refunds]
        for day, gross, refunds in series(days, "gross", "refunds")
    } == expected
    gross, refunds = (sum(one[at] for one in expected.values()) for at in (0, 1))
    assert [one.row(0) for one in sums] == [(gross, refunds, gross - refunds)] * 3


def test_no_sale_is_an_empty_table(shop, mirror) -> None:
    """Without any payment there is no row, whatever the period."""
    shop.order("1")
    with mirror.snapshot() as snap:
        found = sales(
            snap, OrderFilter(period="this_year", dated="paid"), "day", today=TODAY
        )
        assert figures(snap, ALL, today=TODAY) == ()
    money = ["gross", "refunds", "net"]
    counts = ["paid_orders", "refunded_orders", "moved_orders"]
    assert found.columns == ["period", "currency", "orders", *money, *counts]
    assert found.height == 0


def test_an_unheard_of_step_is_refused(mirror) -> None:
    """A step that does not exist is named, with those that do."""
    with mirror.snapshot() as snap, pytest.raises(BadFilter, match="week"):
        sales(snap, ALL, "fortnight")
