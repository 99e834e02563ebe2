"""What a period is compared with: as many elapsed days of another time (DESIGN §7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from commandes.errors import BadFilter
from commandes.reports import periods

if TYPE_CHECKING:
    from commandes.reports.filters import OrderFilter

COMPARISONS = ("before", "last_month", "last_year", "last_year_weekdays")
_WEEKS_OF_A_YEAR = timedelta(days=364)


def days(compared: str, first: date, last: date, today: date) -> tuple[date, date]:
    """The first and last day that a period is compared with.

    A period that is still running is compared over its elapsed days only: a month to
    date with the same days. One that is all to come is compared whole.

    Args:
        compared: a code of COMPARISONS: the days just before, the same dates of the
            month or the year before (the 31st: that month's last day), or the same
            weekdays of last year (364 days before).

    Raises:
        BadFilter: another code.
    """
    if compared not in COMPARISONS:
        raise BadFilter(name="compared", value=compared, choices=", ".join(COMPARISONS))
    if first <= today < last:
        last = today
    if compared == "before":
        span = last - first + timedelta(days=1)
        return _shifted(first, -span), _shifted(last, -span)
    if compared == "last_year_weekdays":
        return _shifted(first, -_WEEKS_OF_A_YEAR), _shifted(last, -_WEEKS_OF_A_YEAR)
    back = 1 if compared == "last_month" else 12
    return _months_before(first, back), _months_before(last, back)


def elapsed(wanted: OrderFilter, today: date) -> OrderFilter:
    """The filter over the elapsed days of its period: the side that is compared."""
    first, last = wanted.days(today)
    if first is None or last is None or not first <= today < last:
        return wanted
    return replace(wanted, period=None, first=first, last=today)


def before(wanted: OrderFilter, compared: str, today: date) -> OrderFilter | None:
    """The filter of the other time; None without a period that has both ends."""
    first, last = wanted.days(today)
    if first is None or last is None:
        return None
    other = days(compared, first, last, today)
    return replace(wanted, period=None, first=other[0], last=other[1])


def _shifted(of: date, by: timedelta) -> date:
    try:
        return max(of + by, periods.FIRST_DAY)
    except OverflowError:
        return periods.FIRST_DAY


def _months_before(of: date, months: int) -> date:
    """The same day of an earlier month, or its last where it has no such day."""
    whole = of.year * 12 + of.month - 1 - months
    year, month = divmod(whole, 12)
    if year < periods.FIRST_DAY.year:
        return periods.FIRST_DAY
    first = date(year, month + 1, 1)
    last = periods.month_end(first)
    return max(min(first.replace(day=min(of.day, last.day)), last), periods.FIRST_DAY)
