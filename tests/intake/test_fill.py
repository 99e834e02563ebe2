"""Sample orders fill an empty store, once, and only an empty one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from dump import broken_rules, dump, raw
from shop import Shop
from sqlalchemy import select

from commandes.actions import stock
from commandes.errors import StoreNotEmpty
from commandes.intake import merge
from commandes.intake.fill import fill
from commandes.intake.withdraw import clear_samples
from commandes.store import open_store, tables


class StoppedError(Exception):
    """The process that fills goes away."""


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    """Twenty orders a batch."""
    monkeypatch.setattr(merge, "BATCH", 20)


def test_a_filled_store_keeps_every_rule(any_store):
    """What the samples say is what the product itself can make."""
    assert fill(any_store, 130, 1, actor="Inès") == 130

    assert len(dump(any_store)["orders"]) == 130
    assert any_store.is_sample()
    assert broken_rules(any_store) == {}


def levels(store):
    """Per module's prefix: levels and alert levels of the items, without their ids."""
    with store.reading() as connection:
        c = tables.stock_items.c
        return connection.execute(
            select(c.sku, c.on_hand, c.alert_level, c.service_at).order_by(c.id)
        ).all()


def test_the_samples_have_a_stock(any_store):
    """Articles, dates, services and slots; some nearly gone, one oversold."""
    fill(any_store, 260, 1, actor="Inès")

    found = levels(any_store)
    assert {row.sku[:3] for row in found} >= {"BOU", "EVT", "RES", "CRE"}
    assert {row.service_at is None for row in found if row.sku[:3] == "BOU"} == {True}
    now = datetime.now(UTC)
    assert all(row.service_at is None or row.service_at > now for row in found)
    assert [row.on_hand for row in found if row.on_hand < 0] == [-2]
    low = sum(0 < row.on_hand <= row.alert_level for row in found)
    assert 3 <= low < len(found) / 4
    assert broken_rules(any_store) == {}

    clear_samples(any_store, actor="Inès")
    assert levels(any_store) == []
    assert broken_rules(any_store) == {}
    fill(any_store, 260, 1, actor="Inès")
    shelves = [row[:3] for row in found if row.service_at is None]
    assert [row[:3] for row in levels(any_store) if row.service_at is None] == shelves


def test_a_stock_that_somebody_opened_is_left_alone(store):
    """Before the samples, or on them: what people counted stays when these go."""
    stock.open_levels(store, [("BOU-001-0", None, 3)], actor="Inès")
    fill(store, 40, 1, actor="Inès")
    assert [row[:2] for row in levels(store)] == [("BOU-001-0", 3)]

    clear_samples(store, actor="Inès")
    assert [row[:2] for row in levels(store)] == [("BOU-001-0", 3)]


def test_a_store_of_real_orders_is_refused(any_store):
    """Samples never mix with what is real."""
    Shop(any_store).order("1")
    before = raw(any_store)

    with pytest.raises(StoreNotEmpty):
        fill(any_store, 10, 1, actor="Inès")

    assert raw(any_store) == before


def test_a_store_with_its_samples_stays_as_it_is(store):
    """Starting the app again adds nothing."""
    fill(store, 40, 1, actor="Inès")
    before = raw(store)

    assert fill(store, 90, 7, actor="Inès") == 40
    assert raw(store) == before


@pytest.mark.parametrize("batches", [1, 3])
def test_a_filling_that_is_stopped_goes_on(batches, store):
    """The same orders as in one go, whatever is asked for the second time."""

    def progress(done, _total):
        if done >= 20 * batches:
            raise StoppedError

    with pytest.raises(StoppedError):
        fill(store, 100, 5, actor="Inès", progress=progress)
    assert len(dump(store)["orders"]) == 20 * batches
    first = dump(store)["orders"]

    assert fill(store, 7, 2, actor="Inès") == 100

    orders = dump(store)["orders"]
    assert len(orders) == 100
    assert {key: orders[key] for key in first} == first
    assert broken_rules(store) == {}


def test_a_store_cleared_of_samples_can_be_filled_again(store):
    """From samples to none and back; ids go on."""
    fill(store, 30, 1, actor="Inès")
    clear_samples(store, actor="Inès")

    assert fill(store, 30, 1, actor="Inès") == 30
    assert broken_rules(store) == {}


def test_progress_goes_up_to_all_orders(store):
    """(orders done, orders wanted) after each batch."""
    steps = []
    fill(store, 50, 1, actor="Inès", progress=lambda *step: steps.append(step))

    assert steps == [(20, 50), (40, 50), (50, 50)]


def test_an_empty_store_is_no_sample(settings):
    """The note « commandes d’exemple » stands where samples are only."""
    store = open_store(settings)

    assert store.is_empty()
    assert not store.is_sample()
    store.close()
