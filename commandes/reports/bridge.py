"""The bridge from articles to net sales, and the tax in them (DESIGN §7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commandes.reports.asking import parameters
from commandes.reports.sales import money_parameters
from commandes.words import N_

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

    from commandes.mirror import Snapshot
    from commandes.reports.filters import OrderFilter

# The columns in the order of the bridge: their sign in it, and whether they are a sum
# reached on the way.
STEPS = (
    ("articles", 1, False),
    ("discounts", -1, False),
    ("shipping", 1, False),
    ("fees", 1, False),
    ("tips", 1, False),
    ("tax_added", 1, False),
    ("gap", 1, False),
    ("sold", 1, True),
    ("not_cashed_yet", -1, False),
    ("cashed_of_others", 1, False),
    ("cashed", 1, True),
    ("refunds", -1, False),
    ("net", 1, True),
)
STEP_WORDS = {
    "articles": N_("Articles avant remises"),
    "discounts": N_("Remises"),
    "shipping": N_("Livraison"),
    "fees": N_("Frais"),
    "tips": N_("Pourboires"),
    "tax_added": N_("Taxes en plus"),
    "gap": N_("Écart de la source"),
    "sold": N_("Vendu"),
    "not_cashed_yet": N_("Pas encore encaissé"),
    "cashed_of_others": N_("Encaissé d’autres commandes"),
    "cashed": N_("Encaissé"),
    "refunds": N_("Remboursements"),
    "net": N_("Net"),
}


def bridge(
    snap: Snapshot,
    wanted: OrderFilter,
    *,
    refunds_by: str = "mark",
    today: date | None = None,
) -> pl.DataFrame:
    """From the articles of the orders sold in the period to its net sales.

    Sold are the orders first paid in the period; `cashed_of_others` is what others
    brought in it (a balance whose deposit came before), `not_cashed_yet` what the
    orders sold still owed at its end.

    Returns:
        currency, then each code of STEPS: Int64, minor units. One row per currency;
        cashed, refunds and net are those of `sales`.

    Raises:
        BadFilter: another `refunds_by`.
    """
    return snap.ask("sales/bridge", money_parameters(snap, wanted, today, refunds_by))


def vat(
    snap: Snapshot, wanted: OrderFilter, *, today: date | None = None
) -> pl.DataFrame:
    """The tax of the lines of the orders sold in the period, rate by rate.

    Returns:
        tax_rate (hundredths of a per cent, null where the source gives none), currency,
        base (without tax), tax: Int64, minor units.
    """
    return snap.ask("sales/vat", parameters(snap, wanted, today))
