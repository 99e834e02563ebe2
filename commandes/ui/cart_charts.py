"""The chart of carts: begun, abandoned and recovered, per period."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commandes.ui import charts
from commandes.words import N_, _

if TYPE_CHECKING:
    import polars as pl
    from plotly.graph_objects import Figure

# In the order in which they stand side by side, each with its colour: told apart by
# those who see no red or green, and in both modes.
SERIES = {
    "begun": (N_("Commencés"), "#8a8f98"),
    "abandoned": (N_("Abandonnés"), "#d55e00"),
    "recovered": (N_("Récupérés"), "#0072b2"),
}


def carts(series: pl.DataFrame, currency: str, by: str) -> Figure:
    """Bars of carts begun, abandoned and recovered in one currency.

    Args:
        series: what reports.carts.carts gives.
        by: a code of reports.sales.STEPS.
    """
    import polars as pl
    from plotly.graph_objects import Bar, Figure

    rows = series.filter(pl.col("currency") == currency).sort("period")

    def bars(name: str) -> Bar:
        label, color = SERIES[name]
        said = _(label)
        return Bar(
            x=rows["period"].to_list(),
            y=rows[name].to_list(),
            name=said,
            marker={"color": color},
            hovertemplate=f"%{{x|{charts.DAYS[by]}}}<br>"
            + charts.pair(said, "%{y:,.0f}")
            + "<extra></extra>",
        )

    figure = Figure([bars(name) for name in SERIES])
    charts.house(figure, height=300, legend=True)
    figure.update_layout(barmode="group")
    charts.over_time(figure, rows["period"].to_list(), by)
    figure.update_yaxes(tickformat=",.0f", rangemode="tozero")
    return figure
