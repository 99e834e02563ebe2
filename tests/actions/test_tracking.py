"""Parcels: several at once, corrected, told in the shop's language."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from commandes import words
from commandes.actions import status, tracking
from commandes.actions.orders import Order
from commandes.actions.tracking import Parcel
from commandes.errors import OrderChanged, OrderIsCancelled, TrackingRefused
from commandes.store import tables
from commandes.ui import activity


def _entries(store, kind):
    with store.reading() as connection:
        c = tables.events.c
        return [
            json.loads(text)
            for text in connection.scalars(select(c.payload).where(c.kind == kind))
        ]


TWO = [Parcel("ups", "1Z 1"), Parcel("Colissimo", "6A1")]


def test_the_parcels_of_an_order_are_one_message_and_one_entry(counter):
    """Both links stand in the message; the journal holds no number."""
    receipt = tracking.ship(counter.store, counter.order, TWO, actor="t")

    (message,) = counter.rows(tables.messages)
    assert receipt.result["numbers"] == ["1Z1", "6A1"]
    assert "tracknum=1Z1" in message.body
    assert "code=6A1" in message.body
    assert counter.kinds() == ["imported", "tracked"]
    (payload,) = _entries(counter.store, "tracked")
    assert payload == {"shipments": [1, 2], "carriers": ["Colissimo", "UPS"]} | {
        "message": message.id
    }


def test_numbers_that_stand_are_left_alone(counter):
    """A second time, and twice in one go, is once."""
    tracking.ship(counter.store, counter.order, TWO[:1], tell=False, actor="t")

    receipt = tracking.ship(
        counter.store, counter.order, [*TWO, TWO[1]], tell=False, actor="t"
    )
    again = tracking.ship(counter.store, counter.order, TWO, tell=False, actor="t")

    assert receipt.result["numbers"] == ["6A1"]
    assert (again.changed, again.message) == (
        False,
        "La commande porte déjà ce numéro de suivi.",
    )
    assert [s.number for s in counter.rows(tables.shipments)] == ["1Z1", "6A1"]


def test_a_parcel_may_finish_its_order(counter):
    """One entry says both, and the activity reads both."""
    tracking.ship(
        counter.store, counter.order, TWO[1:], tell=False, done=True, actor="t"
    )

    (payload,) = _entries(counter.store, "tracked")
    assert counter.row().status == "done"
    assert (payload["from"], payload["to"]) == ("new", "done")
    assert activity._tracking_facts(payload, "EUR") == "Colissimo · Nouveau → Terminé"
    again = tracking.ship(
        counter.store, counter.order, TWO[1:], tell=False, done=True, actor="t"
    )
    assert again.changed is False


def test_an_order_whose_parcels_stand_is_finished_too(counter):
    """The status alone moves, and is an entry of its own kind."""
    tracking.ship(counter.store, counter.order, TWO, tell=False, actor="t")

    receipt = tracking.ship(counter.store, counter.order, TWO, done=True, actor="t")

    assert receipt.result["done"] is True
    assert counter.kinds() == ["imported", "tracked", "status"]
    assert counter.rows(tables.messages) == []


def test_a_cancelled_order_is_not_finished_by_a_parcel(counter):
    """Nothing is noted; without the status, it is."""
    status.cancel(counter.store, counter.order, actor="t")

    with pytest.raises(OrderIsCancelled):
        tracking.ship(counter.store, counter.order, TWO, done=True, actor="t")
    assert counter.rows(tables.shipments) == []
    assert tracking.ship(counter.store, counter.order, TWO, actor="t").changed


def test_one_parcel_at_fault_keeps_all_out(counter):
    """An order's parcels stand or fall together."""
    with pytest.raises(TrackingRefused):
        tracking.ship(
            counter.store, counter.order, [*TWO, Parcel("UPS", "")], actor="t"
        )

    assert counter.rows(tables.shipments) == []
    assert counter.kinds() == ["imported"]


def test_the_customer_reads_the_shop_s_language(counter):
    """Whatever the language of the person who acts."""
    counter.store.settings = replace(counter.store.settings, language="en")
    words.use("fr")
    tracking.track(counter.store, counter.order, carrier="UPS", number="1Z1", actor="t")
    counter.store.settings = replace(counter.store.settings, language="fr")
    words.use("en")
    tracking.track(counter.store, counter.order, carrier="UPS", number="1Z2", actor="t")

    english, french = counter.rows(tables.messages)
    assert "Bonjour" not in english.body
    assert "Bonjour" in french.body
    assert words.language() == "en"


def _parcel(counter):
    tracking.track(
        counter.store, counter.order, carrier="UPS", number="1Z1", tell=False, actor="t"
    )
    return counter.rows(tables.shipments)[0].id


