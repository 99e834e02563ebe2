"""Tags, status, archive, cancel, payments, notes, tracking, messages, stock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from commandes.actions import (
    messages,
    notes,
    payments,
    refunds,
    status,
    stock,
    tags,
    tracking,
    views,
)
from commandes.actions.orders import Order
from commandes.errors import (
    BadFilter,
    KeyReused,
    MessageRefused,
    OrderAmbiguous,
    OrderChanged,
    OrderIsCancelled,
    OrderNotFound,
    PaymentRefused,
    StockReasonMissing,
    TagNameInvalid,
    TrackingRefused,
)
from commandes.store import tables


def test_a_tag_is_created_once_and_put_on_once(counter):
    """Accents and case do not make another tag."""
    first = tags.tag(counter.store, counter.order, "Été", color="red", actor="t")
    again = tags.tag(counter.store, counter.order, "ete", actor="t")

    assert (first.changed, again.changed) == (True, False)
    assert [(t.name, t.color) for t in counter.rows(tables.tags)] == [("Été", "red")]
    assert counter.kinds() == ["imported", "tagged"]


def test_a_tag_taken_off_stays_as_a_tag(counter):
    """Taking off what is not on is a message, not a change."""
    tags.tag(counter.store, counter.order, "VIP", actor="t")

    off = tags.untag(counter.store, counter.order, "VIP", actor="t")
    again = tags.untag(counter.store, counter.order, "VIP", actor="t")
    unknown = tags.untag(counter.store, counter.order, "Presse", actor="t")

    assert [off.changed, again.changed, unknown.changed] == [True, False, False]
    assert len(counter.rows(tables.tags)) == 1


def test_the_colour_is_part_of_what_was_asked(counter):
    """The same key with another colour is refused, not taken for the same."""
    asked = {"color": "red", "actor": "t", "key": "k"}
    tags.tag(counter.store, counter.order, "VIP", **asked)

    with pytest.raises(KeyReused):
        tags.tag(counter.store, counter.order, "VIP", **asked | {"color": "blue"})


def test_blanks_copied_along_take_off_what_is_there(counter):
    """A tag and a number, as a person pastes them, and as a file wrote them."""
    told = {"tags": ["Très  bien"], "shipments": ["AB 12"]}
    counter.shop.order("2", **told)
    two = Order("2")
    tags.tag(counter.store, two, "Très Urgent", actor="t")
    tracking.track(counter.store, two, carrier="UPS", number="77 1", actor="t")

    off = [tags.untag(counter.store, two, n, actor="t") for n in
           (" très   urgent ", "Très  bien")]  # fmt: skip
    gone = [tracking.remove(counter.store, two, n, actor="t") for n in
            (" 7 7\u200b1 ", "AB 12")]  # fmt: skip

    assert [one.changed for one in (*off, *gone)] == [True] * 4


def test_what_postgresql_cannot_hold_is_left_out_on_both(counter):
    """NUL and halves of characters in what people type, search for and explain."""
    store, one, bad = counter.store, counter.order, "a\0b\ud800"
    notes.note(store, one, bad, actor="t")
    assert not notes.note(store, one, "\0 ", actor="t").changed
    told = {"means": bad, "provider": bad, "reference": bad}
    counter.shop.order("2")
    payments.pay(store, Order("2"), **told, actor="t")
    refunds.refund(store, one, reason=bad, actor="t")
    refunds.close(store, one, provider=bad, reference=bad, actor="t")
    stock.adjust(store, "LAMP", 1, bad, actor="t")
    with pytest.raises(StockReasonMissing):
        stock.adjust(store, "LAMP", 1, "\0", actor="t")
    views.save(store, bad, "tag=x", actor="t")
    assert views.remove(store, bad, actor="t").changed
    assert not tags.untag(store, one, bad, actor="t").changed
    assert tracking.link(store, bad, "1") is None
    assert not tracking.remove(store, one, bad, actor="t").changed
    with pytest.raises(OrderNotFound):
        notes.note(store, Order(bad), "x", actor="t")

    assert [note.text for note in counter.rows(tables.notes)] == ["ab"]
    (payment,) = [p for p in counter.rows(tables.payments) if p.origin == "here"]
    assert (payment.means, payment.provider, payment.reference) == ("ab", "ab", "ab")
    assert [mark.reason for mark in counter.rows(tables.refunds)] == ["ab"]
    assert counter.rows(tables.stock_movements)[-1].reason == "ab"


def test_a_cart_is_paid_where_that_is_meant(counter):
    """By hand, or in a batch that takes carts along; else it is refused, and said."""
    counter.shop.order("2", is_cart=True)
    pay = {"actor": "t", "key": "k"}

    with pytest.raises(PaymentRefused, match="c’est un panier"):
        payments.pay(counter.store, Order("2"), carts=False, **pay)

    assert payments.pay(counter.store, Order("2"), **pay).changed
    with pytest.raises(KeyReused):
        payments.pay(counter.store, Order("2"), carts=False, **pay)


def test_cancelling_says_what_is_to_be_given_back(counter):
    """What is paid and not refunded; nothing of an order that was not paid."""
    counter.shop.order("2")
    refunds.refund(counter.store, counter.order, amount=833, actor="t")

    paid = status.cancel(counter.store, counter.order, actor="t")
    unpaid = status.cancel(counter.store, Order("2"), actor="t")

    assert (paid.result["to_refund"], unpaid.result["to_refund"]) == (3000, 0)


def test_tags_change_together_or_not_at_all(counter):
    """Two off and one on in one transaction, each with its entry."""
    for name in ("VIP", "Urgent", "Presse"):
        tags.tag(counter.store, counter.order, name, actor="t")
    off = ["VIP", "Urgent"]
    with pytest.raises(TagNameInvalid):
        tags.change(counter.store, counter.order, on=[" "], off=off, actor="t")

    seen = Order("1", version=4)
    done = tags.change(counter.store, seen, on=["Colis"], off=off, actor="t")
    again = tags.change(counter.store, counter.order, on=["Colis"], off=off, actor="t")

    assert (done.changed, done.result) == (True, {"version": 7})
    assert counter.kinds()[4:] == ["untagged", "untagged", "tagged"]
    with counter.store.reading() as connection:
        on = connection.execute(tables.order_tags.select()).all()
    assert len(on) == 2
    assert again.changed is False
    assert again.message == (
        "La commande ne porte pas cette étiquette. "
        "La commande porte déjà cette étiquette."
    )


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "a\x00b"])
def test_a_tag_needs_a_name(counter, name):
    """Blank, too long or unprintable is refused before anything is written."""
    with pytest.raises(TagNameInvalid):
        tags.tag(counter.store, counter.order, name, actor="t")

    assert counter.rows(tables.tags) == []


def test_status_moves_and_says_so_once(counter):
    """The same status again is a message."""
    moved = status.set_status(counter.store, counter.order, "done", actor="t")
    again = status.set_status(counter.store, counter.order, "done", actor="t")

    assert (moved.changed, again.changed) == (True, False)
    assert counter.row().status == "done"


def test_a_cancelled_order_is_restored_before_its_status_moves(counter):
    """And « cancelled » is no status to set: cancelling is an action."""
    status.cancel(counter.store, counter.order, actor="t")

    with pytest.raises(OrderIsCancelled):
        status.set_status(counter.store, counter.order, "done", actor="t")
    with pytest.raises(BadFilter):
        status.set_status(counter.store, counter.order, "cancelled", actor="t")


def test_archive_changes_nothing_but_the_list(counter):
    """And it can be undone."""
    before = counter.row()
    status.archive(counter.store, counter.order, actor="t")
    again = status.archive(counter.store, counter.order, actor="t")
    status.unarchive(counter.store, counter.order, actor="t")
    active = status.unarchive(counter.store, counter.order, actor="t")

    assert (again.changed, active.changed) == (False, False)
    assert {**counter.row()._mapping, "version": 1} == dict(before._mapping)
    assert counter.kinds() == ["imported", "archived", "unarchived"]


def test_cancelling_frees_what_the_order_holds_and_restoring_takes_it(counter):
    """From any status, and back to that very status."""
    status.set_status(counter.store, counter.order, "in_progress", actor="t")

    status.cancel(counter.store, counter.order, actor="t")
    assert counter.on_hand("LAMP") == 3
    assert status.cancel(counter.store, counter.order, actor="t").changed is False
    status.restore(counter.store, counter.order, actor="t")

    assert counter.on_hand("LAMP") == 0
    assert (counter.row().status, counter.row().cancelled_at) == ("in_progress", None)
    assert status.restore(counter.store, counter.order, actor="t").changed is False


def test_restoring_gives_back_the_status_before_whoever_cancelled(counter):
    """The file's cancellation too, and not the status before an older one."""
    told = {"paid": 1000, "status": "done"}
    counter.shop.order("2", **told)
    status.set_status(counter.store, Order("2"), "new", actor="t")
    status.cancel(counter.store, Order("2"), actor="t")
    status.restore(counter.store, Order("2"), actor="t")
    status.set_status(counter.store, Order("2"), "done", actor="t")
    counter.shop.order("2", **told | {"status": "cancelled"})
    assert counter.row("2").status == "cancelled"

    status.restore(counter.store, Order("2"), actor="t")

    assert counter.row("2").status == "done"


