"""The figures of a period: what was cashed and given back, basket, refund rate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from commandes.reports.asking import parameters
from commandes.reports.sales import sales

if TYPE_CHECKING:
    from datetime import date

    from commandes.mirror import Snapshot
    from commandes.reports.filters import OrderFilter

_SHORT = timedelta(days=370)


@dataclass(frozen=True)
class Figures:
    """The money of a period in one currency (minor units), as `sales` counts it.

    Attributes:
        orders: orders whose first payment falls in the period.
        gross: payments.
        refunds: refunds.
        net: gross less refunds.
        basket: the average basket, rounded half to even; None without any basket.
        refund_rate: refunds ÷ gross of the orders counted, whenever they were made;
            None where they brought nothing.
    """

    currency: str
    orders: int
    gross: int
    refunds: int
    net: int
    basket: int | None = None
    refund_rate: float | None = None


def figures(
    snap: Snapshot,
    wanted: OrderFilter,
    *,
    refunds_by: str = "mark",
    today: date | None = None,
) -> tuple[Figures, ...]:
    """The figures of a filter's period, one per currency with any sale.

    They are the sums of `sales`, so figure and chart cannot differ. Archived orders
    count when the filter says `archived="all"`.
    """
    step = counting_step(snap, wanted, today=today)
    rows = sales(snap, wanted, step, refunds_by=refunds_by, today=today)
    sums = rows.group_by("currency").agg(
        pl.col("orders", "gross", "refunds", "net").sum()
    )
    of_sales = (
        _made_of(snap, wanted, step, today)
        .group_by("currency")
        .agg(pl.exclude("period").sum())
    )
    made = {row["currency"]: row for row in of_sales.iter_rows(named=True)}
    return tuple(
        _with_rates(Figures(**row), made.get(row["currency"], {}))
        for row in sums.sort("currency").iter_rows(named=True)
    )


def over_time(
    snap: Snapshot, wanted: OrderFilter, *, today: date | None = None
) -> pl.DataFrame:
    """Basket and refund rate of the orders sold in each day, of a long time each month.

    Returns:
        period (Date), currency, basket (Float64, minor units, null without any),
        refund_rate (Float64, null where nothing was paid). No row without a sale.
    """
    found = _made_of(snap, wanted, counting_step(snap, wanted, today=today), today)
    return found.select(
        "period",
        "currency",
        basket=pl.when(pl.col("baskets") > 0).then(
            pl.col("basket_sum") / pl.col("baskets")
        ),
        refund_rate=pl.when(pl.col("sale_gross") > 0).then(
            pl.col("sale_refunds") / pl.col("sale_gross")
        ),
    )


def counting_step(
    snap: Snapshot, wanted: OrderFilter, *, today: date | None = None
) -> str:
    """By day within about a year, where charts beside ask the same; else by month."""
    given = parameters(snap, wanted, today)
    return "day" if _is_short(given["from_at"], given["to_at"]) else "month"


def _made_of(
    snap: Snapshot, wanted: OrderFilter, step: str, today: date | None
) -> pl.DataFrame:
    given = parameters(snap, wanted, today)
    return snap.ask("sales/figures", given | {"by": step, "timezone": snap.zone.key})


def _is_short(from_at: object, to_at: object) -> bool:
    """Whether the charts beside show days, so that one question answers both."""
    if not isinstance(from_at, datetime) or not isinstance(to_at, datetime):
        return False
    return to_at - from_at <= _SHORT


def _with_rates(one: Figures, of: dict[str, int]) -> Figures:
    baskets, gross = of.get("baskets", 0), of.get("sale_gross", 0)
    return replace(
        one,
        basket=round(of["basket_sum"] / baskets) if baskets else None,
        refund_rate=of["sale_refunds"] / gross if gross > 0 else None,
    )
