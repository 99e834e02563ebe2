"""Exports: all that is filtered, in the list's order, to the cent, in every format."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest
import reopened

from commandes.errors import BadFilter, ExportUnwritable, TooManyRowsForXlsx
from commandes.reports import orders
from commandes.reports.export import FORMATS, export, slices, writers
from commandes.reports.export.columns import LINES, ORDERS
from commandes.reports.filters import OrderFilter
from commandes.rules import to_major

NOON = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
CURRENCIES = ("EUR", "JPY", "TND")


@pytest.fixture
def hundred(shop):
    """A hundred orders of three currencies, with ties and gaps; and an intruder."""
    shop.bring(
        shop.incoming(
            [
                {
                    "number": f"#{i}",
                    "at": NOON + timedelta(minutes=20 * (i % 40)),
                    "customer_name": [None, "Zoé; dite « Z »", 'Ana "A"', "Œ\nB"][
                        i % 4
                    ],
                    "currency": CURRENCIES[i % 3],
                    "tax": None if i % 2 else 7,
                    "paid": 1005 + i,
                    "total": 1005 + i,
                    "refunded": [{"amount": 100}, {"amount": 5}]
                    if i % 5 == 0
                    else None,
                    "tags": ["VIP", "Été"] if i % 2 else [],
                    "lines": [
                        {"sku": "A", "title": "Stylo", "price": 333, "quantity": 3},
                        {
                            "sku": "B",
                            "title": "Table",
                            "price": 6,
                            "tax_rate": 550,
                            "service_at": NOON,
                        },
                    ],
                }
                for i in range(100)
            ]
        )
    )
    shop.order("intruder", archived_at=NOON, total=99)
    return shop


@pytest.mark.parametrize("sort", orders.SORTS)
@pytest.mark.parametrize("form", FORMATS)
def test_the_file_is_the_list(hundred, mirror, tmp_path, form, sort) -> None:
    """Same orders, same order, same totals as on screen, whatever the format."""
    path = tmp_path / f"orders.{form}"
    with mirror.snapshot() as snap:
        listed = orders.page(snap, OrderFilter(), sort=sort, size=200).rows
        summary = orders.summary(snap, OrderFilter())
        count = export(snap, OrderFilter(), format=form, sort=sort, path=path)
    found = reopened.rows(path, form)
    assert 100 == count == len(found) == summary.count
    assert listed["number"].to_list() == [row["number"] for row in found]
    sums: Counter[str] = Counter()
    for row in found:
        sums[row["currency"]] += reopened.amount(row["total"])
    assert {c: to_major(total, c) for c, total in summary.totals.items()} == sums
    assert listed["placed_at"].to_list() == [
        reopened.instant(row["placed_at"], form) for row in found
    ]
    assert [path] == list(tmp_path.glob("*.*"))


@pytest.mark.parametrize("form", FORMATS)
def test_lines_add_up_to_what_was_sold(hundred, mirror, tmp_path, form) -> None:
    """One row per line, lines in their order, each with its order's facts."""
    path = tmp_path / f"lines.{form}"
    with mirror.snapshot() as snap:
        count = export(snap, OrderFilter(), format=form, path=path, lines=True)
        listed = orders.page(snap, OrderFilter(), size=200).rows["number"].to_list()
    found = reopened.rows(path, form)
    assert 200 == count == len(found)
    assert [(number, sku) for number in listed for sku in "AB"] == [
        (row["number"], row["sku"]) for row in found
    ]
    sums: Counter[str] = Counter()
    for row in found:
        sums[row["currency"]] += reopened.amount(row["total"])
    each = {"EUR": Decimal("10.05"), "JPY": Decimal(1005), "TND": Decimal("1.005")}
    counts = {"EUR": 34, "JPY": 33, "TND": 33}
    assert {c: each[c] * counts[c] for c in CURRENCIES} == {
        c: sums[c].quantize(Decimal("0.001")) for c in CURRENCIES
    }
    assert {Decimal("5.5")} == {
        reopened.amount(row["tax_rate"]) for row in found if row["sku"] == "B"
    }


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("lines", [False, True])
def test_the_columns_never_change(shop, mirror, tmp_path, form, lines) -> None:
    """An empty export has the header of a full one."""
    columns = [column.code for column in (LINES if lines else ORDERS)]
    empty, full = tmp_path / "empty", tmp_path / "full"
    with mirror.snapshot() as snap:
        assert export(snap, OrderFilter(), format=form, path=empty, lines=lines) == 0
    shop.order("1", paid=1000)
    with mirror.snapshot() as snap:
        assert export(snap, OrderFilter(), format=form, path=full, lines=lines) == 1
    (row,) = reopened.rows(full, form)
    assert columns == list(row)
    if form == "ndjson":
        assert empty.read_text() == ""
    elif form == "parquet":
        assert pl.read_parquet_schema(empty) == pl.read_parquet_schema(full)
    elif form == "xlsx":
        assert columns == pl.read_excel(empty, raise_if_empty=False, sheet_id=1).columns
    else:
        assert empty.read_bytes() == full.read_bytes()[: empty.stat().st_size]


