"""When the service of an order is given: an event, a table, a slot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from commandes.intake.sample.articles import EVENTS as SHOWS
from commandes.intake.sample.cast import BOOKING, EVENTS, FREE, RESTAURANT, Cast, Plan
from commandes.intake.sample.seasons import ABSENT, DAY

if TYPE_CHECKING:
    from commandes.intake.sample.draws import Draws, Ints

# Sittings (lunch and dinner) in minutes after midnight; dinner is the busier.
_SITTINGS = np.array(
    [720, 735, 750, 765, 780, 1140, 1170, 1185, 1200, 1215, 1230, 1260]
)
_SITTING_WEIGHTS = (3, 2, 5, 2, 4, 3, 5, 4, 8, 4, 5, 2)
_FIRST_SLOT, _SLOT, _SLOTS = 9 * 60, 30, 19
_STARTS = np.array([show[3] for show in SHOWS])
# A table is not booked less than this before it is taken.
_NOTICE = DAY // 48


def schedule(plan: Plan, cast: Cast) -> tuple[Ints, Ints]:
    """When each order's service is given: its local day, its instant.

    Returns:
        Positions in `Seasons.dates` and microseconds; ABSENT for the instant where
        the module has no service.
    """
    draws, when = plan.draws, plan.seasons
    lead = _lead(draws, cast)
    day = when.day(cast.placed) + lead
    day += _days_until_open(when.weekday(day), cast.module)
    said = cast.scripted(plan, (c.service for c in plan.cases))
    day = np.where(said == FREE, day, when.today + said).astype(np.int64)
    minute = _minute(draws, cast, day)
    # Too late for that day's sitting: the next one.
    late = when.instant(day, minute) < cast.placed + _NOTICE
    day += late
    minute = np.where(late, _minute(draws, cast, day), minute)
    served = np.isin(cast.module, (EVENTS, RESTAURANT, BOOKING))
    return day, np.where(served, when.instant(day, minute), ABSENT)


def _by_module(module: Ints, event: Ints, table: Ints, slot: Ints) -> Ints:
    served = [module == EVENTS, module == RESTAURANT, module == BOOKING]
    chosen: Ints = np.select(served, [event, table, slot], 0)
    return chosen


def _lead(draws: Draws, cast: Cast) -> Ints:
    """Days between the placing and the service."""
    event = 1 + draws.waiting("lead-event", cast.index, 18, 75).astype(np.int64)
    table = draws.waiting("lead-table", cast.index, 3.5, 30).astype(np.int64)
    slot = 1 + draws.waiting("lead-slot", cast.index, 7, 45).astype(np.int64)
    return _by_module(cast.module, event, table, slot)


def _days_until_open(weekday: Ints, module: Ints) -> Ints:
    """No event before Thursday, no table on Monday, no slot on Sunday."""
    monday, thursday, sunday = 0, 3, 6
    to_event = np.maximum(thursday - weekday, 0)
    is_monday = (weekday == monday).astype(np.int64)
    is_sunday = (weekday == sunday).astype(np.int64)
    return _by_module(module, to_event, is_monday, is_sunday)


def _minute(draws: Draws, cast: Cast, day: Ints) -> Ints:
    event = _STARTS[event_of(draws, day)]
    table = _SITTINGS[draws.choose("sitting", cast.index, _SITTING_WEIGHTS)]
    slot = _FIRST_SLOT + _SLOT * draws.below("slot", cast.index, _SLOTS)
    return _by_module(cast.module, event, table, slot)


def event_of(draws: Draws, day: Ints) -> Ints:
    """The event of each day: the same for all who go on that day."""
    return draws.popular("event", day, len(SHOWS), 1.3)