def test_an_order_done_with_its_parcel_is_done_again_once_restored(counter):
    """The status that came with a tracking number counts too."""
    parcel = [tracking.Parcel("Colissimo", "6A12345678901")]
    tracking.ship(counter.store, counter.order, parcel, done=True, actor="t")
    status.cancel(counter.store, counter.order, actor="t")

    status.restore(counter.store, counter.order, actor="t")

    assert counter.row().status == "done"


def test_cancelling_without_restock_leaves_the_stock(counter):
    """And a refund afterwards still brings the units back, once."""
    status.cancel(counter.store, counter.order, restock=False, actor="t")
    assert counter.rows(tables.stock_items) == []

    refunds.refund(counter.store, counter.order, actor="t")

    assert counter.on_hand("LAMP") == 3


def test_an_order_the_source_cancelled_never_comes_back_to_stock(counter):
    """What the source had freed already is not freed again here."""
    counter.shop.order("2", status="cancelled", paid=1000)

    refunds.refund(counter.store, Order("2"), actor="t")
    status.restore(counter.store, Order("2"), actor="t")
    status.cancel(counter.store, Order("2"), actor="t")

    assert counter.on_hand("LAMP") == 0


def test_a_deposit_and_its_balance_make_the_order_paid(counter):
    """The first payment in part is a deposit, the one that completes the balance."""
    counter.shop.order("2")

    payments.pay(counter.store, Order("2"), amount=300, actor="t")
    assert counter.row("2").payment_status == "unpaid"
    payments.pay(counter.store, Order("2"), actor="t")

    kinds = [row.kind for row in counter.rows(tables.payments)]
    assert kinds == ["full", "deposit", "balance"]
    assert counter.row("2").payment_status == "paid"


