"""Refund marks: those whose money is still to be given back, and those done."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from commandes.errors import BadFilter
from commandes.reports import masking
from commandes.reports.asking import parameters
from commandes.reports.dashboard import CANCELLED_PAID
from commandes.reports.filters import OrderFilter
from commandes.reports.sales import STEPS

if TYPE_CHECKING:
    from datetime import date

    from commandes.mirror import Snapshot


def to_do(snap: Snapshot, *, today: date | None = None) -> pl.DataFrame:
    """Every mark whose real refund is still to be made, the oldest first.

    Archived orders are among them: they still owe their customer the money.

    Args:
        today: what ages are reckoned from; None: the day it is in the shop.

    Returns:
        The columns of sql/refunds/marks.sql.
    """
    return _marks(snap, "to_do", OrderFilter(), today)


def done(
    snap: Snapshot, wanted: OrderFilter, *, today: date | None = None
) -> pl.DataFrame:
    """The marks whose real refund was made in the filter's period, the last first.

    Returns:
        The columns of sql/refunds/marks.sql.
    """
    return _marks(snap, "done", wanted, today).sort(["done_at", "id"], descending=True)


def _marks(
    snap: Snapshot, state: str, wanted: OrderFilter, today: date | None
) -> pl.DataFrame:
    day = today or datetime.now(snap.zone).date()
    period = wanted.parameters(snap.zone, day)
    found = snap.ask(
        "refunds/marks",
        {
            "state": state,
            "from_at": period["from_at"],
            "to_at": period["to_at"],
            "timezone": snap.zone.key,
            "today": day,
        },
    )
    return masking.frame(found)


def waiting(snap: Snapshot) -> pl.DataFrame:
    """Orders cancelled, paid and not refunded: the dashboard's own, to the order.

    Returns:
        The columns of sql/refunds/waiting.sql.
    """
    return masking.frame(snap.ask("refunds/waiting", parameters(snap, CANCELLED_PAID)))


def totals(rows: pl.DataFrame, amount: str = "amount") -> dict[str, int]:
    """The sum of each currency, in minor units; two currencies are never added."""
    sums = rows.group_by("currency").agg(pl.col(amount).sum()).sort("currency")
    return {str(currency): int(total) for currency, total in sums.iter_rows()}


def per_period(
    snap: Snapshot, wanted: OrderFilter, by: str = "month", *, today: date | None = None
) -> pl.DataFrame:
    """Refunds per period and currency, by the date of the mark (DESIGN §7).

    The filter's period is about the marks, whatever its `dated`; the rest is about
    the orders. `refunds` is what reports.sales says for the same filter.

    Args:
        by: `day`, `week` (ISO, from Monday) or `month`.
        today: what named periods are reckoned from; None: the day it is in the shop.

    Returns:
        period (Date, its first day), currency, marks, refunds, to_do, done,
        given_back: Int64, money in minor units; periods without refunds are left out.

    Raises:
        BadFilter: another `by`.
    """
    if by not in STEPS:
        raise BadFilter(name="by", value=by, choices=", ".join(STEPS))
    given = parameters(snap, wanted, today)
    del given["dated"]
    given |= {"by": by, "timezone": snap.zone.key}
    return snap.ask("refunds/per_period", given)
