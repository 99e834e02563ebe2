"""A later file changes what has changed in the file, and nothing of what people did."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import polars as pl
import pytest
from dump import broken_rules, dump, raw
from hypothesis import given
from hypothesis import strategies as st
from shop import Shop
from sqlalchemy import select, update

from commandes import rules
from commandes.actions import notes, status, tags, tracking
from commandes.actions.orders import Order
from commandes.intake import merge, prepare
from commandes.store import tables

ONE = Order("1")
MARCH = datetime(2026, 3, 2, 9, tzinfo=UTC)
APRIL = datetime(2026, 4, 2, 9, tzinfo=UTC)


@pytest.fixture
def shop(any_store):
    """A shop on both databases."""
    return Shop(any_store)


def order(shop, number="1"):
    return dump(shop.store)["orders"]["test", number]


def counts(report):
    return (report.orders_new, report.orders_updated, report.orders_unchanged)


def told(shop, *orders):
    return shop.bring(shop.incoming([*orders]))


def everything(number="1"):
    """An order that says all that a file can say."""
    return {
        "number": number,
        "module": "booking",
        "status": "in_progress",
        "channel": "web",
        "discount": 100,
        "discount_codes": "WELCOME",
        "shipping": 500,
        "fees": 20,
        "tip": 30,
        "tax": 200,
        "gift_card": 10,
        "phone": "+33 6 39 98 00 00",
        "marketing_consent": True,
        "billing_address": '{"name":"Ana","city":"Lyon"}',
        "shipping_address": '{"name":"Ana","city":"Lyon"}',
        "ip_address": "192.0.2.7",
        "user_agent": 'Mozilla/5.0 {"x":null,}',
        "begun_at": MARCH,
        "lines": [
            {
                "sku": "SLOT",
                "title": "Massage",
                "variant": "60 min",
                "price": 4000,
                "tax_rate": 2000,
                "tax": 100,
                "service_at": APRIL,
                "details": {"slot_end": "2026-04-02T10:00:00+00:00"},
            },
            {"sku": None, "title": "Thé", "price": 0, "quantity": 2},
        ],
        "paid": [
            {"amount": 1000, "kind": "deposit", "reference": "pi_1"},
            {"amount": 3450, "kind": "balance", "at": APRIL},
        ],
        "refunded": {"amount": 300, "marked_at": APRIL, "reference": "re_1"},
        "tags": ["VIP", "Été"],
        "shipments": [{"number": "6A123", "carrier": "Colissimo"}],
        "notes": ['Sonner deux fois, svp {"a":null,}'],
    }


def test_a_new_order_comes_in_whole(shop):
    """Each thing that the file says is in the store, and nothing else."""
    report = told(shop, everything(), {"number": "2"})

    assert counts(report) == (2, 0, 0)
    one = order(shop)
    assert one["status"] == "in_progress"
    assert one["payment_status"] == "paid"
    assert one["ip_address"] == "192.0.2.7"
    assert one["tags"] == ["VIP", "Été"]
    assert {line["title"] for line in one["order_lines"]} == {"Massage", "Thé"}
    assert sorted(p["amount"] for p in one["payments"]) == [1000, 3450]
    assert [r["amount"] for r in one["refunds"]] == [300]
    assert [s["number"] for s in one["shipments"]] == ["6A123"]
    assert [n["text"] for n in one["notes"]] == ['Sonner deux fois, svp {"a":null,}']
    assert one["version"] == 1
    assert [kind for kind, _ in one["events"]] == ["imported"]
    assert order(shop, "2")["tags"] == []
    assert broken_rules(shop.store) == {}


def test_the_same_file_again_changes_nothing(shop):
    """No row, no version, no journal entry; all orders unchanged."""
    told(shop, everything(), {"number": "2"})
    before = dump(shop.store)
    head = shop.store.head()

    report = told(shop, everything(), {"number": "2"})

    assert counts(report) == (0, 0, 2)
    assert dump(shop.store) == before
    assert shop.store.head() == head


def test_the_order_of_rows_in_a_file_does_not_matter(shop):
    """Tags, payments and lines in another order are the same file."""
    one = everything()
    told(shop, one)
    before = dump(shop.store)
    shuffled = {
        **one,
        **{name: one[name][::-1] for name in ("lines", "paid", "tags")},
    }

    assert counts(told(shop, shuffled)) == (0, 0, 1)
    assert dump(shop.store) == before


FIELDS = {
    "number": "1-bis",
    "module": "events",
    "status": "done",
    "payment_pending": True,
    "is_cart": True,
    "cart_id": "c9",
    "channel": "phone",
    "subtotal": 9000,
    "discount": 90,
    "discount_codes": "LATER",
    "shipping": 90,
    "fees": 90,
    "tip": 90,
    "tax": 90,
    "tax_included": False,
    "total": 9090,
    "gift_card": 90,
    "customer_name": 'Ana M. {"x":null,}',
    "email": "ana.m@example.org",
    "phone": "+33 6 39 98 99 99",
    "marketing_consent": False,
    "billing_address": '{"city":"Nice"}',
    "shipping_address": '{"city":"Nice"}',
    "ip_address": "192.0.2.99",
    "user_agent": "Opera",
    "placed_at": APRIL,
    "begun_at": APRIL,
    "abandoned_at": APRIL,
}


def test_every_field_of_a_file_is_tried_below():
    """Who adds a field adds its case."""
    never = {"currency"}  # such a row is refused
    assert set(FIELDS) | {"cancelled_at"} | never == set(prepare.FIELDS)


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_a_field_that_changes_in_the_file_changes_here(field, store):
    """One field, one version, one entry that names it without its value."""
    shop = Shop(store)
    told(shop, {**everything(), "source_id": "1"}, {"number": "2"})
    before = order(shop)

    changed = {**everything(), "source_id": "1", field: FIELDS[field]}
    changed.setdefault("total", before["total"])
    changed.setdefault("subtotal", before["subtotal"])
    report = told(shop, changed, {"number": "2"})

    after = order(shop)
    assert counts(report) == (0, 1, 1)
    assert after[field] == FIELDS[field]
    assert after["version"] == 2
    kind, payload = after["events"][-1]
    assert (kind, payload["changed"]) == ("updated", [field])
    others = set(prepare.FIELDS) - {field}
    assert {n: after[n] for n in others} == {n: before[n] for n in others}
    assert order(shop, "2")["version"] == 1


@pytest.mark.parametrize("field", sorted(set(FIELDS) - {"status", "number"}))
def test_a_field_changed_here_stays_ours(field, store):
    """What people set stands, also when the file has another value later."""
    shop = Shop(store)
    told(shop, everything())
    with store.writing("Inès") as writer:
        c = tables.orders.c
        ours = FIELDS[field]
        writer.connection.execute(
            update(tables.orders)
            .where(c.number == "1")
            .values({field: ours, "version": 2})
        )
        writer.record(1, "edited")

    later = {"placed_at": MARCH.replace(day=20)}
    other = {str: "theirs", int: 7, bool: None, datetime: MARCH.replace(day=20)}
    value = later.get(field, other[type(FIELDS[field])])
    if value is None:
        value = FIELDS[field]
    told(shop, {**everything(), "source_id": "1", field: value, "status": "done"})

    assert order(shop)[field] == FIELDS[field]
    assert order(shop)["status"] == "done"


def test_a_field_that_did_not_change_in_the_file_stays_as_it_is_here(shop):
    """An erased name is not brought back by a file that always had it."""
    told(shop, everything())
    with shop.store.writing("Inès") as writer:
        writer.connection.execute(
            update(tables.orders).values(customer_name=None, version=2)
        )
        writer.record(1, "edited")

    told(shop, {**everything(), "status": "done"})

    assert order(shop)["customer_name"] is None
    assert order(shop)["status"] == "done"


def test_a_status_set_here_stands(shop):
    """The file's status may change as it likes: people know better."""
    told(shop, {"number": "1"})
    status.set_status(shop.store, ONE, "in_progress", actor="Inès")

    told(shop, {"number": "1", "status": "done"})
    told(shop, {"number": "1", "status": "cancelled", "cancelled_at": APRIL})

    one = order(shop)
    assert (one["status"], one["cancelled_at"]) == ("in_progress", None)
    assert [line["cancelled_quantity"] for line in one["order_lines"]] == [0]
    assert broken_rules(shop.store) == {}


