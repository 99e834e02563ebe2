"""The refund mark: what it takes, what it gives back, what it refuses."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from dump import broken_rules

from commandes.actions import payments, refunds, status, stock
from commandes.actions.closing import Mark, close_all
from commandes.actions.orders import Order
from commandes.errors import (
    KeyReused,
    OrderChanged,
    OrderNotFound,
    RefundMarkRefused,
    RefundRefused,
)
from commandes.store import tables

LAMPS = {"sku": "LAMP", "title": "Lampe", "price": 1000, "quantity": 3}


def test_a_whole_refund_gives_back_all_money_and_all_units(counter):
    """Without lines: all that is left, shipping included."""
    receipt = refunds.refund(counter.store, counter.order, actor="t")

    assert receipt.result["amount"] == 3833
    assert (counter.on_hand("LAMP"), counter.on_hand("PEN")) == (3, 1)
    assert counter.row().payment_status == "refunded"
    assert counter.kinds() == ["imported", "refunded"]


def test_a_partial_refund_is_proposed_from_its_lines(counter):
    """Two lamps of three cost two thirds of their line, shipping stays."""
    receipt = refunds.refund(counter.store, counter.order, lines={"LAMP": 2}, actor="t")

    assert receipt.result["amount"] == 2000
    assert counter.on_hand("LAMP") == 2
    assert counter.row().payment_status == "paid"


def test_partial_then_the_rest_then_cancel_moves_each_unit_once(counter):
    """The bug that every other system has."""
    refunds.refund(counter.store, counter.order, lines={"LAMP": 1}, actor="t")
    refunds.refund(counter.store, counter.order, actor="t")
    status.cancel(counter.store, counter.order, actor="t")

    assert (counter.on_hand("LAMP"), counter.on_hand("PEN")) == (3, 1)
    assert sum(row.amount for row in counter.rows(tables.refunds)) == 3833
    assert counter.kinds() == ["imported", "refunded", "refunded", "cancelled"]


@pytest.mark.parametrize(
    "asked",
    [
        {"lines": {"LAMP": 4}},
        {"lines": {"LAMP": 0}},
        {"lines": {"CHAIR": 1}},
        {"amount": 3834},
        {"amount": 0},
        {"amount": -1},
        {"line_ids": {1: 4}},
        {"line_ids": {1: -1}},
        {"line_ids": {}},
    ],
)
def test_a_refusal_changes_nothing(counter, asked):
    """More than is left, of what is not there, or nothing at all."""
    before = counter.store.head()

    with pytest.raises(RefundRefused):
        refunds.refund(counter.store, counter.order, actor="t", **asked)

    assert counter.store.head() == before
    assert counter.rows(tables.refunds) == []
    assert counter.rows(tables.stock_items) == []


def test_nothing_left_is_refused(counter):
    """A second whole refund is an error, not a change."""
    refunds.refund(counter.store, counter.order, actor="t")

    with pytest.raises(RefundRefused, match="il ne reste rien"):
        refunds.refund(counter.store, counter.order, actor="t")


def test_the_same_key_refunds_once(counter):
    """A double click does the thing once and gets the same answer."""
    first = refunds.refund(counter.store, counter.order, actor="t", key="k")
    again = refunds.refund(counter.store, counter.order, actor="t", key="k")

    assert (first.changed, again.changed) == (True, False)
    assert again.result == first.result
    assert counter.on_hand("LAMP") == 3


def test_money_alone_moves_no_stock(counter):
    """An amount smaller than what is left, without lines, is a gesture."""
    refunds.refund(counter.store, counter.order, amount=500, actor="t")

    assert counter.rows(tables.stock_items) == []
    assert counter.rows(tables.order_lines)[0].refunded_quantity == 0


def test_restock_can_be_unticked_for_all_or_per_line(counter):
    """What the customer keeps does not come back."""
    line = counter.rows(tables.order_lines)[0]
    refunds.refund(
        counter.store, counter.order, lines={"LAMP": 1}, restock=False, actor="t"
    )
    refunds.refund(counter.store, counter.order, restock={line.id: False}, actor="t")

    assert (counter.on_hand("LAMP"), counter.on_hand("PEN")) == (0, 1)


def test_a_service_that_has_passed_is_not_restocked_by_default(counter):
    """A seat of yesterday cannot be sold again; one of tomorrow can."""
    past = datetime(2020, 1, 1, tzinfo=UTC)
    future = datetime(2199, 1, 1, tzinfo=UTC)
    seat = {"title": "Place", "price": 2000, "quantity": 2}
    counter.shop.order(
        "2",
        module="events",
        lines=[
            {**seat, "sku": "OLD", "service_at": past},
            {**seat, "sku": "NEW", "service_at": future},
        ],
        paid=8000,
    )

    refunds.refund(counter.store, Order("2"), actor="t")

    assert (counter.on_hand("OLD"), counter.on_hand("NEW")) == (0, 2)


def test_a_mark_taken_back_takes_its_units_out_again(counter):
    """While the real refund is to do, the mark can go."""
    refunds.refund(counter.store, counter.order, actor="t")

    refunds.unrefund(counter.store, counter.order, actor="t")

    assert counter.on_hand("LAMP") == 0
    assert counter.row().payment_status == "paid"
    assert counter.kinds()[-1] == "unrefunded"


def test_units_that_a_cancellation_left_behind_go_out_with_the_mark(counter):
    """Cancelled, refunded, restored, mark taken back: the order holds all again."""
    status.cancel(counter.store, counter.order, actor="t")
    refunds.refund(counter.store, counter.order, actor="t")
    status.restore(counter.store, counter.order, actor="t")
    assert counter.on_hand("LAMP") == 3

    refunds.unrefund(counter.store, counter.order, actor="t")

    assert counter.on_hand("LAMP") == 0


def lamps(counter):
    """Of the first line: refunded, cancelled, back here, back at the source."""
    line = counter.rows(tables.order_lines)[0]
    return (
        line.refunded_quantity,
        line.cancelled_quantity,
        line.restocked_quantity,
        line.source_returned_quantity,
    )


def test_a_unit_refunded_stays_back_whatever_becomes_of_the_rest(counter):
    """Cancelled, one refunded, restored, cancelled without restock, restored."""
    status.cancel(counter.store, counter.order, actor="t")
    refunds.refund(counter.store, counter.order, lines={"LAMP": 1}, actor="t")
    status.restore(counter.store, counter.order, actor="t")
    status.cancel(counter.store, counter.order, restock=False, actor="t")

    status.restore(counter.store, counter.order, actor="t")

    assert counter.on_hand("LAMP") == 1
    assert lamps(counter) == (1, 0, 1, 0)


def test_a_mark_takes_out_its_own_units_not_those_of_another(counter):
    """A lamp that the customer keeps does not stand in for one that came back."""
    kept = {"lines": {"LAMP": 1}, "restock": False}
    refunds.refund(counter.store, counter.order, **kept, actor="t")
    status.cancel(counter.store, counter.order, actor="t")
    refunds.refund(counter.store, counter.order, lines={"LAMP": 1}, actor="t")
    status.restore(counter.store, counter.order, actor="t")
    assert counter.on_hand("LAMP") == 1

    refunds.unrefund(counter.store, counter.order, actor="t")

    assert counter.on_hand("LAMP") == 0
    assert lamps(counter) == (1, 0, 0, 0)


def test_a_mark_taken_back_from_a_cancelled_order_leaves_all_in_stock(counter):
    """The order is still cancelled: it holds nothing, and restoring takes all out."""
    refunds.refund(counter.store, counter.order, lines={"LAMP": 1}, actor="t")
    status.cancel(counter.store, counter.order, actor="t")
    refunds.refund(counter.store, counter.order, lines={"LAMP": 1}, actor="t")

    refunds.unrefund(counter.store, counter.order, actor="t")
    assert (counter.on_hand("LAMP"), lamps(counter)) == (3, (1, 2, 3, 0))
    refunds.unrefund(counter.store, counter.order, actor="t")
    assert (counter.on_hand("LAMP"), lamps(counter)) == (3, (0, 3, 3, 0))
    status.restore(counter.store, counter.order, actor="t")
    assert (counter.on_hand("LAMP"), lamps(counter)) == (0, (0, 0, 0, 0))


@pytest.mark.parametrize("kept", [True, False])
def test_refunded_then_cancelled_the_mark_gone_leaves_nothing_held(counter, kept):
    """Also units that the refund had left out of stock come back with the cancel."""
    refunds.refund(counter.store, counter.order, restock=not kept, actor="t")
    status.cancel(counter.store, counter.order, actor="t")

    gone = refunds.unrefund(counter.store, counter.order, actor="t")

    assert (counter.on_hand("LAMP"), lamps(counter)) == (3, (0, 3, 3, 0))
    assert gone.result["taken_out"] == (-4 if kept else 0)
    back = status.restore(counter.store, counter.order, actor="t")
    assert back.result["taken_out"] == 4
    assert (counter.on_hand("LAMP"), lamps(counter)) == (0, (0, 0, 0, 0))
    assert broken_rules(counter.store) == {}


def test_a_cancellation_that_leaves_the_stock_leaves_it_without_the_mark_too(counter):
    """Cancelled without restock, whether before or after the refund."""
    for _ in range(2):
        refunds.refund(counter.store, counter.order, actor="t")
        status.cancel(counter.store, counter.order, restock=False, actor="t")

        gone = refunds.unrefund(counter.store, counter.order, actor="t")

        assert (counter.on_hand("LAMP"), lamps(counter)) == (0, (0, 3, 0, 0))
        assert gone.result["taken_out"] == 4


def test_an_order_that_its_source_cancelled_holds_nothing_without_the_mark(counter):
    """The source says nothing about our stock: nothing stays out of it."""
    told = {"lines": [{"sku": "LAMP", "price": 1000}], "paid": 1000}
    counter.shop.order("2", **told)
    refunds.refund(counter.store, Order("2"), actor="t")
    counter.shop.order("2", **told, status="cancelled")

    refunds.unrefund(counter.store, Order("2"), actor="t")

    assert counter.on_hand("LAMP") == 1
    status.restore(counter.store, Order("2"), actor="t")
    assert counter.on_hand("LAMP") == 0
    assert broken_rules(counter.store) == {}


def test_units_that_the_source_took_back_are_held_again_with_the_mark_gone(counter):
    """Cancelled there, refunded here, restored, mark taken back: all is held."""
    counter.shop.order("2", status="cancelled", paid=1000)
    refunds.refund(counter.store, Order("2"), actor="t")
    status.restore(counter.store, Order("2"), actor="t")
    assert counter.on_hand("LAMP") == 0

    refunds.unrefund(counter.store, Order("2"), actor="t")

    assert counter.on_hand("LAMP") == -1
    assert broken_rules(counter.store) == {}


def test_a_cart_gives_nothing_back(counter):
    """What was never taken out of stock cannot come back to it."""
    counter.shop.order("2", is_cart=True)
    payments.pay(counter.store, Order("2"), amount=400, actor="t")

    refunds.refund(counter.store, Order("2"), restock=True, actor="t")
    status.cancel(counter.store, Order("2"), restock=True, actor="t")
    status.restore(counter.store, Order("2"), actor="t")

    assert counter.rows(tables.stock_movements) == []


def test_all_but_the_shipping_is_all_but_the_shipping(counter):
    """Without lines and without shipping: what the articles come to."""
    first = refunds.refund(counter.store, counter.order, shipping=False, actor="t")
    rest = refunds.refund(counter.store, counter.order, shipping=True, actor="t")

    assert (first.result["amount"], rest.result["amount"]) == (3333, 500)
    marks = counter.rows(tables.refunds)
    assert [mark.shipping_amount for mark in marks] == [0, 500]


def test_a_line_of_another_order_is_refused(counter):
    """Nor does its amount become a gesture on this one."""
    with pytest.raises(RefundRefused, match="n’est plus dans la commande"):
        refunds.refund(
            counter.store, counter.order, line_ids={99: 1}, amount=100, actor="t"
        )

    assert counter.rows(tables.refunds) == []


@pytest.mark.parametrize("amount", [0, -1, 3834])
def test_what_was_given_back_is_positive_and_was_paid(counter, amount):
    """A real refund beyond the payments is a typing error."""
    refunds.refund(counter.store, counter.order, lines={"LAMP": 1}, actor="t")

    with pytest.raises(RefundRefused):
        refunds.close(counter.store, counter.order, amount=amount, actor="t")

    assert counter.rows(tables.refunds)[0].state == "to_do"


def test_the_choices_of_a_form_count_in_any_order(counter):
    """The same key with the same ticks in another order is the same request."""
    first, second = [line.id for line in counter.rows(tables.order_lines)]
    asked = {"actor": "t", "key": "k"}
    ticks = {first: True, second: False}
    refunds.refund(counter.store, counter.order, restock=ticks, **asked)

    turned = dict(reversed(ticks.items()))
    again = refunds.refund(counter.store, counter.order, restock=turned, **asked)

    assert again.changed is False


def test_a_mark_that_is_done_stays(counter):
    """The money is given back: the mark can be closed once and not taken back."""
    refunds.refund(counter.store, counter.order, actor="t")
    refunds.close(counter.store, counter.order, reference="re_1", actor="t")

    (mark,) = counter.rows(tables.refunds)
    assert (mark.state, mark.reference, mark.done_amount) == ("done", "re_1", 3833)
    for again in (refunds.unrefund, refunds.close):
        with pytest.raises(RefundRefused):
            again(counter.store, counter.order, actor="t")


def test_the_mark_chosen_is_the_mark_closed(counter):
    """Of two marks the one given is noted, with its day, amount and reference."""
    first = refunds.refund(counter.store, counter.order, lines={"LAMP": 1}, actor="t")
    refunds.refund(counter.store, counter.order, lines={"PEN": 1}, actor="t")
    day = datetime(2026, 3, 4, 12, tzinfo=UTC)

    refunds.close(
        counter.store,
        counter.order,
        refund_id=first.result["refund"],
        at=day,
        amount=900,
        provider=" Stripe ",
        reference="re_1",
        actor="t",
    )

    marks = [
        (m.state, m.done_at, m.done_amount, m.provider, m.reference)
        for m in counter.rows(tables.refunds)
    ]
    assert marks == [
        ("done", day, 900, "Stripe", "re_1"),
        ("to_do", None, None, None, None),
    ]
    assert counter.kinds() == ["imported", "refunded", "refunded", "refund_done"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"amount": 0}, "ne pas dépasser 10,00"),
        ({"amount": -1}, "ne pas dépasser 10,00"),
        ({"amount": 1001}, "ne pas dépasser 10,00"),
        ({"at": datetime(2199, 1, 1, tzinfo=UTC)}, "avenir"),
        ({"refund_id": 99}, "aucune marque"),
    ],
)
def test_a_real_refund_that_cannot_be_is_refused(counter, asked, said):
    """Nothing, more than the mark, a day to come, no such mark: all stays to do."""
    refunds.refund(counter.store, counter.order, lines={"LAMP": 1}, actor="t")
    before = counter.store.head()

    with pytest.raises(RefundMarkRefused, match=said):
        refunds.close(counter.store, counter.order, actor="t", **asked)

    assert counter.store.head() == before
    assert counter.rows(tables.refunds)[0].state == "to_do"


def test_a_mark_of_another_order_is_not_closed(counter):
    """A mark is closed through its own order only."""
    counter.shop.order("2", paid=1000)
    other = refunds.refund(counter.store, Order("2"), actor="t").result["refund"]

    with pytest.raises(RefundMarkRefused):
        refunds.close(counter.store, counter.order, refund_id=other, actor="t")


def test_several_are_closed_and_those_taken_back_meanwhile_are_said(counter):
    """One date for all; each mark is its own transaction, a double click does once."""
    counter.shop.order("2", paid=1000)
    shown = [
        Mark(
            refunds.refund(counter.store, Order(n), actor="t").result["refund"],
            counter.shop.id_of(n),
            n,
        )
        for n in ("1", "2")
    ]
    refunds.unrefund(counter.store, Order("2"), actor="somebody else")
    day = datetime(2026, 3, 4, 12, tzinfo=UTC)
    steps = []

    for watched in (lambda *told: steps.append(told), None):
        closed = close_all(
            counter.store,
            shown,
            at=day,
            provider="Stripe",
            reference="lot 7",
            actor="t",
            key="k",
            progress=watched,
        )

    assert [one.said == "" for one in closed] == [True, False]
    assert steps == [(1, 2), (2, 2)]
    assert counter.kinds() == ["imported", "refunded", "refund_done"]
    done = [(m.state, m.done_amount, m.done_at) for m in counter.rows(tables.refunds)]
    assert done == [("done", 3833, day), ("to_do", None, None)]


def test_an_order_changed_meanwhile_is_not_overwritten(counter):
    """The version on screen is the version that is changed."""
    stale = Order("1", version=counter.row().version)
    status.archive(counter.store, counter.order, actor="someone else")

    with pytest.raises(OrderChanged):
        refunds.refund(counter.store, stale, actor="t")

    assert counter.rows(tables.refunds) == []


def test_an_unknown_order_is_said(counter):
    """The number is repeated in the sentence."""
    with pytest.raises(OrderNotFound, match="nope"):
        refunds.refund(counter.store, Order("nope"), actor="t")


def test_shares_of_a_discounted_order_add_up_to_the_cent(counter):
    """An order's discount is shared over its lines; the parts make the whole."""
    line = {"title": "Tasse", "price": 333, "quantity": 1}
    counter.shop.order(
        "2",
        lines=[{**line, "sku": f"T{n}"} for n in range(3)],
        discount=100,
        paid=899,
    )
    amounts = [
        refunds.refund(counter.store, Order("2"), lines={f"T{n}": 1}, actor="t").result[
            "amount"
        ]
        for n in range(3)
    ]

    assert sum(amounts) == 899
    assert max(amounts) - min(amounts) <= 1


