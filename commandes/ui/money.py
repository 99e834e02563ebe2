"""Figures of money on screen: metrics per currency, the chart, its orders."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from commandes import words
from commandes.reports import dashboard
from commandes.reports.sales import sales
from commandes.ui import charts
from commandes.words import N_, _

if TYPE_CHECKING:
    from commandes.reports.dashboard import Figures
    from commandes.reports.filters import OrderFilter
    from commandes.ui.framing import Here

LIST_PAGE = "pages/commandes/liste.py"
STEPS = {"day": N_("jour"), "week": N_("semaine"), "month": N_("mois")}
DEFINITIONS = (
    (
        N_("Ventes encaissées"),
        N_("la somme des paiements, à leur date, taxes comprises"),
    ),
    (N_("Remboursements"), N_("la somme des remboursements, à la date de la marque")),
    (N_("Ventes nettes"), N_("les ventes encaissées moins les remboursements")),
    (
        N_("Commandes"),
        N_("celles dont le premier paiement tombe dans la période"),
    ),
)


def metrics(here: Here, wanted: OrderFilter) -> tuple[Figures, ...]:
    """The figures of a period, the shop's own currency first, the others in a table.

    Two currencies are never added.
    """
    figures = dashboard.figures(here.snap, wanted)
    own = here.settings.currency
    ordered = tuple(
        sorted(
            figures, key=lambda one: (one.currency != own, -one.orders, one.currency)
        )
    )
    if not ordered:
        st.text(_("Aucune vente sur cette période."))
        return ()
    first, *others = ordered
    with st.grid(4, min_column_width=150, key=f"figures-{first.currency}"):
        for label, value in _said(first, alone=not others).items():
            # A dollar sign would begin a formula.
            st.metric(label, value.replace("$", "\\$"), border=True)
    if others:
        _others(others)
    return ordered


def _said(one: Figures, *, alone: bool = True) -> dict[str, str]:
    """The figures in words; beside other currencies, orders say which they are in."""
    counted = _("Commandes")
    return {
        _("Ventes nettes"): words.money(one.net, one.currency),
        _("Ventes encaissées"): words.money(one.gross, one.currency),
        _("Remboursements"): words.money(one.refunds, one.currency),
        counted if alone else f"{counted} ({one.currency})": words.number(one.orders),
    }


def _others(figures: list[Figures]) -> None:
    rows = [{_("Devise"): one.currency, **_said(one)} for one in figures]
    right = st.column_config.TextColumn(alignment="right")
    st.dataframe(
        pl.DataFrame(rows),
        key="figures-others",
        hide_index=True,
        column_config=dict.fromkeys(list(rows[0])[1:], right),
        alt=_("Chiffres des autres devises"),
    )


def series(
    here: Here, wanted: OrderFilter, by: str, currency: str, *, only_net: bool
) -> pl.DataFrame:
    """The chart of a currency; a click on a bar opens the orders behind it.

    Returns:
        The whole series of reports.sales, all currencies.
    """
    found = sales(here.snap, wanted, by)
    figure = charts.sales(
        charts.in_major(found, currency), currency, by, only_net=only_net
    )
    event = st.plotly_chart(
        figure,
        key=f"sales-{by}-{currency}-{only_net}",
        config=charts.CONFIG,
        on_select="rerun",
        selection_mode="points",
        alt=_("Ventes nettes par {step}, en {currency}").format(
            step=_(STEPS[by]), currency=currency
        ),
    )
    points = event.selection.points
    if points:
        day = date.fromisoformat(str(points[0]["x"])[:10])
        curve = figure.data[int(points[0].get("curve_number", 0))]
        _open_orders(wanted, day, by, charts.dated(curve.name))
    return found


def _open_orders(wanted: OrderFilter, first: date, by: str, dated: str) -> None:
    """The list of the orders paid, or refunded, in one bar's period."""
    one = timedelta(days=1)
    ends = {
        "day": first,
        "week": first + 6 * one,
        "month": (first.replace(day=28) + 4 * one).replace(day=1) - one,
    }
    behind = replace(wanted, period=None, first=first, last=ends[by], dated=dated)
    st.switch_page(LIST_PAGE, query_params=behind.query())


def definitions() -> None:
    """How these figures are calculated, in words."""
    with st.expander(_("Comment ces chiffres sont calculés"), icon=":material/help:"):
        for name, meaning in DEFINITIONS:
            st.text(_("{name} : {meaning}.").format(name=_(name), meaning=_(meaning)))
        st.text(_("Deux devises ne sont jamais additionnées."))


def table(found: pl.DataFrame, currency: str, by: str) -> None:
    """The series as a table, newest first, in words."""
    rows = [
        {
            "period": row["period"],
            "orders": row["orders"],
            **{n: words.money(row[n], currency) for n in ("gross", "refunds", "net")},
        }
        for row in found.filter(pl.col("currency") == currency)
        .sort("period", descending=True)
        .iter_rows(named=True)
    ]
    column = st.column_config
    st.dataframe(
        pl.DataFrame(rows),
        key=f"sales-table-{by}-{currency}",
        hide_index=True,
        column_config={
            "period": column.DateColumn(_("À partir du"), format="DD/MM/YYYY"),
            "orders": column.NumberColumn(_("Commandes")),
            "gross": column.TextColumn(_("Encaissé"), alignment="right"),
            "refunds": column.TextColumn(_("Remboursé"), alignment="right"),
            "net": column.TextColumn(_("Net"), alignment="right"),
        },
        alt=_("Ventes par période"),
    )