def test_amounts_have_the_decimals_of_their_currency(hundred, mirror, tmp_path) -> None:
    """11,00 € · 1 100 ¥ · 1,100 TND: exact, in CSV to the last digit."""
    english, french = tmp_path / "a.csv", tmp_path / "b.csv"
    with mirror.snapshot() as snap:
        export(snap, OrderFilter(), format="csv", sort="oldest", path=english)
        export(snap, OrderFilter(), format="csv-fr", sort="oldest", path=french)
        euros = OrderFilter(search="#0")
        export(snap, euros, format="csv-fr", path=tmp_path / "c.csv")
    read = {row["number"]: row for row in reopened.rows(english, "csv")}
    assert [read[f"#{i}"]["total"] for i in range(3)] == ["10.05", "1006", "1.007"]
    assert [
        read["#0"]["refunded"],
        read["#1"]["tax"],
        read["#2"]["tax"],
    ] == ["1.05", "", "0.007"]
    read = {row["number"]: row for row in reopened.rows(french, "csv-fr")}
    assert [read[f"#{i}"]["total"] for i in range(3)] == ["10,05", "1006", "1,007"]
    (only,) = reopened.rows(tmp_path / "c.csv", "csv-fr")
    assert only["total"] == "10,05"


def test_french_excel_gets_french(hundred, mirror, tmp_path) -> None:
    """BOM, semicolons, French titles, words and dates; the clocks change that night."""
    path = tmp_path / "orders.csv"
    with mirror.snapshot() as snap:
        export(snap, OrderFilter(), format="csv-fr", sort="oldest", path=path)
    head, first, *_rest = path.read_bytes().decode().split("\r\n")
    assert head.startswith("\ufeffNuméro;Source;Module;Statut;Paiement;Panier")
    assert first.startswith("#0;test;Boutique;Nouveau;Payée;non;;29/03/2026 01:30:00;")
    dates = [row["placed_at"] for row in reopened.rows(path, "csv-fr")]
    assert "29/03/2026 03:10:00" in dates
    assert not any(date.startswith("29/03/2026 02") for date in dates)


def test_csv_dates_carry_their_offset(hundred, mirror, tmp_path) -> None:
    """Before and after the change of the clocks, an instant is the same one."""
    path = tmp_path / "orders.csv"
    with mirror.snapshot() as snap:
        export(
            snap,
            OrderFilter(),
            format="csv",
            sort="oldest",
            path=path,
            timezone="America/New_York",
        )
    assert reopened.rows(path, "csv")[0]["placed_at"] == "2026-03-28T20:30:00-04:00"


def test_the_filter_stands_on_a_second_sheet(hundred, mirror, tmp_path) -> None:
    """The data stays clean: the sentence of the filter is beside it, in XLSX."""
    path = tmp_path / "orders.xlsx"
    wanted = OrderFilter(tags=("VIP",))
    with mirror.snapshot() as snap:
        assert export(snap, wanted, format="xlsx", path=path) == 50
    about = pl.read_excel(path, sheet_id=2, has_header=False)
    assert about.row(0) == ("étiquette VIP",)


@pytest.mark.parametrize("sort", orders.SORTS)
@pytest.mark.parametrize("lines", [False, True])
def test_slices_of_any_size_are_the_same_file(hundred, mirror, sort, lines) -> None:
    """Cut small or whole, no row is lost, doubled or out of place."""
    with mirror.snapshot() as snap:
        given = OrderFilter().parameters(snap.zone, NOON.date()) | {"only": None}

        def cut(size, every):
            frames = slices(snap, given, sort=sort, lines=lines, size=size, every=every)
            return [frame for frame in frames if frame.height]

        whole = pl.concat(cut(1000, 1))
        for size, every in ((1, 1), (7, 1), (10, 5)):
            pieces = cut(size, every)
            assert len(pieces) > 5
            assert whole.equals(pl.concat(pieces))


