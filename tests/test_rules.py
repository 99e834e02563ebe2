"""Money and refunds by rule alone: no store, no order, numbers in and out."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandes import rules
from commandes.rules import Charged, LineRefund, LineState, Refused

LINE = LineState(
    id=7,
    quantity=3,
    refunded=0,
    cancelled=0,
    restocked=0,
    source_returned=0,
    total=1000,
)
PEN = replace(LINE, id=8, quantity=1, total=500)
PAID = Charged(articles=1500, shipping=400, shipping_refunded=0, paid=1950, refunded=0)


def refund(charged=PAID, lines=(LINE, PEN), **asked):
    """A decision where nothing had been brought back and everything comes back."""
    return rules.refund(charged, lines, **{"brought": {}, "restock": {}} | asked)


@pytest.mark.parametrize(
    ("currency", "amount", "minor"),
    [
        ("EUR", "11.005", 1101),
        ("EUR", "-11.005", -1101),
        ("JPY", "11.5", 12),
        ("TND", "1.0005", 1001),
        ("XYZ", "1.01", 101),
    ],
)
def test_halves_are_rounded_away_from_zero(currency, amount, minor):
    """In the currency's own minor unit."""
    assert rules.to_minor(Decimal(amount), currency) == minor


@pytest.mark.parametrize(
    ("currency", "minor", "amount"),
    [("EUR", 1101, "11.01"), ("JPY", 12, "12"), ("TND", 1001, "1.001")],
)
def test_minor_units_read_back_with_their_decimals(currency, minor, amount):
    assert str(rules.to_major(minor, currency)) == amount


@pytest.mark.parametrize(
    ("known", "status"),
    [
        ({"paid": None}, "unpaid"),
        ({"paid": 999}, "unpaid"),
        ({"paid": 1000}, "paid"),
        ({"paid": 1001}, "paid"),
        ({"paid": 0, "total": 0}, "paid"),
        ({"paid": None, "total": 0}, "unpaid"),
        ({"paid": 1000, "refunded": 999}, "paid"),
        ({"paid": 1000, "refunded": 1000}, "refunded"),
        ({"paid": 500, "refunded": 500}, "refunded"),
        ({"paid": 500, "refunded": 499}, "unpaid"),
        ({"paid": None, "refunded": 1}, "refunded"),
        ({"pending": True}, "pending"),
        ({"abandoned": True}, "abandoned"),
        ({"abandoned": True, "pending": True}, "abandoned"),
        ({"paid": 1000, "abandoned": True, "pending": True}, "paid"),
    ],
)
def test_the_payment_status_follows_from_the_money(known, status):
    """Refunded before paid, paid before abandoned, abandoned before pending."""
    nothing = {"total": 1000, "paid": None, "refunded": 0}
    said = {"pending": False, "abandoned": False}

    assert rules.payment_status(**nothing | said | known) == status


@pytest.mark.parametrize(
    ("told", "known", "settled", "platform", "beyond"),
    [
        (500, {}, (), 500, 0),
        (500, {"platform": 500}, (), 0, 0),
        (500, {"done_here": 200}, (), 300, 0),
        (500, {"open_marks": [(1, 500)]}, (1,), 0, 0),
        (500, {"open_marks": [(1, 501)]}, (), 0, 0),
        (500, {"open_marks": [(1, 200), (2, 200)]}, (1, 2), 100, 0),
        (500, {"open_marks": [(1, 400), (2, 200)]}, (1,), 0, 0),
        (500, {"open_marks": [(1, 600), (2, 100)]}, (), 0, 0),
        (1200, {}, (), 1000, 200),
        (1200, {"open_marks": [(1, 700)]}, (1,), 300, 200),
        (100, {"platform": 400}, (), 0, 0),
        (1000, {"paid": 300, "platform": 500}, (), 0, 500),
    ],
)
def test_a_refund_known_to_both_sides_counts_once(
    told, known, settled, platform, beyond
):
    """Marks are settled oldest first; only the excess is the source's, if paid."""
    nothing = {"platform": 0, "done_here": 0, "open_marks": [], "paid": 1000}

    outcome = rules.settle_refund(told, **nothing | known)

    assert outcome == rules.RefundSettlement(settled, platform, beyond)


