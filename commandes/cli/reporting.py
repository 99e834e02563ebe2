"""`commandes report`: which question each of its reports asks."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from commandes.errors import UsageError
from commandes.reports import transactions
from commandes.reports.articles import articles
from commandes.reports.breakdown import breakdown
from commandes.reports.carts import carts
from commandes.reports.export import columns, lists
from commandes.reports.filters import OrderFilter
from commandes.reports.refunds import per_period
from commandes.reports.sales import sales
from commandes.words import _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    import polars as pl

    from commandes.mirror import Snapshot
    from commandes.store import Store

    Report = Callable[[Snapshot, OrderFilter, argparse.Namespace], pl.DataFrame]

# More than any shop sells.
_ALL = 1_000_000


def _sales(
    snap: Snapshot, wanted: OrderFilter, options: argparse.Namespace
) -> pl.DataFrame:
    if options.of:
        found = breakdown(snap, wanted, options.of, refunds_by=options.refunds_by)
        return _by_currency(snap, found)
    return sales(snap, wanted, options.by, refunds_by=options.refunds_by)


def _by_currency(snap: Snapshot, found: pl.DataFrame) -> pl.DataFrame:
    """Ranked within each currency, the shop's own first: no amount of one is more."""
    other = found["currency"] != snap.settings.currency
    return found.sort(other, "currency", maintain_order=True)


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
    return _by_currency(snap, articles(snap, wanted, limit=_ALL))


def _transactions(
    snap: Snapshot, wanted: OrderFilter, options: argparse.Namespace
) -> pl.DataFrame:
    return transactions.transactions(snap, wanted, refunds_by=options.refunds_by)


REPORTS: dict[str, Report] = {
    "sales": _sales,
    "refunds": _refunds,
    "carts": _carts,
    "products": _products,
    "transactions": _transactions,
}


def month(
    store: Store,
    snap: Snapshot,
    options: argparse.Namespace,
    wanted: OrderFilter,
    progress: Callable[[int, int], None],
) -> dict[str, str]:
    """The monthly report as a file: which one, and of which month.

    Raises:
        UsageError: no file is named, or only some orders are wanted.
        BadMonth: a month still to come.
    """
    from commandes.documents import monthly_report
    from commandes.documents.monthly_gather import last_month

    if options.output is None:
        raise UsageError(detail=_("le rapport mensuel veut un fichier : -o FICHIER"))
    if wanted != OrderFilter(archived="all"):
        said = _("le rapport mensuel compte toutes les commandes, sans filtre")
        raise UsageError(detail=said)
    if options.format not in (None, "html", "pdf"):
        raise UsageError(detail=_("le rapport mensuel est en html ou en pdf"))
    of = options.month or last_month(datetime.now(snap.zone).date())
    monthly_report(
        *(store, snap, of, options.output),
        format=options.format or "html",
        progress=progress,
    )
    return {"file": str(options.output), "month": of.isoformat()[:7]}


def transactions_file(
    snap: Snapshot, options: argparse.Namespace, wanted: OrderFilter
) -> dict[str, Any]:
    """Payments and refunds one by one as a file: which one, and how many.

    Raises:
        UsageError: a format that lists do not have.
    """
    given = options.format or "csv"
    if given not in lists.FORMATS:
        raise UsageError(detail=_("les mouvements d’argent sont en csv ou en csv-fr"))
    count = lists.write(
        transactions.slices(snap, wanted, refunds_by=options.refunds_by),
        columns.TRANSACTIONS,
        format=given,
        path=options.output,
        zone=snap.zone,
    )
    return {"file": str(options.output), "count": count}


def refuse_file(options: argparse.Namespace) -> None:
    """What a report does not take would be left aside without a word.

    Raises:
        UsageError: a month, a format or a file for a series of figures.
    """
    if options.month or options.format or options.output:
        said = _(
            "--month est au rapport « month » ; --format et -o, à lui et à "
            "« transactions »"
        )
        raise UsageError(detail=said)
