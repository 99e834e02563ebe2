"""Lines and stock: what a later file adds, removes, refunds; what came back here."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from dump import broken_rules, dump
from hypothesis import given
from hypothesis import strategies as st
from shop import Shop

from commandes.actions import refunds, status, stock
from commandes.actions.orders import Order
from commandes.intake import merge
from commandes.intake.merging.lines import new_line

ONE = Order("1")
APRIL = datetime(2026, 4, 2, 9, tzinfo=UTC)
MAY = datetime(2026, 5, 2, 9, tzinfo=UTC)
LAMPS = {"sku": "LAMP", "title": "Lampe", "price": 1000, "quantity": 3}
PEN = {"sku": "PEN", "title": "Stylo", "price": 300}


@pytest.fixture
def shop(any_store):
    """A shop on both databases; order 2 stands beside and never changes."""
    shop = Shop(any_store)
    shop.order("2", lines=[LAMPS, PEN], paid=3300)
    return shop


def lines(shop, number="1"):
    """The lines by position: the units of each, then its counters."""
    found = dump(shop.store)["orders"]["test", number]["order_lines"]
    return {
        (line["sku"] or line["title"]): (
            line["quantity"],
            line["refunded_quantity"],
            line["cancelled_quantity"],
            line["restocked_quantity"],
            line["source_returned_quantity"],
        )
        for line in found
    }


def levels(shop):
    return {sku: units for sku, units in dump(shop.store)["stock"] if units}


def tell(shop, *told, moves_stock=False, **more):
    """Order 1 with these lines, paid, as a file tells it."""
    shop._imports += 1
    return merge.run(
        shop.store,
        shop.incoming([{"number": "1", "paid": 4000, "lines": list(told), **more}]),
        file_name="test.csv",
        file_digest=f"told {shop._imports}",
        actor="test",
        moves_stock=moves_stock,
    )


def test_a_line_added_by_the_file(shop):
    """The article is there, at its place; the others stay what they were."""
    tell(shop, LAMPS)
    tell(shop, LAMPS, PEN)

    assert lines(shop) == {"LAMP": (3, 0, 0, 0, 0), "PEN": (1, 0, 0, 0, 0)}
    assert lines(shop, "2") == lines(shop)
    assert broken_rules(shop.store) == {}


def test_a_line_removed_by_the_file(shop):
    """Nothing hangs on it: it goes."""
    tell(shop, LAMPS, PEN)
    tell(shop, PEN)

    assert lines(shop) == {"PEN": (1, 0, 0, 0, 0)}


def test_a_line_that_people_refunded_stays(shop):
    """The mark and its units keep their line, whatever the file leaves out."""
    tell(shop, LAMPS, PEN)
    refunds.refund(shop.store, ONE, lines={"PEN": 1}, actor="Inès")

    tell(shop, LAMPS)
    assert lines(shop)["PEN"] == (1, 1, 0, 1, 0)

    refunds.unrefund(shop.store, ONE, actor="Inès")
    assert levels(shop) == {}
    assert broken_rules(shop.store) == {}


def test_a_quantity_changed_by_the_file(shop):
    """More or fewer units, the line stays the same line."""
    tell(shop, LAMPS)
    tell(shop, {**LAMPS, "quantity": 5})
    assert lines(shop) == {"LAMP": (5, 0, 0, 0, 0)}

    tell(shop, {**LAMPS, "quantity": 1})
    assert lines(shop) == {"LAMP": (1, 0, 0, 0, 0)}


def test_a_quantity_never_falls_below_what_was_refunded_here(shop):
    """Two units marked here: two units stay on the line."""
    tell(shop, LAMPS)
    refunds.refund(shop.store, ONE, lines={"LAMP": 2}, restock=False, actor="Inès")

    tell(shop, {**LAMPS, "quantity": 1})
    assert lines(shop) == {"LAMP": (2, 2, 0, 0, 0)}

    refunds.unrefund(shop.store, ONE, actor="Inès")
    assert lines(shop) == {"LAMP": (2, 0, 0, 0, 0)}
    assert broken_rules(shop.store) == {}


def test_units_refunded_by_the_source_never_come_back_here(shop):
    """Two went back there: here only the third can."""
    tell(shop, LAMPS)
    tell(shop, {**LAMPS, "refunded_quantity": 2})
    assert lines(shop) == {"LAMP": (3, 2, 0, 0, 2)}

    status.cancel(shop.store, ONE, actor="Inès")
    assert lines(shop) == {"LAMP": (3, 2, 1, 1, 2)}
    assert levels(shop) == {"LAMP": 1}
    assert broken_rules(shop.store) == {}


def test_units_refunded_here_and_told_later_are_the_same_units(shop):
    """Put back here once; the file's word adds nothing."""
    tell(shop, LAMPS)
    refunds.refund(shop.store, ONE, lines={"LAMP": 2}, actor="Inès")

    tell(shop, {**LAMPS, "refunded_quantity": 2}, refunded=2000)

    assert lines(shop) == {"LAMP": (3, 2, 0, 2, 0)}
    assert levels(shop) == {"LAMP": 2}