@pytest.mark.parametrize("amount", [1001, 0, -5])
def test_a_payment_beyond_what_is_left_is_refused(counter, amount):
    """Nor can nothing be paid."""
    counter.shop.order("2")

    with pytest.raises(PaymentRefused):
        payments.pay(counter.store, Order("2"), amount=amount, actor="t")


@pytest.mark.parametrize(
    "at",
    [datetime(1899, 12, 31, tzinfo=UTC), datetime.now(UTC) + timedelta(days=2)],
)
def test_a_payment_has_a_date_that_can_be(counter, at):
    """A slip of the keyboard would move the figures of another century."""
    counter.shop.order("2")

    with pytest.raises(PaymentRefused, match="plausible"):
        payments.pay(counter.store, Order("2"), at=at, actor="t")

    assert counter.row("2").payment_status == "unpaid"


def test_a_paid_order_takes_no_more(counter):
    """Nothing is left to pay."""
    with pytest.raises(PaymentRefused):
        payments.pay(counter.store, counter.order, actor="t")


def test_a_payment_noted_here_can_be_voided_until_a_refund_needs_it(counter):
    """One of the source cannot; twice is a message."""
    counter.shop.order("2")
    noted = payments.pay(counter.store, Order("2"), actor="t").result["payment"]

    refunds.refund(counter.store, Order("2"), amount=100, actor="t")
    with pytest.raises(PaymentRefused):
        payments.void(counter.store, Order("2"), noted, actor="t")
    refunds.unrefund(counter.store, Order("2"), actor="t")
    payments.void(counter.store, Order("2"), noted, actor="t")
    again = payments.void(counter.store, Order("2"), noted, actor="t")

    assert (again.changed, counter.row("2").payment_status) == (False, "unpaid")
    with pytest.raises(PaymentRefused):
        payments.void(counter.store, counter.order, 1, actor="t")


