"""The result of a free analysis as a file: any columns, of any type.

CSV as for every other list: texts that could be formulas are defused. Their headers
come from the analysis too: letters, digits and a few signs are left of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from commandes import access
from commandes.errors import BadFilter
from commandes.reports.export import lists
from commandes.reports.export.columns import Column
from commandes.whole import whole

if TYPE_CHECKING:
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from commandes.reports.export.columns import Kind

FORMATS = (*lists.FORMATS, "parquet")
_UNSAFE = re.compile(r"[^\w ().€%/-]+")


def write(
    frame: pl.DataFrame,
    *,
    format: str,  # noqa: A002 (the word of the command line)
    path: Path,
    zone: ZoneInfo,
) -> int:
    """Write the rows of a result; their number.

    Args:
        format: a code of FORMATS; Parquet keeps names and texts as they are.
        zone: of the instants.

    Raises:
        BadFilter: an unknown format.
        ExportUnwritable: the file cannot be written.
    """
    access.require("orders.export")
    if format not in FORMATS:
        raise BadFilter(name="format", value=format, choices=", ".join(FORMATS))
    if format != "parquet":
        made, columns = told(frame)
        return lists.write([made], columns, format=format, path=path, zone=zone)
    with whole(path) as aside:
        frame.write_parquet(aside)
    return frame.height


def told(frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Column, ...]]:
    """A result with columns that the writers know."""
    names: list[str] = []
    kinds: list[Kind] = []
    made = []
    for series in frame:
        name = _header(series.name, names)
        kind, cells = _cells(series)
        names.append(name)
        kinds.append(kind)
        made.append(cells.alias(name))
    columns = tuple(Column(n, n, k) for n, k in zip(names, kinds, strict=True))
    return pl.DataFrame(made), columns


def _header(name: str, taken: list[str]) -> str:
    """A header that no spreadsheet takes for anything else, once."""
    plain = _UNSAFE.sub("_", name).lstrip("-% ") or "_"
    found, place = plain, 1
    while found in taken:
        place += 1
        found = f"{plain} ({place})"
    return found


def _cells(series: pl.Series) -> tuple[Kind, pl.Series]:
    kind = series.dtype
    if isinstance(kind, pl.Datetime) and kind.time_zone:
        return "instant", series
    if kind.is_numeric():
        return "integer", series
    return "text", series.cast(pl.String)
