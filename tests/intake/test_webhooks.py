"""R15: what a delivery says is done once, whatever happens to it on the way."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import webhook_bodies as bodies
from sqlalchemy import select, update
from webhook_shop import Hooks

from commandes.actions import erase, payments, refunds
from commandes.actions.orders import Order
from commandes.errors import DeliveryGone
from commandes.intake import bring, profiles, withdraw
from commandes.intake.fields import FIELDS
from commandes.intake.webhooks import deliveries, work
from commandes.store import tables

_own = bodies.own_order


def test_an_order_of_shopify_is_the_order_of_its_file(hooks, tmp_path):
    """What came by webhook, a file a month later finds as it is: nothing changes."""
    hooks.send("shopify", "orders/create", bodies.shopify_order())
    assert hooks.work() == [("done", None)]
    (before,) = hooks.orders()
    file = tmp_path / "orders_export.csv"
    file.write_text(bodies.SHOPIFY_FILE)

    found = bring.open_file(hooks.store, hooks.store.settings, file)
    report = bring.merge_file(hooks.store, found, file, actor="t")

    (after,) = hooks.orders()
    assert (report.orders_new, report.orders_updated) == (0, 0)
    assert after == before
    assert (after.number, after.total, after.payment_status) == ("#1001", 5000, "paid")
    assert hooks.sums("#1001") == (5000, 0)
    assert hooks.holds()


def test_the_file_that_came_first_is_not_doubled(hooks, tmp_path):
    """The other way round: the webhook says only what is new since the file."""
    file = tmp_path / "orders_export.csv"
    file.write_text(bodies.SHOPIFY_FILE)
    found = bring.open_file(hooks.store, hooks.store.settings, file)
    bring.merge_file(hooks.store, found, file, actor="t")

    hooks.send("shopify", "orders/updated", bodies.shopify_refunded("10.00"))
    assert hooks.work() == [("done", None)]

    (order,) = hooks.orders()
    assert hooks.sums("#1001") == (5000, 1000)
    assert order.cart_id == "bd5a8aa1ecd019dd3520ff791ee3a24c"
    assert hooks.holds()


def test_a_delivery_a_thousand_times_has_one_effect(hooks):
    """The same id is answered and forgotten; another id with the same text as well."""
    order = bodies.shopify_order()
    assert hooks.send("shopify", "orders/create", order, "d1")
    for _again in range(999):
        assert not hooks.send("shopify", "orders/create", order, "d1")
    hooks.work()
    (first,) = hooks.orders()
    hooks.send("shopify", "orders/updated", order, "d2")

    assert hooks.work() == [("done", None)] * 2
    assert hooks.orders() == [first]


def test_deliveries_out_of_order(hooks):
    """The newest word stands, in whatever order they come."""
    told = [
        bodies.shopify_order(updated_at="2026-04-20T05:00:00+05:00"),
        bodies.shopify_order(
            updated_at="2026-04-20T06:00:00+05:00", fulfillment_status="partial"
        ),
        bodies.shopify_order(
            updated_at="2026-04-20T07:00:00+05:00", fulfillment_status="fulfilled"
        ),
    ]
    for one in (told[2], told[0], told[1]):
        hooks.send("shopify", "orders/updated", one)

    assert hooks.work() == [("done", None), ("skipped", "older"), ("skipped", "older")]
    (order,) = hooks.orders()
    assert order.status == "done"


def test_what_people_did_stays(hooks):
    """A status set here is not taken back by a delivery that does not speak of it."""
    hooks.send("shopify", "orders/create", bodies.shopify_order())
    hooks.work()
    payments_before = hooks.sums("#1001")
    refunds.refund(hooks.store, Order("#1001"), amount=1000, actor="Inès")

    hooks.send(
        "shopify",
        "orders/updated",
        bodies.shopify_refunded("10.00", updated_at="2026-04-21T05:00:00+05:00"),
    )
    hooks.work()

    # The mark made here is the refund that the platform tells: it counts once.
    assert hooks.sums("#1001") == (payments_before[0], 1000)
    with hooks.store.reading() as connection:
        assert connection.scalar(select(tables.refunds.c.state)) == "done"


def test_a_checkout_of_shopify_is_a_cart_until_it_is_ordered(hooks):
    """The cart and the order that came of it know each other."""
    hooks.send("shopify", "checkouts/create", bodies.shopify_checkout())
    hooks.send("shopify", "orders/create", bodies.shopify_order())

    assert hooks.work() == [("done", None)] * 2
    cart, order = hooks.orders()
    assert (cart.is_cart, order.is_cart) == (True, False)
    assert cart.cart_id == order.cart_id
    assert cart.cart_url == "https://shop.example.org/checkouts/1/recover?key=x"
    assert not cart.marketing_consent
    done = bodies.shopify_checkout(completed_at="2026-04-20T04:41:25+05:00")
    hooks.send("shopify", "checkouts/update", done)
    assert hooks.work()[-1] == ("skipped", "known")


def test_an_order_of_woocommerce(hooks):
    """Its lines, its money, its customer; then its refund."""
    hooks.send("woocommerce", "order.created", bodies.woo_order())
    assert hooks.work() == [("done", None)]
    (order,) = hooks.orders()

    assert (order.number, order.source, order.total) == ("727", "woocommerce", 2935)
    assert (order.customer_name, order.email) == ("Jeanne Roy", "jeanne@example.org")
    # The site's own time, as in its files: Paris.
    assert order.placed_at == datetime(2026, 3, 22, 15, 28, 2, tzinfo=UTC)
    given_back = bodies.woo_order(
        date_modified_gmt="2026-03-23T10:00:00", refunds=[{"id": 1, "total": "-6.00"}]
    )
    hooks.send("woocommerce", "order.updated", given_back)
    hooks.work()
    assert hooks.sums("727") == (2935, 600)
    assert hooks.holds()


def test_stripe_pays_an_order_that_comes_later(hooks):
    """Money that names an order waits for it, and is noted once."""
    session = bodies.stripe_session(client_reference_id="#1001", amount_total=5000)
    hooks.stripe("checkout.session.completed", session)
    assert hooks.work() == [("waiting", "order_not_found")]
    unpaid = bodies.shopify_order(financial_status="pending", total_outstanding="50.00")
    hooks.send("shopify", "orders/create", unpaid)
    intent = {
        "id": "pi_3Session",
        "amount_received": 5000,
        "currency": "eur",
        "metadata": {"order_number": "#1001"},
    }
    hooks.stripe("payment_intent.succeeded", intent)
    hooks.work()
    hooks.rest()

    states = hooks.work()

    assert sorted(states, key=str) == [
        ("done", None),
        ("done", None),
        ("skipped", "known"),
    ]
    assert hooks.sums("#1001") == (5000, 0)
    # What the shop says of it afterwards is the same money.
    paid = bodies.shopify_order(updated_at="2026-04-21T05:00:00+05:00")
    hooks.send("shopify", "orders/paid", paid)
    hooks.work()
    assert hooks.sums("#1001") == (5000, 0)
    assert hooks.holds()


def test_money_that_names_no_order_here_fails_at_last(hooks):
    """After its attempts a person sees it, can have it read again, and it is done."""
    session = bodies.stripe_session(client_reference_id="#1001", amount_total=5000)
    hooks.stripe("checkout.session.completed", session)
    for _attempt in range(len(work.PAUSES) + 1):
        hooks.rest()
        hooks.work()
    (row,) = hooks.rows()
    assert (row.state, row.problem) == ("failed", "order_not_found")
    # What stands for a number there may be anything.
    assert row.detail is None
    assert row.body

    hooks.send("shopify", "orders/create", bodies.shopify_order(financial_status=""))
    hooks.work()
    receipt = deliveries.replay(hooks.store, [row.id], actor="Inès")
    assert receipt.result["count"] == 1
    assert hooks.work() == [("done", None)] * 2
    assert hooks.sums("#1001") == (5000, 0)
    with pytest.raises(DeliveryGone):
        deliveries.replay(hooks.store, [row.id], actor="Inès")


def test_a_refund_of_stripe_counts_once(hooks):
    """By its own id, however often it is told; and once more by the shop."""
    hooks.send("woocommerce", "order.created", bodies.woo_order())
    hooks.work()
    hooks.stripe("refund.created", bodies.stripe_refund(status="pending"))
    for topic in ("refund.created", "refund.updated", "refund.updated"):
        hooks.stripe(topic, bodies.stripe_refund())

    assert hooks.work()[1:] == [
        ("skipped", "topic"),
        ("done", None),
        ("skipped", "known"),
        ("skipped", "known"),
    ]
    assert hooks.sums("727") == (2935, 500)
    told = bodies.woo_order(
        date_modified_gmt="2026-03-23T10:00:00", refunds=[{"id": 1, "total": "-5.00"}]
    )
    hooks.send("woocommerce", "order.updated", told)
    hooks.work()
    assert hooks.sums("727") == (2935, 500)
    assert hooks.holds()


def test_a_refund_of_stripe_closes_the_mark(hooks):
    """What was marked here is made there: the mark is done, with its reference."""
    hooks.send("woocommerce", "order.created", bodies.woo_order())
    hooks.work()
    refunds.refund(hooks.store, Order("727"), amount=500, actor="Inès")

    hooks.stripe("refund.created", bodies.stripe_refund())
    assert hooks.work()[-1] == ("done", None)

    with hooks.store.reading() as connection:
        (mark,) = connection.execute(select(tables.refunds)).all()
    assert (mark.origin, mark.state, mark.reference) == ("here", "done", "re_3Test")
    assert mark.provider == "Stripe"


@pytest.mark.parametrize("wrong", [{"amount": 10_000}, {"currency": "usd"}])
def test_money_that_cannot_be_is_for_a_person(hooks, wrong):
    """More than was paid, or another currency: nothing is noted, and it is said."""
    hooks.send("woocommerce", "order.created", bodies.woo_order())
    hooks.work()
    hooks.stripe("refund.created", bodies.stripe_refund(**wrong))

    assert hooks.work()[-1] == ("failed", "refund_refused")
    assert hooks.sums("727") == (2935, 0)


def test_a_checkout_of_stripe_is_an_order_or_a_cart(hooks):
    """Paid: an order with its payment; expired: a cart with the way back to it."""
    hooks.stripe("checkout.session.completed", bodies.stripe_session())
    left = bodies.stripe_session(
        id="cs_test_left0000",
        payment_status="unpaid",
        payment_intent=None,
        after_expiration={"recovery": {"url": "https://buy.stripe.com/r/x"}},
        consent={"promotions": "opt_in"},
    )
    hooks.stripe("checkout.session.expired", left)

    assert hooks.work() == [("done", None)] * 2
    order, cart = hooks.orders()
    assert (order.total, order.shipping, order.payment_status) == (4200, 200, "paid")
    assert hooks.sums(order.number) == (4200, 0)
    assert (cart.payment_status, cart.cart_url) == (
        "abandoned",
        "https://buy.stripe.com/r/x",
    )
    assert cart.marketing_consent
    # The money of its own payment finds it again.
    hooks.stripe("refund.created", bodies.stripe_refund(payment_intent="pi_3Session"))
    hooks.work()
    assert hooks.sums(order.number) == (4200, 500)


@pytest.mark.parametrize(
    ("currency", "total"), [("jpy", 4000), ("mga", 400_000), ("isk", 40), ("tnd", 4000)]
)
def test_an_amount_as_stripe_counts_it(hooks, currency, total):
    """Yen in yen, ariary in ariary, crowns of Iceland in hundredths."""
    session = bodies.stripe_session(
        currency=currency, amount_subtotal=4000, amount_total=4000, total_details={}
    )
    hooks.stripe("checkout.session.completed", session)
    hooks.work()

    (order,) = hooks.orders()
    assert (order.currency, order.total) == (currency.upper(), total)


def test_an_order_of_any_other_program(hooks):
    """In the words of Commandes, with what only its module has."""
    hooks.send("orders", "order.created", bodies.own_order())
    hooks.send("orders", "cart.updated", bodies.own_order(number="C-1", payment="cart"))

    assert hooks.work() == [("done", None)] * 2
    order, cart = hooks.orders()
    assert (order.module, order.total, order.payment_status) == ("events", 3550, "paid")
    assert json.loads(order.billing_address)["name"] == "Zoé Petit"
    assert cart.is_cart
    with hooks.store.reading() as connection:
        line = connection.execute(select(tables.order_lines)).first()
    assert json.loads(line.details) == {
        "event": "Concert",
        "date": "2026-12-01",
        "seat": "A1",
    }
    assert line.service_at == datetime(2026, 12, 1, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    ("endpoint", "topic", "told", "problem", "named"),
    [
        ("shopify", "orders/create", b"[]", "Unreadable", "JSON"),
        ("shopify", "orders/create", b"\xff{", "Unreadable", "JSON"),
        ("shopify", "orders/create", {"id": 1}, "Unreadable", "name"),
        ("orders", "order.created", _own(colour="x"), "Unreadable", "colour"),
        ("orders", "order.created", _own(lines=1), "Unreadable", "lines"),
        ("orders", "order.created", _own(total="-1"), "rejected", "négatif"),
        ("stripe", "refund.created", {"type": "x"}, "Unreadable", "created"),
    ],
)
def test_what_cannot_be_read_says_why(hooks, endpoint, topic, told, problem, named):
    """Nothing comes in, the text stays for a replay, and the field is named."""
    hooks.send(endpoint, topic, told)

    assert hooks.work() == [("failed", problem)]
    (row,) = hooks.rows()
    assert named in row.detail
    assert row.body
    assert hooks.orders() == []


def test_a_topic_that_is_none_of_ours(hooks):
    """It is noted, and its text goes."""
    hooks.send("shopify", "products/update", {"id": 1})

    assert hooks.work() == [("skipped", "topic")]
    assert hooks.rows()[0].body is None


def test_the_text_goes_when_it_is_done(hooks):
    """What stands in a delivery is personal; the order has it now."""
    hooks.send("shopify", "orders/create", bodies.shopify_order())
    hooks.work()

    (row,) = hooks.rows()
    assert row.body is None
    assert row.digest
    assert row.order_id == hooks.orders()[0].id


def test_two_workers_do_each_delivery_once(hooks):
    """Two processes look at the same time: the second finds it done."""
    for number in range(12):
        order = bodies.shopify_order(id=number, name=f"#{number}")
        hooks.send("shopify", "orders/create", order)
    with ThreadPoolExecutor(4) as pool:
        done = sum(pool.map(lambda _one: work.work(hooks.store), range(4)))

    assert done == 12
    assert len(hooks.orders()) == 12
    assert {row.attempts for row in hooks.rows()} == {1}
    assert hooks.holds()


def test_an_erased_customer_does_not_come_back(hooks):
    """Neither by an old delivery, nor in the text of one that failed."""
    hooks.send("shopify", "orders/create", bodies.shopify_order())
    hooks.work()
    hooks.send("shopify", "orders/updated", {"id": 1, "note": "Bob Noirot"})
    other = {"email": "autre@example.org"}
    hooks.send("shopify", "orders/updated", other)
    hooks.work()
    erase.erase(hooks.store, "bob@example.org", actor="Inès")

    states = [(row.state, row.problem, bool(row.body)) for row in hooks.rows()]
    assert states[1:] == [("skipped", "erased", False), ("failed", "Unreadable", True)]
    later = bodies.shopify_order(updated_at="2026-05-20T05:00:00+05:00", note="Encore")
    hooks.send("shopify", "orders/updated", later)
    hooks.work()
    (order,) = hooks.orders()
    assert (order.email, order.customer_name) == (None, None)


def test_what_is_old_is_let_go(hooks):
    """The text of a failure after a month, the delivery itself after three."""
    hooks.send("shopify", "orders/create", {"id": 1})
    hooks.send("shopify", "orders/create", {"id": 2})
    hooks.send("shopify", "orders/create", bodies.shopify_order())
    hooks.work()
    old, older, _new = (row.id for row in hooks.rows())
    with hooks.store.writing("t") as writer:
        c = tables.deliveries.c
        for which, age in ((old, 31), (older, 91)):
            writer.connection.execute(
                update(tables.deliveries)
                .where(c.id == which)
                .values(received_at=writer.now - timedelta(days=age))
            )

    deliveries.clean(hooks.store, actor="t")

    kept = [(row.id, row.state, row.body) for row in hooks.rows()]
    assert kept[0] == (old, "failed", None)
    assert len(kept) == 2


def test_new_orders_take_their_articles_when_that_is_set(any_store):
    """A shop that counts its stock here: a delivery takes, the same again does not."""
    any_store.settings = replace(any_store.settings, webhooks_move_stock=True)
    hooks = Hooks(any_store)
    hooks.send("shopify", "orders/create", bodies.shopify_order())
    hooks.send("shopify", "orders/updated", bodies.shopify_order(note="x"))
    hooks.work()

    c = tables.stock_items.c
    with any_store.reading() as connection:
        rows = connection.execute(select(c.sku, c.on_hand)).all()
    assert dict(map(tuple, rows)) == {"LAMP": -2, "PEN": -1}
    assert hooks.holds()


def test_a_payment_noted_here_and_told_by_stripe(hooks):
    """All is paid already: the payment gets the name that the provider gives it."""
    unpaid = bodies.shopify_order(financial_status="pending", total_outstanding="50.00")
    hooks.send("shopify", "orders/create", unpaid)
    hooks.work()
    payments.pay(hooks.store, Order("#1001"), actor="Inès")
    session = bodies.stripe_session(client_reference_id="#1001", amount_total=5000)
    hooks.stripe("checkout.session.completed", session)

    assert hooks.work()[-1] == ("done", None)
    assert hooks.sums("#1001") == (5000, 0)
    # By which its refund finds the order.
    hooks.stripe("refund.created", bodies.stripe_refund(payment_intent="pi_3Session"))
    assert hooks.work()[-1] == ("done", None)
    assert hooks.sums("#1001") == (5000, 500)
    # A customer who paid twice is for a person.
    again = bodies.stripe_session(client_reference_id="#1001", payment_intent="pi_2")
    hooks.stripe("checkout.session.completed", again | {"amount_total": 5000})
    assert hooks.work()[-1] == ("failed", "payment_refused")


def test_a_refund_that_the_shop_told_first_counts_once(hooks):
    """One of the same amount, and several that the shop told as one sum."""
    told = {"refunds": [{"id": 1, "total": "-5.00"}, {"id": 2, "total": "-3.00"}]}
    hooks.send("woocommerce", "order.updated", bodies.woo_order(**told))
    hooks.work()
    assert hooks.sums("727") == (2935, 800)

    hooks.stripe("refund.created", bodies.stripe_refund())
    hooks.stripe("refund.created", bodies.stripe_refund(id="re_4", amount=300))
    hooks.stripe("refund.updated", bodies.stripe_refund(id="re_4", amount=300))

    assert hooks.work()[1:] == [("done", None), ("done", None), ("skipped", "known")]
    assert hooks.sums("727") == (2935, 800)
    later = bodies.woo_order(date_modified_gmt="2026-03-24T10:00:00", **told)
    hooks.send("woocommerce", "order.updated", later | {"customer_note": "x"})
    hooks.work()
    assert hooks.sums("727") == (2935, 800)
    assert hooks.holds()


def test_a_refund_beside_a_mark_of_another_amount_is_for_a_person(hooks):
    """Which of both is meant nobody can tell."""
    hooks.send("woocommerce", "order.created", bodies.woo_order())
    hooks.work()
    refunds.refund(hooks.store, Order("727"), amount=1000, actor="Inès")
    hooks.stripe("refund.created", bodies.stripe_refund())

    assert hooks.work()[-1] == ("failed", "refund_refused")
    assert hooks.sums("727") == (2935, 1000)


def test_a_refund_that_did_not_arrive(hooks):
    """That of the platform stands no more; a mark is to be made again."""
    hooks.send("woocommerce", "order.created", bodies.woo_order())
    hooks.work()
    failed = bodies.stripe_refund(status="failed")
    hooks.stripe("refund.created", bodies.stripe_refund())
    for _again in range(2):
        hooks.stripe("refund.failed", failed)
    assert hooks.work()[1:] == [("done", None), ("done", None), ("skipped", "known")]
    assert hooks.sums("727") == (2935, 0)

    refunds.refund(hooks.store, Order("727"), amount=500, actor="Inès")
    hooks.stripe("refund.created", bodies.stripe_refund(id="re_5"))
    hooks.stripe("refund.updated", failed | {"id": "re_5"})
    assert hooks.work()[-2:] == [("done", None)] * 2
    with hooks.store.reading() as connection:
        mark = connection.execute(
            select(tables.refunds).where(tables.refunds.c.origin == "here")
        ).one()
    assert (mark.state, mark.reference) == ("to_do", None)
    assert hooks.holds()


def test_the_same_money_is_on_one_order(hooks):
    """An intent that names an order, and its checkout that does not."""
    unpaid = bodies.shopify_order(financial_status="pending", total_outstanding="50.00")
    hooks.send("shopify", "orders/create", unpaid)
    hooks.send("shopify", "orders/create", unpaid | {"id": 2, "name": "#1002"})
    intent = {"id": "pi_3Session", "amount_received": 5000, "currency": "eur"}
    hooks.stripe(
        "payment_intent.succeeded", intent | {"metadata": {"order_number": "#1001"}}
    )
    hooks.stripe("checkout.session.completed", bodies.stripe_session())
    hooks.stripe(
        "payment_intent.succeeded", intent | {"metadata": {"order_number": "#1002"}}
    )

    assert hooks.work()[2:] == [
        ("done", None),
        ("skipped", "known"),
        ("failed", "payment_refused"),
    ]
    assert (hooks.sums("#1001"), hooks.sums("#1002")) == ((5000, 0), (0, 0))
    assert len(hooks.orders()) == 2


def test_what_names_an_order_makes_none(hooks):
    """A checkout of the shop's own order that fails or expires is its own affair."""
    session = bodies.stripe_session(
        client_reference_id="#1001", payment_status="unpaid"
    )
    for topic in ("async_payment_failed", "expired"):
        hooks.stripe(f"checkout.session.{topic}", session)

    assert hooks.work() == [("skipped", "topic")] * 2
    assert hooks.orders() == []