def test_a_note_keeps_its_author(counter):
    """A blank one is not kept."""
    notes.note(counter.store, counter.order, " Rappeler ", actor="Inès")
    blank = notes.note(counter.store, counter.order, "  ", actor="Inès")

    assert blank.changed is False
    assert [(n.author, n.text) for n in counter.rows(tables.notes)] == [
        ("Inès", "Rappeler")
    ]


def test_a_parcel_has_its_link_and_the_customer_is_told(counter):
    """The link is built from the carrier's table, the number URL-encoded."""
    tracking.track(
        counter.store, counter.order, carrier="colissimo", number="6A 1/2", actor="t"
    )

    (shipment,) = counter.rows(tables.shipments)
    (message,) = counter.rows(tables.messages)
    assert (
        shipment.url == "https://www.laposte.fr/outils/suivre-vos-envois?code=6A1%2F2"
    )
    assert shipment.url in message.body
    assert (message.state, message.recipient) == ("queued", "ana@example.org")


def test_a_carrier_without_page_has_no_link(counter):
    """The customer is told carrier and number."""
    tracking.track(
        counter.store, counter.order, carrier="Coursier", number="7", actor="t"
    )

    (shipment,) = counter.rows(tables.shipments)
    (message,) = counter.rows(tables.messages)
    assert shipment.url is None
    assert "Coursier" in message.body
    assert "http" not in message.body


def test_telling_the_customer_can_be_unticked(counter):
    """And the same number twice is one parcel."""
    for _ in range(2):
        receipt = tracking.track(
            counter.store,
            counter.order,
            carrier="Coursier",
            number="7",
            url="https://example.org/7",
            tell=False,
            actor="t",
        )

    assert receipt.changed is False
    assert counter.rows(tables.messages) == []
    assert [row.url for row in counter.rows(tables.shipments)] == [
        "https://example.org/7"
    ]


@pytest.mark.parametrize(
    "asked",
    [
        {"carrier": "", "number": "1"},
        {"carrier": "UPS", "number": " "},
        {"carrier": "UPS", "number": "1", "url": "http://example.org"},
        {"carrier": "UPS", "number": "1", "url": "javascript:alert(1)"},
        {"carrier": "UPS", "number": "1", "url": "https://"},
        {"carrier": "UPS", "number": "1", "url": "https://[x"},
        {"carrier": "UPS", "number": "1" * 101},
    ],
)
def test_tracking_needs_carrier_number_and_https(counter, asked):
    """A refusal keeps nothing."""
    with pytest.raises(TrackingRefused):
        tracking.track(counter.store, counter.order, actor="t", **asked)

    assert counter.rows(tables.shipments) == []


def test_a_parcel_taken_off_can_be_added_again(counter):
    """The activity keeps both."""
    asked = {"carrier": "UPS", "number": "1", "actor": "t"}
    tracking.track(counter.store, counter.order, **asked)
    tracking.remove(counter.store, counter.order, "1", actor="t")
    gone = tracking.remove(counter.store, counter.order, "1", actor="t")
    tracking.track(counter.store, counter.order, **asked)

    assert gone.changed is False
    assert counter.kinds()[1:] == ["tracked", "tracking_removed", "tracked"]


def test_a_message_waits_in_the_outbox_with_a_header_safe_subject(counter):
    """A line break in the subject never becomes a header."""
    messages.message(
        counter.store,
        counter.order,
        "Bonjour\r\nBcc: x@example.org",
        "Texte",
        actor="t",
    )

    (message,) = counter.rows(tables.messages)
    assert message.subject == "Bonjour Bcc: x@example.org"
    assert message.state == "queued"


