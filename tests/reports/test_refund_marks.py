"""Refunds to make and made, cancelled orders that wait, and the series of both."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from sqlalchemy import update

from commandes.actions import refunds, status
from commandes.actions.orders import Order
from commandes.errors import BadFilter
from commandes.reports import dashboard
from commandes.reports import refunds as report
from commandes.reports.export import lists
from commandes.reports.export.columns import REFUNDS
from commandes.reports.filters import OrderFilter
from commandes.reports.sales import sales
from commandes.store import tables

TODAY = date(2026, 3, 20)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
STRIPE = {"provider": "Stripe", "means": "Carte bancaire"}


def marked(shop, number, day, **asked):
    """A mark made on a day of March (noon, UTC)."""
    receipt = refunds.refund(shop.store, Order(number), actor="t", **asked)
    mark = receipt.result["refund"]
    with shop.store.writing("t") as writer:
        writer.connection.execute(
            update(tables.refunds)
            .where(tables.refunds.c.id == mark)
            .values(marked_at=datetime(2026, 3, day, 12, tzinfo=UTC))
        )
        writer.record(shop.id_of(number), "test")
    return mark


@pytest.fixture
def desk(shop):
    """Two marks on one order with two lines and two payments; others around it."""
    shop.order(
        "two",
        at=NOON,
        lines=[
            {"sku": "LAMP", "price": 1000, "quantity": 2},
            {"sku": "PEN", "price": 300},
        ],
        paid=[{"amount": 1300, **STRIPE}, {"amount": 1000, "provider": "PayPal"}],
    )
    shop.order("pounds", at=NOON, currency="GBP", paid=[{"amount": 1000, **STRIPE}])
    shop.order("kept", at=NOON, paid=1000, archived_at=NOON)
    shop.order(
        "platform", at=NOON, paid=1000, refunded=[{"amount": 400, "marked_at": NOON}]
    )
    shop.order("taken back", at=NOON, paid=1000)
    desk = {
        "lamp": marked(shop, "two", 5, lines={"LAMP": 1}, reason="=cassée"),
        "pen": marked(shop, "two", 10, lines={"PEN": 1}),
        "pounds": marked(shop, "pounds", 8, amount=250),
        "kept": marked(shop, "kept", 19),
    }
    marked(shop, "taken back", 6)
    refunds.unrefund(shop.store, Order("taken back"), actor="t")
    refunds.close(
        shop.store,
        Order("kept"),
        at=datetime(2026, 3, 20, 8, tzinfo=UTC),
        amount=900,
        provider="Stripe",
        reference="re_9",
        actor="t",
    )
    return desk


def test_every_mark_to_do_stands_once(desk, mirror):
    """Two lines, two payments and two marks of an order multiply nothing."""
    with mirror.snapshot() as snap:
        rows = report.to_do(snap, today=TODAY)

    assert rows.select("id", "number", "amount", "days").rows() == [
        (desk["lamp"], "two", 1000, 15),
        (desk["pounds"], "pounds", 250, 12),
        (desk["pen"], "two", 300, 10),
    ]
    assert rows.select("provider", "means", "reason").row(0) == (
        "PayPal, Stripe",
        "Carte bancaire, card",
        "=cassée",
    )
    assert report.totals(rows) == {"EUR": 1300, "GBP": 250}


def test_those_done_are_of_the_period_in_which_they_were(desk, mirror):
    """The date of the real refund counts, in days of the shop's zone."""
    with mirror.snapshot() as snap:
        march = report.done(snap, OrderFilter(first=date(2026, 3, 20)), today=TODAY)
        before = report.done(snap, OrderFilter(last=date(2026, 3, 19)), today=TODAY)

    assert march.select(
        "number", "done_amount", "done_provider", "reference"
    ).rows() == [("kept", 900, "Stripe", "re_9")]
    assert march["archived"].to_list() == [True]
    assert before.is_empty()