def test_a_subscription_is_paid_by_its_invoice(hooks):
    """A session without an intent of its own is money all the same."""
    unpaid = bodies.shopify_order(financial_status="pending", total_outstanding="50.00")
    hooks.send("shopify", "orders/create", unpaid)
    session = bodies.stripe_session(
        client_reference_id="#1001",
        amount_total=5000,
        payment_intent=None,
        invoice="in_1",
    )
    hooks.stripe("checkout.session.completed", session)

    assert hooks.work()[-1] == ("done", None)
    assert hooks.sums("#1001") == (5000, 0)


def test_an_order_is_brought_whole_or_not_at_all(hooks):
    """A line that cannot be read refuses it; an update without lines takes nothing."""
    hooks.send("orders", "order.created", _own())
    seat = {"title": "Place", "unit_price": "1"}
    lines = [seat | {"quantity": count} for count in (1, "abc")]
    hooks.send("orders", "order.created", _own(number="G-2", lines=lines))
    bare = {"number": "G-1", "placed_at": "2026-11-20T09:00:00+01:00", "status": "done"}
    hooks.send("orders", "order.updated", {"type": "order.updated", "data": bare})

    assert hooks.work() == [
        ("done", None),
        ("failed", "rejected"),
        ("failed", "Unreadable"),
    ]
    (order,) = hooks.orders()
    assert (order.total, order.payment_status) == (3550, "paid")


