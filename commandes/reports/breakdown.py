"""Sales by a trait of the orders; the keys add up to the sales."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commandes.errors import BadFilter
from commandes.reports.sales import money_parameters

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

    from commandes.mirror import Snapshot
    from commandes.reports.filters import OrderFilter

BREAKDOWNS = ("module", "means", "country", "channel", "promo")


def breakdown(
    snap: Snapshot,
    wanted: OrderFilter,
    of: str,
    *,
    refunds_by: str = "mark",
    today: date | None = None,
) -> pl.DataFrame:
    """What was cashed and refunded by a trait (DESIGN §7), best first.

    A payment has its own means; a refund and an order that of their order's first
    payment. An order with several promo codes counts under its codes as they stand.

    Args:
        of: a code of BREAKDOWNS.
        refunds_by: as for `sales`.

    Returns:
        key (null: not known), currency, orders, gross, refunds, net: Int64, money in
        minor units. The sums over keys are those of `sales`.

    Raises:
        BadFilter: another `of` or `refunds_by`.
    """
    if of not in BREAKDOWNS:
        raise BadFilter(name="of", value=of, choices=", ".join(BREAKDOWNS))
    given = money_parameters(snap, wanted, today, refunds_by) | {"of": of}
    return snap.ask("sales/breakdown", given)
