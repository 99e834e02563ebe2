"""When orders are sold: weekdays and hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commandes.reports.asking import parameters

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

    from commandes.mirror import Snapshot
    from commandes.reports.filters import OrderFilter


def hours(
    snap: Snapshot, wanted: OrderFilter, *, today: date | None = None
) -> pl.DataFrame:
    """Orders and money by weekday and hour of the shop's time zone.

    Returns:
        weekday (1: Monday), hour, currency, orders (by first payment), gross (each
        payment at its own hour): Int64, minor units. All 168 hours of each currency
        that sold anything.
    """
    given = parameters(snap, wanted, today) | {"timezone": snap.zone.key}
    return snap.ask("sales/hours", given)