def test_cancelled_paid_orders_are_those_of_the_dashboard(desk, shop, mirror):
    """What is left to refund is what was paid less what was refunded."""
    shop.order("off", at=NOON, paid=1000)
    shop.order(
        "partly", at=NOON, lines=[{"sku": "A", "price": 500, "quantity": 2}], paid=1000
    )
    refunds.refund(shop.store, Order("partly"), lines={"A": 1}, actor="t")
    shop.order("settled", at=NOON, paid=1000)
    refunds.refund(shop.store, Order("settled"), actor="t")
    for number in ("off", "partly", "settled"):
        status.cancel(shop.store, Order(number), actor="t")

    with mirror.snapshot() as snap:
        rows = report.waiting(snap)
        (case,) = [w for w in dashboard.waiting(snap) if w.code == "cancelled_paid"]

    assert rows.select("number", "paid", "refunded", "left_over").rows() == [
        ("off", 1000, 0, 1000),
        ("partly", 1000, 500, 500),
    ]
    assert case.tally.count == rows.height


@pytest.mark.parametrize("by", ["day", "week", "month"])
def test_the_series_adds_up_to_the_sales_report(desk, mirror, by):
    """What is to do and what is done make the refunds of the sales, per period."""
    wanted = OrderFilter(archived="all", dated="paid")
    with mirror.snapshot() as snap:
        rows = report.per_period(snap, wanted, by)
        sold = sales(snap, wanted, by, today=TODAY)

    assert rows.select((pl.col("to_do") + pl.col("done")).alias("refunds")).equals(
        rows.select("refunds")
    )
    keys = ["period", "currency", "refunds"]
    assert rows.select(keys).equals(
        sold.filter(pl.col("refunds") != 0).select(keys).sort(keys)
    )


def test_the_series_by_hand(desk, mirror):
    """March: two marks to do and two done in euros, one given back in part."""
    with mirror.snapshot() as snap:
        rows = report.per_period(snap, OrderFilter(archived="all"), "month")
        days = report.per_period(
            snap, OrderFilter(archived="all", first=date(2026, 3, 10)), "day"
        )
        open_only = report.per_period(snap, OrderFilter(), "month")

    march = date(2026, 3, 1)
    assert rows.rows() == [
        (march, "EUR", 4, 2700, 1300, 1400, 1300),
        (march, "GBP", 1, 250, 250, 0, 0),
    ]
    assert days.select("period", "refunds").rows() == [
        (date(2026, 3, 10), 300),
        (date(2026, 3, 19), 1000),
    ]
    assert open_only["done"].to_list() == [400, 0]


def test_a_step_that_does_not_exist_is_refused(mirror):
    """As for sales."""
    with mirror.snapshot() as snap, pytest.raises(BadFilter, match="fortnight"):
        report.per_period(snap, OrderFilter(), "fortnight")


def test_a_day_begins_at_midnight_in_the_shop(shop, mirror):
    """A mark of 23:30 in Paris is as old as that day there, not as in UTC."""
    shop.order("1", at=NOON, paid=1000)
    refunds.refund(shop.store, Order("1"), actor="t")
    late = datetime(2026, 3, 19, 22, 30, tzinfo=UTC)
    with shop.store.writing("t") as writer:
        writer.connection.execute(update(tables.refunds).values(marked_at=late))
        writer.record(shop.id_of("1"), "test")
    with mirror.snapshot() as snap:
        today = report.to_do(snap, today=date(2026, 3, 19))
        after = report.to_do(snap, today=date(2026, 3, 20))

    assert (today["days"].item(), after["days"].item()) == (0, 1)
    assert after["marked_at"].item() - late == timedelta(0)


def test_the_list_as_a_file(desk, mirror, tmp_path):
    """French Excel gets commas, French headers, and no formula."""
    path = tmp_path / "remboursements.csv"
    with mirror.snapshot() as snap:
        rows = report.to_do(snap, today=TODAY)
        count = lists.write([rows], REFUNDS, format="csv-fr", path=path, zone=snap.zone)
    lines = path.read_text(encoding="utf-8-sig").splitlines()

    assert count == 3
    assert lines[0].startswith("Numéro;Source;Client;Prestataire;Moyen;Devise;Montant;")
    assert lines[1].startswith(
        "two;test;Ana Martin;PayPal, Stripe;Carte bancaire, card;EUR;10,00;"
        "05/03/2026 13:00:00;15;'=cassée;non;"
    )
    with pytest.raises(BadFilter):
        lists.write([rows], REFUNDS, format="pdf", path=path, zone=snap.zone)
    assert list(tmp_path.glob(".*")) == []
