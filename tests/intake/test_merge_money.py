"""Payments and refunds that both sides know count once, and never exceed each other."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from dump import broken_rules, dump
from hypothesis import given
from hypothesis import strategies as st
from shop import Shop
from sqlalchemy import select

from commandes import rules
from commandes.actions import payments, refunds
from commandes.actions.orders import Order
from commandes.store import tables

ONE = Order("1")
APRIL = datetime(2026, 4, 2, 9, tzinfo=UTC)
MAY = datetime(2026, 5, 2, 9, tzinfo=UTC)


@pytest.fixture
def shop(any_store):
    """A shop on both databases."""
    return Shop(any_store)


@pytest.fixture
def paid(shop):
    """Tells order 1, of 10 lamps at 1,00 €, paid; other orders stand beside it."""
    lamps = [{"sku": "LAMP", "title": "Lampe", "price": 100, "quantity": 10}]
    beside = {"number": "2", "lines": lamps, "paid": 1000, "refunded": 1000}

    def tell(**more):
        one = {"number": "1", "lines": lamps, "paid": 1000, **more}
        return shop.bring(shop.incoming([one, beside]))

    tell()
    return tell


def refunded(shop, number="1"):
    """The refunds that stand: (origin, state, amount)."""
    found = dump(shop.store)["orders"]["test", number]["refunds"]
    return sorted(
        (r["origin"], r["state"], r["amount"]) for r in found if r["voided_at"] is None
    )


def payments_of(shop):
    """The payments that stand: (origin, kind, amount)."""
    found = dump(shop.store)["orders"]["test", "1"]["payments"]
    return sorted(
        (p["origin"], p["kind"], p["amount"]) for p in found if p["voided_at"] is None
    )


def row(shop):
    return dump(shop.store)["orders"]["test", "1"]


def mark(shop, amount):
    return refunds.refund(shop.store, ONE, amount=amount, actor="Inès").result["refund"]


def test_a_refund_of_the_file_is_the_sources_own(shop, paid):
    """Nobody marked it here: it is recorded with the file's date and reference."""
    paid(refunded={"amount": 400, "marked_at": APRIL, "reference": "re_1"})

    assert refunded(shop) == [("platform", "done", 400)]
    (found,) = row(shop)["refunds"]
    assert (found["marked_at"], found["done_at"]) == (APRIL, APRIL)
    assert (found["reference"], found["done_amount"]) == ("re_1", 400)
    assert row(shop)["payment_status"] == "paid"


def test_a_refund_without_date_stays_without(shop, paid):
    """The day of the import is not the day of the refund."""
    paid(refunded=1000)

    (found,) = row(shop)["refunds"]
    assert found["marked_at"] is None
    assert row(shop)["payment_status"] == "refunded"


def test_a_mark_made_here_is_settled_by_the_file(shop, paid):
    """Told by the file, it is done; the money went back once."""
    mark(shop, 400)

    paid(refunded={"amount": 400, "marked_at": APRIL})

    assert refunded(shop) == [("here", "done", 400)]
    (found,) = row(shop)["refunds"]
    assert (found["done_at"], found["done_amount"]) == (APRIL, 400)
    assert found["reference"] == "fichier"


def test_the_files_own_reference_is_kept(shop, paid):
    """Who looks for the money at the provider finds it."""
    mark(shop, 400)

    paid(refunded={"amount": 400, "reference": "re_77"})

    assert [r["reference"] for r in row(shop)["refunds"]] == ["re_77"]


def test_a_mark_already_done_counts_once(shop, paid):
    """Noted here as given back, then told by the file."""
    mark(shop, 400)
    refunds.close(shop.store, ONE, actor="Inès")
    version = row(shop)["version"]

    report = paid(refunded=400)

    assert refunded(shop) == [("here", "done", 400)]
    assert row(shop)["version"] == version
    assert report.orders_unchanged == 2


def test_marks_are_settled_the_oldest_first(shop, paid):
    """What the file tells covers the marks in the order they were made."""
    mark(shop, 300)
    mark(shop, 200)

    paid(refunded=300)

    assert refunded(shop) == [("here", "done", 300), ("here", "to_do", 200)]


