"""Lists beside that of orders as CSV: refunds, stock movements.

The same writers as for orders: stable codes as headers, or French ones for Excel;
texts that a spreadsheet could take for a formula are defused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from commandes import access
from commandes.errors import BadFilter
from commandes.reports.export import writers
from commandes.whole import whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from zoneinfo import ZoneInfo

    import polars as pl

    from commandes.reports.export.columns import Column

_WRITERS = {"csv-fr": writers.csv_fr, "csv": writers.csv}
FORMATS = tuple(_WRITERS)


def write(
    frames: Iterable[pl.DataFrame],
    columns: Sequence[Column],
    *,
    format: str,  # noqa: A002 (the word of the command line)
    path: Path,
    zone: ZoneInfo,
) -> int:
    """Write frames to a file, whole or not at all; the number of rows in it.

    Args:
        format: a code of FORMATS.
        zone: of the dates.

    Raises:
        BadFilter: an unknown format.
        ExportUnwritable: the file cannot be written.
    """
    access.require("orders.export")
    if format not in _WRITERS:
        raise BadFilter(name="format", value=format, choices=", ".join(FORMATS))
    rows = 0

    def counted() -> Iterator[pl.DataFrame]:
        nonlocal rows
        for frame in frames:
            yield frame
            rows += frame.height

    with whole(path) as aside:
        _WRITERS[format](aside, counted(), columns, zone.key, "")
    return rows