def test_a_wrong_number_is_corrected(counter):
    """The wrong parcel is taken off, the right one stands, the customer may be told."""
    wrong = _parcel(counter)

    receipt = tracking.change(
        counter.store,
        counter.order,
        wrong,
        carrier="colissimo",
        number="6A 2",
        tell=True,
        actor="t",
    )

    old, new = counter.rows(tables.shipments)
    assert (old.removed_at is None, new.removed_at) == (False, None)
    assert (new.carrier, new.number) == ("Colissimo", "6A2")
    assert receipt.result == {
        "shipment": new.id,
        "tracking_url": new.url,
        "version": counter.row().version,
    }
    (message,) = counter.rows(tables.messages)
    assert "6A2" in message.body
    assert new.url in message.body
    (payload,) = _entries(counter.store, "tracking_changed")
    assert payload == {
        "shipment": new.id,
        "carrier": "Colissimo",
        "changed": ["carrier", "number", "url"],
        "message": message.id,
    }


def test_carrier_and_address_are_corrected_in_place(counter):
    """The same again is nothing to do; nobody is told unless asked."""
    parcel = _parcel(counter)
    asked = {
        "carrier": "Vélo",
        "number": "1Z1",
        "url": "https://example.org/1",
        "actor": "t",
    }

    first = tracking.change(counter.store, counter.order, parcel, **asked)
    again = tracking.change(counter.store, counter.order, parcel, **asked)

    (row,) = counter.rows(tables.shipments)
    assert (first.result["shipment"], again.changed) == (row.id, False)
    assert (row.carrier, row.url) == ("Vélo", "https://example.org/1")
    assert counter.rows(tables.messages) == []


def test_a_correction_survives_the_platform_s_next_file(counter):
    """The file tells the wrong number and carrier again."""
    counter.shop.order("2", shipments=["X1", {"number": "X2", "carrier": "GLS"}])
    wrong, named = counter.rows(tables.shipments)
    who = {"actor": "t"}
    two = Order("2")
    tracking.change(
        counter.store, two, wrong.id, carrier="UPS", number="1Z9", url=None, **who
    )
    tracking.change(
        counter.store, two, named.id, carrier="DPD", number="X2", url=None, **who
    )

    counter.shop.order(
        "2", shipments=["X1", {"number": "X2", "carrier": "GLS FR"}, "X3"]
    )

    standing = {
        s.number: s.carrier
        for s in counter.rows(tables.shipments)
        if s.removed_at is None
    }
    assert standing == {"1Z9": "UPS", "X2": "DPD", "X3": None}


@pytest.mark.parametrize(
    "asked",
    [
        {"carrier": "", "number": "1"},
        {"carrier": "UPS", "number": ""},
        {"carrier": "UPS", "number": "1Z2"},
        {"carrier": "UPS", "number": "1Z1", "url": "http://example.org"},
        {"carrier": "UPS", "number": "1Z1", "url": "https://[::1"},
    ],
)
def test_a_correction_is_refused_whole(counter, asked):
    """Blank, another parcel's number, or no https."""
    parcel = _parcel(counter)
    tracking.track(
        counter.store, counter.order, carrier="UPS", number="1Z2", tell=False, actor="t"
    )
    before = counter.rows(tables.shipments)

    with pytest.raises(TrackingRefused):
        tracking.change(counter.store, counter.order, parcel, actor="t", **asked)

    assert counter.rows(tables.shipments) == before


def test_only_a_parcel_of_the_order_is_corrected(counter):
    """Neither another order's, nor one taken off, nor an order changed meanwhile."""
    counter.shop.order("2")
    parcel = _parcel(counter)
    asked = {"carrier": "UPS", "number": "2", "actor": "t"}

    with pytest.raises(TrackingRefused):
        tracking.change(counter.store, Order("2"), parcel, **asked)
    with pytest.raises(OrderChanged):
        tracking.change(counter.store, Order("1", version=1), parcel, **asked)
    tracking.remove(counter.store, counter.order, "1Z1", actor="t")
    with pytest.raises(TrackingRefused):
        tracking.change(counter.store, counter.order, parcel, **asked)


def test_a_correction_sent_twice_is_made_once(counter):
    """A double click under one key."""
    parcel = _parcel(counter)
    asked = {"carrier": "UPS", "number": "2", "actor": "t", "key": "k"}

    first = tracking.change(counter.store, counter.order, parcel, **asked)
    again = tracking.change(counter.store, counter.order, parcel, **asked)

    assert (first.changed, again.changed) == (True, False)
    assert first.result == again.result
