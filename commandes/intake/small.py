"""Small CSV files that people write themselves: tracking numbers, opening levels.

Unlike order files they are read whole and without Polars: the command line stays
light. Columns are known by any of their names, case, accents and punctuation aside.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from commandes.errors import FileUnreadable
from commandes.rules import fold
from commandes.words import _, listed, number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

LARGEST = 20 << 20  # bytes
_SEPARATORS = ";,\t|"
_LONGEST_HEAD = 64


@dataclass(frozen=True)
class Column:
    """A column: its French title, and the folded names it goes by."""

    title: str
    names: tuple[str, ...]
    needed: bool = True


def rows(path: Path, columns: Mapping[str, Column]) -> list[dict[str, str]]:
    """The rows of a file by the codes of its columns; blank rows are left out.

    A column that is not needed and not there reads as empty. Values are trimmed, and
    freed of what spreadsheets wrap around codes (`="012"`, `'012`).

    Raises:
        FileUnreadable: no such file, too large, no table, or a column is missing.
    """
    text = _text(path)
    for separator in _by_likelihood(text):
        table = _table(path, text, separator)
        places = _places(table[0] if table else [], columns)
        if all(code in places for code, column in columns.items() if column.needed):
            break
    missing = [
        _("« {name} »").format(name=_(column.title))
        for code, column in columns.items()
        if column.needed and code not in places
    ]
    if missing:
        detail = _("il lui manque la colonne {name}").format(name=listed(missing))
        raise FileUnreadable(file=path.name, detail=detail)
    return [
        {code: _cell(row, places.get(code)) for code in columns}
        for row in table[1:]
        if any(cell.strip() for cell in row)
    ]


def _text(path: Path) -> str:
    """The file's text, without NUL: UTF-8 with or without BOM, UTF-16, or Windows'."""
    try:
        if path.stat().st_size > LARGEST:
            detail = _("il dépasse {n} Mo").format(n=number(LARGEST >> 20))
            raise FileUnreadable(file=path.name, detail=detail)
        data = path.read_bytes()
    except OSError as error:
        detail = error.strerror or str(error)
        raise FileUnreadable(file=path.name, detail=detail) from error
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace").replace("\0", "")
    data = data.replace(b"\0", b"")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _by_likelihood(text: str) -> list[str]:
    """The separators, the one that the header holds most of first."""
    head = text.lstrip().partition("\n")[0]
    return sorted(_SEPARATORS, key=head.count, reverse=True)


def _table(path: Path, text: str, separator: str) -> list[list[str]]:
    try:
        found = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise FileUnreadable(file=path.name, detail=error) from error
    first = next((at for at, row in enumerate(found) if any(map(str.strip, row))), 0)
    return found[first:]


def _places(head: Sequence[str], columns: Mapping[str, Column]) -> dict[str, int]:
    """Where each column stands: by the first of its names that the header has."""
    titles: dict[str, int] = {}
    for place, title in enumerate(head):
        titles.setdefault(_key(title[:_LONGEST_HEAD]), place)
    found: dict[str, int] = {}
    for code, column in columns.items():
        for name in column.names:
            if name in titles and titles[name] not in found.values():
                found[code] = titles[name]
                break
    return found


def _key(title: str) -> str:
    """A header as it is compared: N° de suivi and no_de_suivi are the same."""
    plain = fold(title.replace("°", "o").replace("º", "o"))
    return " ".join(re.sub(r"[^0-9a-z]+", " ", plain).split())


def _cell(row: Sequence[str], place: int | None) -> str:
    text = row[place].strip() if place is not None and place < len(row) else ""
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text.removeprefix("'").strip()