@pytest.mark.parametrize(
    ("totals", "value", "shares"),
    [
        ([1000, 500], 1500, [1000, 500]),
        ([1000, 500], 1200, [800, 400]),
        ([1, 1, 1], 100, [33, 34, 33]),
        ([1, 1], 1, [1, 0]),
        ([0, 5], 7, [0, 7]),
        ([5], 0, [0]),
        ([0, 0], 7, [0, 0]),
        ([], 7, []),
        ([1], 7, [7]),
    ],
)
def test_an_order_is_shared_over_its_lines(totals, value, shares):
    """Halves go up, each line takes what those before it left."""
    assert rules.line_values(totals, value) == shares


@given(
    totals=st.lists(st.integers(0, 10**6), min_size=1, max_size=9).filter(any),
    value=st.integers(0, 10**7),
)
def test_the_shares_of_an_order_add_up_to_it(totals, value):
    """To the last unit, and none is off by more than one."""
    shares = rules.line_values(totals, value)

    assert sum(shares) == value
    for total, share in zip(totals, shares, strict=True):
        assert abs(share * sum(totals) - value * total) <= sum(totals)


@pytest.mark.parametrize(
    ("line", "units", "amount"),
    [
        (LINE, 1, 333),
        (LINE, 2, 667),
        (LINE, 3, 1000),
        (replace(LINE, refunded=1, marked=1, given=333), 1, 334),
        (replace(LINE, refunded=2, marked=2, given=667), 1, 333),
        # A mark in between was taken back: the rest still comes to the whole.
        (replace(LINE, refunded=1, marked=1, given=334), 2, 666),
        # What the source refunded is no part of what the marks gave back.
        (replace(LINE, refunded=1, marked=0), 1, 334),
        (replace(LINE, refunded=2, marked=1, given=334), 1, 333),
        # The line has become cheaper since: nothing is asked back.
        (replace(LINE, refunded=1, marked=1, given=900), 1, 0),
        (replace(LINE, quantity=2), 1, 500),
    ],
)
def test_the_parts_of_a_line_add_up_to_it(line, units, amount):
    """A third of ten euros, then the next, then the last."""
    assert rules.part_of_line(line, 1000, units) == amount


def test_half_a_cent_goes_up():
    """Of a line of five cents, one of two units is three."""
    assert rules.part_of_line(replace(LINE, quantity=2), 5, 1) == 3


@pytest.mark.parametrize(
    ("line", "units", "brought", "already", "back"),
    [
        (LINE, 2, 0, 0, 2),
        (replace(LINE, cancelled=3, restocked=3), 2, 3, 2, 0),
        (replace(LINE, cancelled=3, restocked=1), 2, 1, 1, 1),
        # Cancelled without restock: the refund brings them.
        (replace(LINE, cancelled=3), 2, 0, 0, 2),
        # What came back with an earlier cancellation is not this one's.
        (replace(LINE, cancelled=1, restocked=2), 2, 2, 1, 1),
        (replace(LINE, refunded=1, restocked=1), 2, 0, 0, 2),
        (replace(LINE, refunded=1, source_returned=1), 2, 0, 0, 2),
        (replace(LINE, cancelled=3, source_returned=3), 2, 0, 0, 0),
        (replace(LINE, restocked=1, source_returned=1), 3, 0, 0, 1),
    ],
)
def test_a_unit_comes_back_once(line, units, brought, already, back):
    """With the cancellation, at the source, or with the refund."""
    assert rules.already_back(line, units, brought=brought) == already
    assert rules.units_back(line, units, brought=brought, restock=True) == back
    assert rules.units_back(line, units, brought=brought, restock=False) == 0


def test_a_line_knows_what_is_left_of_it():
    """Units to refund, and units that are not back yet."""
    line = replace(LINE, refunded=1, restocked=1, source_returned=1)

    assert (line.refundable, line.room_in_stock) == (2, 1)


def test_everything_is_all_money_and_all_units():
    """Fees and tips too: what is left, whatever the lines come to."""
    decision = refund()

    assert (decision.amount, decision.shipping) == (1950, 400)
    assert decision.lines == (LineRefund(7, 3, 1000, 3, 0), LineRefund(8, 1, 500, 1, 0))


def test_all_that_is_left_as_an_amount_is_everything():
    """One cent less is money only."""
    assert refund(amount=1950) == refund()
    less = refund(amount=1949)
    assert (less.amount, less.shipping, less.lines) == (1949, 0, ())


