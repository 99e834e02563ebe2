"""R12 for every file beside that of orders: lists, reports, results, refusals."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from test_export_formulas import (
    ATTACKS,
    BREAKS,
    INSIDE,
    PAYLOADS,
    defused,
    is_formula,
)

import commandes
from commandes.actions.parcels import Outcome, Told
from commandes.documents import customer_file
from commandes.reports.dossier import dossier
from commandes.reports.export import columns as known
from commandes.reports.export import lists, results
from commandes.ui.importing import rejects_csv
from commandes.ui.tracking_numbers import refused_csv

PARIS = ZoneInfo("Europe/Paris")
PACKAGE = Path(commandes.__file__).parent
CODES = {
    "module": "store",
    "status": "new",
    "payment": "paid",
    "cause": "order",
    "kind": "refund",
}
# A NUL ends a text in Excel; no export keeps one, and no reader here takes it.
TEXTS = [text.replace("\0", "") for text in PAYLOADS]
# What the writers write: the names of these columns are ours.
LISTS = {
    name: value
    for name, value in vars(known).items()
    if name.isupper() and isinstance(value, tuple) and name[0] != "_"
}
# Every place that makes a file for people; a new one belongs in a test of R12.
MAKERS = {
    "commandes/reports/export/writers.py",
    "commandes/reports/export/lists.py",
    "commandes/reports/export/results.py",
    "commandes/ui/importing.py",
    "commandes/ui/tracking_numbers.py",
}


def cells(column, count):
    """The cells of a column: every payload where a text may stand."""
    if column.code == "currency":
        return pl.Series(["EUR"] * count)
    made = {
        "text": TEXTS,
        "code": [CODES.get(column.code)] * count,
        "amount": [-5 - place for place in range(count)],
        "percent": [-2000] * count,
        "integer": [-place for place in range(count)],
        "boolean": [True] * count,
        "instant": [datetime(2026, 3, 2, tzinfo=UTC)] * count,
    }
    return pl.Series(made[column.kind])


def reopened(content: bytes, separator: str) -> list[dict[str, str]]:
    text = content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator))


@pytest.mark.parametrize("form", lists.FORMATS)
@pytest.mark.parametrize("name", sorted(LISTS))
def test_no_list_or_report_holds_a_formula(name, form, tmp_path):
    """Refunds, movements, every report: texts are texts, numbers are numbers."""
    columns = LISTS[name]
    assert len(ATTACKS) > 200
    frame = pl.DataFrame({c.code: cells(c, len(TEXTS)) for c in columns})
    path = tmp_path / "list.csv"

    count = lists.write([frame], columns, format=form, path=path, zone=PARIS)

    separator = ";" if form == "csv-fr" else ","
    rows = reopened(path.read_bytes(), separator)
    assert len(rows) == count == len(TEXTS)
    for place, (text, row) in enumerate(zip(TEXTS, rows, strict=True)):
        for column in columns:
            said = row[column.title if form == "csv-fr" else column.code]
            if column.kind == "text" and column.code != "currency":
                assert said == defused(text, form)
                assert said[:1] == "'" or not is_formula(said)
            elif column.kind == "amount":
                assert Decimal(said.replace(",", ".")) == Decimal(-5 - place) / 100
            elif column.kind == "integer":
                assert int(said) == -place


@pytest.mark.parametrize("form", results.FORMATS)
def test_no_result_of_an_analysis_holds_a_formula(form, tmp_path):
    """Its cells are anybody's, and so are the names of its columns."""
    frame = pl.DataFrame({"text": TEXTS, "n": [-1.5] * len(TEXTS)})
    path = tmp_path / "result"
    results.write(frame, format=form, path=path, zone=PARIS)
    if form == "parquet":
        assert pl.read_parquet(path).equals(frame)
        return
    rows = reopened(path.read_bytes(), ";" if form == "csv-fr" else ",")
    assert [row["text"] for row in rows] == [defused(text, form) for text in TEXTS]
    assert {row["n"].replace(",", ".") for row in rows} == {"-1.5"}

    named = pl.DataFrame({text: ["x"] for text in dict.fromkeys(TEXTS)})
    results.write(named, format=form, path=path, zone=PARIS)
    head = path.read_text("utf-8-sig").splitlines()[0]
    heads = next(csv.reader([head], delimiter=";" if form == "csv-fr" else ","))
    assert len(heads) == named.width
    assert [one for one in heads if is_formula(one)] == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_file_of_refused_rows_holds_a_formula(language):
    """Of an import and of tracking numbers: what was refused is the file's own."""
    from commandes import words

    words.use(language)
    count = len(TEXTS)
    rejects = pl.DataFrame(
        {"row": range(count), "number": TEXTS, "reason": ["Le prix manque."] * count}
    )
    form = "csv-fr" if language == "fr" else "csv"
    separator = ";" if language == "fr" else ","
    rows = reopened(rejects_csv(rejects), separator)
    assert [list(row.values())[1] for row in rows] == [
        defused(text, form) for text in TEXTS
    ]

    told = [Outcome(Told(n, text, text, text), text) for n, text in enumerate(TEXTS)]
    rows = reopened(refused_csv(told), ";")
    for text, row in zip(TEXTS, rows, strict=True):
        assert list(row.values())[:3] == [defused(text, "csv-fr")] * 3


def test_the_file_of_a_customer_is_no_spreadsheet(shop, store, tmp_path):
    """JSON gives texts back as they are, and amounts as numbers."""
    shop.bring(
        shop.incoming(
            [
                {"number": f"N{place}", "email": "a@example.org", "customer_name": text}
                for place, text in enumerate(TEXTS)
            ]
        )
    )
    path = tmp_path / "a.json"
    customer_file(dossier(store, "a@example.org"), path, PARIS, "json")
    orders = json.loads(path.read_text("utf-8"))["orders"]

    assert [order["customer"] or "" for order in orders] == TEXTS
    assert {type(order["total"]) for order in orders} == {int}


def test_every_maker_of_files_is_known():
    """Whoever writes CSV, or hands bytes over, is tried above with the payloads."""
    found = set()
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in (
                *("write_csv", "write_excel", "download_button", "write_ndjson"),
                *("write_parquet", "to_csv"),
            ):
                found.add(str(path.relative_to(PACKAGE.parent)))

    assert found - MAKERS == set()
    assert INSIDE
    assert BREAKS


def test_no_table_offers_its_own_file():
    """Streamlit's button would export raw cells: it is off for every table."""
    root = PACKAGE.parent
    settings = (root / ".streamlit" / "config.toml").read_text("utf-8")
    assert re.search(r"(?m)^disableDataExport = true$", settings)
    for path in (*PACKAGE.rglob("*.py"), *root.glob("pages/**/*.py"), root / "app.py"):
        text = path.read_text("utf-8")
        assert "disableDataExport" not in text, path
        assert "client.disable" not in text, path
