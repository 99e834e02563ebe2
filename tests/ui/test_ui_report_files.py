"""Every table of a report can be taken as a file, plain and for French Excel."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from commandes.reports.export import columns, lists

REPORTS = (
    *("SALES", "BREAKDOWN", "ARTICLES", "HOURS", "CUSTOMERS", "BRIDGE", "VAT"),
    *("SEATS", "COVERS", "SLOTS", "PLANS", "CARTS"),
)
CELLS = {
    "text": "=1+1",
    "code": "store",
    "amount": 1234,
    "integer": 7,
    "percent": 2000,
    "instant": datetime(2026, 3, 1, 12, tzinfo=UTC),
}


@pytest.mark.parametrize("format_", ["csv", "csv-fr"])
@pytest.mark.parametrize("report", REPORTS)
def test_a_report_becomes_a_file(tmp_path, report, format_) -> None:
    """One row of each kind of cell: amounts in whole units, no formula, no crash."""
    shown = getattr(columns, report)
    row = {one.code: CELLS[one.kind] for one in shown} | {"currency": "TND"}
    if "period" in row:
        row["period"] = date(2026, 3, 1).isoformat()
    path = tmp_path / "report.csv"
    written = lists.write(
        [pl.DataFrame([row])],
        shown,
        format=format_,
        path=path,
        zone=ZoneInfo("Europe/Paris"),
    )

    text = path.read_text(encoding="utf-8-sig")
    assert written == 1
    assert len(text.splitlines()) == 2
    assert "'=1+1" in text or "=1+1" not in text
    kinds = {one.kind for one in shown}
    if "amount" in kinds:
        assert ("1,234" if format_ == "csv-fr" else "1.234") in text
