"""The payments and refunds that make up the sales, one by one: what finance books."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commandes.reports import masking
from commandes.reports.sales import money_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    import polars as pl

    from commandes.mirror import Snapshot
    from commandes.reports.filters import OrderFilter

_QUESTION = "sales/transactions"
_AT_ONCE = 50_000


def transactions(
    snap: Snapshot,
    wanted: OrderFilter,
    *,
    refunds_by: str = "mark",
    limit: int | None = None,
    today: date | None = None,
) -> pl.DataFrame:
    """Each payment and refund that `reports.sales` counts, the newest first.

    Args:
        refunds_by: which date a refund counts at; see `reports.sales`.
        limit: rows at most; None: all.
        today: what named periods are reckoned from; None: the day it is in the shop.

    Returns:
        counted_at (the instant at which it counts), kind (`payment`, `refund`),
        number, source, module, placed_at, customer (a name, else an e-mail), currency,
        amount (Int64, minor units, a refund's below nought: the sum of a currency is
        its net sales), means, provider, reference, reason.

    Raises:
        BadFilter: a `refunds_by` that is none of sales.REFUNDS_BY.
    """
    given = money_parameters(snap, wanted, today, refunds_by) | {"limit": limit}
    return masking.frame(snap.ask(_QUESTION, given))


def slices(
    snap: Snapshot, wanted: OrderFilter, *, refunds_by: str = "mark"
) -> Iterator[pl.DataFrame]:
    """All of them, some at a time, for a file; no question may come between."""
    given = money_parameters(snap, wanted, None, refunds_by) | {"limit": None}
    yield from map(masking.frame, snap.slices(_QUESTION, given, _AT_ONCE))
