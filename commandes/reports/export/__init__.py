"""The orders a filter keeps, or their lines, as a file, in the order of the list.

Every format has the same columns in the same order, those of `export.columns`: fixed,
whatever the data. They are headed by stable English codes, in `csv-fr` by French
titles; `csv-fr` also writes states and modules in French. The first row is the header,
and only rows of data follow. Amounts are numbers in major units of the row's
`currency`, exact to its decimals. Texts that a spreadsheet could take for a formula
begin with an apostrophe in CSV and XLSX, phone numbers in +33 included; Parquet and
NDJSON keep them raw. A cell of XLSX holds 32,767 characters: longer texts end there.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from commandes import words
from commandes.errors import BadFilter, ExportUnwritable, TooManyRowsForXlsx
from commandes.reports.export import writers
from commandes.reports.export.columns import LINES, ORDERS
from commandes.reports.export.slices import SLICE, one_ahead, slices
from commandes.reports.orders import check_sort
from commandes.whole import whole
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    import polars as pl

    from commandes.mirror import Snapshot
    from commandes.reports.filters import OrderFilter

_WRITERS = {
    "csv": writers.csv,
    "csv-fr": writers.csv_fr,
    "xlsx": writers.xlsx,
    "parquet": writers.parquet,
    "ndjson": writers.ndjson,
}
FORMATS = tuple(_WRITERS)


def export(
    snap: Snapshot,
    wanted: OrderFilter,
    *,
    format: str,  # noqa: A002 (the word of the command line)
    path: Path,
    lines: bool = False,
    sort: str = "newest",
    progress: Callable[[int, int], None] | None = None,
    timezone: str | None = None,
    language: str | None = None,
    today: date | None = None,
    only: Sequence[int] | None = None,
) -> int:
    """Write all that a filter keeps to a file; the number of rows of data in it.

    The file appears whole or not at all; memory stays flat at any size.

    Args:
        format: a code of FORMATS.
        path: the file to write; one that is there is replaced.
        lines: one row per line of an order rather than one per order.
        sort: a code of reports.orders.SORTS, the order shown on screen.
        progress: told (rows written, rows in all) after each slice.
        timezone: of the dates and of the filter's days; None: the shop's.
        language: of the second sheet of XLSX; None: the one spoken now.
        today: what named periods are reckoned from; None: the day it is there.
        only: ids of orders, those of them that the filter keeps; None: all.

    Raises:
        BadFilter: an unknown format or sort.
        TooManyRowsForXlsx: more rows than a sheet holds.
        ExportUnwritable: the file cannot be written.
    """
    check_sort(sort)
    if format not in _WRITERS:
        raise BadFilter(name="format", value=format, choices=", ".join(FORMATS))
    zone = ZoneInfo(timezone) if timezone else snap.zone
    given = wanted.parameters(zone, today or datetime.now(zone).date())
    given["only"] = None if only is None else list(only)
    rows = _size(snap, given, lines=lines)
    if format == "xlsx" and rows > writers.XLSX_ROWS:
        raise TooManyRowsForXlsx(rows=words.number(rows))
    # An order has about two lines: the frames are as large either way.
    size = SLICE // 2 if lines else SLICE
    frames = one_ahead(slices(snap, given, sort=sort, lines=lines, size=size))
    counted = _Counted(frames, rows, progress)
    path = path.resolve()  # the file behind a link, not the link, is replaced
    if path.exists() and not path.is_file():
        raise ExportUnwritable(file=path, detail=_("ce n’est pas un fichier ordinaire"))
    columns = LINES if lines else ORDERS
    with words.speaking(language or words.language()), whole(path) as aside:
        _WRITERS[format](aside, counted, columns, zone.key, wanted.sentence())
    return counted.rows


def _size(snap: Snapshot, given: dict[str, object], *, lines: bool) -> int:
    return int(
        snap.ask("orders/export_size", given).item(0, "lines" if lines else "orders")
    )


class _Counted:
    """Frames that are counted as they pass."""

    def __init__(
        self,
        frames: Iterator[pl.DataFrame],
        expected: int,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self.rows = 0
        self._frames = frames
        self._expected = expected
        self._progress = progress

    def __iter__(self) -> Iterator[pl.DataFrame]:
        for frame in self._frames:
            yield frame
            self.rows += frame.height
            if self._progress is not None:
                self._progress(self.rows, self._expected)
