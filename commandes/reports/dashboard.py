"""The first screen: the money of a period, and what waits for someone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from commandes.reports import stock
from commandes.reports.asking import parameters
from commandes.reports.filters import OrderFilter
from commandes.reports.summary import Tally, summary
from commandes.reports.views import BUILT_IN_VIEWS
from commandes.words import N_, _

if TYPE_CHECKING:
    from datetime import date

    from commandes.mirror import Snapshot


# The dates that are about money, and the one at which refunds count then.
_ABOUT_MONEY = {
    "paid": "mark",
    "refunded": "mark",
    "moved": "mark",
    "given_back": "done",
    "moved_done": "done",
}


@dataclass(frozen=True)
class Moved:
    """What came in and went back in a period, in minor units of a currency."""

    currency: str
    gross: int
    refunds: int
    net: int


def moved(
    snap: Snapshot, wanted: OrderFilter, *, today: date | None = None
) -> tuple[Moved, ...]:
    """What a list's orders brought in and gave back in its period.

    For a period about payments or refunds: an order's total says neither. Empty for
    any other list. Where a click asks for a means or an hour, what counts under it.
    """
    about = _ABOUT_MONEY.get(wanted.dated)
    if about is None or not (wanted.period or wanted.first or wanted.last):
        return ()
    found = snap.ask(
        "sales/moved",
        {
            **parameters(snap, wanted, today),
            "refunds_by": about,
            "means": wanted.means,
            "weekday": wanted.weekday,
            "hour": wanted.hour,
            "zone": snap.zone.key,
        },
    )
    return tuple(Moved(**row) for row in found.iter_rows(named=True))


@dataclass(frozen=True)
class Waiting:
    """Orders that wait for someone, and the filter that opens exactly those.

    Attributes:
        code: names the case, for keys and tests.
        title: French source text; shown through `label`.
        wanted: the filter of the list behind the number.
        tally: how many, and their totals.
    """

    code: str
    title: str
    wanted: OrderFilter
    tally: Tally

    @property
    def label(self) -> str:
        """The title in the reader's language."""
        return _(self.title)


# A deposit too: the order is not paid, its money is still here.
CANCELLED_PAID = OrderFilter(statuses=("cancelled",), owed="yes")
_OPEN = ("new", "in_progress", "done")
_NEW = OrderFilter(
    statuses=("new",),
    payments=("unpaid", "paid", "pending", "partly_refunded"),
    carts="no",
)
_WAITING = {
    "new": (N_("Nouvelles commandes"), _NEW),
    "unpaid": (
        N_("Commandes non payées"),
        OrderFilter(statuses=_OPEN, payments=("unpaid",), carts="no"),
    ),
    "refunds_to_do": (
        N_("Remboursements à effectuer"),
        BUILT_IN_VIEWS["refunds_to_do"].wanted,
    ),
    "cancelled_paid": (
        N_("Annulées, payées et non remboursées"),
        CANCELLED_PAID,
    ),
}
# What is served today, by the module that sells it.
_TODAY = {
    "restaurant": N_("Tables d’aujourd’hui"),
    "booking": N_("Créneaux d’aujourd’hui"),
    "events": N_("Événements d’aujourd’hui"),
}
# New orders by age: the days since they were placed, from and to.
_AGES = {
    "new_today": (N_("Nouvelles d’aujourd’hui"), 0, 0),
    "new_recent": (N_("Nouvelles de 1 à 3 jours"), 1, 3),
    "new_old": (N_("Nouvelles de plus de 3 jours"), 4, None),
}


def waiting(snap: Snapshot, *, today: date | None = None) -> tuple[Waiting, ...]:
    """What waits: new, unpaid, to refund, cancelled though paid, served today.

    Each number is that of the list its filter opens, counted by the same question.
    New orders stand by their age too, where there are any.
    """
    day = today or datetime.now(snap.zone).date()
    cases = {"new": _WAITING["new"]}
    cases |= {
        code: (title, _aged(day, youngest, oldest))
        for code, (title, youngest, oldest) in _AGES.items()
    }
    cases |= _WAITING
    today_view = BUILT_IN_VIEWS["today"].wanted
    cases |= {
        code: (title, replace(today_view, modules=(code,)))
        for code, title in _TODAY.items()
    }
    found = []
    for code, (title, wanted) in cases.items():
        counted = summary(snap, wanted, today=today)
        tally = Tally(counted.count, counted.totals)
        found.append(Waiting(code, title, wanted, tally))
    return tuple(found)


def _aged(today: date, youngest: int, oldest: int | None) -> OrderFilter:
    first = None if oldest is None else today - timedelta(days=oldest)
    return replace(_NEW, first=first, last=today - timedelta(days=youngest))


def oversold(snap: Snapshot) -> int:
    """How many stock levels were sold below nought."""
    return stock.counts(snap).oversold