def test_a_status_that_both_set_is_followed_again(shop):
    """Done here, done in the file: from then on the file goes on."""
    told(shop, {"number": "1"})
    status.set_status(shop.store, ONE, "in_progress", actor="Inès")
    told(shop, {"number": "1", "status": "in_progress"})

    told(shop, {"number": "1", "status": "done"})

    assert order(shop)["status"] == "done"


def test_a_cancellation_told_by_the_file(shop):
    """Status, date and units follow; nothing comes back to stock here."""
    told(shop, {"number": "1", "paid": 1000})
    told(
        shop,
        {"number": "1", "paid": 1000, "status": "cancelled", "cancelled_at": APRIL},
    )

    one = order(shop)
    assert (one["status"], one["cancelled_at"]) == ("cancelled", APRIL)
    (line,) = one["order_lines"]
    assert (line["cancelled_quantity"], line["source_returned_quantity"]) == (1, 1)
    assert dump(shop.store)["stock"] == []
    assert broken_rules(shop.store) == {}


def test_a_cancellation_that_the_file_takes_back(shop):
    """The order is held again, its units are no longer cancelled."""
    told(shop, {"number": "1", "status": "cancelled", "cancelled_at": APRIL})
    told(shop, {"number": "1", "status": "new"})

    one = order(shop)
    assert (one["status"], one["cancelled_at"]) == ("new", None)
    (line,) = one["order_lines"]
    assert (line["cancelled_quantity"], line["source_returned_quantity"]) == (0, 0)
    assert broken_rules(shop.store) == {}


