"""What was sold: cashed, refunded and net, per day, week or month."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from commandes.errors import BadFilter
from commandes.reports.asking import parameters

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

    from commandes.mirror import Snapshot
    from commandes.reports.filters import OrderFilter

STEPS = ("day", "week", "month")
REFUNDS_BY = ("mark", "sale", "done")


def sales(
    snap: Snapshot,
    wanted: OrderFilter,
    by: str = "day",
    *,
    refunds_by: str = "mark",
    today: date | None = None,
) -> pl.DataFrame:
    """Sales per period of the shop's time zone and currency (DESIGN §7).

    With `dated` paid or refunded the period is about the dates of payments (gross,
    orders) and of refunds; with placed or service all money of an order counts at
    that date of the order. Reports of money count archived orders too: give
    `archived="all"`.

    Args:
        by: `day`, `week` (ISO, from Monday) or `month`.
        refunds_by: which date a refund counts at where `dated` is paid or refunded:
            the `mark`, the `sale` (its order's first payment), or `done`, the real
            refund (only those made, with what was really given back).
        today: the last day filled with 0, and what named periods are reckoned from;
            None: the day it is in the shop.

    Returns:
        period (Date, its first day), currency, orders (first paid in it), gross,
        refunds, net: Int64, money in minor units. Empty without any sale.

    Raises:
        BadFilter: another `by` or `refunds_by`.
    """
    check_step(by)
    day = today or datetime.now(snap.zone).date()
    given = money_parameters(snap, wanted, day, refunds_by)
    given |= {"by": by, "timezone": snap.zone.key, "today": day}
    return snap.ask("sales/sales", given)


def check_step(by: str) -> None:
    """Refuse a step that is none of STEPS.

    Raises:
        BadFilter: another one.
    """
    if by not in STEPS:
        raise BadFilter(name="by", value=by, choices=", ".join(STEPS))


def money_parameters(
    snap: Snapshot, wanted: OrderFilter, today: date | None, refunds_by: str
) -> dict[str, object]:
    """The parameters of a report of money.

    Raises:
        BadFilter: a `refunds_by` that is none of REFUNDS_BY.
    """
    if refunds_by not in REFUNDS_BY:
        choices = ", ".join(REFUNDS_BY)
        raise BadFilter(name="refunds-by", value=refunds_by, choices=choices)
    return parameters(snap, wanted, today) | {"refunds_by": refunds_by}
