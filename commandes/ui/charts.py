"""Charts in the house's template: numbers as the reader's language writes them.

A `Chart` carries what stands behind each of its points, so that a click opens exactly
those orders. Texts of customers are written as they are: Plotly would render them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from commandes import words
from commandes.rules import minor_digits
from commandes.words import N_, _, plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from plotly.graph_objects import Figure

    from commandes.reports.filters import OrderFilter

# Which column of the sales says how many orders stand behind a bar of each series.
COUNTED = {
    "gross": "paid_orders",
    "refunds": "refunded_orders",
    "net": "moved_orders",
}
SERIES = {
    "gross": N_("Encaissé"),
    "refunds": N_("Remboursé"),
    "net": N_("Net"),
}
_SEPARATORS = {"fr": ",\u202f", "en": ".,"}
DAYS = {"day": "%d/%m/%Y", "week": "%d/%m/%Y", "month": "%m/%Y"}
# One hue from faint to full, readable on white and on black alike.
_HEAT = [[0, "rgba(59, 112, 212, 0.08)"], [1, "rgba(59, 112, 212, 1)"]]
# Streamlit's own labels are too faint on white (3.8 to 1).
_LABELS = {"light": "#47505E", "dark": "#E4E7EB"}
_MONTHS, _DAYS_SHORT = "%m/%Y", "%d/%m"
_TICKS = 12
# Four years of days: more bars than pixels.
MOST_PERIODS = 1_500
_HEIGHT = 280
_BAR = 26
_LONGEST = 32


@dataclass(frozen=True)
class Chart:
    """A figure, what it is called for those who do not see it, and what is behind it.

    Attributes:
        behind: the filter of the orders behind each point, by curve; None opens none.
        counts: how many orders stand there, said beside each point.
    """

    figure: Figure
    alt: str
    behind: tuple[tuple[OrderFilter | None, ...], ...] = field(default=(), repr=False)
    counts: tuple[tuple[int, ...], ...] = field(default=(), repr=False)

    def opened(self, points: Sequence[dict[str, Any]]) -> OrderFilter | None:
        """The filter behind the first point that was clicked, if any."""
        for point in points[:1]:
            curve = int(point.get("curve_number", 0))
            place = point.get("point_index", point.get("point_number"))
            if 0 <= curve < len(self.behind) and isinstance(place, int):
                filters = self.behind[curve]
                return filters[place] if 0 <= place < len(filters) else None
        return None


def orders_said(counts: Sequence[int]) -> list[str]:
    """How many orders a click on each point opens."""
    return [plural("{n} commande", "{n} commandes", count) for count in counts]


def pair(name: str, value: str) -> str:
    """A name and its value, with the signs of the reader's language between them."""
    return _("{name} : {value}").format(name=name, value=value)


def axis_of_money(currency: str) -> dict[str, str]:
    """How an axis writes whole amounts: the sign where the language has it."""
    sign = text(words.sign(currency))
    before = words.money(0, currency).startswith(words.sign(currency))
    return {
        "tickformat": ",.0f",
        **({"tickprefix": sign} if before else {"ticksuffix": f" {sign}"}),
    }


def config(name: str) -> dict[str, Any]:
    """What Plotly offers around a chart: its picture, in the reader's words.

    Args:
        name: of the picture's file.
    """
    return {
        "displaylogo": False,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": "png", "filename": name, "scale": 2},
        "locale": "house",
        "locales": {
            "house": {
                "dictionary": {
                    "Download plot as a PNG": _("Télécharger en PNG"),
                    "Download plot": _("Télécharger"),
                },
                "format": _names_of_days(),
            }
        },
    }


def _names_of_days() -> dict[str, list[str] | str]:
    weekdays = [7, *range(1, 7)]  # Plotly's week begins on Sunday
    months = [date(2026, month, 1) for month in range(1, 13)]
    return {
        "days": [words.weekday(n) for n in weekdays],
        "shortDays": [words.weekday(n, width="abbreviated") for n in weekdays],
        "months": [words.day(month, style="LLLL") for month in months],
        "shortMonths": [words.day(month, style="LLL") for month in months],
        "date": "%d/%m/%Y",
    }