def test_an_order_cancelled_here_stays_cancelled(shop):
    """Its date, and its units that came back once, stay as they are."""
    told(shop, {"number": "1"})
    status.cancel(shop.store, ONE, actor="Inès")
    ours = order(shop)["cancelled_at"]

    told(shop, {"number": "1", "status": "done"})
    told(shop, {"number": "1", "status": "cancelled", "cancelled_at": APRIL})

    one = order(shop)
    assert (one["status"], one["cancelled_at"]) == ("cancelled", ours)
    assert dump(shop.store)["stock"] == [("LAMP", 1)]
    assert broken_rules(shop.store) == {}


def test_an_order_archived_here_stays_archived(shop):
    """A file never archives, and never brings out of the archive."""
    told(shop, everything())
    status.archive(shop.store, ONE, actor="Inès")
    archived = order(shop)["archived_at"]

    told(shop, {**everything(), "status": "done"})

    assert order(shop)["archived_at"] == archived is not None


def test_a_tag_taken_off_here_stays_off(shop):
    """Until the file itself has it anew."""
    told(shop, {"number": "1", "tags": ["VIP", "Cadeau"]})
    tags.untag(shop.store, ONE, "VIP", actor="Inès")

    told(shop, {"number": "1", "tags": ["VIP", "Cadeau", "Urgent"]})

    assert order(shop)["tags"] == ["Cadeau", "Urgent"]


def test_a_tag_put_on_here_stays_on(shop):
    """The file does not know it, and does not take it off."""
    told(shop, {"number": "1", "tags": ["VIP"]})
    tags.tag(shop.store, ONE, "Urgent", actor="Inès")

    told(shop, {"number": "1", "status": "done"})

    assert order(shop)["tags"] == ["Urgent", "VIP"]


