"""A later file with fewer columns changes what it tells, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from dump import dump

from commandes.intake import bring

FULL = """Name,Email,Financial Status,Paid at,Fulfillment Status,Currency,Subtotal,\
Shipping,Taxes,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,\
Lineitem sku,Billing Name,Billing City,Cancelled at,Refunded Amount,Phone,Tags
#1,ana@example.org,partially_refunded,2026-03-02 10:00:00 +0100,fulfilled,EUR,40.00,\
5.00,0.00,45.00,2026-03-01 09:00:00 +0100,2,Lampe,20.00,LAMP,Ana,Lyon,,15.00,0102,VIP
#2,bo@example.org,paid,2026-03-02 11:00:00 +0100,unfulfilled,EUR,20.00,0.00,0.00,20.00,\
2026-03-01 10:00:00 +0100,1,Tasse,20.00,CUP,Bo,Lille,2026-03-03 08:00:00 +0100,0.00,,
"""
SHORT = """Name,Email,Financial Status,Fulfillment Status,Currency,Subtotal,Total,\
Created at,Lineitem quantity,Lineitem name,Lineitem price
#1,ana@example.org,partially_refunded,fulfilled,EUR,40.00,45.00,\
2026-03-01 09:00:00 +0100,2,Lampe,20.00
#2,bo@example.org,paid,{status},EUR,20.00,20.00,2026-03-01 10:00:00 +0100,1,Tasse,20.00
"""


@pytest.fixture
def bringing(any_store, tmp_path):
    """Bring a Shopify file in, as its text says."""

    def brought(text):
        path = tmp_path / "orders.csv"
        path.write_text(text.replace("\\\n", ""), encoding="utf-8")
        incoming = bring.open_file(
            any_store, any_store.settings, path, format="shopify"
        )
        return bring.merge_file(any_store, incoming, path, actor="t")

    return brought


def _orders(store):
    """The orders without what only an import looks at."""
    found = dump(store)["orders"]
    return {
        key: {k: v for k, v in one.items() if k != "told"} for key, one in found.items()
    }


def test_a_missing_column_is_not_an_empty_one(any_store, bringing):
    """Phone, address, sku, refund, cancellation and dates stay what they were."""
    bringing(FULL)
    before = _orders(any_store)

    report = bringing(SHORT.format(status="unfulfilled"))

    assert (report.orders_updated, report.orders_unchanged) == (0, 2)
    assert _orders(any_store) == before
    assert bringing(FULL).orders_unchanged == 2


def test_what_a_shorter_file_tells_is_taken(any_store, bringing):
    """Its own columns count: a name that changed, and an e-mail."""
    bringing(FULL)
    text = SHORT.format(status="fulfilled").replace("ana@", "anna@")

    report = bringing(text)

    assert report.orders_updated == 1
    found = {order["number"]: order for order in _orders(any_store).values()}
    first, second = found["#1"], found["#2"]
    assert first["email"] == "anna@example.org"
    assert first["phone"] == "0102"
    # Cancelled by a column that this file has not: its status says nothing of that.
    assert second["status"] == "cancelled"


def test_a_summary_replaces_nothing_that_a_full_export_told(any_store):
    """WooCommerce's analytics know net sales; the order export knows the order."""
    here = Path(__file__).parent / "fixtures"
    for name, counts in (
        ("woocommerce_export.csv", None),
        ("woocommerce_analytics.csv", 0),
        ("woocommerce_analytics.csv", 0),
    ):
        before = _orders(any_store)
        path = here / name
        incoming = bring.open_file(any_store, any_store.settings, path)
        report = bring.merge_file(any_store, incoming, path, actor="t")
        if counts is not None:
            assert report.orders_updated == counts
            after = _orders(any_store)
            assert {key: after[key] for key in before} == before
