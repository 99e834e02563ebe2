"""Dates and times written by people, as instants.

A value with an offset names its instant. Any other is a time on the wall of a zone:
where the clock goes back it is the earlier of the two, where it goes forward the time
that was skipped is moved forward with the clock. Nothing of this ever raises.
"""

from __future__ import annotations

import re

import polars as pl

# Written the same everywhere, so tried after the profile's own formats.
ISO = (
    "%Y-%m-%d %H:%M:%S %z",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f %z",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d",
)
_FIRST = 0  # 1970-01-01
_LAST = 7_258_118_400_000_000  # 2200-01-01
_UNIX = {"unix": 1_000_000, "unix_ms": 1_000}
_TIMES = (
    "%H:%M:%S",
    "%H:%M:%S%.f",
    "%H:%M",
    "%I:%M:%S %p",
    "%I:%M %p",
    "%Hh%M",
)
_HOURS = re.compile("%[-_0]?[HIklTRrXcs]|unix")
_DAY = 86_400_000_000


def instants(texts: pl.Series, formats: tuple[str, ...], zone: str) -> pl.Series:
    """Int64 microseconds in UTC, null where the text is no date from 1970 to 2199."""
    found = pl.repeat(None, len(texts), dtype=pl.Int64, eager=True).alias(texts.name)
    for pattern in (*formats, *ISO):
        missing = found.is_null() & texts.is_not_null()
        if not missing.any():
            break
        read = _read(texts, pattern, zone)
        found = read.zip_with(missing, found)
    return found


def _read(texts: pl.Series, pattern: str, zone: str) -> pl.Series:
    if pattern in _UNIX:
        number = texts.cast(pl.Int64, strict=False)
        return _within(number.clip(_FIRST - 1, _LAST) * _UNIX[pattern])
    if pattern.endswith("z"):
        utc = texts.str.strptime(pl.Datetime("us", "UTC"), pattern, strict=False)
        return _within(utc.to_physical())
    local = texts.str.strptime(pl.Datetime("us"), pattern, strict=False)
    return _in_utc(_within(local.to_physical()).cast(pl.Datetime("us")), zone)


def _within(micros: pl.Series) -> pl.Series:
    return micros.set(~micros.is_between(_FIRST, _LAST), None)


def _in_utc(local: pl.Series, zone: str) -> pl.Series:
    """The instants at which the clocks of a zone show these times."""
    found = _placed(local, zone)
    # A time that a clock skipped: an hour in most places, a day in Samoa once.
    for skipped in ("1h", "24h"):
        missing = found.is_null() & local.is_not_null()
        if not missing.any():
            break
        found = _placed(local.dt.offset_by(skipped), zone).zip_with(missing, found)
    return found.to_physical()


def _placed(local: pl.Series, zone: str) -> pl.Series:
    return local.dt.replace_time_zone(
        zone, ambiguous="earliest", non_existent="null"
    ).dt.convert_time_zone("UTC")


def joined(day: pl.Expr, time: pl.Expr) -> pl.Expr:
    """A day and a time from two columns as one text; the day alone without time."""
    # Spreadsheets give a day with midnight, and a time with their first day.
    bare_day = day.str.replace(r"[ T]00:00:00(\.0+)?$", "")
    bare_time = time.str.replace(r"^(1899-12-3\d|1900-01-0\d) ", "")
    return pl.concat_str(bare_day, bare_time, separator=" ", ignore_nulls=True)


def with_times(formats: tuple[str, ...]) -> tuple[str, ...]:
    """The formats of days, each with each usual way to write a time of day."""
    days = [f for f in (*formats, "%Y-%m-%d") if not _HOURS.search(f)]
    return (*formats, *(f"{day} {time}" for day in days for time in _TIMES))


def on_the_day(times: pl.Series, starts: pl.Series, zone: str) -> pl.Series:
    """Times of day as the next such instants after the starts, in the zone."""
    begun = starts.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    days = begun.dt.convert_time_zone(zone).dt.strftime("%Y-%m-%d ")
    ends = instants(days + times, with_times(()), zone)
    return ends.zip_with((ends >= starts).fill_null(value=True), ends + _DAY)