def test_a_tag_written_otherwise_is_the_same_tag(shop):
    """Accents and case aside, so taking it off holds."""
    told(
        shop, {"number": "1", "tags": ["Été", "ete"]}, {"number": "2", "tags": ["ÉTÉ"]}
    )
    tags.untag(shop.store, ONE, "été", actor="Inès")

    report = told(shop, {"number": "1", "tags": ["ETE"]}, {"number": "2"})

    assert order(shop)["tags"] == []
    assert len(order(shop, "2")["tags"]) == 1
    assert counts(report) == (0, 0, 2)
    with shop.store.reading() as connection:
        assert len(connection.execute(select(tables.tags)).all()) == 1


def test_a_parcel_added_here_and_told_later_is_one_parcel(shop):
    """The number counts; what people wrote about it stays."""
    told(shop, {"number": "1"})
    tracking.track(shop.store, ONE, carrier="UPS", number="1Z9", actor="Inès")

    told(
        shop, {"number": "1", "shipments": [{"number": "1Z9", "carrier": "ups?"}, "X2"]}
    )

    found = {s["number"]: s["carrier"] for s in order(shop)["shipments"]}
    assert found == {"1Z9": "UPS", "X2": None}


def test_a_parcel_taken_off_here_stays_off(shop):
    """The file goes on having it."""
    told(shop, {"number": "1", "shipments": ["X1"]})
    tracking.remove(shop.store, ONE, "X1", actor="Inès")

    told(shop, {"number": "1", "shipments": ["X1", "X2"]})

    removed = {
        s["number"]: s["removed_at"] is not None for s in order(shop)["shipments"]
    }
    assert removed == {"X1": True, "X2": False}


def test_a_parcel_of_the_file_gets_its_carrier_later(shop):
    """What the file says anew of its own parcel is taken over."""
    told(shop, {"number": "1", "shipments": ["X1"]})

    report = told(
        shop, {"number": "1", "shipments": [{"number": "X1", "carrier": "GLS"}]}
    )

    assert [s["carrier"] for s in order(shop)["shipments"]] == ["GLS"]
    assert counts(report) == (0, 1, 0)


def test_notes_of_both_sides_stay(shop):
    """A customer's note once, however often the file tells it; ours beside it."""
    told(shop, {"number": "1", "notes": ["Sonner"]})
    notes.note(shop.store, ONE, "Rappeler", actor="Inès")

    told(shop, {"number": "1", "notes": ["Sonner", "Deux fois"]})

    found = sorted((n["author"], n["text"]) for n in order(shop)["notes"])
    assert found == [
        ("Inès", "Rappeler"),
        ("client", "Deux fois"),
        ("client", "Sonner"),
    ]


def test_totals_of_the_file_are_told_per_currency(shop):
    """A control against the file's own, never added across currencies."""
    report = told(
        shop,
        {"number": "1"},
        {"number": "2", "currency": "GBP"},
        {"number": "3", "currency": "GBP", "total": 1},
    )

    assert report.totals == {"EUR": 1000, "GBP": 1001}


def test_two_sources_may_share_a_number(shop):
    """The order of another platform is another order."""
    told(shop, {"number": "1"})
    shop.source = "other"

    report = told(shop, {"number": "1", "status": "done"})

    assert counts(report) == (1, 0, 0)
    assert order(shop)["status"] == "new"


def test_the_journal_holds_no_personal_data(shop):
    """Neither when orders come in nor when they change."""
    one = everything()
    told(shop, one)
    told(shop, {**one, "customer_name": "Ana Durand", "email": "durand@example.org"})
    told(shop, {**one, "notes": ["Code 4242"], "shipments": ["6A999"]})

    with shop.store.reading() as connection:
        payloads = " ".join(connection.scalars(select(tables.events.c.payload)))
    for secret in ("Ana", "Durand", "example.org", "Lyon", "192.0.2", "Mozilla"):
        assert secret not in payloads
    for secret in ("4242", "Sonner", "6A123", "6A999", "39 98"):
        assert secret not in payloads