def test_a_mark_covered_in_part_stays_to_do(shop, paid):
    """Some of it is still to be given back by hand; nothing is counted twice."""
    mark(shop, 500)

    paid(refunded=200)
    assert refunded(shop) == [("here", "to_do", 500)]

    paid(refunded=500)
    assert refunded(shop) == [("here", "done", 500)]


def test_the_excess_is_the_sources_own(shop, paid):
    """Here 300, in the file 500: 200 were refunded there only."""
    mark(shop, 300)

    paid(refunded={"amount": 500, "marked_at": APRIL})

    assert refunded(shop) == [("here", "done", 300), ("platform", "done", 200)]


def test_a_refund_that_grows_is_added_to(shop, paid):
    """Two refunds at the source, told as one growing total."""
    paid(refunded=200)
    paid(refunded=500)

    assert sum(amount for *_, amount in refunded(shop)) == 500


def test_a_refund_that_the_file_takes_back_no_longer_stands(shop, paid):
    """A refund that failed at the source: what stands follows the file."""
    paid(refunded=500)
    paid(refunded=200)
    assert refunded(shop) == [("platform", "done", 200)]

    paid()
    assert refunded(shop) == []
    assert row(shop)["payment_status"] == "paid"


def test_a_refund_told_lower_leaves_our_marks(shop, paid):
    """Here 300 done and there 200; the file then says 400 in all."""
    mark(shop, 300)
    paid(refunded=500)
    paid(refunded=400)

    assert refunded(shop) == [("here", "done", 300), ("platform", "done", 100)]


@pytest.mark.parametrize("first", [False, True])
def test_a_refund_never_exceeds_what_was_paid(first, shop, paid):
    """What the file claims beyond is reported, each time, and not recorded."""
    if first:
        paid(refunded=100)
    report = paid(refunded=1300)
    again = paid(refunded=1300)

    assert sum(amount for *_, amount in refunded(shop)) == 1000
    assert report.beyond == again.beyond == {"EUR": 300}
    assert (again.orders_updated, again.orders_unchanged) == (0, 2)
    assert broken_rules(shop.store) == {}


def test_a_new_order_refunded_beyond_its_payment(shop):
    """The first time that the file tells of it as well."""
    shop.source = "other"

    report = shop.bring(
        shop.incoming(
            [
                {"number": "1", "paid": 1000, "refunded": [600, 600, 600]},
                {"number": "2", "currency": "JPY", "refunded": 50},
            ]
        )
    )

    assert report.beyond == {"EUR": 800, "JPY": 50}
    found = dump(shop.store)["orders"]["other", "1"]
    assert sorted(r["amount"] for r in found["refunds"]) == [400, 600]
    assert found["payment_status"] == "refunded"
    assert dump(shop.store)["orders"]["other", "2"]["refunds"] == []
    assert broken_rules(shop.store) == {}


def test_a_mark_and_the_file_never_exceed_the_payment_together(shop, paid):
    """Here 800 to do, there 1 000: covered by what is left."""
    mark(shop, 800)

    report = paid(refunded=1000)

    assert refunded(shop) == [("here", "done", 800), ("platform", "done", 200)]
    assert report.beyond == {}


def test_the_same_refund_again_changes_nothing(shop, paid):
    """Marked here, told by the file, told again."""
    mark(shop, 300)
    paid(refunded=500)
    before = dump(shop.store)

    report = paid(refunded=500)

    assert dump(shop.store) == before
    assert report.orders_unchanged == 2


@pytest.mark.parametrize("told", [200, 500])
def test_a_mark_taken_back_leaves_what_the_file_tells(told, shop, paid):
    """The mark covered the file's refund; without it, the file's own counts."""
    mark(shop, 700)
    paid(refunded=told)
    refunds.unrefund(shop.store, ONE, actor="Inès")
    assert refunded(shop) == []

    report = paid(refunded=told)

    assert refunded(shop) == [("platform", "done", told)]
    assert report.orders_updated == 1
    assert paid(refunded=told).orders_updated == 0


def test_a_mark_made_after_the_file_is_another_refund(shop, paid):
    """There 300 first, then 200 more here: told again, the file adds nothing."""
    paid(refunded=300)
    mark(shop, 200)

    paid(refunded=300)
    assert refunded(shop) == [("here", "to_do", 200), ("platform", "done", 300)]

    paid(refunded=500)
    assert refunded(shop) == [("here", "done", 200), ("platform", "done", 300)]


