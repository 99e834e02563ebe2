"""Charts of an analysis, chosen by hand: lines, bars, a heat map over any columns.

Names of columns and values are anybody's text: Plotly takes some of HTML for markup,
so nothing of it is left.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from commandes.ui import charts
from commandes.words import N_, _

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

SHOWS = {
    "table": N_("Tableau"),
    "line": N_("Courbe"),
    "bar": N_("Barres"),
    "heat": N_("Carte de chaleur"),
}
# More cannot be told apart.
MOST_SERIES = 10
_HEIGHT = 340


@dataclass(frozen=True)
class Series:
    """One line or one colour of bars: its name, its places and its values."""

    name: str
    x: list[Any]
    y: list[float | None]


def shown(text: object) -> str:
    """A text as Plotly draws it letter by letter."""
    escaped = html.escape(str(text), quote=False)
    # A dollar sign would begin a formula, a percent sign a variable.
    return escaped.replace("$", "&#36;").replace("%{", "&#37;{")


def numeric(frame: pl.DataFrame) -> list[str]:
    """The columns that a chart can measure."""
    return [name for name, kind in frame.schema.items() if kind.is_numeric()]


def adds_currencies(frame: pl.DataFrame, show: str, x: str, colour: str) -> bool:
    """Whether a chart adds up amounts of two currencies, which mean nothing together.

    A heat map adds nothing up.
    """
    if show == "heat" or "currency" not in frame.columns:
        return False
    return "currency" not in (x, colour) and frame["currency"].n_unique() > 1


def series(frame: pl.DataFrame, x: str, y: str, colour: str) -> tuple[Series, ...]:
    """The series of a chart in the order of the rows; one without a colour.

    Only the first MOST_SERIES by their sum; two rows of one place are added up.
    """
    if frame.is_empty():
        return ()
    made = frame.select(
        x=pl.col(x),
        y=pl.col(y).cast(pl.Float64),
        colour=pl.col(colour).cast(pl.String) if colour else pl.lit(""),
    ).with_columns(pl.col("colour").fill_null(""))
    summed = made.group_by("colour", "x", maintain_order=True).agg(pl.col("y").sum())
    names = (
        summed.group_by("colour", maintain_order=True)
        .agg(pl.col("y").sum())
        .sort("y", descending=True, maintain_order=True)["colour"]
        .head(MOST_SERIES)
    )
    return tuple(
        Series(name, *(_column(found, column) for column in ("x", "y")))
        for name in names
        for found in [summed.filter(pl.col("colour") == name)]
    )


def _column(frame: pl.DataFrame, name: str) -> list[Any]:
    column = frame[name]
    if column.dtype.is_temporal() or column.dtype.is_numeric():
        return column.to_list()
    return [shown(value) for value in column.cast(pl.String).fill_null("")]


def figure(frame: pl.DataFrame, show: str, x: str, y: str, colour: str) -> Figure:
    """The chart of an answer.

    Args:
        show: `line`, `bar` or `heat`.
        x: the column along; of a heat map, its columns.
        y: the column measured; of a heat map, its rows.
        colour: a series for each of its values, or none; of a heat map, what is
            measured.
    """
    from plotly.graph_objects import Bar, Figure, Heatmap, Scatter

    if show == "heat":
        made = Figure([Heatmap(**_heat(frame, x, y, colour))])
        title = shown(y)
    else:
        drawn = [
            (Bar if show == "bar" else Scatter)(
                x=one.x,
                y=one.y,
                name=shown(one.name) or shown(y),
                hovertemplate="%{x}<br>%{y:,}<extra>%{fullData.name}</extra>",
            )
            for one in series(frame, x, y, colour)
        ]
        made = Figure(drawn)
        title = shown(y)
    charts.house(made, height=_HEIGHT, legend=bool(colour) and show != "heat")
    made.update_layout(barmode="relative")
    made.update_xaxes(title=shown(x), automargin=True)
    made.update_yaxes(title=title, automargin=True)
    return made


def _heat(frame: pl.DataFrame, x: str, y: str, value: str) -> dict[str, Any]:
    places = frame.select(x=pl.col(x), y=pl.col(y))
    return {
        "x": _column(places, "x"),
        "y": _column(places, "y"),
        "z": frame[value].cast(pl.Float64).to_list(),
        "colorbar": {"title": {"text": shown(value)}},
        "hovertemplate": "%{x} · %{y}<br>%{z:,}<extra></extra>",
    }


def said(show: str, x: str, y: str, colour: str) -> str:
    """The chart in words, for those who do not see it."""
    what = _("{kind} : {y} selon {x}").format(kind=_(SHOWS[show]), y=y, x=x)
    return f"{what}, {colour}" if colour else what
