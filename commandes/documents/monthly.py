"""The monthly report: which sections it has, and what stands in them, in words.

Nothing here counts: every figure is one of `reports`. How it looks on a screen or on
paper is the business of monthly_html and monthly_pdf.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        share: of the width of a page, in hundredths.
        right: whether it is set to the right, as numbers are.
    """

    title: str
    share: int
    right: bool = False


@dataclass(frozen=True)
class Bar:
    """A bar from one amount to another; what it says to those who do not see it.

    Attributes:
        kind: `sum`, `more` or `less`.
    """

    start: int
    end: int
    said: str
    kind: str = "sum"


@dataclass(frozen=True)
class Row:
    """The cells of a row, the bar beside them, and whether it sums others up."""

    cells: tuple[str, ...]
    bar: Bar | None = None
    strong: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under titles."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def ends(self) -> tuple[int, int] | None:
        """The lowest and the highest amount of its bars; None without any."""
        return ends([row.bar for row in self.rows if row.bar])


@dataclass(frozen=True)
class Days:
    """The chart of the days: what came in above the line, what went out below.

    Attributes:
        said: what is to be seen, for those who do not see it.
        bars: one tuple of bars per day.
        names: the name of each of the series, by the kind of its bars.
        highest: the greatest amount, in words.
    """

    title: str
    said: str
    days: tuple[date, ...]
    bars: tuple[tuple[Bar, ...], ...]
    names: tuple[tuple[str, str], ...]
    highest: str

    @property
    def ends(self) -> tuple[int, int] | None:
        """The lowest and the highest amount of its bars; None where all are empty."""
        return ends([bar for day in self.bars for bar in day])


@dataclass(frozen=True)
class Tile:
    """A figure at the head of a currency, and what it is compared with."""

    title: str
    value: str
    compared: str


@dataclass(frozen=True)
class Section:
    """One question, what is to be seen, and its chart and table.

    Attributes:
        code: names its definition.
    """

    code: str
    question: str
    sentence: str
    table: Table | None = None
    days: Days | None = None
    tiles: tuple[Tile, ...] = ()


@dataclass(frozen=True)
class Chapter:
    """All sections of one currency, or those of none."""

    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Monthly:
    """A month in words of the reader's language.

    Attributes:
        about: what ties the report to its shop and its journal, by label.
        meanings: what each figure means, by its name.
    """

    language: str
    title: str
    shop: str
    address: tuple[str, ...]
    about: tuple[tuple[str, str], ...]
    chapters: tuple[Chapter, ...]
    meanings: tuple[tuple[str, str], ...]


def ends(bars: Sequence[Bar]) -> tuple[int, int] | None:
    """The lowest and the highest amount of bars, nought included."""
    amounts = [0, *(end for bar in bars for end in (bar.start, bar.end))]
    low, high = min(amounts), max(amounts)
    return (low, high) if low < high else None