def test_the_activity_shows_the_dates_of_the_source(shop):
    """Placed, paid, cancelled, refunded, as the file dates them."""
    told(
        shop,
        {
            "number": "1",
            "at": MARCH,
            "paid": [{"amount": 1000, "at": APRIL}],
            "refunded": {"amount": 1000, "marked_at": APRIL},
            "status": "cancelled",
            "cancelled_at": APRIL,
        },
        {"number": "2", "paid": [{"amount": 1000, "at_given": False}]},
    )

    ((_, payload),) = order(shop)["events"]
    assert payload["dates"] == {
        "placed": "2026-03-02T09:00:00+00:00",
        "paid": "2026-04-02T09:00:00+00:00",
        "cancelled": "2026-04-02T09:00:00+00:00",
        "refunded": "2026-04-02T09:00:00+00:00",
    }
    assert order(shop, "2")["events"][0][1]["dates"] == {
        "placed": "2026-03-02T09:00:00+00:00"
    }


def test_a_dry_run_writes_nothing_and_foretells_the_import(shop):
    """New, updated, unchanged and refunds beyond, exactly as the import then does."""
    told(shop, *({"number": str(n), "paid": 1000} for n in range(6)))
    status.set_status(shop.store, Order("3"), "done", actor="Inès")
    file = shop.incoming(
        [
            {"number": "0", "paid": 1000},
            {"number": "1", "paid": 1000, "refunded": 400},
            {"number": "2", "paid": 1000, "refunded": 1700},
            {"number": "3", "paid": 1000, "status": "in_progress"},
            {"number": "4", "paid": 1000, "tags": ["VIP"]},
            {"number": "7", "paid": 1000, "refunded": 1200, "currency": "GBP"},
        ]
    )
    before, head = raw(shop.store), shop.store.head()

    foretold = merge.preview(shop.store, file)

    assert (raw(shop.store), shop.store.head()) == (before, head)
    done = shop.bring(file)
    # The status that stands here is no change: the file only said something else.
    assert counts(foretold) == counts(done) == (1, 3, 2)
    assert foretold.beyond == done.beyond == {"EUR": 700, "GBP": 200}
    assert foretold.totals == done.totals
    assert broken_rules(shop.store) == {}


@given(
    total=st.integers(0, 30),
    paid=st.none() | st.integers(0, 40),
    refunded=st.integers(0, 40),
    pending=st.booleans(),
    abandoned=st.booleans(),
)
def test_a_frame_and_an_order_have_the_same_payment_status(
    total, paid, refunded, pending, abandoned
):
    """Bulk and single orders follow one rule."""
    frame = pl.DataFrame(
        {
            "total": [total],
            "paid": [paid],
            "refunded": [refunded],
            "payment_pending": [pending],
            "abandoned_at": [1 if abandoned else None],
        },
        schema_overrides={"paid": pl.Int64, "abandoned_at": pl.Int64},
    )

    assert frame.select(prepare.payment_status()).item() == rules.payment_status(
        total=total, paid=paid, refunded=refunded, pending=pending, abandoned=abandoned
    )


def test_last_values_are_json_whatever_the_texts(shop):
    """Quotes, braces and what looks like an empty field stay what they are."""
    nasty = ['"email":null,', ",}", '{"a":null}', "a\\", "\u2028", "😀", "\t\n"]
    told(
        shop,
        *({"number": str(n), "customer_name": text} for n, text in enumerate(nasty)),
    )

    found = [order(shop, str(n)) for n in range(len(nasty))]
    assert [one["told"]["customer_name"] for one in found] == nasty
    assert [one["customer_name"] for one in found] == nasty
    with shop.store.reading() as connection:
        for payload in connection.scalars(select(tables.events.c.payload)):
            json.loads(payload)