def test_a_delivery_that_the_store_cannot_hold_stops_no_other(hooks):
    """It rests, and what is behind it is done."""
    long = _own(number="G-9", email=f"{'x' * 9_000}@example.org")
    hooks.send("orders", "order.created", long)
    half = _own(number="G-8", email="zoe@example.org", note="Joli \ud83d")
    hooks.send("orders", "order.created", half)
    hooks.send("orders", "order.created", _own())

    states = hooks.work()
    assert states[1:] == [("done", None), ("done", None)]
    assert states[0] in (("done", None), ("waiting", "store"))


@pytest.mark.parametrize(
    "told",
    [
        _own() | {"timestamp": "9999-12-31T23:59:59-14:00"},
        _own() | {"timestamp": "2199-01-01T00:00:00Z"},
        _own(placed_at="0001-01-01T00:00:00+14:00"),
        _own(**{"zoe@example.org": "x"}),
    ],
)
def test_dates_that_are_none_and_names_that_are_people(hooks, told):
    """They are refused; the page that lists them stays, and names nobody."""
    hooks.send("orders", "order.created", told)

    assert hooks.work() == [("failed", "Unreadable")]
    (row,) = deliveries.listed(hooks.store)
    assert "zoe" not in row.detail


def test_of_the_same_second_the_making_is_older(hooks):
    """Paid and created at once, told in the wrong order."""
    hooks.send("shopify", "orders/paid", bodies.shopify_order())
    made = bodies.shopify_order(financial_status="pending", total_outstanding="50.00")
    hooks.send("shopify", "orders/create", made)

    assert hooks.work() == [("done", None), ("skipped", "older")]
    assert hooks.sums("#1001") == (5000, 0)


