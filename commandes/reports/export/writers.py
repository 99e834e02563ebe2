"""The formats of an export: each writes frames, one after the other, to one file."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from commandes.reports.export import cells
from commandes.words import (
    CAUSE_WORDS,
    MODULE_WORDS,
    PAYMENT_WORDS,
    STATUS_WORDS,
    TRANSACTION_WORDS,
    _,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

    from commandes.reports.export.columns import Column

    Frames = Iterable[pl.DataFrame]

# ISO 8601 with the offset that the shop's clocks have at that moment.
_ISO = "%Y-%m-%dT%H:%M:%S%:z"
_FRENCH = "%d/%m/%Y %H:%M:%S"

# The most characters that a cell of a spreadsheet holds.
_LONGEST = 32_767
XLSX_ROWS = 1_048_575


def csv(
    path: Path, frames: Frames, columns: Sequence[Column], timezone: str, _said: str
) -> None:
    """Comma, UTF-8, decimal point, ISO dates: for programs and most spreadsheets."""
    codes = [column.code for column in columns]
    with path.open("wb") as file:
        file.write((",".join(codes) + "\n").encode())
        for frame in frames:
            made = frame.with_columns(
                *cells.in_major_units(frame, columns, None),
                *cells.in_per_cent(columns),
                *cells.written(columns, timezone, _ISO),
                *cells.defused(columns, separators=";"),
            )
            made.select(codes).write_csv(file, include_header=False)


def csv_fr(
    path: Path, frames: Frames, columns: Sequence[Column], timezone: str, _said: str
) -> None:
    """What French Excel opens: BOM, semicolon, decimal comma, local dates, French."""
    titles = pl.DataFrame(schema=[column.title for column in columns])
    with path.open("wb") as file:
        head = titles.write_csv(include_bom=True, separator=";", line_terminator="\r\n")
        file.write(head.encode())
        for frame in frames:
            amounts = frame.select(cells.in_major_units(frame, columns, None))
            made = frame.with_columns(
                *amounts.with_columns(_with_comma(pl.col(pl.String))),
                *cells.in_per_cent(columns),
                *cells.written(columns, timezone, _FRENCH),
                *cells.defused(columns, separators=","),
                *_in_french(columns),
            )
            made.select(column.code for column in columns).write_csv(
                file,
                include_header=False,
                separator=";",
                decimal_comma=True,
                line_terminator="\r\n",
            )


def _with_comma(numbers: pl.Expr) -> pl.Expr:
    return numbers.str.replace(".", ",", literal=True)


_WORDS = {
    "status": STATUS_WORDS,
    "payment": PAYMENT_WORDS,
    "module": MODULE_WORDS,
    "cause": CAUSE_WORDS,
    "kind": TRANSACTION_WORDS,
}


def _in_french(columns: Sequence[Column]) -> list[pl.Expr]:
    codes = [
        pl.col(name).replace_strict(_WORDS[name])
        for name in cells.of_kind(columns, "code")
    ]
    answers = [
        pl.when(pl.col(name)).then(pl.lit("oui")).otherwise(pl.lit("non")).alias(name)
        for name in cells.of_kind(columns, "boolean")
    ]
    return [*codes, *answers]


def ndjson(
    path: Path, frames: Frames, columns: Sequence[Column], timezone: str, _said: str
) -> None:
    """One JSON object per line; amounts are numbers, instants ISO 8601; raw texts."""
    with path.open("wb") as file:
        for frame in frames:
            made = frame.with_columns(
                *cells.in_major_units(frame, columns, pl.Float64()),
                *(rate.cast(pl.Float64) for rate in cells.in_per_cent(columns)),
                *cells.written(columns, timezone, _ISO),
            )
            made.select(column.code for column in columns).write_ndjson(file)


def parquet(
    path: Path, frames: Frames, columns: Sequence[Column], _timezone: str, _said: str
) -> None:
    """Amounts as decimals of four places, instants in UTC, raw texts."""
    import pyarrow.parquet as pq

    writer = None
    try:
        for frame in frames:
            made = frame.with_columns(
                *cells.in_major_units(frame, columns, pl.Decimal(38, 4)),
                *cells.in_per_cent(columns),
                *cells.local(columns, "UTC"),
            )
            table = made.select(column.code for column in columns).to_arrow(
                compat_level=pl.CompatLevel.oldest()
            )
            writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()


def xlsx(
    path: Path, frames: Frames, columns: Sequence[Column], timezone: str, said: str
) -> None:
    """Real numbers and dates; the filter stands on a second sheet, not in the data."""
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    try:
        with Workbook(path, options) as book:
            _fill(book, frames, columns, timezone)
            about = book.add_worksheet(_("Filtre"))
            about.write_string(0, 0, said)
            zone = _("Fuseau horaire des dates : {zone}").format(zone=timezone)
            about.write_string(1, 0, zone)
    except FileCreateError as error:
        raise error.args[0] from error


def _fill(
    book: Workbook, frames: Frames, columns: Sequence[Column], timezone: str
) -> None:
    """Write all frames to a first sheet; only rows in order take no memory."""
    sheet = book.add_worksheet(_("Commandes"))
    sheet.freeze_panes(1, 0)
    bold = book.add_format({"bold": True})
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.code, bold)
    moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"})
    fixed = [moment if column.kind == "instant" else None for column in columns]
    amounts = [column.kind == "amount" for column in columns]
    forms = {
        digits: book.add_format({"num_format": f"#,##0.{'0' * digits}".rstrip(".")})
        for digits in range(5)
    }
    write = _writing(sheet, columns)
    row = 0
    for frame in frames:
        form_of = {
            currency: forms[digits]
            for digits, currencies in cells.digits(frame).items()
            for currency in currencies
        }
        made = _for_sheets(frame, columns, timezone)
        for currency, values in zip(frame["currency"], made.iter_rows(), strict=True):
            row += 1
            for place, value in enumerate(values):
                if value is not None:
                    form = form_of[currency] if amounts[place] else fixed[place]
                    write[place](row, place, value, form)


def _writing(sheet: Worksheet, columns: Sequence[Column]) -> list[Callable[..., Any]]:
    special = {
        "text": sheet.write_string,
        "code": sheet.write_string,
        "boolean": sheet.write_boolean,
    }
    return [special.get(column.kind, sheet.write_number) for column in columns]


# A sheet counts days from here.
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 (a date of the shop's own clocks)
_MICROSECONDS = 86_400_000_000


def _for_sheets(
    frame: pl.DataFrame, columns: Sequence[Column], timezone: str
) -> pl.DataFrame:
    """The cells of a frame as a sheet takes them: floats, days, texts not too long."""
    days = (
        (instant.dt.replace_time_zone(None) - _DAY_ZERO).dt.total_microseconds()
        / _MICROSECONDS
        for instant in cells.local(columns, timezone)
    )
    made = frame.with_columns(
        *cells.in_major_units(frame, columns, pl.Float64()),
        *(rate.cast(pl.Float64) for rate in cells.in_per_cent(columns)),
        *days,
        *(text.str.slice(0, _LONGEST) for text in cells.defused(columns)),
    )
    return made.select(column.code for column in columns)
