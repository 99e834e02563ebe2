"""Named periods and days: which instants they are, whatever clocks and calendars do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandes import words
from commandes.reports import periods

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("today", date(2026, 1, 1), date(2026, 1, 1)),
        ("yesterday", date(2025, 12, 31), date(2025, 12, 31)),
        ("this_week", date(2025, 12, 29), date(2026, 1, 4)),
        ("last_week", date(2025, 12, 22), date(2025, 12, 28)),
        ("last_7_days", date(2025, 12, 26), date(2026, 1, 1)),
        ("last_30_days", date(2025, 12, 3), date(2026, 1, 1)),
        ("this_month", date(2026, 1, 1), date(2026, 1, 31)),
        ("last_month", date(2025, 12, 1), date(2025, 12, 31)),
        ("this_quarter", date(2026, 1, 1), date(2026, 3, 31)),
        ("this_year", date(2026, 1, 1), date(2026, 12, 31)),
        ("last_year", date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_periods_on_new_years_day(period, first, last) -> None:
    """On 1 January, yesterday, last week and last month lie in the year before."""
    assert (first, last) == periods.days(period, date(2026, 1, 1))


@pytest.mark.parametrize(
    ("period", "today", "first", "last"),
    [
        ("this_week", date(2026, 11, 29), date(2026, 11, 23), date(2026, 11, 29)),
        ("this_week", date(2026, 11, 30), date(2026, 11, 30), date(2026, 12, 6)),
        ("this_month", date(2028, 2, 29), date(2028, 2, 1), date(2028, 2, 29)),
        ("last_month", date(2026, 3, 31), date(2026, 2, 1), date(2026, 2, 28)),
        ("this_quarter", date(2026, 12, 31), date(2026, 10, 1), date(2026, 12, 31)),
        ("this_quarter", date(2026, 5, 31), date(2026, 4, 1), date(2026, 6, 30)),
        ("last_year", date(2028, 2, 29), date(2027, 1, 1), date(2027, 12, 31)),
    ],
)
def test_periods_at_their_edges(period, today, first, last) -> None:
    """Sundays end a week, and months and quarters have the days they have."""
    assert (first, last) == periods.days(period, today)


@given(today=st.dates(date(1971, 1, 1), date(2200, 1, 1)))
def test_every_period_has_its_days_in_order(today) -> None:
    """Whatever the day, each named period begins no later than it ends."""
    for period in periods.PERIODS:
        first, last = periods.days(period, today)
        assert first <= last
        assert timedelta(days=366) >= last - first


@pytest.mark.parametrize(
    ("zone", "day", "starts", "hours"),
    [
        ("Europe/Paris", date(2026, 3, 29), datetime(2026, 3, 28, 23, tzinfo=UTC), 23),
        (
            "Europe/Paris",
            date(2026, 10, 25),
            datetime(2026, 10, 24, 22, tzinfo=UTC),
            25,
        ),
        ("America/New_York", date(2026, 3, 8), datetime(2026, 3, 8, 5, tzinfo=UTC), 23),
        (
            "Pacific/Auckland",
            date(2026, 4, 5),
            datetime(2026, 4, 4, 11, tzinfo=UTC),
            25,
        ),
        # Midnight itself is skipped here: the day begins at one o'clock.
        (
            "America/Asuncion",
            date(2023, 10, 1),
            datetime(2023, 10, 1, 4, tzinfo=UTC),
            23,
        ),
    ],
)
def test_a_day_of_changing_clocks_is_whole(zone, day, starts, hours) -> None:
    """The night the clocks change, a day has 23 or 25 hours and none is lost."""
    place = ZoneInfo(zone)
    assert starts == periods.start(day, place)
    assert timedelta(hours=hours) == periods.end(day, place) - periods.start(day, place)


@given(
    day=st.dates(),
    zone=st.sampled_from(
        ["Europe/Paris", "Pacific/Auckland", "America/New_York", "Pacific/Kiritimati"]
    ),
)
def test_any_day_has_instants(day, zone) -> None:
    """Even the first and the last day of the calendar can be asked for."""
    place = ZoneInfo(zone)
    assert periods.start(day, place) <= periods.end(day, place)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 3, 1), date(2026, 3, 31), "du 1er au 31 mars 2026"),
        (date(2026, 2, 10), date(2026, 3, 1), "du 10 février au 1er mars 2026"),
        (
            date(2025, 12, 31),
            date(2026, 1, 1),
            "du 31 décembre 2025 au 1er janvier 2026",
        ),
        (date(2026, 3, 31), date(2026, 3, 1), "du 31 mars au 1er mars 2026"),
        (date(2026, 11, 11), date(2026, 11, 11), "le 11 novembre 2026"),
        (date(2026, 11, 1), None, "à partir du 1er novembre 2026"),
        (None, date(2026, 11, 21), "jusqu’au 21 novembre 2026"),
        (None, None, ""),
    ],
)
def test_spans_are_said_as_people_say_them(first, last, said) -> None:
    """A span leaves out the month and the year that both ends share."""
    words.use("fr")
    assert said == periods.words(first, last)