def test_more_units_told_than_refunded_here(shop):
    """One here, two told: the second is the source's."""
    tell(shop, LAMPS)
    refunds.refund(shop.store, ONE, lines={"LAMP": 1}, actor="Inès")

    tell(shop, {**LAMPS, "refunded_quantity": 2}, refunded=2000)

    assert lines(shop) == {"LAMP": (3, 2, 0, 1, 1)}
    assert broken_rules(shop.store) == {}


@pytest.mark.parametrize("moves_stock", [False, True])
def test_units_of_a_refund_that_the_file_takes_back_are_held_again(shop, moves_stock):
    """It failed at the source: the order has its units, the mark made here stays."""
    tell(shop, LAMPS, moves_stock=moves_stock)
    refunds.refund(shop.store, ONE, lines={"LAMP": 1}, restock=False, actor="Inès")
    tell(shop, {**LAMPS, "refunded_quantity": 3}, refunded=3000)
    assert lines(shop)["LAMP"] == (3, 3, 0, 0, 2)

    tell(shop, LAMPS, refunded=1000)

    assert lines(shop)["LAMP"] == (3, 1, 0, 0, 0)
    assert levels(shop) == ({"LAMP": -3} if moves_stock else {})
    assert broken_rules(shop.store) == {}


def test_a_refund_taken_back_after_a_cancellation_here(shop):
    """Back in stock by the cancellation, refunded there, restored here, not refunded.

    While it is cancelled its units stay in stock; then they leave it again.
    """
    tell(shop, LAMPS)
    status.cancel(shop.store, ONE, actor="Inès")
    tell(shop, {**LAMPS, "refunded_quantity": 3}, refunded=3000)
    tell(shop, LAMPS)
    assert lines(shop)["LAMP"] == (3, 0, 3, 3, 0)

    tell(shop, {**LAMPS, "refunded_quantity": 3}, refunded=3000)
    status.restore(shop.store, ONE, actor="Inès")
    assert lines(shop)["LAMP"] == (3, 3, 0, 3, 0)
    tell(shop, LAMPS)

    assert lines(shop)["LAMP"] == (3, 0, 0, 0, 0)
    assert levels(shop) == {}
    assert broken_rules(shop.store) == {}


def test_a_file_that_names_no_units_any_more_leaves_them(shop):
    """The money is as it was: an article more, and it is no refund of the whole."""
    tell(shop, {**LAMPS, "refunded_quantity": 3}, refunded=3000)

    tell(shop, LAMPS, PEN, refunded=3000)

    assert lines(shop)["LAMP"] == (3, 3, 0, 0, 3)


def test_a_cart_cancelled_here_that_the_file_makes_an_order_takes_nothing(shop):
    """It holds nothing while it is cancelled; restored, it does."""
    tell(shop, LAMPS, is_cart=True, moves_stock=True)
    status.cancel(shop.store, ONE, actor="Inès")

    tell(shop, LAMPS, PEN)
    assert levels(shop) == {}
    assert broken_rules(shop.store) == {}

    status.restore(shop.store, ONE, actor="Inès")
    assert levels(shop) == {"LAMP": -3, "PEN": -1}
    status.cancel(shop.store, ONE, actor="Inès")
    assert levels(shop) == {}
    assert broken_rules(shop.store) == {}


def test_a_refund_without_restock_stays_without(shop):
    """The decision was made here: broken lamps do not come back with the file."""
    tell(shop, LAMPS)
    refunds.refund(shop.store, ONE, lines={"LAMP": 1}, restock=False, actor="Inès")

    tell(shop, {**LAMPS, "refunded_quantity": 1}, refunded=1000)

    assert lines(shop)["LAMP"][3] == 0
    assert levels(shop) == {}


def test_refunded_here_then_cancelled_by_the_file(shop):
    """Only the remainder is the source's; each unit is counted once."""
    tell(shop, LAMPS)
    refunds.refund(shop.store, ONE, lines={"LAMP": 1}, actor="Inès")

    tell(shop, LAMPS, status="cancelled", cancelled_at=APRIL)

    assert lines(shop) == {"LAMP": (3, 1, 2, 1, 2)}
    assert levels(shop) == {"LAMP": 1}
    assert broken_rules(shop.store) == {}


