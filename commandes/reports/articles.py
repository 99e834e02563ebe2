"""Which articles sell best."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commandes.reports.asking import parameters

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

    from commandes.mirror import Snapshot
    from commandes.reports.filters import OrderFilter


def articles(
    snap: Snapshot, wanted: OrderFilter, *, limit: int = 50, today: date | None = None
) -> pl.DataFrame:
    """The articles of the orders first paid in the period (or what `dated` says).

    Returns:
        sku (null: none; then the title names it), title (the latest), module, currency,
        orders, quantity, refunded_quantity, total: Int64, the lines' totals in minor
        units; the best first, at most `limit` rows.
    """
    given = parameters(snap, wanted, today) | {"limit": limit}
    return snap.ask("sales/articles", given)
