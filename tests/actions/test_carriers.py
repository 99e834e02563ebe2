"""The table of carriers: added, changed, removed, and the links it gives."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from commandes.actions import carriers, tracking
from commandes.actions.orders import Order
from commandes.errors import (
    CarrierNameInvalid,
    CarrierNameTaken,
    CarrierUnknown,
    CarrierUrlInvalid,
)
from commandes.store import tables

URL = "https://gls.example.org/suivi/{n}?lang=fr"


def _rows(store):
    with store.reading() as connection:
        return connection.execute(
            select(tables.carriers).order_by(tables.carriers.c.id)
        ).all()


def _kinds(store):
    with store.reading() as connection:
        c = tables.events.c
        return list(connection.scalars(select(c.kind).order_by(c.seq)))


def test_a_new_shop_knows_the_usual_carriers(any_store):
    """By name, so that a list of them reads well."""
    assert [carrier.name for carrier in carriers.known(any_store)] == [
        "Chronopost",
        "Colissimo",
        "DHL Express",
        "FedEx",
        "La Poste",
        "Mondial Relay",
        "UPS",
    ]


def test_a_carrier_is_added_and_gives_links(any_store):
    """Spaces are tidied; the number is URL-encoded into its place."""
    receipt = carriers.add(any_store, "  GLS   France ", f" {URL} ", actor="t")

    (gls,) = [c for c in carriers.known(any_store) if c.name == "GLS France"]
    assert receipt.result == {"carrier": gls.id}
    assert tracking.link(any_store, "gls france", "A/1&b") == (
        "https://gls.example.org/suivi/A%2F1%26b?lang=fr"
    )
    assert tracking.link(any_store, "Coursier", "1") is None
    assert _kinds(any_store) == ["carrier_added"]


@pytest.mark.parametrize("name", ["colissimo", "COLÍSSIMO", " La  poste "])
def test_a_name_is_given_once(any_store, name):
    """Accents, case and spaces aside; nothing is written."""
    before = _rows(any_store)

    with pytest.raises(CarrierNameTaken):
        carriers.add(any_store, name, URL, actor="t")

    assert _rows(any_store) == before
    assert _kinds(any_store) == []


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x00b", "a\u202eb"])
def test_a_carrier_needs_a_name(any_store, name):
    """Blank, too long or unprintable is refused."""
    with pytest.raises(CarrierNameInvalid):
        carriers.add(any_store, name, URL, actor="t")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://example.org/{n}", "https://"),
        ("javascript:alert('{n}')", "https://"),
        ("https:///{n}", "https://"),
        ("https://[::1/{n}", "https://"),
        ("https://example.org:port/{n}", "https://"),
        ("https://user@example.org/{n}", "https://"),
        ("https://example.org/a b/{n}", "https://"),
        ("https://example.org/\u202e{n}", "https://"),
        ("https://example.org/suivi", "{n}"),
        ("https://example.org/{n}/{n}", "{n}"),
        ("https://example.org/{n}/{m}", "{n}"),
        ("https://{n}.example.org/", "nom du site"),
        ("https://example.org/{n}" + "x" * 500, "500"),
    ],
)
def test_an_address_is_https_with_one_place(any_store, url, why):
    """And the sentence says what is wrong."""
    with pytest.raises(CarrierUrlInvalid, match=why.replace("{", r"\{")):
        carriers.add(any_store, "GLS", url, actor="t")

    assert _kinds(any_store) == []


def test_a_carrier_is_changed(any_store):
    """Its own name in another case is no other carrier's name."""
    ups = next(c for c in carriers.known(any_store) if c.name == "UPS")

    first = carriers.change(any_store, ups.id, name="ups", url=URL, actor="t")
    again = carriers.change(any_store, ups.id, name="ups", url=URL, actor="t")

    assert (first.changed, again.changed) == (True, False)
    assert tracking.link(any_store, "UPS", "7") == URL.replace("{n}", "7")
    assert _kinds(any_store) == ["carrier_changed"]
    with pytest.raises(CarrierNameTaken):
        carriers.change(any_store, ups.id, name="FEDEX", url=URL, actor="t")


def test_a_carrier_is_removed_and_parcels_keep_their_link(counter):
    """What was noted stays; the name is free again."""
    tracking.track(counter.store, counter.order, carrier="UPS", number="1Z", actor="t")
    ups = next(c for c in carriers.known(counter.store) if c.name == "UPS")

    gone = carriers.remove(counter.store, ups.id, actor="t")
    again = carriers.remove(counter.store, ups.id, actor="t")

    assert (gone.changed, again.changed) == (True, False)
    (parcel,) = counter.rows(tables.shipments)
    assert parcel.url == "https://www.ups.com/track?tracknum=1Z"
    with pytest.raises(CarrierUnknown):
        carriers.change(counter.store, ups.id, name="UPS", url=URL, actor="t")
    assert carriers.add(counter.store, "UPS", URL, actor="t").changed


def test_the_same_key_adds_one_carrier(any_store):
    """A double click adds once, and is no refusal."""
    first = carriers.add(any_store, "GLS", URL, actor="t", key="k")
    again = carriers.add(any_store, "GLS", URL, actor="t", key="k")

    assert (first.changed, again.changed) == (True, False)
    assert _kinds(any_store) == ["carrier_added"]


def test_a_parcel_has_the_carrier_as_the_table_writes_it(counter):
    """The list's carriers are not told apart by case."""
    tracking.track(
        counter.store, counter.order, carrier="COLISSIMO", number="6A1", actor="t"
    )
    tracking.track(
        counter.store, Order("1"), carrier="Vélo", number="7\u200b", actor="t"
    )

    assert [(s.carrier, s.url) for s in counter.rows(tables.shipments)] == [
        ("Colissimo", "https://www.laposte.fr/outils/suivre-vos-envois?code=6A1"),
        ("Vélo", None),
    ]
    with_link, without = counter.rows(tables.messages)
    assert "https://" in with_link.body
    assert "Numéro de suivi : 7\n" in without.body
    assert "https://" not in without.body
