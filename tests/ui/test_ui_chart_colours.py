"""Colours of charts: told apart by the colour-blind, and seen on both papers."""

from __future__ import annotations

import itertools
import tomllib
from pathlib import Path

import polars as pl
import pytest
from contrast import contrast, linear

from commandes.ui import cart_charts, charts

THEME = tomllib.loads(
    (Path(__file__).parents[2] / ".streamlit/config.toml").read_text(encoding="utf-8")
)["theme"]
PAPERS = {mode: THEME[mode]["backgroundColor"] for mode in ("light", "dark")}
# How each sees linear RGB (Machado, Oliveira and Fernandes 2009, severity 1).
EYES = {
    "all": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
# Colours of two series are far apart from 15 on (CIE 1976); WCAG 1.4.11 wants 3 to 1.
FAR, SEEN = 15, 3


def parts(color: str) -> list[int]:
    return [int(color[i : i + 2], 16) for i in (1, 3, 5)]


def lab(color: str, eyes: str) -> tuple[float, float, float]:
    given = linear(parts(color))
    red, green, blue = (
        min(1.0, max(0.0, sum(m * c for m, c in zip(row, given, strict=True))))
        for row in EYES[eyes]
    )
    x, y, z = (
        t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116
        for t in (
            (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047,
            0.2126 * red + 0.7152 * green + 0.0722 * blue,
            (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883,
        )
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def apart(one: str, other: str, eyes: str) -> float:
    pair = zip(lab(one, eyes), lab(other, eyes), strict=True)
    return sum((a - b) ** 2 for a, b in pair) ** 0.5


def bridge() -> list[str]:
    steps = [("a", 5, False), ("b", -2, False), ("c", 3, True)]
    (trace,) = charts.waterfall(steps, "EUR", "").figure.data
    return [
        getattr(trace, name).marker.color
        for name in ("increasing", "decreasing", "totals")
    ]


def carts() -> list[str]:
    none = pl.DataFrame(
        schema={"period": pl.Date, "currency": pl.String, **_COUNTS},
    )
    return [bar.marker.color for bar in cart_charts.carts(none, "EUR", "day").data]


_COUNTS = dict.fromkeys(cart_charts.SERIES, pl.Int64)
# What stands together in one chart, and the paper it stands on.
TOGETHER = {
    "series-light": (THEME["light"]["chartCategoricalColors"][:3], ["light"]),
    "series-dark": (THEME["dark"]["chartCategoricalColors"][:3], ["dark"]),
    "bridge": (bridge(), ["light", "dark"]),
    "carts": (carts(), ["light", "dark"]),
}


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("name", TOGETHER)
def test_series_are_told_apart(name, eyes) -> None:
    """Whoever looks, two series of one chart are two colours."""
    colors, _papers = TOGETHER[name]
    assert len(colors) == 3
    for one, other in itertools.combinations(colors, 2):
        assert apart(one, other, eyes) > FAR, (one, other)


@pytest.mark.parametrize("name", TOGETHER)
def test_series_stand_out_of_their_paper(name) -> None:
    """In light and in dark mode, bars and lines are seen."""
    colors, papers = TOGETHER[name]
    for color, paper in itertools.product(colors, papers):
        assert contrast(parts(color), parts(PAPERS[paper])) >= SEEN, (color, paper)