def test_a_payment_marked_here_and_told_later_is_one_payment(shop):
    """Cash noted at the counter, then the platform knows it too."""
    shop.order("1")
    payments.pay(shop.store, ONE, means="cash", actor="Inès")

    shop.order("1", paid=1000)

    assert payments_of(shop) == [("here", "full", 1000)]
    assert row(shop)["payment_status"] == "paid"


def test_a_deposit_marked_here_covers_its_part(shop):
    """400 here, 1 000 in all at the source: 600 are new; told again, nothing."""
    shop.order("1")
    payments.pay(shop.store, ONE, amount=400, actor="Inès")

    shop.order("1", paid=1000)
    shop.order("1", paid=1000, tags=["VIP"])

    assert payments_of(shop) == [("here", "deposit", 400), ("platform", "full", 600)]
    assert len(row(shop)["payments"]) == 2


def test_a_payment_told_beside_a_covered_one(shop):
    """The first told payment was covered by ours; the second is new."""
    shop.order("1")
    payments.pay(shop.store, ONE, amount=400, actor="Inès")
    shop.order("1", paid=[400])
    shop.order("1", paid=[{"amount": 400}, {"amount": 600, "kind": "balance"}])

    assert payments_of(shop) == [("here", "deposit", 400), ("platform", "balance", 600)]


@pytest.mark.parametrize(
    ("noted", "told", "rest"),
    [
        ([400], [186, 1], 1),  # the second payment of the file is not our bigger one
        ([100, 400], [186, 414], 14),  # ours that it may tell too cover their part
        ([100, 50], [186, 50], 0),  # the equal one is the same
        ([814], [186, 414, 400], 0),  # told in two parts, noted as one
    ],
)
def test_a_second_payment_of_the_file_beside_those_noted_here(noted, told, rest, shop):
    """The file told one before people noted others: then it tells more."""
    shop.order("1", paid=[186])
    for amount in noted:
        payments.pay(shop.store, ONE, amount=amount, actor="Inès")

    shop.order("1", paid=told)

    theirs = [amount for origin, _, amount in payments_of(shop) if origin != "here"]
    assert sorted(theirs) == sorted([186, rest] if rest else [186])
    assert len(payments_of(shop)) == len(theirs) + len(noted)
    before = dump(shop.store)
    shop.order("1", paid=told)
    assert dump(shop.store) == before


def test_a_payment_voided_here_leaves_what_the_file_tells(shop):
    """Noted here by mistake, voided: the file's own payment counts then."""
    shop.order("1")
    receipt = payments.pay(shop.store, ONE, actor="Inès")
    shop.order("1", paid=1000)
    payments.void(shop.store, ONE, receipt.result["payment"], actor="Inès")

    shop.order("1", paid=1000)

    assert payments_of(shop) == [("platform", "full", 1000)]
    assert row(shop)["payment_status"] == "paid"


def test_a_payment_that_gets_its_date_is_the_same_payment(shop):
    """First « paid » without a date, then with it: the figure moves to its day."""
    shop.order("1", paid=[{"amount": 1000, "at_given": False}])

    shop.order(
        "1", paid=[{"amount": 1000, "at": APRIL, "means": "card", "reference": "p"}]
    )

    (found,) = row(shop)["payments"]
    assert (found["at"], found["at_given"], found["reference"]) == (APRIL, True, "p")


def test_two_equal_payments_stay_two(shop):
    """Instalments of the same amount are told apart by their dates."""
    first = {"amount": 500, "kind": "instalment", "at": APRIL}
    second = {"amount": 500, "kind": "instalment", "at": MAY}
    shop.order("1", paid=[first])
    shop.order("1", paid=[second, first])
    shop.order("1", paid=[first, second], tags=["VIP"])

    assert sorted(p["at"] for p in row(shop)["payments"]) == [APRIL, MAY]
    assert len(payments_of(shop)) == 2


