"""Periods that have a name: which days of the shop's zone each of them covers."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from commandes.words import N_, _, day, language

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

PERIODS = {
    "today": N_("aujourd’hui"),
    "yesterday": N_("hier"),
    "this_week": N_("cette semaine"),
    "last_week": N_("la semaine dernière"),
    "last_7_days": N_("les 7 derniers jours"),
    "last_30_days": N_("les 30 derniers jours"),
    "this_month": N_("ce mois-ci"),
    "last_month": N_("le mois dernier"),
    "this_quarter": N_("ce trimestre"),
    "this_year": N_("cette année"),
    "last_year": N_("l’année dernière"),
}

# A day beyond these has no instant in some time zone.
FIRST_DAY = date(1, 1, 3)
LAST_DAY = date(9999, 12, 28)


def days(period: str, today: date) -> tuple[date, date]:
    """The first and the last day of a named period, both inclusive.

    Weeks begin on Monday (ISO). A running week, month, quarter or year is whole: its
    coming days count too (services are dated ahead). The last 7 and 30 days end today.
    """
    one = timedelta(days=1)
    monday = today - today.weekday() * one
    month = today.replace(day=1)
    before = month - one
    return {
        "today": (today, today),
        "yesterday": (today - one, today - one),
        "this_week": (monday, monday + 6 * one),
        "last_week": (monday - 7 * one, monday - one),
        "last_7_days": (today - 6 * one, today),
        "last_30_days": (today - 29 * one, today),
        "this_month": (month, month_end(today)),
        "last_month": (before.replace(day=1), before),
        "this_quarter": _quarter(today),
        "this_year": (date(today.year, 1, 1), date(today.year, 12, 31)),
        "last_year": (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    }[period]


def month_end(of: date) -> date:
    """The last day of a day's month."""
    return of.replace(day=monthrange(of.year, of.month)[1])


def _quarter(of: date) -> tuple[date, date]:
    first = date(of.year, of.month - (of.month - 1) % 3, 1)
    return first, month_end(first.replace(month=first.month + 2))


def start(of: date, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which a day begins in a zone, whatever its clocks do."""
    clamped = min(max(of, FIRST_DAY), LAST_DAY)
    return datetime.combine(clamped, time(), zone).astimezone(UTC)


def end(of: date, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which a day is over: the next one begins."""
    return start(min(of, LAST_DAY) + timedelta(days=1), zone)


def words(first: date | None, last: date | None) -> str:
    """A span of days as one says it: du 1er au 31 mars 2026; empty without ends."""
    if first is None and last is None:
        return ""
    if first is None or last is None:
        form = _("à partir du {day}") if last is None else _("jusqu’au {day}")
        return form.format(day=_day(first or last))
    if first == last:
        return _("le {day}").format(day=_day(first))
    return _("du {first} au {last}").format(
        first=_first_of_two(first, last), last=_day(last)
    )


def _first_of_two(first: date, last: date) -> str:
    if (first.year, first.month) == (last.year, last.month) and first < last:
        return _ordinal(str(first.day))
    if first.year == last.year:
        return _day(first).removesuffix(f" {first.year}")
    return _day(first)


def _day(of: date | None) -> str:
    return _ordinal(day(of, style="d MMMM y")) if of else ""


def _ordinal(text: str) -> str:
    # French alone says "1er" for the first day of a month.
    if language() == "fr" and text.split(" ", maxsplit=1)[0] == "1":
        return "1er" + text[1:]
    return text


def this_minute() -> datetime:
    """The instant, to the minute: what two people ask within one is one question."""
    return datetime.now(UTC).replace(second=0, microsecond=0)