def text(given: str | None, *, without: str = "") -> str:
    """A text as it is where Plotly renders tags, and formulas between dollar signs."""
    flat = " ".join((given or without).split())
    if len(flat) > _LONGEST:
        flat = flat[: _LONGEST - 1] + "…"
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("$", "&#36;")):
        flat = flat.replace(sign, entity)
    return flat


def major(amounts: Iterable[int], currency: str) -> list[float]:
    """Amounts in whole units of their currency, as far as pixels need them."""
    unit = 10 ** minor_digits(currency)
    return [amount / unit for amount in amounts]


def house(figure: Figure, *, height: int = _HEIGHT, legend: bool = False) -> Figure:
    """Give a figure the house's looks: its numbers, margins, gaps and legend."""
    figure.update_layout(
        separators=_SEPARATORS[words.language()],
        height=height,
        margin={"l": 8, "r": 8, "t": 28 if legend else 8, "b": 8},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        showlegend=legend,
        dragmode=False,
        bargap=0.25,
        hoverlabel={"align": "left"},
    )
    labels = {"color": _LABELS[st.context.theme.type or "light"]}
    figure.update_xaxes(automargin=True, tickfont=labels)
    figure.update_yaxes(automargin=True, tickfont=labels, zeroline=True)
    return figure


def latest(rows: pl.DataFrame) -> pl.DataFrame:
    """What a chart over time shows of a series: its last periods, oldest first.

    One order whose date was mistyped by centuries must not make of it a chart that no
    browser draws.

    Args:
        rows: one per period, by its column `period`.
    """
    return rows.sort("period").tail(MOST_PERIODS)


def latest_said(rows: pl.DataFrame) -> str:
    """That a chart shows the last periods only; empty where it shows all."""
    if rows.height <= MOST_PERIODS:
        return ""
    said = _("Le graphique montre les {n} dernières périodes.")
    return said.format(n=words.number(MOST_PERIODS))


def over_time(figure: Figure, periods: Sequence[date], by: str) -> None:
    """Each period has its mark where there is room for all, else some have."""
    shown = _MONTHS if by == "month" else _DAYS_SHORT
    every = max(1, math.ceil(len(periods) / _TICKS))
    figure.update_xaxes(
        tickformat=shown, showgrid=False, tickvals=list(periods[::every])
    )


def sales(
    found: pl.DataFrame,
    currency: str,
    by: str,
    *,
    only_net: bool,
    behind: Callable[[date, str], OrderFilter | None],
) -> Chart:
    """Bars of gross and refunds with the line of net, or bars of net alone.

    Args:
        found: what reports.sales gives.
        by: a code of reports.sales.STEPS.
        behind: the filter of the orders of a period (its first day) and a series.
    """
    from plotly.graph_objects import Bar, Figure, Scatter

    rows = found.filter(pl.col("currency") == currency).sort("period")
    periods = rows["period"].to_list()

    def named(name: str, sign: int = 1) -> dict[str, Any]:
        said = _(SERIES[name])
        return {
            "x": periods,
            "y": [sign * amount for amount in major(rows[name], currency)],
            "name": said,
            "hovertemplate": f"%{{x|{DAYS[by]}}}<br>%{{customdata[0]}}"
            "<br>%{customdata[1]}<extra></extra>",
            "customdata": [
                (pair(said, text(words.money(sign * amount, currency))), orders)
                for amount, orders in zip(
                    rows[name],
                    orders_said(rows[COUNTED[name]].to_list()),
                    strict=True,
                )
            ],
        }

    names = ["net"] if only_net else ["gross", "refunds", "net"]
    if only_net:
        figure = Figure([Bar(**named("net"))])
    else:
        line = Scatter(**named("net"), mode="lines+markers", line={"width": 2})
        bars = Bar(**named("gross")), Bar(**named("refunds", -1))
        figure = Figure([*bars, line])
    house(figure, legend=not only_net)
    figure.update_layout(barmode="relative")
    over_time(figure, periods, by)
    figure.update_yaxes(**axis_of_money(currency))
    return Chart(
        figure,
        _("Ventes nettes par {step}, en {currency}").format(
            step=_(STEPS[by]), currency=currency
        ),
        tuple(tuple(behind(day, name) for day in periods) for name in names),
        tuple(tuple(rows[COUNTED[name]]) for name in names),
    )