def test_cancelled_here_then_refunded_by_the_file(shop):
    """All came back here already; the file's refund brings back nothing."""
    tell(shop, LAMPS)
    status.cancel(shop.store, ONE, actor="Inès")

    tell(shop, {**LAMPS, "refunded_quantity": 3}, refunded=3000)

    assert lines(shop) == {"LAMP": (3, 3, 0, 3, 0)}
    assert levels(shop) == {"LAMP": 3}
    assert broken_rules(shop.store) == {}


def test_cancelled_on_both_sides_then_restored_by_the_file(shop):
    """What came back here goes out again, once."""
    tell(shop, LAMPS)
    status.cancel(shop.store, ONE, actor="Inès")
    tell(shop, LAMPS, status="cancelled", cancelled_at=APRIL)

    tell(shop, LAMPS, status="new")
    assert lines(shop) == {"LAMP": (3, 0, 0, 0, 0)}
    assert levels(shop) == {}
    assert broken_rules(shop.store) == {}

    status.cancel(shop.store, ONE, actor="Inès")
    assert levels(shop) == {"LAMP": 3}


def test_cancelled_by_the_file_then_restored_here(shop):
    """The units are held again: they leave the stock, and come back once at most."""
    tell(shop, LAMPS, status="cancelled", cancelled_at=APRIL)
    status.restore(shop.store, ONE, actor="Inès")
    assert lines(shop) == {"LAMP": (3, 0, 0, 0, 0)}
    assert levels(shop) == {"LAMP": -3}
    assert broken_rules(shop.store) == {}

    status.cancel(shop.store, ONE, actor="Inès")
    assert levels(shop) == {}
    status.restore(shop.store, ONE, actor="Inès")
    assert levels(shop) == {"LAMP": -3}
    assert broken_rules(shop.store) == {}


def test_partly_refunded_there_cancelled_there_restored_here(shop):
    """The units refunded at the source stay refunded, the cancelled ones are held."""
    tell(
        shop,
        {**LAMPS, "refunded_quantity": 1},
        status="cancelled",
        cancelled_at=APRIL,
        refunded=1000,
    )
    assert lines(shop) == {"LAMP": (3, 1, 2, 0, 3)}

    status.restore(shop.store, ONE, actor="Inès")

    assert lines(shop) == {"LAMP": (3, 1, 0, 0, 1)}
    assert levels(shop) == {"LAMP": -2}
    assert broken_rules(shop.store) == {}


def test_a_title_corrected_in_the_file_keeps_its_line(shop):
    """The sku is the same: no second line, and the refund keeps hanging on it."""
    tell(shop, LAMPS, PEN)
    refunds.refund(shop.store, ONE, lines={"LAMP": 1}, actor="Inès")

    tell(shop, {**LAMPS, "title": "Lampe de bureau"}, PEN)

    assert lines(shop)["LAMP"] == (3, 1, 0, 1, 0)
    assert len(dump(shop.store)["orders"]["test", "1"]["order_lines"]) == 2


def test_two_dates_of_one_article_are_two_lines(shop):
    """A refund of April stays with April when May is told first, or alone."""
    april = {"sku": "SEAT", "title": "Concert", "price": 500, "service_at": APRIL}
    may = {**april, "service_at": MAY}
    tell(shop, april, may)
    one = dump(shop.store)["orders"]["test", "1"]["order_lines"]
    assert {line["service_at"] for line in one} == {APRIL, MAY}

    tell(shop, {**may, "quantity": 2}, april)

    found = dump(shop.store)["orders"]["test", "1"]["order_lines"]
    assert {(line["service_at"], line["quantity"]) for line in found} == {
        (APRIL, 1),
        (MAY, 2),
    }


def test_lines_without_sku_are_known_by_their_title(shop):
    """A change of price is a change, not another line."""
    tea = {"sku": None, "title": "Thé", "price": 300}
    tell(shop, tea, PEN)
    tell(shop, {**tea, "price": 350}, PEN)

    found = dump(shop.store)["orders"]["test", "1"]["order_lines"]
    assert sorted((line["title"], line["unit_price"]) for line in found) == [
        ("Stylo", 300),
        ("Thé", 350),
    ]


def test_an_order_of_many_equal_lines(shop):
    """Hundreds of lines of one article are matched one to one."""
    many = [{**PEN, "price": 300 + n % 3} for n in range(300)]
    tell(shop, *many)
    tell(shop, *many[:-1], {**PEN, "price": 999})

    found = dump(shop.store)["orders"]["test", "1"]["order_lines"]
    assert len(found) == 300
    assert sum(line["unit_price"] == 999 for line in found) == 1


