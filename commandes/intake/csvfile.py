"""Order files as text: CSV, TSV and their kin, in any usual encoding.

A sound file is read by Polars in one go. A damaged one (a quote that is never
closed, rows longer than the header, old line ends) is read row by row, so that each
bad row can be named.
"""

from __future__ import annotations

import codecs
import csv
import io
import shutil
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from commandes.intake import sheet
from commandes.intake.sheet import FAULT, Sheet
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SEPARATORS = ",;\t|"
_HEAD = 4 << 20  # characters within which the header must end
_PIECE = 1 << 20
_CHUNK = 20_000
_FLOOD = 1_000_000  # lines

csv.field_size_limit(sys.maxsize)


@dataclass(frozen=True)
class _Layout:
    """How the text is cut: separator, lines before the header, the header."""

    separator: str
    skipped: int
    headers: tuple[str, ...]
    plain: bool  # whether Polars may try


@contextmanager
def opened(path: Path) -> Iterator[Sheet]:
    """The text file as a sheet; a copy in UTF-8 stands in while it is open."""
    encoding, nul = _encoding(path)
    with tempfile.TemporaryDirectory(prefix="commandes-") as folder:
        text = path
        if encoding != "utf-8":
            text = Path(folder) / "utf8.csv"
            with (
                path.open(encoding=encoding, errors="replace", newline="") as source,
                text.open("w", encoding="utf-8", newline="") as copy,
            ):
                shutil.copyfileobj(source, copy, _PIECE)
        with sheet.explained(path):
            layout = _layout(path, text)
            if _is_flood(text, len(layout.headers)):
                raise sheet.unreadable(path, _("presque toutes ses lignes sont vides"))

        def rows(columns: Sequence[int], most: int | None) -> pl.DataFrame:
            with sheet.explained(path):
                return sheet.numbered(_rows(text, layout, sorted(columns), most))

        yield Sheet(
            layout.headers,
            rows,
            typed=False,
            comma=layout.separator == ";",
            nul=nul,
        )


def _encoding(path: Path) -> tuple[str, bool]:
    """The encoding (utf-8, utf-16, cp1252), and whether NUL characters occur."""
    with path.open("rb") as file:
        start = file.read(4096)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16", True
        if start[1::2].count(0) > len(start) // 4:
            return "utf-16-le", True
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        nul, valid = False, True
        while piece := file.read(_PIECE):
            nul = nul or b"\0" in piece
            valid = valid and _decodes(decoder, piece)
        valid = valid and _decodes(decoder, b"", final=True)
    return "utf-8" if valid else "cp1252", nul


def _decodes(
    decoder: codecs.IncrementalDecoder, piece: bytes, *, final: bool = False
) -> bool:
    try:
        decoder.decode(piece, final)
    except UnicodeDecodeError:
        return False
    return True


def _layout(path: Path, text: Path) -> _Layout:
    with text.open(encoding="utf-8-sig", newline="") as file:
        head = file.read(_HEAD)
    skipped, separators, rest = 0, SEPARATORS, head
    while rest:
        line, end, after = rest.partition("\n")
        if line.strip().lower().startswith("sep=") and len(line.strip()) == 5:  # noqa: PLR2004 (sep=;)
            separators = line.strip()[4]
        elif line.strip(" \r"):
            break
        skipped, rest = skipped + 1, after if end else ""
    headers: tuple[str, ...] = ()
    separator = ","
    for candidate in separators:
        cells = tuple(
            next(csv.reader(io.StringIO(rest, newline=""), delimiter=candidate), ())
        )
        if len(cells) > len(headers):
            headers, separator = cells, candidate
    if not any(cell.strip() for cell in headers):
        raise sheet.unreadable(path, _("il est vide"))
    if len(headers) > sheet.MOST_COLUMNS:
        raise sheet.unreadable(path, _("il a plus de 16 384 colonnes"))
    lone_returns = "\r" in head.replace("\r\n", "")
    return _Layout(separator, skipped, headers, plain=not lone_returns)


def _is_flood(text: Path, width: int) -> bool:
    """Whether a million lines are too short to hold even their separators."""
    if text.stat().st_size < _FLOOD:
        return False
    size = lines = 0
    with text.open("rb") as file:
        while piece := file.read(_PIECE):
            size, lines = size + len(piece), lines + piece.count(b"\n")
    return lines > _FLOOD and size < lines * width


def _rows(
    text: Path, layout: _Layout, columns: list[int], most: int | None
) -> pl.DataFrame:
    if layout.plain:
        try:
            frame = _quick(text, layout, columns, most)
        except pl.exceptions.PolarsError:
            frame = None
        if frame is not None:
            return sheet.without_last_blanks(frame, _blank_lines_at_end(text))
    return _careful(text, layout, columns, most)


def _quick(
    text: Path, layout: _Layout, columns: list[int], most: int | None
) -> pl.DataFrame | None:
    """All rows by Polars; it raises where a row or a quote is not sound."""
    frame = pl.read_csv(
        text,
        columns=columns,
        infer_schema=False,
        separator=layout.separator,
        skip_lines=layout.skipped,
        n_rows=most,
    )
    if frame.width != len(columns):
        return None
    frame.columns = [str(column) for column in columns]
    return frame


def _blank_lines_at_end(text: Path) -> int:
    with text.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(max(0, size - _PIECE))
        tail = file.read().replace(b"\r", b"")
    return len(tail) - len(tail.rstrip(b"\n"))


def _careful(
    text: Path, layout: _Layout, columns: list[int], most: int | None
) -> pl.DataFrame:
    """All rows one by one, each damaged one with its fault."""
    schema = {str(column): pl.String for column in columns} | {FAULT: pl.String}
    frames, cells = [pl.DataFrame(schema=schema)], []
    for number, row in enumerate(_records(text, layout, columns)):
        if most is not None and number >= most:
            break
        cells.append(row)
        if len(cells) == _CHUNK:
            frames.append(pl.DataFrame(cells, schema=schema, orient="row"))
            cells = []
    frames.append(pl.DataFrame(cells, schema=schema, orient="row"))
    frame = pl.concat(frames)
    return sheet.without_last_blanks(frame)


def _records(
    text: Path, layout: _Layout, columns: list[int]
) -> Iterator[list[str | None]]:
    width = len(layout.headers)
    with text.open(encoding="utf-8-sig", newline="") as file:
        lines = _Lines(file)
        for _number in range(layout.skipped):
            next(lines)
        reader = csv.reader(lines, delimiter=layout.separator)
        next(reader)
        lines.taken.clear()
        for record in reader:
            fault = None
            if len(record) > width:
                fault = "too_many_cells"
            elif lines.ended and _open_quote(lines.taken, layout.separator):
                fault = "open_quote"
            lines.taken.clear()
            known = len(record)
            yield [record[c] or None if c < known else None for c in columns] + [fault]


class _Lines:
    """Lines of a file that remembers those of the record being read."""

    def __init__(self, file: io.TextIOBase) -> None:
        self.file = file
        self.taken: list[str] = []
        self.ended = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.file.readline()
        if not line:
            self.ended = True
            raise StopIteration
        self.taken.append(line)
        return line


def _open_quote(lines: list[str], separator: str) -> bool:
    """Whether the record ends inside quotes, because the file ends there."""
    try:
        list(csv.reader(lines, delimiter=separator, strict=True))
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False
