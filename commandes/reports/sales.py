"""What was sold: cashed, refunded and net, per day, week or month."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from commandes.errors import BadFilter

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

    from commandes.mirror import Snapshot
    from commandes.reports.filters import OrderFilter

STEPS = ("day", "week", "month")


def sales(
    snap: Snapshot, wanted: OrderFilter, by: str = "day", *, today: date | None = None
) -> pl.DataFrame:
    """Sales per period of the shop's time zone and currency (DESIGN §7).

    The filter's period is about the dates of payments (gross, orders) and of refunds,
    whatever its `dated`; the rest of the filter is about the orders. Reports of money
    count archived orders too: give `archived="all"`.

    Args:
        by: `day`, `week` (ISO, from Monday) or `month`.
        today: the last day filled with 0, and what named periods are reckoned from;
            None: the day it is in the shop.

    Returns:
        period (Date, its first day), currency, orders (first paid in it), gross,
        refunds, net: Int64, money in minor units. Empty without any sale.

    Raises:
        BadFilter: another `by`.
    """
    if by not in STEPS:
        raise BadFilter(name="by", value=by, choices=", ".join(STEPS))
    day = today or datetime.now(snap.zone).date()
    given = wanted.parameters(snap.zone, day)
    del given["dated"]
    given |= {"by": by, "timezone": snap.zone.key, "today": day}
    return snap.ask("sales/sales", given)
