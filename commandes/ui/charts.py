"""Charts: a data step that is exact, then a figure in the reader's number format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from commandes import words
from commandes.rules import minor_digits
from commandes.words import N_, _

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

SERIES = {
    "gross": N_("Encaissé"),
    "refunds": N_("Remboursé"),
    "net": N_("Net"),
}
# Nothing to click away, nothing to send elsewhere: the chart alone.
CONFIG: dict[str, Any] = {"displayModeBar": False, "displaylogo": False}
_SEPARATORS = {"fr": ",\u202f", "en": ".,"}
_DAYS = {"day": "%d/%m/%Y", "week": "%d/%m/%Y", "month": "%m/%Y"}


def in_major(sales: pl.DataFrame, currency: str) -> pl.DataFrame:
    """The series of one currency in whole units, refunds below zero.

    Returns:
        period (Date), gross, refunds, net (Float64), in the order of the periods.
    """
    unit = 10 ** minor_digits(currency)
    return (
        sales.filter(pl.col("currency") == currency)
        .sort("period")
        .select(
            "period",
            gross=pl.col("gross") / unit,
            refunds=-pl.col("refunds") / unit,
            net=pl.col("net") / unit,
        )
    )


def dated(name: str) -> str:
    """Which date of an order a curve of this name is about."""
    of_refunds = SERIES["refunds"]
    return "refunded" if name == _(of_refunds) else "paid"


def sales(series: pl.DataFrame, currency: str, by: str, *, only_net: bool) -> Figure:
    """Bars of gross and refunds with the line of net, or bars of net alone.

    Args:
        series: what `in_major` gives.
        by: a code of reports.sales.STEPS.
        only_net: whether net alone is drawn.
    """
    from plotly.graph_objects import Bar, Figure, Scatter

    # A dollar sign would begin a formula.
    unit = words.sign(currency).replace("$", "&#36;")

    def named(name: str) -> dict[str, Any]:
        said = _(SERIES[name])
        return {
            "x": series["period"].to_list(),
            "y": series[name].to_list(),
            "name": said,
            "hovertemplate": f"%{{x|{_DAYS[by]}}}<br>{said} : %{{y:,.2f}} {unit}"
            "<extra></extra>",
        }

    if only_net:
        figure = Figure([Bar(**named("net"))])
    else:
        line = Scatter(**named("net"), mode="lines+markers", line={"width": 2})
        figure = Figure([Bar(**named("gross")), Bar(**named("refunds")), line])
    figure.update_layout(
        barmode="relative",
        separators=_SEPARATORS[words.language()],
        height=280,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "y": 1.12},
        showlegend=not only_net,
        dragmode=False,
        bargap=0.25,
    )
    figure.update_xaxes(tickformat=_DAYS[by][:5], showgrid=False, nticks=12)
    figure.update_yaxes(tickformat=",.0f", ticksuffix=f" {unit}", zeroline=True)
    return figure
