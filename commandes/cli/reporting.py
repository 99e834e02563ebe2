"""`commandes report`: which question each of its reports asks."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from commandes.errors import UsageError
from commandes.reports.articles import articles
from commandes.reports.breakdown import breakdown
from commandes.reports.carts import carts
from commandes.reports.refunds import per_period
from commandes.reports.sales import sales
from commandes.words import _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    import polars as pl

    from commandes.mirror import Snapshot
    from commandes.reports.filters import OrderFilter
    from commandes.store import Store

    Report = Callable[[Snapshot, OrderFilter, argparse.Namespace], pl.DataFrame]

# More than any shop sells.
_ALL = 1_000_000


def _sales(
    snap: Snapshot, wanted: OrderFilter, options: argparse.Namespace
) -> pl.DataFrame:
    if options.of:
        return breakdown(snap, wanted, options.of, refunds_by=options.refunds_by)
    return sales(snap, wanted, options.by, refunds_by=options.refunds_by)


def _refunds(
    snap: Snapshot, wanted: OrderFilter, options: argparse.Namespace
) -> pl.DataFrame:
    return per_period(snap, wanted, options.by)


def _carts(
    snap: Snapshot, wanted: OrderFilter, options: argparse.Namespace
) -> pl.DataFrame:
    return carts(snap, wanted, options.by, delay=options.delay)


def _products(
    snap: Snapshot, wanted: OrderFilter, options: argparse.Namespace
) -> pl.DataFrame:
    del options
    return articles(snap, wanted, limit=_ALL)


REPORTS: dict[str, Report] = {
    "sales": _sales,
    "refunds": _refunds,
    "carts": _carts,
    "products": _products,
}


def month(
    store: Store,
    snap: Snapshot,
    options: argparse.Namespace,
    progress: Callable[[int, int], None],
) -> dict[str, str]:
    """The monthly report as a file: which one, and of which month."""
    from commandes.documents import monthly_report
    from commandes.documents.monthly_gather import last_month

    if options.output is None:
        raise UsageError(detail=_("le rapport mensuel veut un fichier : -o FICHIER"))
    wanted = options.month or last_month(datetime.now(snap.zone).date())
    monthly_report(
        store, snap, wanted, options.output, format=options.format, progress=progress
    )
    return {"file": str(options.output), "month": f"{wanted:%Y-%m}"}
