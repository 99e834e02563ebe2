"""Exports as another program reads them back: rows by column code, for tests."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import polars as pl

from commandes.reports.export.columns import LINES, ORDERS

if TYPE_CHECKING:
    from pathlib import Path

PARIS = ZoneInfo("Europe/Paris")
SUFFIX = {"csv": "csv", "csv-fr": "csv", "xlsx": "xlsx", "parquet": "parquet"}


def rows(path: Path, format: str) -> list[dict[str, Any]]:  # noqa: A002
    """The rows of an export, cells as the format has them."""
    if format == "csv":
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    if format == "csv-fr":
        with path.open(encoding="utf-8-sig", newline="") as file:
            found = list(csv.DictReader(file, delimiter=";"))
        codes = {column.title: column.code for column in (*LINES, *ORDERS)}
        return [{codes[name]: cell for name, cell in row.items()} for row in found]
    if format == "ndjson":
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    if format == "parquet":
        return pl.read_parquet(path).to_dicts()
    return pl.read_excel(path, sheet_id=1, infer_schema_length=None).to_dicts()


def amount(cell: Any) -> Decimal | None:
    """An amount of any format as the number it means."""
    if cell in (None, ""):
        return None
    return Decimal(str(cell).replace(",", "."))


def instant(cell: Any, format: str) -> datetime | None:  # noqa: A002
    """An instant of any format, aware; local ones are those of Paris."""
    if cell in (None, ""):
        return None
    if format == "csv-fr":
        return datetime.strptime(cell, "%d/%m/%Y %H:%M:%S").replace(tzinfo=PARIS)
    if format == "xlsx":
        return cell.replace(tzinfo=PARIS)
    return cell if isinstance(cell, datetime) else datetime.fromisoformat(cell)
