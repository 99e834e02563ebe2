"""Order files as newline-delimited JSON, their values as text."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import polars as pl

from commandes.intake import sheet
from commandes.intake.sheet import FAULT, Sheet
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_CHUNK = 20_000
_BROKEN = "\0"  # no key of an object is called so


@contextmanager
def opened(path: Path) -> Iterator[Sheet]:
    """The file of one JSON object per line as a sheet; objects within give `a.b`.

    Lines that hold no object keep their place, with a fault.
    """
    with sheet.explained(path):
        frame = _objects(path)
    names = [name for name in frame.columns if name != _BROKEN]
    if not names:
        raise sheet.unreadable(path, _("il ne contient aucun objet JSON"))

    def rows(columns: Sequence[int], most: int | None) -> pl.DataFrame:
        part = frame if most is None else frame.head(most)
        wanted = {names[column]: str(column) for column in sorted(columns)}
        wanted[_BROKEN] = FAULT
        return sheet.numbered(part.select(*wanted).rename(wanted))

    yield Sheet(tuple(names), rows, nul=True)


def _objects(path: Path) -> pl.DataFrame:
    frames: list[pl.DataFrame] = []
    rows: list[dict[str, str]] = []
    with path.open("rb") as file:
        for line in file:
            if line.strip():
                rows.append(_object(line))
            if len(rows) == _CHUNK:
                frames.append(_framed(path, rows))
                rows = []
    frames.append(_framed(path, rows))
    return pl.concat(frames, how="diagonal")


def _framed(path: Path, rows: list[dict[str, str]]) -> pl.DataFrame:
    names = dict.fromkeys(n for row in rows for n in row if n != _BROKEN)
    if len(names) > sheet.MOST_COLUMNS:
        raise sheet.unreadable(path, _("il a plus de 16 384 colonnes"))
    columns = {name: [row.get(name) for row in rows] for name in (*names, _BROKEN)}
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def _object(line: bytes) -> dict[str, str]:
    """One line as a flat row of text, or its fault."""
    try:
        value = json.loads(line, parse_float=str, parse_int=str, parse_constant=str)
        if isinstance(value, dict):
            return dict(flat(value))
    except (ValueError, RecursionError):
        pass
    return {_BROKEN: "no_object"}


def flat(value: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """An object's values as text, by their names; those within give `a.b`."""
    for key, held in value.items():
        name = above + _written(key).replace(_BROKEN, "")
        if isinstance(held, dict):
            yield from flat(held, f"{name}.")
        elif isinstance(held, list):
            yield name, _written(", ".join(str(item) for item in held))
        elif isinstance(held, bool):
            yield name, str(held).lower()
        elif held is not None:
            yield name, _written(str(held))


def _written(text: str) -> str:
    """The text without the halves of characters that JSON may hold."""
    return text.encode(errors="replace").decode()