def test_progress_is_told_to_the_end(hundred, mirror, tmp_path) -> None:
    """The last thing said is that all rows are written."""
    told = []
    with mirror.snapshot() as snap:
        export(
            snap,
            OrderFilter(),
            format="csv",
            path=tmp_path / "a.csv",
            progress=lambda done, total: told.append((done, total)),
        )
    assert told[-1] == (100, 100)


def test_too_many_rows_for_xlsx_is_said_before_anything(
    hundred, mirror, tmp_path, monkeypatch
) -> None:
    """A sheet that would overflow is not begun, and the sentence gives the way out."""
    monkeypatch.setattr(writers, "XLSX_ROWS", 99)
    with mirror.snapshot() as snap:
        with pytest.raises(TooManyRowsForXlsx, match="100"):
            export(snap, OrderFilter(), format="xlsx", path=tmp_path / "a.xlsx")
        assert list(tmp_path.glob("*.xlsx*")) == []
        assert (
            export(
                snap,
                OrderFilter(tags=("VIP",)),
                format="xlsx",
                path=tmp_path / "a.xlsx",
            )
            == 50
        )


@pytest.mark.parametrize("form", FORMATS)
def test_a_folder_that_is_not_there_is_one_sentence(
    hundred, mirror, tmp_path, form
) -> None:
    """A file that cannot be written says where and why."""
    with (
        mirror.snapshot() as snap,
        pytest.raises(ExportUnwritable, match="nowhere"),
    ):
        export(snap, OrderFilter(), format=form, path=tmp_path / "nowhere" / "a")


@pytest.mark.parametrize("form", FORMATS)
def test_a_full_disk_leaves_the_old_file_whole(
    hundred, settings, tmp_path, form
) -> None:
    """Nothing half-written: when the disk is full, yesterday's file still stands."""
    path = tmp_path / "orders"
    path.write_text("yesterday")
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(settings.data_dir), form, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ExportUnwritable" in done.stdout, done.stderr
    assert path.read_text() == "yesterday"
    assert [path] == [p for p in tmp_path.iterdir() if p.is_file()]


# No file of the process may grow beyond eight kilobytes: as a disk that is full.
_FULL = f"""
import resource, signal, sys
from pathlib import Path
from commandes import settings
from commandes.errors import ExportUnwritable
from commandes.mirror import Mirror
from commandes.reports.export import export
from commandes.reports.filters import OrderFilter
from commandes.store import open_store
folder, form, path = sys.argv[1:]
read = settings.read({{"COMMANDES_DATA_DIR": folder}})
mirror = Mirror(open_store(read), read)
with mirror.snapshot() as snap:
    signal.signal({signal.SIGXFSZ}, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
    try:
        export(snap, OrderFilter(), format=form, path=Path(path))
    except ExportUnwritable as error:
        print("ExportUnwritable", error)
"""


def test_an_unknown_format_or_sort_is_refused(mirror, tmp_path) -> None:
    """What does not exist is named, with what does."""
    with mirror.snapshot() as snap:
        with pytest.raises(BadFilter, match="parquet"):
            export(snap, OrderFilter(), format="pdf", path=tmp_path / "a")
        with pytest.raises(BadFilter, match="newest"):
            export(snap, OrderFilter(), format="csv", sort="x", path=tmp_path / "a")


def test_an_export_leaves_all_their_memory_to_questions(
    hundred, mirror, tmp_path
) -> None:
    """The limit is lowered only while nobody else reads, and is itself again after."""

    def limit(snap) -> str:
        query = "select current_setting('memory_limit')"
        return snap._cursor.execute(query).fetchall()[0][0]

    with mirror.snapshot() as snap:
        before = limit(snap)
        export(snap, OrderFilter(), format="csv", path=tmp_path / "a.csv")
        assert before == limit(snap)
        with mirror.snapshot() as other:
            export(snap, OrderFilter(), format="csv", path=tmp_path / "a.csv")
            assert before == limit(other)


def test_a_selection_is_exported_alone(shop, mirror, tmp_path):
    """Of what the filter keeps, the orders ticked; in the list's order."""
    ids = [shop.order(number, paid=1000) for number in "123"]
    shop.order("4", status="cancelled")
    path = tmp_path / "selection.csv"
    with mirror.snapshot() as snap:
        wanted = OrderFilter(payments=("paid",))
        count = export(
            snap,
            wanted,
            format="csv",
            path=path,
            only=[ids[0], ids[2], shop.id_of("4")],
        )

    assert count == 2
    assert pl.read_csv(path, infer_schema=False)["number"].to_list() == ["3", "1"]