def test_a_platform_sends_again_what_came_to_nothing(hooks):
    """The same id on one that failed, or whose import was withdrawn, is read anew."""
    hooks.send("shopify", "orders/create", {"id": 1}, "d1")
    hooks.send("shopify", "orders/create", bodies.shopify_order(), "d2")
    assert hooks.work() == [("failed", "Unreadable"), ("done", None)]
    other = bodies.shopify_order(id=7, name="#7")
    assert hooks.send("shopify", "orders/create", other, "d1")
    assert hooks.work() == [("done", None)] * 2
    with hooks.store.reading() as connection:
        (day,) = connection.scalars(select(tables.imports.c.id)).all()
    withdraw.withdraw(hooks.store, day, actor="Inès")
    assert hooks.orders() == []

    assert hooks.send("shopify", "orders/create", bodies.shopify_order(), "d2")
    hooks.work()
    assert [order.number for order in hooks.orders()] == ["#1001"]


def test_money_that_waits_forgets_who_was_erased(hooks):
    """What could not be done yet holds nobody who is gone."""
    session = bodies.stripe_session(client_reference_id="zoe@example.org")
    hooks.stripe("checkout.session.completed", session)
    hooks.send("shopify", "orders/updated", b"zoe@example.org {")
    hooks.work()
    hooks.send("orders", "order.created", _own())
    hooks.work()
    erase.erase(hooks.store, "zoe@example.org", actor="Inès")

    waiting, broken, _own_order = hooks.rows()
    assert (waiting.state, waiting.problem, waiting.body) == ("skipped", "erased", None)
    assert (broken.problem, broken.body) == ("erased", None)


