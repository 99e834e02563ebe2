"""The first screen: the money of a period, and what waits for someone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from commandes.reports import stock
from commandes.reports.filters import OrderFilter
from commandes.reports.sales import sales
from commandes.reports.summary import Tally, summary
from commandes.reports.views import BUILT_IN_VIEWS
from commandes.words import N_, _

if TYPE_CHECKING:
    from datetime import date

    from commandes.mirror import Snapshot


@dataclass(frozen=True)
class Figures:
    """The money of a period in one currency (minor units), by date of the movement.

    Attributes:
        orders: orders whose first payment falls in the period.
        gross: payments.
        refunds: refunds, by the date of the mark.
        net: gross less refunds.
    """

    currency: str
    orders: int
    gross: int
    refunds: int
    net: int


def figures(
    snap: Snapshot, wanted: OrderFilter, *, today: date | None = None
) -> tuple[Figures, ...]:
    """The figures of a filter's period, one per currency with any sale.

    They are the sums of `sales`, so figure and chart cannot differ. Archived orders
    count when the filter says `archived="all"`.
    """
    rows = sales(snap, wanted, "month", today=today)
    sums = rows.group_by("currency").agg(
        pl.col("orders", "gross", "refunds", "net").sum()
    )
    return tuple(Figures(**row) for row in sums.sort("currency").iter_rows(named=True))


def moved(
    snap: Snapshot, wanted: OrderFilter, *, today: date | None = None
) -> tuple[Figures, ...]:
    """What a list's orders brought in and gave back in its period.

    For a period about payments or refunds: an order's total says neither. Empty for
    any other list.
    """
    about_money = wanted.dated in ("paid", "refunded")
    if not about_money or not (wanted.period or wanted.first or wanted.last):
        return ()
    return figures(snap, wanted, today=today)


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


CANCELLED_PAID = OrderFilter(statuses=("cancelled",), payments=("paid",))
_OPEN = ("new", "in_progress", "done")
_WAITING = {
    "new": (
        N_("Nouvelles commandes"),
        OrderFilter(
            statuses=("new",),
            payments=("unpaid", "paid", "pending", "partly_refunded"),
            carts="no",
        ),
    ),
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
    "today": (N_("Prestations du jour"), BUILT_IN_VIEWS["today"].wanted),
}


def waiting(snap: Snapshot, *, today: date | None = None) -> tuple[Waiting, ...]:
    """What waits: new, unpaid, to refund, cancelled though paid, served today.

    Each number is that of the list its filter opens, counted by the same question.
    """
    found = []
    for code, (title, wanted) in _WAITING.items():
        counted = summary(snap, wanted, today=today)
        tally = Tally(counted.count, counted.totals)
        found.append(Waiting(code, title, replace(wanted), tally))
    return tuple(found)


def oversold(snap: Snapshot) -> int:
    """How many stock levels were sold below nought."""
    return stock.counts(snap).oversold