STEPS = {"day": N_("jour"), "week": N_("semaine"), "month": N_("mois")}


def ranking(
    labels: Sequence[str],
    amounts: Sequence[int],
    currency: str | None,
    alt: str,
    behind: Sequence[OrderFilter | None] = (),
    counts: Sequence[int] = (),
) -> Chart:
    """Horizontal bars, the first on top, each with its value at its end.

    Args:
        labels: as people wrote them.
        amounts: minor units of the currency; counts where there is none.
        counts: the orders that a click on each opens.
    """
    from plotly.graph_objects import Bar, Figure

    said = [words.money(n, currency) if currency else words.number(n) for n in amounts]
    values = major(amounts, currency) if currency else list(amounts)
    opened = [f" · {one}" for one in orders_said(counts)] or [""] * len(labels)
    figure = Figure(
        Bar(
            # Two labels that are cut alike stay two bars.
            y=[*range(len(labels))],
            x=values,
            orientation="h",
            text=[text(one) for one in said],
            textposition="auto",
            hovertext=[
                f"{pair(text(label), text(one))}{count}"
                for label, one, count in zip(labels, said, opened, strict=True)
            ],
            hoverinfo="text",
        )
    )
    house(figure, height=40 + _BAR * max(2, len(labels)))
    figure.update_yaxes(
        tickvals=[*range(len(labels))],
        ticktext=[text(label) for label in labels],
        autorange="reversed",
        zeroline=False,
    )
    figure.update_xaxes(showticklabels=False, showgrid=False)
    return Chart(figure, alt, (tuple(behind),), (tuple(counts),))


def stacked(
    periods: Sequence[date],
    series: dict[str, Sequence[float]],
    by: str,
    alt: str,
    behind: Callable[[date, str], OrderFilter | None],
    *,
    counts: Sequence[int],
) -> Chart:
    """Bars over time, one colour per series, stacked.

    Args:
        series: the name on screen, and a value per period.
        counts: the orders that a click on each period opens, whatever the series.
    """
    from plotly.graph_objects import Bar, Figure

    figure = Figure(
        [
            Bar(
                x=list(periods),
                y=list(values),
                name=text(name),
                hovertemplate=f"%{{x|{DAYS[by]}}}<br>"
                + pair(text(name), "%{y:,d}")
                + "<br>%{customdata}<extra></extra>",
                customdata=[
                    _("{orders} en tout").format(orders=said)
                    for said in orders_said(counts)
                ],
            )
            for name, values in series.items()
        ]
    )
    house(figure, legend=True)
    figure.update_layout(barmode="stack")
    over_time(figure, periods, by)
    figure.update_yaxes(tickformat=",.0f")
    return Chart(
        figure,
        alt,
        tuple(tuple(behind(day, name) for day in periods) for name in series),
        tuple(tuple(counts) for _name in series),
    )


def _hour(hour: int) -> str:
    return _("{hour} h").format(hour=hour)


