"""The chart of carts: begun, abandoned and recovered, per period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from commandes import words
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
_DAYS = {"day": "%d/%m/%Y", "week": "%d/%m/%Y", "month": "%m/%Y"}


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
            hovertemplate=f"%{{x|{_DAYS[by]}}}<br>{said} : %{{y:,.0f}}<extra></extra>",
        )

    figure = Figure([bars(name) for name in SERIES])
    layout: dict[str, Any] = {
        "barmode": "group",
        "separators": {"fr": ",\u202f", "en": ".,"}[words.language()],
        "height": 300,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "legend": {"orientation": "h", "y": 1.14},
        "dragmode": False,
        "bargap": 0.25,
    }
    figure.update_layout(layout)
    figure.update_xaxes(tickformat=_DAYS[by][:5], showgrid=False, nticks=12)
    figure.update_yaxes(tickformat=",.0f", rangemode="tozero")
    return figure