def test_what_was_refunded_before_is_not_refunded_again():
    """Units, money and shipping."""
    before = replace(PAID, refunded=733, shipping_refunded=400)
    line = replace(LINE, refunded=1, marked=1, given=333, restocked=1)

    decision = refund(before, (line, PEN))

    assert (decision.amount, decision.shipping) == (1217, 0)
    assert decision.lines == (LineRefund(7, 2, 667, 2, 0), LineRefund(8, 1, 500, 1, 0))


@pytest.mark.parametrize(
    ("asked", "amount", "shipping"),
    [
        ({"wanted": {7: 1}}, 333, 0),
        ({"wanted": {7: 1, 8: 0}}, 333, 0),
        ({"wanted": {7: 1}, "shipping": True}, 733, 400),
        ({"wanted": {7: 1}, "shipping": False}, 333, 0),
        ({"wanted": {7: 3, 8: 1}, "shipping": True}, 1900, 400),
        ({"wanted": {7: 1}, "amount": 200, "shipping": True}, 200, 200),
        ({"wanted": {7: 1}, "amount": 1950}, 1950, 0),
        ({"shipping": False}, 1550, 0),
        ({"shipping": True}, 1950, 400),
        ({"amount": 100, "shipping": True}, 100, 100),
        ({"amount": 1}, 1, 0),
    ],
)
def test_the_amount_is_proposed_from_what_is_chosen(asked, amount, shipping):
    """Or is the one that was typed; its shipping part is never more than it."""
    decision = refund(**asked)

    assert (decision.amount, decision.shipping) == (amount, shipping)


def test_a_proposal_is_never_more_than_is_left():
    """Of an order of which a deposit alone was paid."""
    assert refund(replace(PAID, paid=300), wanted={7: 1}).amount == 300
    assert refund(replace(PAID, paid=300)).amount == 300


def test_shipping_that_became_cheaper_is_not_asked_back():
    """The source has lowered it after it was refunded."""
    cheaper = replace(PAID, shipping=300, shipping_refunded=400, refunded=400)

    assert refund(cheaper, wanted={7: 1}, shipping=True).amount == 333
    assert refund(cheaper, shipping=False).amount == 1550


def test_stock_choices_and_cancelled_units_are_each_lines_own():
    """One line stays with the customer, one had come back already."""
    cancelled = replace(LINE, cancelled=3, restocked=3)

    decision = refund(lines=(cancelled, PEN), brought={7: 2}, restock={8: False})

    assert decision.lines == (LineRefund(7, 3, 1000, 0, 2), LineRefund(8, 1, 500, 0, 0))


@pytest.mark.parametrize(
    ("asked", "reason", "facts"),
    [
        ({"amount": 0}, "amount", {"left": 1950}),
        ({"amount": -1}, "amount", {"left": 1950}),
        ({"amount": 1951}, "amount", {"left": 1950}),
        ({"wanted": {7: 4}}, "quantity", {"line": 7, "left": 3}),
        ({"wanted": {7: 1, 8: -1}}, "quantity", {"line": 8, "left": 1}),
        ({"wanted": {}}, "no_units", {}),
        ({"wanted": {7: 0}}, "no_units", {}),
        ({"wanted": {9: 1}}, "line", {}),
        ({"wanted": {9: 1}, "amount": 100}, "line", {}),
        ({"charged": replace(PAID, refunded=1950)}, "nothing_left", {}),
        ({"charged": replace(PAID, refunded=1951)}, "nothing_left", {}),
        ({"charged": replace(PAID, paid=400), "shipping": False}, "nothing_left", {}),
        (
            {"lines": (replace(LINE, total=0), PEN), "wanted": {7: 1}},
            "nothing_left",
            {},
        ),
    ],
)
def test_a_refusal_says_why(asked, reason, facts):
    """With what the sentence needs."""
    with pytest.raises(Refused, match=f"^{reason}$") as caught:
        refund(**asked)

    assert (caught.value.reason, caught.value.facts) == (reason, facts)


def test_one_cent_can_be_refunded():
    """The smallest refund, of the last that is left."""
    last = replace(PAID, refunded=1949)

    assert refund(last, amount=1).amount == 1
    assert last.left == 1
