"""New and returning customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commandes.reports.asking import parameters
from commandes.reports.sales import check_step

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

    from commandes.mirror import Snapshot
    from commandes.reports.filters import OrderFilter


def customers(
    snap: Snapshot, wanted: OrderFilter, by: str = "month", *, today: date | None = None
) -> pl.DataFrame:
    """Orders and money of new, returning and unknown customers per period.

    A customer is a lower-cased e-mail over all modules; one without is unknown. New is
    the first order that they ever paid, whatever the filter.

    Args:
        by: `day`, `week` (ISO, from Monday) or `month`.

    Returns:
        period (Date, its first day), currency, new_orders, returning_orders,
        unknown_orders, new_gross, returning_gross, unknown_gross: Int64, minor units.
        Periods without any sale are left out.

    Raises:
        BadFilter: another `by`.
    """
    check_step(by)
    given = parameters(snap, wanted, today)
    return snap.ask("sales/customers", given | {"by": by, "timezone": snap.zone.key})