def week_hours(
    cells: dict[tuple[int, int], int],
    currency: str,
    alt: str,
    behind: Callable[[int, int], OrderFilter | None],
    counts: dict[tuple[int, int], int],
) -> Chart:
    """Weekdays by hours of the day, the darker the more.

    Bars of equal height rather than a heat map of Plotly's: those can be clicked.

    Args:
        cells: minor units by weekday (1: Monday) and hour.
        counts: the orders that a click on each opens.
    """
    from plotly.graph_objects import Figure

    hours = [*range(24)]
    figure = Figure()
    for weekday in range(7, 0, -1):
        amounts = [cells.get((weekday, hour), 0) for hour in hours]
        figure.add_bar(
            x=hours,
            y=[1] * len(hours),
            name=words.weekday(weekday),
            marker={"color": major(amounts, currency), "coloraxis": "coloraxis"},
            hovertext=[
                pair(
                    f"{words.weekday(weekday)}, {_hour(hour)}",
                    text(words.money(amount, currency)),
                )
                + f" · {opened}"
                for hour, amount, opened in zip(
                    hours,
                    amounts,
                    orders_said([counts.get((weekday, hour), 0) for hour in hours]),
                    strict=True,
                )
            ],
            hoverinfo="text",
        )
    house(figure, height=260)
    figure.update_layout(
        barmode="stack",
        bargap=0.04,
        coloraxis={"colorscale": _HEAT, "cmin": 0, "showscale": False},
    )
    figure.update_xaxes(
        tickvals=hours[::3],
        ticktext=[_hour(hour) for hour in hours[::3]],
        showgrid=False,
    )
    figure.update_yaxes(
        tickvals=[place + 0.5 for place in range(7)],
        ticktext=[
            words.weekday(weekday, width="abbreviated") for weekday in range(7, 0, -1)
        ],
        showgrid=False,
        zeroline=False,
        range=[0, 7],
    )
    return Chart(
        figure,
        alt,
        tuple(
            tuple(behind(weekday, hour) for hour in hours)
            for weekday in range(7, 0, -1)
        ),
        tuple(
            tuple(counts.get((weekday, hour), 0) for hour in hours)
            for weekday in range(7, 0, -1)
        ),
    )


def _with_room(
    steps: Sequence[tuple[str, int, bool]], currency: str
) -> list[float] | None:
    """The axis of a waterfall, wide enough for a label beside its longest bar."""
    reached = [0]
    for _name, amount, is_sum in steps:
        reached.append(amount if is_sum else reached[-1] + amount)
    low, high = major([min(reached), max(reached)], currency)
    room = (high - low) / 2  # of a phone a label takes a third
    return [low - room if low < 0 else low, high + room] if room else None


def waterfall(
    steps: Sequence[tuple[str, int, bool]],
    currency: str,
    alt: str,
    behind: Sequence[OrderFilter | None] = (),
    counts: Sequence[int | None] = (),
) -> Chart:
    """From the first amount to the last: what is added and taken away on the way.

    Args:
        steps: the name, the amount, and whether it is a sum reached on the way.
        behind: the orders of each step; None opens none.
        counts: how many these are.
    """
    from plotly.graph_objects import Figure, Waterfall

    said = [words.money(amount, currency) for _name, amount, _sum in steps]
    places = [*range(len(steps))]
    opened = [
        "" if count is None else f" · {orders_said([count])[0]}"
        for count in counts or [None] * len(steps)
    ]
    figure = Figure(
        Waterfall(
            orientation="h",
            y=places,
            x=major([amount for _name, amount, _sum in steps], currency),
            measure=["total" if is_sum else "relative" for *_rest, is_sum in steps],
            text=[text(one) for one in said],
            hovertext=[
                f"{pair(text(step[0]), text(one))}{count}"
                for step, one, count in zip(steps, said, opened, strict=True)
            ],
            hoverinfo="text",
            textposition="auto",
            cliponaxis=False,
            increasing={"marker": {"color": "#009E73"}},
            decreasing={"marker": {"color": "#D55E00"}},
            totals={"marker": {"color": "#3B70D4"}},
        )
    )
    house(figure, height=40 + _BAR * len(steps))
    figure.update_yaxes(
        tickvals=places,
        ticktext=[text(name) for name, _amount, _sum in steps],
        autorange="reversed",
        zeroline=False,
        showgrid=False,
    )
    figure.update_xaxes(
        showticklabels=False,
        showgrid=False,
        range=_with_room(steps, currency),
    )
    known = tuple(count or 0 for count in counts)
    return Chart(figure, alt, (tuple(behind),), (known,))