@given(quantity=st.integers(0, 5), refunded=st.integers(-1, 7), cancelled=st.booleans())
def test_a_new_line_keeps_the_rule_of_units(quantity, refunded, cancelled):
    """Whatever the file says: 0 ≤ returned ≤ refunded or cancelled ≤ quantity."""
    told = dict.fromkeys(
        ["sku", "title", "variant", "unit_price", "discount", "tax_rate", "tax"]
    )
    told |= dict.fromkeys(["total", "service_at", "details", "position"])
    line = new_line(
        {**told, "quantity": quantity, "refunded_quantity": refunded},
        cancelled=cancelled,
    )

    back = line["refunded_quantity"] + line["cancelled_quantity"]
    assert 0 <= line["source_returned_quantity"] == back <= quantity
    assert line["restocked_quantity"] == 0
    assert back == quantity or not cancelled


@pytest.mark.parametrize("cancelled", [False, True])
@pytest.mark.parametrize("refunded", [0, 1, 3, 9])
def test_a_line_is_the_same_new_or_added_later(refunded, cancelled, shop):
    """In a new order or as a new line of a known one: the same counters."""
    more = {"status": "cancelled", "cancelled_at": APRIL} if cancelled else {}
    lamps = {**LAMPS, "refunded_quantity": refunded}
    shop.order("3", lines=[PEN, lamps], paid=4000, **more)
    tell(shop, PEN, **more)
    tell(shop, PEN, lamps, **more)

    assert lines(shop)["LAMP"] == lines(shop, "3")["LAMP"]


def test_a_file_of_the_past_moves_no_stock(shop):
    """Neither when it comes in, nor when it changes, refunds or cancels."""
    tell(shop, LAMPS)
    tell(shop, {**LAMPS, "quantity": 5, "refunded_quantity": 2}, PEN)
    tell(shop, LAMPS, status="cancelled", cancelled_at=APRIL)

    assert dump(shop.store)["stock"] == []


def test_an_import_that_moves_stock_takes_what_is_held(shop):
    """Refunded and cancelled units, carts, lines without sku take nothing."""
    stock.open_levels(shop.store, [("LAMP", None, 10), ("PEN", None, 10)], actor="Inès")
    file = shop.incoming(
        [
            {"number": "1", "lines": [{**LAMPS, "refunded_quantity": 1}, PEN]},
            {"number": "3", "lines": [LAMPS], "is_cart": True},
            {"number": "4", "lines": [LAMPS], "status": "cancelled"},
            {"number": "5", "lines": [{"sku": None, "title": "Thé", "price": 1}]},
            {"number": "6", "lines": [{**PEN, "service_at": APRIL}, PEN]},
        ]
    )
    merge.run(
        shop.store,
        file,
        file_name="f",
        file_digest="d",
        actor="test",
        moves_stock=True,
    )

    assert sorted(dump(shop.store)["stock"]) == [("LAMP", 8), ("PEN", -1), ("PEN", 8)]
    assert broken_rules(shop.store) == {}


def test_an_order_that_holds_stock_follows_the_file(shop):
    """More units, an article more, one less, a refund there, a cancellation there."""
    tell(shop, LAMPS, moves_stock=True)
    assert levels(shop) == {"LAMP": -3}

    tell(shop, {**LAMPS, "quantity": 5}, PEN)
    assert levels(shop) == {"LAMP": -5, "PEN": -1}

    tell(shop, {**LAMPS, "quantity": 5, "refunded_quantity": 2}, PEN)
    assert levels(shop) == {"LAMP": -3, "PEN": -1}

    tell(shop, {**LAMPS, "quantity": 5, "refunded_quantity": 2})
    assert levels(shop) == {"LAMP": -3}

    tell(
        shop,
        {**LAMPS, "quantity": 5, "refunded_quantity": 2},
        status="cancelled",
        cancelled_at=APRIL,
    )
    assert levels(shop) == {}
    assert broken_rules(shop.store) == {}


def test_an_order_that_holds_stock_and_was_refunded_here(shop):
    """What came back here does not come back with the file again."""
    tell(shop, LAMPS, moves_stock=True)
    refunds.refund(shop.store, ONE, lines={"LAMP": 1}, actor="Inès")
    refunds.refund(shop.store, ONE, lines={"LAMP": 1}, restock=False, actor="Inès")
    assert levels(shop) == {"LAMP": -2}

    tell(shop, {**LAMPS, "refunded_quantity": 2}, refunded=2000)
    assert levels(shop) == {"LAMP": -2}

    tell(
        shop,
        {**LAMPS, "refunded_quantity": 2},
        refunded=2000,
        status="cancelled",
        cancelled_at=APRIL,
    )
    assert levels(shop) == {"LAMP": -1}
    assert broken_rules(shop.store) == {}


def test_an_article_exchanged_in_the_file_moves_both_counters(shop):
    """The sku of a line that holds stock was corrected."""
    tell(shop, LAMPS, moves_stock=True)
    tell(shop, {**LAMPS, "sku": "LAMP-2"})

    assert levels(shop) == {"LAMP-2": -3}
    assert broken_rules(shop.store) == {}
