"""What every kind of file becomes first: headers, and rows of text by column."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from commandes.errors import FileUnreadable
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

ROW = "row"  # Int64, counts data rows from 1
FAULT = "fault"  # String, a code of reasons.py when the row itself is damaged
MOST_COLUMNS = 16_384  # as many as a spreadsheet has


@dataclass(frozen=True)
class Sheet:
    """A file whose headers are known and whose rows are read when asked for.

    Attributes:
        headers: as the file writes them, in its order, duplicates included.
        rows: for column numbers (from 0), a frame of text columns named "0", "5", …
            with ROW and FAULT; the second argument is how many rows at most.
        typed: whether numbers come from number cells, with a decimal point.
        comma: whether a comma is the likelier decimal sign (fields parted by `;`).
        nul: whether cells may hold the character NUL.
    """

    headers: tuple[str, ...]
    rows: Callable[[Sequence[int], int | None], pl.DataFrame]
    typed: bool = True
    comma: bool = False
    nul: bool = False


def of_rows(rows: Sequence[Mapping[str, str]]) -> Sheet:
    """Rows that came without a file, by their headers; an empty cell says nothing."""
    headers = tuple(dict.fromkeys(name for row in rows for name in row))

    def some(columns: Sequence[int], most: int | None) -> pl.DataFrame:
        names = [headers[column] for column in sorted(columns)]
        cells = {
            str(column): [row.get(name) or None for row in rows]
            for column, name in zip(sorted(columns), names, strict=True)
        }
        frame = pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String))
        return numbered(frame if most is None else frame.head(most))

    return Sheet(headers, some, typed=False)


def numbered(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with ROW, and with FAULT where it has none."""
    if FAULT not in frame.columns:
        frame = frame.with_columns(pl.lit(None, pl.String).alias(FAULT))
    return frame.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(ROW))


def without_last_blanks(frame: pl.DataFrame, most: int | None = None) -> pl.DataFrame:
    """Without the blank rows at the end, at most so many of them."""
    tail = frame if most is None else frame.tail(most)
    blanks = tail.select(pl.all_horizontal(pl.all().is_null())).to_series()
    filled = (~blanks).arg_true()
    last = filled[-1] + 1 if filled.len() else 0
    return frame.head(frame.height - tail.height + last)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what a reader of files raises, its panics included, into FileUnreadable."""
    try:
        yield
    except FileUnreadable:
        raise
    except MemoryError:
        raise unreadable(path, _("il demande trop de mémoire ou de temps")) from None
    except Exception as error:
        raise unreadable(path, _short(error)) from error
    except BaseException as error:
        # Libraries in Rust raise their panics beside Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise unreadable(path, _short(error)) from error


def unreadable(path: Path, detail: str) -> FileUnreadable:
    """The error for a file that cannot be read, and why."""
    return FileUnreadable(file=path.name, detail=detail)


def _short(error: BaseException) -> str:
    """The first line of what a library says, without its full stop."""
    first = next(iter(str(error).strip().splitlines()), "") or type(error).__name__
    return first[:200].rstrip(" .:")