def test_parts_add_up_to_their_line_also_with_a_mark_taken_back_between(counter):
    """A third of ten euros three times, the first one twice: ten euros."""
    cups = {"sku": "CUP", "title": "Tasse", "price": 0, "quantity": 3, "total": 1000}
    counter.shop.order("2", lines=[cups, LAMPS], total=4000, paid=4000)
    one = {"lines": {"CUP": 1}, "actor": "t"}
    first = refunds.refund(counter.store, Order("2"), **one).result
    refunds.refund(counter.store, Order("2"), **one)
    refunds.unrefund(counter.store, Order("2"), refund_id=first["refund"], actor="t")
    refunds.refund(counter.store, Order("2"), **one)

    refunds.refund(counter.store, Order("2"), **one)

    stands = [m.amount for m in counter.rows(tables.refunds) if m.voided_at is None]
    assert sorted(stands) == [333, 333, 334]


def test_threads_that_refund_one_order_restock_each_unit_once(counter):
    """Twelve at once, each with its own key: one refund, eleven refusals."""
    outcomes: list[str] = []

    def one(number: int) -> None:
        try:
            refunds.refund(counter.store, counter.order, actor="t", key=f"k{number}")
            outcomes.append("done")
        except RefundRefused:
            outcomes.append("refused")

    threads = [threading.Thread(target=one, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["done"] + ["refused"] * 11
    assert counter.on_hand("LAMP") == 3


def test_what_is_sold_since_is_said_to_be_oversold(counter):
    """Two lamps were sold again: restoring, or taking the mark back, says so."""
    status.cancel(counter.store, counter.order, actor="t")
    stock.adjust(counter.store, "LAMP", -2, "vendues", actor="t")
    with counter.store.rehearsing("t") as trial:
        restored = status.restore(trial, counter.order, actor="t")
    status.restore(counter.store, counter.order, actor="t")
    refunds.refund(counter.store, counter.order, lines={"LAMP": 1}, actor="t")

    gone = refunds.unrefund(counter.store, counter.order, actor="t")

    assert restored.result == {"taken_out": 4, "oversold": ["LAMP"], "version": 3}
    assert gone.result["oversold"] == ["LAMP"]


def test_no_line_is_another_wish_than_none_in_particular(counter):
    """Under the key of a whole refund, a refund of no line is refused."""
    refunds.refund(counter.store, counter.order, actor="t", key="k")

    with pytest.raises(KeyReused):
        refunds.refund(counter.store, counter.order, line_ids={}, actor="t", key="k")


def test_cancelled_and_refunded_are_one_or_none(counter):
    """Each has its entry and its version; the units come back once."""
    seen = Order("1", version=1)

    done = refunds.cancel(counter.store, seen, actor="t", key="k")
    again = refunds.cancel(counter.store, seen, actor="t", key="k")

    result = {"restocked": 0, "to_refund": 3833, "refund": 1, "amount": 3833}
    assert done.result == result | {"version": 3}
    assert (done.order, done.changed, again.changed) == ("1", True, False)
    assert counter.kinds() == ["imported", "cancelled", "refunded"]
    assert (counter.row().status, counter.row().payment_status) == (
        "cancelled",
        "refunded",
    )
    assert counter.on_hand("LAMP") == 3
    assert broken_rules(counter.store) == {}


def test_a_refund_that_is_refused_leaves_the_order_uncancelled(counter):
    """Nothing is half done."""
    counter.shop.order("2")
    seq = counter.store.head().seq

    with pytest.raises(RefundRefused):
        refunds.cancel(counter.store, Order("2"), actor="t")

    assert counter.row("2").status == "new"
    assert counter.store.head().seq == seq


def test_cancelled_and_refunded_without_a_unit_back(counter):
    """What is told of the stock holds for both; another wish needs another key."""
    done = refunds.cancel(
        counter.store, counter.order, restock=False, actor="t", key="k"
    )

    assert (done.action, done.message) == ("cancel_refund", "")
    assert (counter.on_hand("LAMP"), counter.on_hand("PEN")) == (0, 0)
    with pytest.raises(KeyReused):
        refunds.cancel(counter.store, counter.order, restock=True, actor="t", key="k")
    assert broken_rules(counter.store) == {}


def test_two_orders_of_one_number_are_told_apart(counter):
    """Cancelled and refunded by its id: the other source's order stays as it is."""
    for source in ("other", "third"):
        counter.shop.source = source
        told = {"number": "3", "paid": 500, "lines": [{"sku": "CUP", "price": 500}]}
        counter.shop.bring(counter.shop.incoming([told]))
    other = max(row.id for row in counter.rows(tables.orders)) - 1

    done = refunds.cancel(counter.store, Order("3", id=other), actor="t")

    assert done.changed
    rows = counter.rows(tables.orders)
    cancelled = [row.id for row in rows if row.status == "cancelled"]
    assert cancelled == [other]


@pytest.mark.parametrize(("source_cancels", "back"), [(True, 1), (False, 0)])
def test_a_mark_taken_back_of_a_cancelled_order(counter, source_cancels, back):
    """Who cancelled last says whether its units are free: a source leaves it open.

    Another order's cancelling, and what a file says of anything else, say nothing.
    """
    shop, order = counter.shop, Order("2")
    told = {"lines": [LAMPS], "paid": 3000}
    shop.order("2", **told)
    shop.order("4", **told)
    status.cancel(counter.store, order, restock=False, actor="t")
    status.restore(counter.store, order, actor="t")
    refunds.refund(counter.store, order, lines={"LAMP": 1}, restock=False, actor="t")
    if source_cancels:
        told |= {"status": "cancelled"}
        shop.order("2", **told)
    else:
        status.cancel(counter.store, order, restock=False, actor="t")
        told |= {"status": "done"}
    shop.order("2", **told | {"discount_codes": "X"})
    status.cancel(counter.store, Order("4"), restock=not source_cancels, actor="t")
    before = counter.on_hand("LAMP")

    taken = refunds.unrefund(counter.store, order, actor="t")

    assert counter.on_hand("LAMP") - before == back
    assert taken.result["taken_out"] == -back
    assert broken_rules(counter.store) == {}


def test_a_refund_closed_without_a_word_keeps_none(counter):
    """Neither provider nor reference is made up."""
    refunds.refund(counter.store, counter.order, actor="t")
    refunds.close(counter.store, counter.order, actor="t")

    (mark,) = counter.rows(tables.refunds)
    assert (mark.state, mark.provider, mark.reference) == ("done", None, None)