def test_a_payment_that_the_file_takes_back_is_voided(shop):
    """Kept with its date, counted no more."""
    shop.order("1", paid=1000)
    shop.order("1")

    assert payments_of(shop) == []
    (found,) = row(shop)["payments"]
    assert found["voided_at"] is not None
    assert row(shop)["payment_status"] == "unpaid"


def test_a_payment_that_refunds_depend_on_stays(shop, paid):
    """I3 holds whatever a file says; once the mark is gone, the file is followed."""
    mark(shop, 600)

    first = paid(paid=None)
    assert payments_of(shop) == [("platform", "full", 1000)]
    assert first.orders_unchanged == 2
    assert broken_rules(shop.store) == {}

    refunds.unrefund(shop.store, ONE, actor="Inès")
    paid(paid=None)
    assert payments_of(shop) == []
    assert row(shop)["payment_status"] == "unpaid"


def test_a_payment_and_its_refund_taken_back_together(shop, paid):
    """Both of the source's own: both go."""
    paid(refunded=1000)

    paid(paid=None)

    assert (payments_of(shop), refunded(shop)) == ([], [])
    assert broken_rules(shop.store) == {}


def test_a_free_order_is_paid_by_a_payment_of_nought(shop):
    """Total 0, payment 0: paid, once."""
    free = {"number": "1", "lines": [{"sku": "A", "price": 0}], "paid": 0}
    shop.bring(shop.incoming([free]))
    shop.bring(shop.incoming([{**free, "tags": ["VIP"]}]))

    assert payments_of(shop) == [("platform", "full", 0)]
    assert row(shop)["payment_status"] == "paid"


def test_an_abandoned_cart_that_is_paid_is_an_order(shop):
    """Payment status follows from the payments, whatever was before."""
    cart = {"number": "1", "is_cart": True, "begun_at": APRIL, "abandoned_at": APRIL}
    shop.bring(shop.incoming([cart]))
    assert row(shop)["payment_status"] == "abandoned"

    shop.bring(shop.incoming([{**cart, "is_cart": False, "paid": 1000}]))

    assert row(shop)["payment_status"] == "paid"


def test_a_change_of_total_changes_the_payment_status(shop):
    """More was ordered than was paid."""
    shop.order("1", paid=1000)
    lines = [{"sku": "LAMP", "title": "Lampe", "price": 1000, "quantity": 2}]

    shop.order("1", paid=1000, lines=lines)

    assert (row(shop)["total"], row(shop)["payment_status"]) == (2000, "unpaid")


@given(
    told=st.integers(0, 30),
    platform=st.integers(0, 20),
    done=st.integers(0, 20),
    marks=st.lists(st.integers(1, 20), max_size=4),
    paid=st.integers(0, 40),
)
def test_a_settlement_counts_each_coin_once(told, platform, done, marks, paid):
    """Settled + open + platform cover what is told, up to what was paid."""
    outcome = rules.settle_refund(
        told,
        platform=platform,
        done_here=done,
        open_marks=list(enumerate(marks)),
        paid=paid,
    )

    known = platform + done + sum(marks)
    settled = sum(marks[mark] for mark in outcome.settled)
    assert outcome.platform + outcome.beyond == max(0, told - known)
    assert platform + done + settled + outcome.platform + outcome.beyond <= max(
        told, platform + done
    )
    assert outcome.platform == 0 or known + outcome.platform <= paid
    # Told again, nothing more is to settle.
    again = rules.settle_refund(
        told,
        platform=platform + outcome.platform,
        done_here=done + settled,
        open_marks=[
            (mark, amount)
            for mark, amount in enumerate(marks)
            if mark not in outcome.settled
        ],
        paid=paid,
    )
    assert (again.settled, again.platform) == ((), 0)
    assert again.beyond == outcome.beyond


def test_the_journal_names_the_payment_status_it_leads_to(shop, paid):
    """The mirror and the activity read it from the entry."""
    paid(refunded=1000)

    with shop.store.reading() as connection:
        c = tables.events.c
        kinds = connection.execute(select(c.kind).order_by(c.seq)).scalars().all()
    assert kinds == ["imported", "imported", "updated"]
    assert row(shop)["events"][-1][1]["payment"] == "refunded"
    assert row(shop)["events"][-1][1]["changed"] == ["refunds"]
