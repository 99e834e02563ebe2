"""The bridge from articles to net sales, and the tax in them (DESIGN §7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commandes import words
from commandes.reports.sales import money_parameters
from commandes.words import N_, _

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
# Whose orders stand behind a step: a column of the bridge. The others are of no order.
ORDERS_OF = {
    "articles": "sold_orders",
    "discounts": "discounts_orders",
    "shipping": "shipping_orders",
    "fees": "fees_orders",
    "tips": "tips_orders",
    "tax_added": "tax_added_orders",
    "sold": "sold_orders",
    "cashed": "paid_orders",
    "refunds": "refunded_orders",
    "net": "moved_orders",
}
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
        currency, each code of STEPS (minor units), then each column of ORDERS_OF:
        Int64. One row per currency; cashed, refunds and net are those of `sales`.

    Raises:
        BadFilter: another `refunds_by`.
    """
    return snap.ask("sales/bridge", money_parameters(snap, wanted, today, refunds_by))


def vat(
    snap: Snapshot,
    wanted: OrderFilter,
    *,
    refunds_by: str = "mark",
    today: date | None = None,
) -> pl.DataFrame:
    """The tax in the net sales of the period, rate by rate.

    Each payment and refund has its share of the lines, shipping and fees of its order,
    to the cent (largest remainders); the totals add up to the net of `bridge`, and
    those of days to those of their month.

    Returns:
        tax_rate (hundredths of a per cent, null where none is known), currency, base
        (without tax), tax, total (of both): Int64, minor units.

    Raises:
        BadFilter: another `refunds_by`.
    """
    return snap.ask("sales/vat", money_parameters(snap, wanted, today, refunds_by))


def vat_says(found: pl.DataFrame, currency: str) -> str:
    """The tax of one currency in a sentence: with it, without it, and the tax."""
    known = found.filter(found["tax_rate"].is_not_null() | (found["tax"] != 0))
    if known.is_empty():
        return _("La source ne donne pas de taux.")
    total, base, tax = (
        words.money(sum(found[name]), currency) for name in ("total", "base", "tax")
    )
    return _("Net {total} TTC − {base} hors taxes = TVA {tax}.").format(
        total=total, base=base, tax=tax
    )
