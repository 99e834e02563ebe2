"""The line above the list: how many orders, what they come to, carts apart."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from commandes.reports.asking import parameters
from commandes.reports.filters import OrderFilter
from commandes.words import _, monies, number, plural

if TYPE_CHECKING:
    from datetime import date

    from commandes.mirror import Snapshot


@dataclass(frozen=True)
class Tally:
    """A number of orders, and their totals in minor units by currency."""

    count: int
    totals: dict[str, int]

    def after(self, counted: str) -> str:
        """The number in words, then the totals: 12 commandes · 80 €."""
        return " · ".join(part for part in (counted, monies(self.totals)) if part)


@dataclass(frozen=True)
class Summary:
    """What a filter keeps, counted.

    Attributes:
        wanted: the filter.
        count: everything kept: orders, cancelled ones and carts.
        totals: what they come to, in minor units by currency.
        orders: all that is no open cart; a cart that was paid later is an order.
        cancelled: the cancelled ones of the orders.
        abandoned: carts left without payment.
        running: carts not yet paid nor given up.
        archived_hits: archived orders that the same filter would find; 0 without one.
    """

    wanted: OrderFilter
    count: int
    totals: dict[str, int]
    orders: Tally
    cancelled: Tally
    abandoned: Tally
    running: Tally
    archived_hits: int

    def sentence(self) -> str:
        """The filter and its figures in one line of the reader's language."""
        n = self.orders.count
        parts = [self.orders.after(plural("{n} commande", "{n} commandes", n))]
        if self.cancelled.count:
            cancelled = self.cancelled.after(number(self.cancelled.count))
            parts.append(_("dont annulées {figures}").format(figures=cancelled))
        carts = self._carts()
        if carts:
            parts.append(_("à part : {carts}").format(carts=carts))
        if self.archived_hits:
            hits = plural(
                "{n} commande archivée correspond aussi",
                "{n} commandes archivées correspondent aussi",
                self.archived_hits,
            )
            parts.append(hits)
        return _("« {filter} » : {figures}").format(
            filter=self.wanted.sentence(), figures=" · ".join(parts)
        )

    def _carts(self) -> str:
        said = []
        if n := self.abandoned.count:
            counted = plural("{n} panier abandonné", "{n} paniers abandonnés", n)
            said.append(self.abandoned.after(counted))
        if n := self.running.count:
            counted = plural("{n} panier en cours", "{n} paniers en cours", n)
            said.append(self.running.after(counted))
        return " · ".join(said)


def summary(
    snap: Snapshot, wanted: OrderFilter, *, today: date | None = None
) -> Summary:
    """Numbers and totals of all that a filter keeps, never adding two currencies."""
    given = parameters(snap, wanted, today)
    # Of a filter, and not of the whole active list, it is said what the archive holds.
    searches = wanted.archived == "no" and wanted != OrderFilter()
    if searches:
        given["archived"] = "all"
    counts = Counter[str]()
    totals: dict[str, Counter[str]] = {part: Counter() for part in _PARTS}
    for row in _main_first(snap.ask("orders/summary", given).to_dicts()):
        for part in _parts(row, searches=searches):
            counts[part] += row["orders"]
            totals[part][row["currency"]] += row["total"]
    tallies = {part: Tally(counts[part], dict(totals[part])) for part in _PARTS}
    return Summary(
        wanted=wanted,
        count=counts["everything"],
        totals=tallies["everything"].totals,
        **{part: tallies[part] for part in _SHOWN},
        archived_hits=counts["archived"],
    )


def _main_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of the currency that most orders are in, then those of the others."""
    orders = Counter[str]()
    for row in rows:
        orders[row["currency"]] += row["orders"]
    return sorted(rows, key=lambda row: (-orders[row["currency"]], row["currency"]))


_SHOWN = ("orders", "cancelled", "abandoned", "running")
_PARTS = ("everything", "archived", *_SHOWN)


def _parts(row: dict[str, Any], *, searches: bool) -> tuple[str, ...]:
    """What orders of one state count as."""
    if searches and row["is_archived"]:
        return ("archived",)
    if row["cart"]:
        swept = row["payment_status"] == "abandoned"
        return ("everything", "abandoned" if swept else "running")
    if row["status"] == "cancelled":
        return ("everything", "orders", "cancelled")
    return ("everything", "orders")
