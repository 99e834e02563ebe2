"""Files of the platforms, with their quirks, from the file to the list."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import pytest

from commandes.errors import CommandesError, FileUnreadable, FormatUnknown
from commandes.intake import bring
from commandes.mirror import Mirror
from commandes.reports import detail, orders
from commandes.reports.filters import OrderFilter

FIXTURES = Path(__file__).parent / "fixtures"

# file: profile, rows read, imported, orders, totals
FILES = {
    "amazon.txt": ("amazon", 3, 2, 1, {"EUR": 4700}),
    "boutique.csv": ("exemple_boutique", 5, 4, 3, {"EUR": 250590}),
    "creneaux.csv": ("exemple_creneaux", 3, 3, 3, {"EUR": 18500}),
    "etsy.csv": ("etsy", 3, 3, 2, {"USD": 3430}),
    "evenements.csv": ("exemple_evenements", 5, 4, 3, {"CHF": 2000, "EUR": 4750}),
    "restaurant.tsv": ("exemple_restaurant", 4, 3, 3, {"EUR": 18400}),
    "shopify.csv": ("shopify", 13, 10, 9, {"EUR": 24690, "JPY": 1540, "TND": 12500}),
    "shopify_old.csv": ("shopify", 3, 3, 2, {"EUR": 6990}),
    "squarespace.csv": ("squarespace", 4, 4, 3, {"USD": 7740}),
    "tarifs.ndjson": ("exemple_tarifs", 4, 3, 3, {"EUR": 64800}),
    "wix.csv": ("wix", 8, 6, 5, {"EUR": 11800}),
    "wix_cp1252.csv": ("wix", 2, 2, 1, {"EUR": 3700}),
    "woocommerce_analytics.csv": ("woocommerce_analytics", 3, 3, 3, {"EUR": 127850}),
    "woocommerce_export.csv": ("woocommerce_export", 7, 6, 6, {"EUR": 9600}),
}


def brought(store, settings, path: Path):
    incoming = bring.open_file(store, settings, path)
    return bring.merge_file(store, incoming, path, actor="test")


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_recognised_and_every_row_answered_for(store, settings, name):
    """Rows read = imported + rejected, totals as in the file; again: unchanged."""
    profile, read, imported, new, totals = FILES[name]

    first = brought(store, settings, FIXTURES / name)
    again = brought(store, settings, FIXTURES / name)

    assert (first.profile, first.rows_read, first.rows_imported) == (
        profile,
        read,
        imported,
    )
    assert first.rows_rejected == read - imported
    assert (first.orders_new, first.totals) == (new, totals)
    assert (again.orders_unchanged, again.orders_new, again.orders_updated) == (
        new,
        0,
        0,
    )


def test_every_fixture_has_its_expectation():
    """A new fixture without a line above would be tested by nobody."""
    assert {path.name for path in FIXTURES.iterdir() if path.is_file()} == set(FILES)


SHOPIFY = {
    "#5001": ("done", "paid", 4990, 0),
    "#5002": ("cancelled", "refunded", 2000, 2000),
    "#5003": ("in_progress", "paid", 4000, 1500),
    "#5004": ("new", "pending", 1540, 0),
    "#5005": ("new", "unpaid", 10000, 0),
    "#5006": ("new", "unpaid", 1200, 0),
    "#5007": ("new", "pending", 12500, 0),
    "#5008": ("done", "paid", 1300, 0),
    "#5010": ("done", "refunded", 1200, 1200),
}


def test_the_states_of_shopify_become_ours(store, settings):
    """Deposits, pending payments, refunds in part, voided ones, a cancelled order."""
    brought(store, settings, FIXTURES / "shopify.csv")
    with Mirror(store, settings).snapshot() as snapshot:
        rows = orders.page(snapshot, OrderFilter()).rows

    assert {
        row["number"]: (
            row["status"],
            row["payment_status"],
            row["total"],
            row["refunded"],
        )
        for row in rows.iter_rows(named=True)
    } == SHOPIFY


def test_an_order_of_shopify_has_its_lines_tags_note_and_instant(store, settings):
    """The offset of the row counts; the zip loses its quote; the cell its form."""
    brought(store, settings, FIXTURES / "shopify.csv")

    order = detail.order(store, "#5001").as_json(settings.zone)

    assert order["placed_at"] == "2026-04-20T01:41:25+02:00"
    assert [(line["sku"], line["quantity"]) for line in order["lines"]] == [
        ("LAMPE", 2),
        ("STYLO", 1),
    ]
    assert sorted(
        tag["name"] if isinstance(tag, dict) else tag for tag in order["tags"]
    ) == [
        "Urgent",
        "VIP",
    ]
    assert order["billing_address"]["zip"] == "69003"
    assert "Sonner deux fois,\nau" in str(order["notes"][0]["text"])


def test_a_source_that_cancelled_wins_its_stock_back_only_once(store, settings):
    """What the file says was cancelled is never put back to stock here."""
    brought(store, settings, FIXTURES / "shopify.csv")

    (line,) = detail.order(store, "#5002").as_json(settings.zone)["lines"]

    assert (line["refunded_quantity"], line["restocked_quantity"]) == (1, 0)


@pytest.mark.parametrize(
    ("name", "module", "details"),
    [
        ("evenements.csv", "events", {"event", "date"}),
        ("restaurant.tsv", "restaurant", {"table", "covers"}),
        ("creneaux.csv", "booking", {"slot_start", "slot_end"}),
    ],
)
def test_a_service_is_found_by_its_own_date(store, settings, name, module, details):
    """One example file per module, filtered by the date of the service."""
    brought(store, settings, FIXTURES / name)
    brought(store, settings, FIXTURES / "shopify.csv")  # the intruders

    with Mirror(store, settings).snapshot() as snapshot:
        everything = orders.page(snapshot, OrderFilter(modules=(module,))).rows
        dates = [
            at.astimezone(settings.zone).date()
            for at in everything["first_service_at"]
            if isinstance(at, datetime)
        ]
        day = min(dates)
        wanted = OrderFilter(first=day, last=day, dated="service")
        found = orders.page(snapshot, wanted).rows

    assert found.height == dates.count(day) > 0
    assert set(found["module"]) == {module}
    line = detail.order(store, found["number"][0]).as_json(settings.zone)["lines"][0]
    assert details <= line["details"].keys() | {"date", "slot_start", "slot_end"}


HOSTILE = {
    "empty.csv": b"",
    "nul.csv": b"Name,Email\n\x00\x00,\x00\n",
    "noise.bin": bytes(range(256)) * 64,
    "noise.csv": b"\xff\xfe\xfa" + bytes(range(255, 0, -1)) * 9,
    "zip.xlsx": b"PK\x03\x04" + b"\x00" * 400,
    "parquet.parquet": b"PAR1" + b"\x00" * 400 + b"PAR1",
    "old.xls": b"\xd0\xcf\x11\xe0" + b"\x00" * 400,
    "wide.csv": b",".join(b"c%d" % n for n in range(100_000)) + b"\n",
    "long.csv": b"Name,Email\n#1," + b"x" * 5_000_000 + b"\n",
    "quote.csv": b'Name,Email\n"#1,never closed\n' * 20,
    "json.ndjson": b'{"a": 1}\n{"a": [\n',
    "deep.ndjson": b"{" * 5_000,
    "header.csv": "Name,E-mail,Prénom\n".encode("cp1252"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gets_one_sentence(store, settings, tmp_path, name):
    """Unreadable or unknown: said so, and nothing is written."""
    path = tmp_path / name
    path.write_bytes(HOSTILE[name])
    before = store.head()

    with pytest.raises(CommandesError) as refused:
        brought(store, settings, path)

    assert isinstance(refused.value, (FileUnreadable, FormatUnknown))
    assert store.head() == before


def test_bytes_changed_at_random_are_accepted_or_explained(store, settings, tmp_path):
    """Each row is imported or rejected, or the whole file refused."""
    for name in ("shopify.csv", "wix.csv", "woocommerce_export.csv", "tarifs.ndjson"):
        good = (FIXTURES / name).read_bytes()
        for place in range(0, len(good), max(1, len(good) // 40)):
            path = tmp_path / name
            path.write_bytes(
                good[:place] + b"\x00\xe9="[place % 3 :][:1] + good[place + 1 :]
            )
            try:
                incoming = bring.open_file(store, settings, path)
            except CommandesError:
                continue
            assert incoming.rows_read == incoming.rows_imported + incoming.rows_rejected


def test_columns_in_another_order_are_the_same_file(store, settings, tmp_path):
    """Headers decide, never positions."""
    import csv

    with (FIXTURES / "squarespace.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    path = tmp_path / "turned.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0])[::-1])
        writer.writeheader()
        writer.writerows(rows)

    first = brought(store, settings, FIXTURES / "squarespace.csv")
    turned = brought(store, settings, path)

    assert (turned.orders_unchanged, turned.totals) == (first.orders_new, first.totals)


def test_a_killed_import_goes_on_where_it_stopped(
    store, settings, tmp_path, monkeypatch
):
    """Half-way, then again: the same counts and orders as in one go."""
    from commandes.intake import merge

    path = tmp_path / "file.csv"
    shutil.copy(FIXTURES / "shopify.csv", path)
    monkeypatch.setattr(merge, "BATCH", 2)
    incoming = bring.open_file(store, settings, path)

    def stop(done: int, _total: int) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring.merge_file(store, incoming, path, actor="test", progress=stop)
    resumed = bring.merge_file(store, incoming, path, actor="test")

    assert (resumed.resumed, resumed.orders_new) == (True, 9)
    assert brought(store, settings, path).orders_unchanged == 9
