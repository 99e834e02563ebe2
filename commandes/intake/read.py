"""Read an order file of any known layout: the way in of every import."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from commandes.errors import ColumnsMissing, FormatUnknown, ProfileUnknown
from commandes.intake import files, profiles
from commandes.intake.fields import REQUIRED
from commandes.intake.normalise import normalise
from commandes.intake.plan import Plan
from commandes.intake.profiles import Defaults, Profile
from commandes.intake.recognise import by_headers, columns
from commandes.intake.sheet import FAULT, ROW, of_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from commandes.intake.frames import Incoming
    from commandes.intake.sheet import Sheet

__all__ = ["Defaults", "headers", "read", "read_rows", "recognise", "table"]


def read(
    path: Path,
    *,
    format: str = "auto",  # noqa: A002 (the option's name)
    profile: Profile | None = None,
    extra: Sequence[Profile] = (),
    defaults: Defaults,
) -> Incoming:
    """The orders of a file, each of its rows accepted or explained.

    Args:
        path: CSV, TSV, XLSX, Parquet or NDJSON; its content tells, not its name.
        format: `auto`, or one of profiles.FORMATS to hold the file to.
        profile: the column profile to read it with; it goes before the format.
        extra: profiles that `auto` tries before the built-in ones.
        defaults: currency and zone where neither profile nor file gives one.

    Raises:
        FileUnreadable: the file is none of these kinds, or dangerous to unfold.
        FormatUnknown: its headers are those of no known layout.
        ColumnsMissing: it lacks columns that the profile cannot do without.
        ProfileUnknown: the format asks for a profile and none is given.
    """
    if format == "profile" and profile is None:
        raise ProfileUnknown(name="", known=", ".join(profiles.builtin()))
    with files.opened(path) as sheet:
        chosen = profile or _of_format(path, sheet, format, extra)
        return _read(sheet, path.name, chosen, defaults)


def read_rows(
    rows: Sequence[Mapping[str, str]],
    name: str,
    *,
    profile: Profile,
    defaults: Defaults,
) -> Incoming:
    """The orders of rows that came without a file; see `read`.

    Args:
        rows: the cells by their headers, as the file would have them.
        name: where they came from, for what is said.
    """
    return _read(of_rows(rows), name, profile, defaults)


def _read(sheet: Sheet, name: str, profile: Profile, defaults: Defaults) -> Incoming:
    plan = Plan(
        profile=profile,
        currency=profile.currency or defaults.currency,
        timezone=profile.timezone or defaults.timezone,
        columns=_columns(name, sheet, profile),
        typed=sheet.typed,
        comma=sheet.comma,
        nul=sheet.nul,
    )
    found = normalise(_rows(sheet, plan.columns), plan)
    return replace(found, reading=_reading(plan))


def _reading(plan: Plan) -> str:
    """A digest of all that decides what the file's cells mean."""
    said = f"{profiles.dump(plan.profile)}\n{plan.currency}\n{plan.timezone}"
    return hashlib.sha256(said.encode()).hexdigest()


def recognise(path: Path, extra: Sequence[Profile] = ()) -> Profile | None:
    """The profile whose headers the file has; those of `extra` go first.

    Raises:
        FileUnreadable: as `read`.
    """
    with files.opened(path) as sheet:
        return by_headers(sheet.headers, (*extra, *profiles.builtin().values()))


def headers(path: Path) -> tuple[str, ...]:
    """The file's headers as it writes them, in its order."""
    with files.opened(path) as sheet:
        return sheet.headers


def table(path: Path, *, rows: int | None = 1000) -> pl.DataFrame:
    """The first rows of a file, every column as text, with `row` from 1.

    A header that occurs twice, is empty or called `row` gets its number behind it.
    """
    with files.opened(path) as sheet:
        frame = sheet.rows(range(len(sheet.headers)), rows)
        names: dict[str, str] = {}
        for place, header in enumerate(sheet.headers):
            name = header.strip("\ufeff \t\r\n")
            unusable = not name or name == ROW or name in names.values()
            names[str(place)] = f"{name} ({place + 1})".strip() if unusable else name
        return frame.drop(FAULT).rename(names).select(ROW, *names.values())


def _of_format(
    path: Path, sheet: Sheet, wanted: str, extra: Sequence[Profile]
) -> Profile:
    known = list(profiles.builtin().values())
    if wanted == "auto":
        known = [*extra, *known]
    else:
        known = [profile for profile in known if profile.format == wanted]
    found = by_headers(sheet.headers, known)
    if found is None and len(known) == 1:
        found = next(iter(known))  # held to this format: it says what is missing
    if found is None:
        raise FormatUnknown(file=path.name)
    return found


def _columns(name: str, sheet: Sheet, profile: Profile) -> dict[str, int]:
    found = columns(profile, sheet.headers)
    missing = [profile.columns[code][0] for code in REQUIRED if code not in found]
    if missing:
        raise ColumnsMissing(
            file=name, profile=profile.name, columns=", ".join(missing)
        )
    return found


def _rows(sheet: Sheet, wanted: dict[str, int]) -> pl.DataFrame:
    """The rows with one column per field, however often a column serves."""
    raw = sheet.rows(sorted(set(wanted.values())), None)
    return raw.select(
        ROW,
        FAULT,
        *(pl.col(str(column)).alias(code) for code, column in wanted.items()),
    )
