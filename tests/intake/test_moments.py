"""Dates as files write them, as instants, whatever the clocks did that day."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from commandes.intake import moments
from commandes.store import to_micros


def instants(*texts: str | None, formats=(), zone="Europe/Paris"):
    read = moments.instants(pl.Series(texts, dtype=pl.String), formats, zone)
    return [
        None if m is None else datetime.fromtimestamp(m / 1e6, UTC).isoformat()[:19]
        for m in read
    ]


@pytest.mark.parametrize(
    ("text", "formats", "expected"),
    [
        ("2026-04-20 04:41:25 +0500", (), "2026-04-19T23:41:25"),
        ("2026-04-20T04:41:25Z", (), "2026-04-20T04:41:25"),
        ("2026-04-20T04:41:25.123+02:00", (), "2026-04-20T02:41:25"),
        ("2026-04-20 04:41", (), "2026-04-20T02:41:00"),
        ("2026-01-20", (), "2026-01-19T23:00:00"),
        ("12/1/10 8:26", ("%m/%d/%y %H:%M",), "2010-12-01T07:26:00"),
        ("Dec 11, 2024 2:10:40 PM", ("%b %d, %Y %I:%M:%S %p",), "2024-12-11T13:10:40"),
        ("1771000000", ("unix",), "2026-02-13T16:26:40"),
        ("1771000000123", ("unix_ms",), "2026-02-13T16:26:40"),
    ],
)
def test_a_date_is_the_instant_that_it_names(text, formats, expected):
    """Its own offset counts; without one, the clocks of the profile's zone."""
    assert instants(text, formats=formats) == [expected]


def test_short_and_long_years_stand_side_by_side():
    """26 is 2026, and never the year 26."""
    both = instants("06/15/26", "06/16/2026", formats=("%m/%d/%Y", "%m/%d/%y"))

    assert both == ["2026-06-14T22:00:00", "2026-06-15T22:00:00"]


def test_an_hour_that_occurs_twice_is_the_first_one():
    """In October the clocks go back at three."""
    assert instants("2026-10-25 02:30:00") == ["2026-10-25T00:30:00"]


def test_an_hour_that_clocks_skip_moves_on_with_them():
    """In March half past two is half past three; Samoa skipped a whole day."""
    assert instants("2026-03-29 02:30:00") == ["2026-03-29T01:30:00"]
    samoa = instants("2011-12-30 12:00:00", zone="Pacific/Apia")
    assert samoa == ["2011-12-30T22:00:00"]


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30",
        "0000-01-01",
        "0026-01-01",
        "9999-12-31",
        "262142-01-01",
        "2026-13-01 00:00:00",
        "2026-01-01 24:00:00",
        "25:00",
        "soon",
        "-1",
    ],
)
def test_an_impossible_date_is_unreadable(text):
    """Neither an error nor a date in another century."""
    assert instants(text, formats=("%d/%m/%Y", "unix")) == [None]


def test_a_time_in_its_own_column_is_joined_to_its_day():
    """In the ways in which people and spreadsheets write times."""
    frame = pl.DataFrame(
        {
            "day": ["05/03/2026", "05/03/2026", "2026-03-05 00:00:00", "05/03/2026"],
            "time": ["18:30", "6:30:00 PM", "1899-12-31 18:30:00", None],
        }
    )
    texts = frame.select(moments.joined(pl.col("day"), pl.col("time"))).to_series()
    formats = moments.with_times(("%d/%m/%Y",))

    assert instants(*texts, formats=formats) == ["2026-03-05T17:30:00"] * 3 + [
        "2026-03-04T23:00:00"
    ]


def test_an_end_without_a_day_is_the_next_such_time():
    """A slot from half past eleven to half past midnight ends on the next day."""
    start = to_micros(datetime(2026, 10, 24, 21, 30, tzinfo=UTC))
    ends = moments.on_the_day(
        pl.Series(["00:30", "23:45"]), pl.Series([start, start]), "Europe/Paris"
    )

    assert [
        datetime.fromtimestamp(end / 1e6, UTC).isoformat()[:16] for end in ends
    ] == ["2026-10-24T22:30", "2026-10-24T21:45"]
