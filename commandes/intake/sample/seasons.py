"""When people order: growth, seasons, week-ends, evenings, in the shop's time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from commandes.store.tables import from_micros, to_micros

if TYPE_CHECKING:
    from commandes.intake.sample.draws import Floats, Ints

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
# An instant that is not there; far before all others, so that it is never `> now`.
ABSENT = -(2**62)

PERIOD_DAYS = 730
# Services lie at most this far after the last order.
_HORIZON_DAYS = 150
_GROWTH = 1.3
_NOON = 12 * 60
_OPENS, _CLOSES = 9 * 60, 18 * 60

# Rows follow rules.MODULES: store, events, pricing, restaurant, booking.
_SHARES = (0.52, 0.15, 0.07, 0.15, 0.11)
_MONTHS = (
    (0.8, 0.8, 0.9, 0.95, 1.0, 1.0, 0.75, 0.7, 0.95, 1.05, 1.45, 2.1),
    (0.6, 0.7, 0.9, 1.0, 1.2, 1.5, 1.8, 1.5, 1.0, 1.0, 0.9, 1.1),
    (1.5, 1.0, 1.0, 0.95, 0.9, 0.9, 0.7, 0.6, 1.6, 1.1, 1.0, 0.8),
    (0.7, 1.0, 0.9, 1.0, 1.2, 1.2, 1.6, 1.7, 0.9, 0.9, 0.8, 1.3),
    (1.0, 1.0, 1.1, 1.1, 1.1, 1.1, 0.9, 0.8, 1.1, 1.0, 1.0, 0.9),
)
# Monday to Sunday.
_WEEK = (
    (0.95, 0.9, 0.9, 0.9, 0.95, 1.15, 1.3),
    (0.8, 0.8, 0.95, 1.1, 1.3, 1.3, 0.9),
    (1.3, 1.3, 1.2, 1.2, 1.0, 0.5, 0.5),
    (0.6, 0.7, 0.85, 1.1, 1.5, 1.5, 0.9),
    (1.2, 1.1, 1.1, 1.0, 1.0, 0.9, 0.8),
)
_DAYTIME = (
    *(4, 2, 1, 1, 1, 2, 5, 12, 22, 32, 38, 40),
    *(46, 40, 34, 34, 36, 42, 52, 62, 78, 86, 60, 22),
)


@dataclass(frozen=True)
class Seasons:
    """The hours of the period and the days around it.

    Attributes:
        edges: where each hour begins, and the end of the last (microseconds, UTC).
        passed: share of all the orders placed before each edge, from 0 to 1.
        modules: share of each module in each hour; one row per hour.
        midnights: where each local day begins (microseconds, UTC).
        dates: the local days themselves.
        today: position of the day of `now` in `dates`.
    """

    edges: Floats
    passed: Floats
    modules: Floats
    midnights: Ints
    noons: Ints
    dates: pl.Series
    today: int

    def at(self, share: Floats) -> Ints:
        """The instant before which this share of the orders is placed."""
        exact = np.interp(share, self.passed, self.edges)
        return exact.astype(np.int64) // SECOND * SECOND

    def share(self, at: int) -> float:
        """The share of the orders placed before an instant."""
        return float(np.interp(at, self.edges, self.passed))

    def shares_of_modules(self, at: Ints) -> Floats:
        """How likely each module is at these instants; one row per instant."""
        hour = np.searchsorted(self.edges, at, side="right") - 1
        return self.modules[np.clip(hour, 0, len(self.modules) - 1)]

    def day(self, at: Ints) -> Ints:
        """The local days of instants, as positions in `dates`."""
        return np.searchsorted(self.midnights, at, side="right").astype(np.int64) - 1

    def weekday(self, day: Ints) -> Ints:
        """Monday is 0."""
        first: date = self.dates[0]
        return (day + first.weekday()) % 7

    def opening(self, at: Ints, share: Floats) -> Ints:
        """A moment of the next day's working hours (9:00 to 18:00), by its share."""
        day = np.minimum(self.day(at) + 1, len(self.noons) - 1)
        minute = _OPENS + np.floor(share * (_CLOSES - _OPENS)).astype(np.int64)
        return self.instant(day, minute)

    def instant(self, day: Ints, minute: Ints) -> Ints:
        """The instant of a local day and minute after midnight (from 3:00 on)."""
        # Counted from noon, as the clocks change before it.
        return self.noons[day] + (minute - _NOON) * MINUTE


def _local_instants(days: pl.Series, hours: int, timezone: str) -> Ints:
    local = days.cast(pl.Datetime("us")).dt.offset_by(f"{hours}h")
    known = local.dt.replace_time_zone(
        timezone, ambiguous="earliest", non_existent="null"
    )
    # A midnight that the clocks skip: the day begins an hour later.
    later = local.dt.offset_by("1h").dt.replace_time_zone(
        timezone, ambiguous="earliest", non_existent="null"
    )
    micros = known.fill_null(later).dt.convert_time_zone("UTC").dt.epoch("us")
    return micros.to_numpy().astype(np.int64)


def _rhythm(edges: Floats, timezone: str) -> Floats:
    """How busy each module is in each hour; one row per hour."""
    starts = pl.Series(edges[:-1].astype(np.int64)).cast(pl.Datetime("us", "UTC"))
    local = starts.dt.convert_time_zone(timezone)
    month = local.dt.month().to_numpy() - 1
    weekday = local.dt.weekday().to_numpy() - 1
    busy = (
        np.array(_SHARES)
        * np.array(_MONTHS).T[month]
        * np.array(_WEEK).T[weekday]
        * np.array(_DAYTIME, float)[local.dt.hour().to_numpy()][:, None]
    )
    growth = 1 + _GROWTH * np.linspace(0, 1, len(busy))
    weighed: Floats = busy * growth[:, None] * np.diff(edges)[:, None]
    return weighed


def seasons(now: datetime, timezone: str) -> Seasons:
    """The seasons of the 24 months before `now`, in the shop's time zone."""
    end = to_micros(now)
    start = end - PERIOD_DAYS * DAY
    edges = np.append(np.arange(start, end, HOUR), end).astype(np.float64)
    rhythm = _rhythm(edges, timezone)
    hours = rhythm.sum(axis=1)
    passed = np.append(0.0, hours.cumsum() / hours.sum())

    first = from_micros(start).date() - timedelta(days=2)
    last = now.date() + timedelta(days=_HORIZON_DAYS)
    dates = pl.date_range(first, last, eager=True)
    midnights = _local_instants(dates, 0, timezone)
    return Seasons(
        edges=edges,
        passed=passed,
        modules=rhythm / hours[:, None],
        midnights=midnights,
        noons=_local_instants(dates, 12, timezone),
        dates=dates,
        today=int(np.searchsorted(midnights, end, side="right")) - 1,
    )
