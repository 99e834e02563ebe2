"""The way in: kinds of files, formats recognised by headers, every field read."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from commandes.errors import (
    ColumnsMissing,
    FileUnreadable,
    FormatUnknown,
    ProfileUnknown,
)
from commandes.intake import profiles, read
from commandes.intake.fields import FIELDS

FIXTURES = Path(__file__).parent / "fixtures"
DEFAULTS = read.Defaults(currency="EUR", timezone="Europe/Paris")
FRAMES = ("orders", "lines", "payments", "refunds", "tags", "shipments", "notes")


def rows_of(name: str) -> list[list[str]]:
    with (FIXTURES / name).open(newline="", encoding="utf-8-sig") as file:
        return list(csv.reader(file))


def as_xlsx(rows, path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell) if cell else None
    return path


def as_parquet(rows, path: Path) -> Path:
    columns = [
        [cell or None for cell in column] for column in zip(*rows[1:], strict=True)
    ]
    pl.DataFrame(columns, schema=dict.fromkeys(rows[0], pl.String)).write_parquet(path)
    return path


def as_ndjson(rows, path: Path) -> Path:
    objects = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    path.write_text("".join(json.dumps(row) + "\n" for row in objects), "utf-8")
    return path


def as_tsv(rows, path: Path) -> Path:
    with path.open("w", newline="", encoding="utf-16") as file:
        csv.writer(file, delimiter="\t").writerows(rows)
    return path


@pytest.mark.parametrize("name", ["shopify.csv", "woocommerce_export.csv"])
@pytest.mark.parametrize("write", [as_xlsx, as_parquet, as_ndjson, as_tsv])
def test_the_same_orders_come_from_every_kind_of_file(tmp_path, name, write):
    """What a file is is told by its content: its name says nothing here."""
    path = write(rows_of(name), tmp_path / "orders.dat")

    expected = read.read(FIXTURES / name, defaults=DEFAULTS)
    found = read.read(path, defaults=DEFAULTS)

    assert found.profile == expected.profile
    assert found.rejects.equals(expected.rejects)
    for frame in FRAMES:
        assert getattr(found, frame).equals(getattr(expected, frame)), frame


def test_number_and_date_cells_of_a_workbook_are_read(tmp_path):
    """A spreadsheet that keeps numbers as numbers and dates as dates."""
    from datetime import datetime

    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["n", "d", "a", "q", "p"])
        day = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        sheet.write_row(1, 0, [5001, "", "Lampe", 2, 1.005])
        at = datetime(2026, 3, 1, 14, 5)  # noqa: DTZ001 (cells have no zone)
        sheet.write_datetime(1, 1, at, day)
    profile = profiles.load(
        'decimal = ","\n[columns]\nnumber = "n"\nplaced_at = "d"\ntitle = "a"\n'
        'quantity = "q"\nunit_price = "p"',
        "book",
    )

    found = read.read(path, profile=profile, defaults=DEFAULTS)

    assert found.orders.select("number", "total", "placed_at").rows() == [
        ("5001", 201, 1772370300000000)
    ]


def test_types_of_parquet_become_the_same_text(tmp_path):
    """Floats by their shortest text, instants with their zone, structs by dots."""
    from datetime import UTC, datetime
    from decimal import Decimal

    path = tmp_path / "t.parquet"
    pl.DataFrame(
        {
            "n": [7.0],
            "d": [datetime(2026, 3, 1, 14, 5, tzinfo=UTC)],
            "a": [{"name": "Lampe", "tags": ["x", "y"]}],
            "q": pl.Series([2], dtype=pl.UInt8),
            "p": [Decimal("1.005")],
        }
    ).write_parquet(path)
    profile = profiles.load(
        '[columns]\nnumber = "n"\nplaced_at = "d"\ntitle = "a.name"\n'
        'tags = "a.tags"\nquantity = "q"\nunit_price = "p"',
        "typed",
    )

    found = read.read(path, profile=profile, defaults=DEFAULTS)

    assert found.orders.select("number", "total", "placed_at").rows() == [
        ("7", 201, 1772373900000000)
    ]
    assert found.tags["name"].to_list() == ["x", "y"]


@pytest.mark.parametrize(
    "change",
    [
        str.upper,
        lambda h: f"  {h} ",
        lambda h: f'"{h}"',
        lambda h: h.replace(" ", "  "),
    ],
)
def test_headers_are_known_in_any_case_and_spacing(tmp_path, change):
    """As spreadsheets and hands leave them."""
    rows = rows_of("shopify.csv")
    path = as_tsv([[change(h) for h in rows[0]], *rows[1:]], tmp_path / "f.csv")

    assert read.recognise(path).name == "shopify"


def test_of_headers_that_occur_twice_the_first_counts(tmp_path):
    """Some exports of Wix write a header twice."""
    rows = [
        [*row, "Total" if n == 0 else "9999"]
        for n, row in enumerate(rows_of("wix.csv"))
    ]
    path = as_tsv(rows, tmp_path / "f.csv")

    assert read.read(path, defaults=DEFAULTS).orders["total"][0] == 3700


def test_a_profile_of_ones_own_goes_before_the_built_in_ones():
    """Somebody who saved a profile for these headers means that one."""
    own = profiles.load(profiles.dump(profiles.builtin()["wix"]), "mine")
    own = profiles.load(
        profiles.dump(own).replace('name = "wix"', 'name = "mine"'), "mine"
    )

    assert read.recognise(FIXTURES / "wix.csv", [own]).name == "mine"
    assert read.recognise(FIXTURES / "etsy.csv", [own]).name == "etsy"


def test_headers_of_no_known_layout_are_said_to_be_unknown(tmp_path):
    """With the advice to say which column is what."""
    path = tmp_path / "f.csv"
    path.write_text("a,b\n1,2\n")

    assert read.recognise(path) is None
    with pytest.raises(FormatUnknown, match=r"f\.csv"):
        read.read(path, defaults=DEFAULTS)


def test_a_file_is_held_to_the_format_asked_for():
    """A Wix file is no Shopify file: the columns that it lacks are named."""
    with pytest.raises(ColumnsMissing, match=r"shopify.*Name"):
        read.read(FIXTURES / "wix.csv", format="shopify", defaults=DEFAULTS)
    with pytest.raises(FormatUnknown):
        read.read(FIXTURES / "wix.csv", format="woocommerce", defaults=DEFAULTS)
    with pytest.raises(ProfileUnknown):
        read.read(FIXTURES / "wix.csv", format="profile", defaults=DEFAULTS)
    for name, wanted in (
        ("wix.csv", "wix"),
        ("woocommerce_export.csv", "woocommerce"),
        ("woocommerce_analytics.csv", "woocommerce"),
    ):
        found = read.read(FIXTURES / name, format=wanted, defaults=DEFAULTS)
        assert found.format == wanted


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"\xef\xbb\xbf", b"\xd0\xcf\x11\xe0"]
)
def test_an_empty_or_foreign_file_is_said_to_be_unreadable(tmp_path, content):
    """Empty, only blank lines, an old Excel file, or not there at all."""
    path = tmp_path / "f.csv"
    path.write_bytes(content)

    with pytest.raises(FileUnreadable, match=r"f\.csv"):
        read.read(path, defaults=DEFAULTS)
    with pytest.raises(FileUnreadable, match=r"gone\.csv"):
        read.read(tmp_path / "gone.csv", defaults=DEFAULTS)


def test_a_table_shows_a_file_as_it_is(tmp_path):
    """Every column as text, odd headers told apart, rows counted from 1."""
    path = tmp_path / "f.csv"
    path.write_text("a,,a,row\n1,2,3,4\n5,6,7,8\n9\n")

    found = read.table(path, rows=2)

    assert found.columns == ["row", "a", "(2)", "a (3)", "row (4)"]
    assert found.rows() == [(1, "1", "2", "3", "4"), (2, "5", "6", "7", "8")]
    assert read.headers(path) == ("a", "", "a", "row")
    assert read.table(path, rows=None).height == 3


BASE = {
    "number": "N-77",
    "placed_at": "2026-03-01",
    "sku": "S-77",
    "unit_price": "10.00",
}
# What a field needs beside it to mean something.
BESIDE = {
    "deposit": {"payment": "partially_paid"},
    "outstanding": {"payment": "partially_paid"},
    "refunded": {"payment": "partially_refunded"},
    "refunded_at": {"payment": "refunded"},
    "payment_means": {"payment": "paid"},
    "payment_provider": {"payment": "paid"},
    "payment_reference": {"payment": "paid"},
    "payment_kind": {"payment": "paid"},
    "paid_at": {"payment": "paid"},
    "abandoned_at": {"is_cart": "oui"},
    "tracking_carrier": {"tracking_number": "6A1"},
    "tracking_url": {"tracking_number": "6A1"},
    "service_time": {"service_at": "2026-04-01"},
}
CELLS = {
    "module": "events",
    "status": "in_progress",
    "payment": "paid",
    "currency": "CHF",
    "payment_kind": "instalment",
    "is_cart": "oui",
    "marketing_consent": "oui",
    "tracking_url": "https://example.org/77",
    "cart_url": "https://example.org/panier/77",
}
KINDS = {
    "money": "3.21",
    "moment": "2026-04-05 06:07",
    "time": "11:22:33",
    "count": "3",
    "rate": "5.5",
}


@pytest.mark.parametrize("code", [f.code for f in FIELDS if f.code not in BASE])
def test_every_field_that_can_be_mapped_changes_what_is_read(tmp_path, code):
    """A column that people can map and nothing reads would be lost in silence."""
    (field,) = [f for f in FIELDS if f.code == code]
    cell = CELLS.get(code, KINDS.get(field.kind, f"<{code}>"))
    without = BASE | BESIDE.get(code, {})

    assert _frames(tmp_path, without | {code: cell}) != _frames(tmp_path, without)


def _frames(folder: Path, cells: dict[str, str]) -> list[list[tuple[object, ...]]]:
    path = folder / "f.ndjson"
    path.write_text(json.dumps(cells), "utf-8")
    columns = "\n".join(f'"{code}" = "{code}"' for code in cells)
    profile = profiles.load(f"[columns]\n{columns}", "all")
    incoming = read.read(path, profile=profile, defaults=DEFAULTS)
    assert incoming.rows_imported == 1, incoming.rejects
    return [getattr(incoming, frame).rows() for frame in FRAMES]
