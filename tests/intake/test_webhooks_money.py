"""R15: money that two sides tell, late or in the wrong order, counts once."""

from __future__ import annotations

import pytest
import webhook_bodies as bodies
from sqlalchemy import select

from commandes.actions import notes, payments, refunds
from commandes.actions.orders import Order
from commandes.intake import bring
from commandes.store import tables

LATER = "2026-03-23T10:00:00"
FAILED = {"status": "failed"}


@pytest.fixture
def paid(hooks):
    """A shop with an order that was paid, number 727."""
    hooks.send("woocommerce", "order.created", bodies.woo_order())
    hooks.work()
    return hooks


def refund_rows(hooks):
    with hooks.store.reading() as connection:
        rows = connection.execute(select(tables.refunds).order_by(tables.refunds.c.id))
        return [row for row in rows if row.voided_at is None]


def deposit(hooks, number, **told):
    intent = {"id": "pi_D", "object": "payment_intent", "currency": "eur"}
    about = intent | {"amount_received": 1000, "metadata": {"order_number": number}}
    hooks.stripe("payment_intent.succeeded", about | told)
    return hooks.work()[-1]


def test_a_failure_that_came_before_what_failed(paid):
    """What was made earlier does not stand again."""
    paid.stripe("refund.failed", bodies.stripe_refund(**FAILED), later=200)
    paid.stripe("refund.created", bodies.stripe_refund(), later=100)

    assert paid.work()[1:] == [("skipped", "known"), ("skipped", "older")]
    assert paid.sums("727") == (2935, 0)


@pytest.mark.parametrize("later", [200, 300])
def test_an_event_of_before_the_failure_that_comes_after_it(paid, later):
    """Of the same second too: it stands no more."""
    paid.stripe("refund.created", bodies.stripe_refund(), later=100)
    paid.stripe("refund.failed", bodies.stripe_refund(**FAILED), later=300)
    paid.stripe("refund.updated", bodies.stripe_refund(), later=later)

    assert paid.work()[1:] == [("done", None), ("done", None), ("skipped", "older")]
    assert paid.sums("727") == (2935, 0)
    assert paid.holds()


def test_a_mark_that_failed_stays_to_be_made(paid):
    """Nobody would pay the customer if an older event closed it again."""
    refunds.refund(paid.store, Order("727"), amount=500, actor="Inès")
    paid.stripe("refund.created", bodies.stripe_refund(), later=100)
    paid.stripe("refund.failed", bodies.stripe_refund(**FAILED), later=300)
    paid.stripe("refund.updated", bodies.stripe_refund(), later=200)
    paid.work()
    assert [row.state for row in refund_rows(paid)] == ["to_do"]

    paid.stripe("refund.created", bodies.stripe_refund(id="re_4"), later=400)
    assert paid.work()[-1] == ("done", None)
    assert [row.reference for row in refund_rows(paid)] == ["re_4"]


@pytest.mark.parametrize(
    ("provider", "reference", "outcome"),
    [
        ("Stripe", "pi_3Woo", ("done", None)),
        ("", "ch_3Woo", ("done", None)),
        ("stripe", "fait le 3", ("done", None)),
        ("", "fait le 3", ("failed", "refund_refused")),
    ],
)
def test_a_mark_closed_under_a_name_of_ones_own(paid, provider, reference, outcome):
    """It is the same refund, or for a person: never another one."""
    refunds.refund(paid.store, Order("727"), amount=500, actor="Inès")
    refunds.close(
        paid.store, Order("727"), provider=provider, reference=reference, actor="Inès"
    )
    paid.stripe("refund.created", bodies.stripe_refund())

    assert paid.work()[-1] == outcome
    assert paid.sums("727") == (2935, 500)


def test_a_transfer_and_a_refund_of_the_same_amount_are_two(paid):
    """Somebody made one by bank transfer, and Stripe tells of another."""
    refunds.refund(paid.store, Order("727"), amount=500, actor="Inès")
    refunds.close(
        paid.store, Order("727"), provider="Virement", reference="V-1", actor="Inès"
    )
    paid.stripe("refund.created", bodies.stripe_refund())

    assert paid.work()[-1] == ("done", None)
    assert paid.sums("727") == (2935, 1000)


def test_a_mark_closed_with_less_is_found_by_what_went_back(paid):
    """The mark says 5.00, 4.00 were given back, and Stripe tells of 4.00."""
    refunds.refund(paid.store, Order("727"), amount=500, actor="Inès")
    refunds.close(paid.store, Order("727"), amount=400, actor="Inès")
    paid.stripe("refund.created", bodies.stripe_refund(amount=400))

    assert paid.work()[-1] == ("done", None)
    assert [(row.origin, row.reference) for row in refund_rows(paid)] == [
        ("here", "re_3Test")
    ]


def test_a_deposit_that_the_shop_told_first(hooks):
    """It gets Stripe's name; the balance is another payment."""
    told = bodies.shopify_order(
        financial_status="partially_paid", total_outstanding="40.00"
    )
    hooks.send("shopify", "orders/create", told)
    hooks.work()
    assert hooks.sums("#1001") == (1000, 0)

    assert deposit(hooks, "#1001") == ("done", None)
    assert hooks.sums("#1001") == (1000, 0)
    balance = {"id": "pi_B", "amount_received": 4000}
    assert deposit(hooks, "#1001", **balance) == ("done", None)
    assert hooks.sums("#1001") == (5000, 0)
    assert hooks.holds()