@pytest.mark.parametrize("wrong", [{"currency": "usd"}, {"amount_total": 9_000}])
def test_a_payment_that_cannot_be_is_for_a_person(hooks, wrong):
    """Another currency, or more than is to pay."""
    unpaid = bodies.shopify_order(financial_status="pending", total_outstanding="50.00")
    hooks.send("shopify", "orders/create", unpaid)
    session = bodies.stripe_session(client_reference_id="#1001", amount_total=5000)
    hooks.stripe("checkout.session.completed", session | wrong)

    assert hooks.work()[-1] == ("failed", "payment_refused")
    assert hooks.sums("#1001") == (0, 0)


def test_several_refunds_of_one_closed_mark_are_for_a_person(hooks):
    """A mark that the shop's word closed is not refunded again in parts."""
    hooks.send("woocommerce", "order.created", bodies.woo_order())
    hooks.work()
    refunds.refund(hooks.store, Order("727"), amount=1000, actor="Inès")
    told = {"refunds": [{"id": 1, "total": "-10.00"}]}
    later = bodies.woo_order(date_modified_gmt="2026-03-24T10:00:00", **told)
    hooks.send("woocommerce", "order.updated", later)
    hooks.stripe("refund.created", bodies.stripe_refund())

    assert hooks.work()[1:] == [("done", None), ("failed", "refund_refused")]
    assert hooks.sums("727") == (2935, 1000)
    assert hooks.holds()


def test_nothing_to_let_go_writes_nothing(hooks):
    """It is asked each minute: the store's facts stay as they are."""
    hooks.send("shopify", "orders/create", {"id": 1})
    hooks.work()
    with hooks.store.reading() as connection:
        before = connection.execute(select(tables.store_info)).all()

    deliveries.clean(hooks.store, actor="t")

    with hooks.store.reading() as connection:
        assert connection.execute(select(tables.store_info)).all() == before


def test_files_of_our_own_codes_have_every_code():
    """A field that is added has its column in the profile of our own words."""
    columns = profiles.builtin()["commandes"].columns

    assert columns == {field.code: (field.code,) for field in FIELDS}
