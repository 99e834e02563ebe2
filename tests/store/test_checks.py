"""`verify`: each rule broken by SQL is found and its first row named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from shop import Shop
from sqlalchemy import text

from commandes.actions import refunds, status
from commandes.actions.orders import Order
from commandes.store import checks

LAMPS = {"sku": "LAMP", "title": "Lampe", "price": 1000, "quantity": 3}
PEN = {"sku": "PEN", "title": "Stylo", "price": 300}


@pytest.fixture
def shop(any_store):
    """Orders of every kind of history, on both databases."""
    shop = Shop(any_store)
    for number in ("1", "2", "3"):
        shop.order(number, lines=[LAMPS, PEN], paid=3300, tags=["VIP"])
    shop.order("4", lines=[LAMPS], paid=3000, refunded=1000)
    shop.order("5", lines=[PEN], status="cancelled", paid=300, refunded=300)
    refunds.refund(any_store, Order("2"), lines={"LAMP": 1}, actor="Inès")
    status.cancel(any_store, Order("3"), actor="Inès")
    return shop


def results(store):
    with store.reading() as connection:
        found = [
            checks.stock(connection),
            checks.quantities(connection),
            checks.refunds(connection),
            checks.chain(connection, store.key),
            checks.order_of_time(connection),
        ]
    return {check.rule: check for check in found}


def break_by_sql(store, statement, **values):
    with store.writing("someone") as writer:
        writer.connection.execute(text(statement), values)


def bad(store):
    return {rule: c.first_bad for rule, c in results(store).items() if not c.ok}


def test_a_good_store_keeps_every_rule(shop):
    """All rows are looked at, none is bad."""
    found = results(shop.store)

    assert bad(shop.store) == {}
    assert {rule: check.checked for rule, check in found.items()} == {
        "I1": 2,
        "I2": 8,
        "I3": 3,
        "I4": 7,
        "I5": 7,
    }


def test_an_empty_store_keeps_every_rule(any_store):
    """Nothing there, nothing wrong."""
    assert bad(any_store) == {}


def test_a_counter_changed_without_movement_is_named(shop):
    """I1: the counter is the sum of its movements."""
    break_by_sql(
        shop.store, "update stock_items set on_hand = on_hand + 1 where sku = 'PEN'"
    )

    assert bad(shop.store) == {"I1": "stock_items id=2 sku=PEN: 2 ≠ 1"}


def test_a_movement_changed_without_counter_is_named(shop):
    """I1 from the other side."""
    break_by_sql(shop.store, "delete from stock_movements where order_id = 2")

    assert set(bad(shop.store)) == {"I1"}


@pytest.mark.parametrize(
    "change",
    [
        "refunded_quantity = 4",
        "refunded_quantity = -1",
        "cancelled_quantity = -1",
        "cancelled_quantity = 4",
        "restocked_quantity = 1",
        "restocked_quantity = -1",
        "source_returned_quantity = 1",
        "source_returned_quantity = -1",
        "quantity = -1",
    ],
)
def test_units_that_cannot_be_are_named(change, shop):
    """I2: 0 ≤ back in stock ≤ refunded or cancelled ≤ quantity."""
    break_by_sql(shop.store, f"update order_lines set {change} where id = 1")

    assert set(bad(shop.store)) == {"I2"}
    assert bad(shop.store)["I2"].startswith("order_lines id=1 order_id=1:")


def test_a_unit_that_comes_back_twice_is_named(shop):
    """I2: what the source took back and what came back here are counted together."""
    break_by_sql(
        shop.store,
        "update order_lines set source_returned_quantity = 1 "
        "where order_id = 2 and sku = 'LAMP'",
    )

    assert bad(shop.store)["I2"].startswith("order_lines id=3 order_id=2:")


@pytest.mark.parametrize(
    "statement",
    [
        "update refunds set amount = 3001 where order_id = 4",
        "update payments set amount = 999 where order_id = 4",
        "update payments set voided_at = 1 where order_id = 4",
        "delete from payments where order_id = 4",
    ],
)
def test_refunds_beyond_payments_are_named(statement, shop):
    """I3: never more goes back than came in."""
    break_by_sql(shop.store, statement)

    assert bad(shop.store)["I3"].startswith("orders id=4: refunded")


def test_a_voided_refund_counts_no_more(shop):
    """I3 looks at what stands."""
    break_by_sql(
        shop.store,
        "update refunds set voided_at = 1, amount = 999999 where order_id = 4",
    )

    assert "I3" not in bad(shop.store)


def test_an_order_changed_beside_the_journal_is_named(shop):
    """I4: a version without its entry."""
    break_by_sql(shop.store, "update orders set version = version + 1 where id = 2")

    assert bad(shop.store) == {"I4": "orders id=2: version 3, 2 entries in the journal"}


def test_an_order_that_vanished_is_named(shop):
    """I4: in the journal, not withdrawn, and not in the store."""
    for table in ("import_values", "order_tags", "payments", "order_lines"):
        break_by_sql(shop.store, f"delete from {table} where order_id = 1")
    break_by_sql(shop.store, "delete from orders where id = 1")

    assert bad(shop.store) == {
        "I4": "orders id=1: in the journal, but not in the store"
    }


def test_an_order_that_the_journal_never_saw_is_named(shop):
    """I4: an order put in by SQL."""
    break_by_sql(shop.store, "update orders set id = 77 where id = 5 and 1 = 0")
    columns = (
        "source, number, module, status, payment_status, payment_pending, is_cart, "
        "currency, subtotal, discount, shipping, fees, tip, tax_included, total, "
        "gift_card, placed_at, version"
    )
    break_by_sql(
        shop.store,
        f"insert into orders (id, source_id, {columns}) "
        f"select 77, 'x', {columns} from orders where id = 1",
    )

    assert bad(shop.store) == {
        "I4": "orders id=77: version 1, 0 entries in the journal"
    }


def test_entries_out_of_their_time_are_named(shop):
    """I5: the time of the journal never goes back."""
    earlier = datetime.now(UTC) - timedelta(days=1)
    micros = int(earlier.timestamp() * 1_000_000)
    break_by_sql(shop.store, "update events set at = :at where seq = 4", at=micros)

    assert bad(shop.store) == {
        "I4": "events seq=4: altered",
        "I5": "events seq=4: out of order",
    }


def test_a_missing_number_is_named(shop):
    """I4 names the row that is gone, I5 the one after it."""
    break_by_sql(shop.store, "delete from events where seq = 3")

    assert bad(shop.store) == {
        "I4": "events seq=3: missing",
        "I5": "events seq=4: out of order",
    }