def test_a_message_needs_an_address_and_words(counter):
    """A customer without e-mail cannot be written to."""
    counter.shop.order("2", email=None)
    with pytest.raises(MessageRefused):
        messages.message(counter.store, Order("2"), "a", "b", actor="t")
    with pytest.raises(MessageRefused):
        messages.message(counter.store, counter.order, "a", "  ", actor="t")


def test_stock_is_corrected_with_a_reason(counter):
    """Each correction is a movement; opening levels move the difference only."""
    stock.adjust(counter.store, "LAMP", 5, "inventaire", actor="t")
    stock.adjust(counter.store, "LAMP", -2, "casse", actor="t")
    stock.open_levels(counter.store, [("LAMP", None, 10), ("PEN", None, 0)], actor="t")

    assert counter.on_hand("LAMP") == 10
    moved = [row.quantity for row in counter.rows(tables.stock_movements)]
    assert moved == [5, -2, 7]
    with pytest.raises(StockReasonMissing):
        stock.adjust(counter.store, "LAMP", 1, " ", actor="t")


def test_a_level_that_is_right_already_is_no_change(counter):
    """Neither a correction by nothing nor an opening level that is there."""
    stock.adjust(counter.store, "LAMP", 5, "inventaire", actor="t")
    head = counter.store.head()

    nothing = stock.adjust(counter.store, "LAMP", 0, "inventaire", actor="t")
    there = stock.open_levels(counter.store, [("LAMP", None, 5)], actor="t")

    assert (nothing.changed, there.changed) == (False, False)
    assert there.result == {"items": 0}
    assert counter.store.head() == head
    assert len(counter.rows(tables.stock_movements)) == 1


def test_stock_of_a_date_is_its_own(counter):
    """A seat of Friday is none of Saturday."""
    friday, saturday = (datetime(2199, 1, day, tzinfo=UTC) for day in (4, 5))
    levels = [("SEAT", friday, 10), ("SEAT", saturday, 20), ("SEAT", None, 1)]
    stock.open_levels(counter.store, levels, actor="t")
    stock.adjust(counter.store, "SEAT", -3, "cassés", service_at=saturday, actor="t")

    items = counter.rows(tables.stock_items)
    assert [(item.service_at, item.on_hand) for item in items] == [
        (friday, 10),
        (saturday, 17),
        (None, 1),
    ]


def test_a_key_serves_one_request(counter):
    """The same key for something else is refused."""
    status.archive(counter.store, counter.order, actor="t", key="k")

    with pytest.raises(KeyReused):
        status.unarchive(counter.store, counter.order, actor="t", key="k")


def test_a_version_that_the_order_never_had_is_refused(counter):
    """A screen from before a restored backup shows a later one."""
    with pytest.raises(OrderChanged):
        status.archive(counter.store, Order("1", version=9), actor="t")


def test_a_number_of_two_sources_asks_which(counter):
    """Never the wrong order."""
    counter.shop.source = "other"
    counter.shop.bring(counter.shop.incoming([{"number": "1"}]))

    with pytest.raises(OrderAmbiguous):
        status.archive(counter.store, counter.order, actor="t")
    assert status.archive(counter.store, Order("1", "other"), actor="t").changed


def test_what_happened_by_itself_is_no_change(counter):
    """A message that left meanwhile refuses nobody; a note beside it does."""
    seen = counter.row().version
    with counter.store.writing("outbox") as writer:
        writer.record(counter.row().id, "message_sent")
        orders = tables.orders
        writer.connection.execute(
            orders.update().where(orders.c.number == "1").values(version=seen + 1)
        )

    done = status.archive(counter.store, Order("1", version=seen), actor="t")

    assert done.changed
    with pytest.raises(OrderChanged):
        notes.note(counter.store, Order("1", version=seen), "x", actor="t")
    with pytest.raises(OrderChanged):
        notes.note(counter.store, Order("1", version=seen + 9), "x", actor="t")
