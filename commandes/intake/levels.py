"""Opening levels of stock from a small CSV file: read, row by row, refusals explained.

The columns are `sku`, `quantity` and, for what has a date, `service_at`; or their
French names, référence, quantité and date. Light: nothing here loads Polars.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from commandes.actions.stock import fault_of_level, fault_of_sku
from commandes.errors import FileUnreadable
from commandes.rules import fold
from commandes.words import _, number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from zoneinfo import ZoneInfo

MOST_ROWS = 50_000
_MOST_BYTES = 10 << 20
_SEPARATORS = (";", ",", "\t")
_COLUMNS = {
    "sku": "sku reference ref reference_article code code_article article".split(),
    "quantity": "quantity quantite qte stock niveau level on_hand".split(),
    "service_at": "service_at date date_de_prestation date_et_heure".split(),
}
_NEEDED = ("sku", "quantity")
_WHOLE = re.compile(r"[+-]?\d{1,30}([.,]0{1,2})?")
_FRENCH_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T](\d{1,2})[:hH](\d{2}))?")


@dataclass(frozen=True)
class Level:
    """What a row asks for: so many units of a sku on hand, at a date or at none."""

    row: int
    sku: str
    service_at: datetime | None
    units: int


@dataclass(frozen=True)
class Refused:
    """A row that is left out, its sku as written, and why in the reader's words."""

    row: int
    sku: str
    reason: str


@dataclass(frozen=True)
class Levels:
    """A file of levels as read: rows read = levels + refused.

    Attributes:
        levels: what can be set, in the file's order.
        refused: the other rows; rows count from 1 below the header.
    """

    levels: tuple[Level, ...]
    refused: tuple[Refused, ...]

    @property
    def wanted(self) -> list[tuple[str, datetime | None, int]]:
        """What actions.stock.open_levels takes."""
        return [(one.sku, one.service_at, one.units) for one in self.levels]


def read(path: Path, zone: ZoneInfo) -> Levels:
    """Read a file of opening levels; blank rows are passed over.

    Args:
        zone: the shop's time zone, that of dates which name none.

    Raises:
        FileUnreadable: no such file, not a table of text, a column is missing.
    """
    rows = _rows(path)
    header = next(rows, [])
    places = _places(path, header)
    levels: dict[tuple[str, datetime | None], Level] = {}
    refused: list[Refused] = []
    for place, cells in enumerate(rows, start=1):
        if place > MOST_ROWS:
            detail = _("il a plus de {n} lignes").format(n=number(MOST_ROWS))
            raise FileUnreadable(file=path.name, detail=detail)
        told = {name: _cell(cells, column) for name, column in places.items()}
        if not any(told.values()):
            continue
        try:
            level = _level(place, told, zone)
            _once(levels, level)
        except ValueError as error:
            refused.append(Refused(place, told["sku"], str(error)))
        else:
            levels[level.sku, level.service_at] = level
    return Levels(tuple(levels.values()), tuple(refused))


def _rows(path: Path) -> Iterator[list[str]]:
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise FileUnreadable(
            file=path.name, detail=error.strerror or str(error)
        ) from error
    if len(raw) > _MOST_BYTES:
        detail = _("il est trop grand pour des niveaux de stock")
        raise FileUnreadable(file=path.name, detail=detail)
    text = _text(raw)
    if "\0" in text:
        raise FileUnreadable(file=path.name, detail=_("ce n’est pas du texte"))
    first = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        yield from reader
    except csv.Error as error:
        raise FileUnreadable(file=path.name, detail=error) from error


def _text(raw: bytes) -> str:
    """The file's text: UTF-8, else what French Excel writes."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _places(path: Path, header: list[str]) -> dict[str, int]:
    """The column of each part; the first that is called so."""
    known = ["_".join(re.findall(r"\w+", fold(cell))) for cell in header]
    found = {
        name: known.index(next(word for word in words if word in known))
        for name, words in _COLUMNS.items()
        if any(word in known for word in words)
    }
    for name in _NEEDED:
        if name not in found:
            detail = _("il lui manque la colonne {name}").format(name=name)
            raise FileUnreadable(file=path.name, detail=detail)
    return found


def _cell(cells: list[str], column: int) -> str:
    return cells[column].strip() if column < len(cells) else ""


def _level(place: int, told: dict[str, str], zone: ZoneInfo) -> Level:
    """The level of a row; ValueError in the reader's words when there is none."""
    sku = told["sku"]
    if fault := fault_of_sku(sku):
        raise ValueError(fault)
    units = _units(told["quantity"])
    if fault := fault_of_level(units):
        raise ValueError(fault)
    return Level(place, sku, _date(told.get("service_at", ""), zone), units)


def _units(text: str) -> int:
    plain = re.sub(r"[\s'’]", "", text)
    if not _WHOLE.fullmatch(plain):
        raise ValueError(
            _("« {value} » n’est pas un nombre entier").format(value=text[:40])
        )
    return int(re.split("[.,]", plain)[0])


def _date(text: str, zone: ZoneInfo) -> datetime | None:
    """A date as ISO or France writes it; in the shop's zone unless it names one."""
    if not text:
        return None
    french = _FRENCH_DAY.fullmatch(text)
    try:
        if french:
            day, month, year, hour, minute = (
                int(part or 0) for part in french.groups()
            )
            at = datetime(year, month, day, hour, minute)  # noqa: DTZ001 (its zone follows)
        else:
            at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        said = _("« {value} » n’est pas une date").format(value=text[:40])
        raise ValueError(said) from None


def _once(levels: dict[tuple[str, datetime | None], Level], level: Level) -> None:
    before = levels.get((level.sku, level.service_at))
    if before is not None:
        said = _("la référence est déjà à la ligne {row}")
        raise ValueError(said.format(row=before.row))