@pytest.mark.parametrize(
    ("noted", "outcome", "paid"),
    [
        ({}, ("done", None), 1000),
        ({"means": "Espèces"}, ("failed", "payment_refused"), 1000),
        ({"reference": "carte 12"}, ("failed", "payment_refused"), 1000),
        ({"provider": "PayPal", "reference": "8XY"}, ("done", None), 2000),
        ({"provider": "Stripe", "reference": "pi_A"}, ("done", None), 2000),
    ],
)
def test_a_deposit_noted_here_and_told_by_stripe(hooks, noted, outcome, paid):
    """The same one, another one, or for a person: never one for two, or two for one."""
    hooks.send("orders", "order.created", bodies.own_order(payment="unpaid"))
    hooks.work()
    payments.pay(hooks.store, Order("G-1"), amount=1000, actor="Inès", **noted)

    assert deposit(hooks, "G-1") == outcome
    assert hooks.sums("G-1") == (paid, 0)


def checkout(hooks):
    """A checkout that names no order, of the money that 727 is paid with."""
    about = bodies.stripe_session(
        payment_intent="pi_3Woo", amount_total=2935, amount_subtotal=2735
    )
    hooks.stripe("checkout.session.completed", about)
    hooks.work()


def test_a_checkout_gives_its_place_to_the_order_of_the_shop(hooks):
    """Whichever comes first, the sale counts once, and its refund is on the order."""
    checkout(hooks)
    hooks.send("woocommerce", "order.created", bodies.woo_order())
    assert hooks.work() == [("done", None), ("done", None)]

    assert [(o.number, o.payment_status) for o in hooks.orders()] == [("727", "paid")]
    hooks.stripe("refund.created", bodies.stripe_refund())
    hooks.work()
    assert hooks.sums("727") == (2935, 500)
    # The checkout, told once more, stays away.
    checkout(hooks)
    assert [o.number for o in hooks.orders()] == ["727"]
    assert hooks.holds()


def test_a_checkout_gives_its_place_to_the_order_of_a_file(hooks, tmp_path):
    """A file of the shop tells of the money as its webhook does."""
    about = bodies.stripe_session(payment_intent="pi_File", amount_total=1000)
    hooks.stripe("checkout.session.completed", about)
    hooks.work()
    file = tmp_path / "orders.csv"
    file.write_text(
        "number,placed_at,title,unit_price,payment,payment_reference\n"
        "A-1,2026-03-22T10:00:00Z,Place,10.00,paid,pi_File\n"
    )
    found = bring.open_file(
        hooks.store, hooks.store.settings, file, profile="commandes"
    )
    bring.merge_file(hooks.store, found, file, actor="Inès")

    assert [(o.number, o.payment_status) for o in hooks.orders()] == [("A-1", "paid")]
    assert hooks.sums("A-1") == (1000, 0)
    assert hooks.holds()


def test_a_checkout_that_somebody_handled_is_for_a_person(hooks):
    """What people did is not lost; the order of the shop waits, and it is said."""
    checkout(hooks)
    (stands,) = hooks.orders()
    notes.note(hooks.store, Order(stands.number), "Appelé", actor="Inès")
    hooks.send("woocommerce", "order.created", bodies.woo_order())

    assert hooks.work()[-1] == ("failed", "payment_refused")
    assert stands.number in hooks.rows()[-1].detail
    assert [o.number for o in hooks.orders()] == [stands.number]
    assert hooks.sums(stands.number) == (2935, 0)


@pytest.mark.parametrize("told", [{"timestamp": "2026-11-20T11:00:00Z"}, {}])
def test_what_was_ordered_is_no_cart_again(hooks, told):
    """Its cart is told later, or without a time."""
    hooks.send("orders", "order.created", bodies.own_order())
    cart = bodies.own_order() | {"type": "cart.updated"}
    del cart["timestamp"], cart["data"]["payment"]
    hooks.send("orders", "cart.updated", cart | told)

    assert hooks.work() == [("done", None), ("skipped", "known")]
    (order,) = hooks.orders()
    assert (order.is_cart, order.payment_status) == (False, "paid")
    assert hooks.sums("G-1") == (3550, 0)


def test_of_the_same_second_money_does_not_move_back(hooks):
    """A refund makes several updates; the one without it may come last."""
    refunded = bodies.shopify_refunded("10.00")
    hooks.send("shopify", "orders/updated", refunded)
    before = bodies.shopify_order(updated_at=refunded["updated_at"])
    hooks.send("shopify", "orders/updated", before)
    assert hooks.work() == [("done", None), ("skipped", "older")]
    assert hooks.sums("#1001") == (5000, 1000)

    paid = bodies.stripe_session()
    hooks.stripe("checkout.session.async_payment_succeeded", paid)
    pending = bodies.stripe_session(payment_status="unpaid")
    hooks.stripe("checkout.session.completed", pending)
    assert hooks.work()[2:] == [("done", None), ("skipped", "older")]


def test_a_card_that_is_kept_buys_nothing(hooks):
    """A checkout of the mode setup has no amount and no currency."""
    about = bodies.stripe_session(mode="setup", payment_intent=None, currency=None)
    hooks.stripe("checkout.session.completed", about | {"amount_total": None})

    assert hooks.work() == [("skipped", "topic")]
    assert hooks.orders() == []
