"""Each format's own fixture, frame by frame: the money, the lines, the states."""

from __future__ import annotations

from pathlib import Path

import pytest
from expected_frames import EXPECTED

from commandes.intake import read

FIXTURES = Path(__file__).parent / "fixtures"
DEFAULTS = read.Defaults(currency="EUR", timezone="Europe/Paris")
ORDER = (
    "number status currency subtotal discount shipping fees tax tax_included total"
).split()
LINE = (
    "source_id position sku title quantity unit_price discount total refunded_quantity"
).split()
PAYMENT = "source_id amount means kind at_given".split()
REFUND = ["source_id", "amount"]


@pytest.mark.parametrize("name", EXPECTED)
@pytest.mark.parametrize(
    ("frame", "columns"),
    [("orders", ORDER), ("lines", LINE), ("payments", PAYMENT), ("refunds", REFUND)],
)
def test_a_format_becomes_these_frames(name, frame, columns):
    """In minor units, signs and states ours, each total the file's own."""
    incoming = read.read(FIXTURES / name, defaults=DEFAULTS)

    assert EXPECTED[name][frame] == getattr(incoming, frame).select(columns).rows()


def test_every_fixture_has_its_frames():
    """A fixture that nobody compares proves nothing."""
    assert {path.name for path in FIXTURES.iterdir()} == set(EXPECTED)


def one(name, frame, column):
    incoming = read.read(FIXTURES / name, defaults=DEFAULTS)
    return getattr(incoming, frame)[column].to_list()


def test_the_facts_of_each_module_come_from_its_file():
    """Seat, plan, table and slot, as JSON, dates as the shop's clocks show them."""
    assert one("evenements.csv", "lines", "details")[0] == (
        '{"event":"Concert au kiosque","seat":"Rang B, place 12","date":"2026-06-20"}'
    )
    assert one("tarifs.ndjson", "lines", "details")[0] == (
        '{"plan":"Pro","period":"mensuelle"}'
    )
    assert one("restaurant.tsv", "lines", "details")[0] == (
        '{"table":"Table 4","covers":4,"service":"Dîner"}'
    )
    # The slot of C-2 begins in the hour that occurs twice: at its first time.
    night, twice = one("creneaux.csv", "lines", "details")[:2]
    assert night == (
        '{"slot_end":"2026-10-25T00:30:00+02:00","service":"Massage suédois",'
        '"slot_start":"2026-10-24T23:30:00+02:00"}'
    )
    assert twice == (
        '{"slot_end":"2026-10-25T04:30:00+01:00","service":"Cours de poterie",'
        '"slot_start":"2026-10-25T02:30:00+02:00"}'
    )


def test_carts_are_told_from_orders():
    """Left ones are abandoned, open ones are pending, orders are neither."""
    columns = [
        one("creneaux.csv", "orders", column)
        for column in ("is_cart", "payment_pending", "cart_id")
    ]
    left = one("creneaux.csv", "orders", "abandoned_at")

    assert columns == [
        [False, True, True],
        [False, False, True],
        ["P-1", "P-2", "P-3"],
    ]
    assert [at is not None for at in left] == [False, True, False]
    draft = [False, False, False, True, False, False]
    assert one("woocommerce_export.csv", "orders", "is_cart") == draft


def test_a_customer_is_known_as_far_as_the_file_tells():
    """Names, addresses, browser, consent, tags, notes and parcels."""
    assert one("shopify.csv", "orders", "shipping_address")[0] == (
        '{"name":"Ana Martin","line1":"1 rue des Lilas","city":"Lyon",'
        '"zip":"69003","country":"FR"}'
    )
    assert one("shopify.csv", "orders", "phone")[0] == "+33 6 00 00 00 00"
    assert one("shopify.csv", "orders", "marketing_consent")[0] is True
    assert one("shopify.csv", "tags", "name") == ["VIP", "Urgent"]
    assert one("boutique.csv", "tags", "name") == ["VIP", "Noël"]
    assert one("wix.csv", "orders", "phone")[0] == "0600000001"
    assert one("wix_cp1252.csv", "orders", "customer_name") == ["Bruno Lefèvre"]
    assert one("wix.csv", "shipments", "number") == ["6A12345678901"]
    assert one("boutique.csv", "shipments", "url") == [
        "https://www.ups.com/track?tracknum=1Z999AA10123456784"
    ]
    assert one("woocommerce_export.csv", "orders", "ip_address")[0] == "192.0.2.10"
    assert "Firefox" in one("woocommerce_export.csv", "orders", "user_agent")[0]
    notes = read.read(FIXTURES / "restaurant.tsv", defaults=DEFAULTS).notes
    assert notes.select("author", "text").rows() == [
        ("client", "Chaise bébé"),
        ("restaurant", "Près de la fenêtre"),
    ]


REJECTS = {
    "shopify.csv": {10: "Une autre", 11: "La quantité est", 12: "déjà plus haut"},
    "wix.csv": {7: "plusieurs totaux", 8: "plusieurs totaux"},
    "woocommerce_export.csv": {6: "La quantité est illisible"},
    "boutique.csv": {5: "La date de commande est illisible"},
    "evenements.csv": {4: "La date de prestation est illisible"},
    "tarifs.ndjson": {3: "pas un objet JSON"},
    "restaurant.tsv": {3: "nulle ou négative"},
    "amazon.txt": {3: "nulle ou négative"},
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_refused_row_has_its_number_and_its_reason(name):
    """Data rows count from 1; nothing is dropped in silence."""
    incoming = read.read(FIXTURES / name, defaults=DEFAULTS)
    told = dict(incoming.rejects.select("row", "reason").iter_rows())
    expected = REJECTS.get(name, {})

    assert list(told) == list(expected)
    assert all(part in told[row] for row, part in expected.items())
    assert incoming.rows_read == incoming.rows_imported + len(told)


def test_what_does_not_add_up_is_counted():
    """#5008 has a total of its own, #5010 claims a refund beyond its payment."""
    assert read.read(FIXTURES / "shopify.csv", defaults=DEFAULTS).gaps == 2


@pytest.mark.real_data
def test_the_real_orders_agree_to_the_penny(real_orders):
    """Credit notes and negative rows are rejected; gifts cost nothing."""
    incoming = read.read(real_orders, defaults=DEFAULTS)

    assert (incoming.rows_read, incoming.rows_imported) == (240007, 234920)
    assert (incoming.rows_rejected, incoming.orders.height) == (5087, 9785)
    assert incoming.orders["total"].sum() == 470038211
    assert set(incoming.orders["currency"]) == {"GBP"}
    assert set(incoming.orders["module"]) == {"store"}
    assert incoming.payments["amount"].sum() == 470038211
    assert incoming.payments.height == 9785
    assert (incoming.source, incoming.profile) == ("online_retail", "online_retail")
    assert (incoming.lines["total"] == 0).sum() > 0
    assert incoming.gaps == 0
