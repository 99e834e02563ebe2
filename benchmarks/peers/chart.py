"""The chart beside the tables: milliseconds per kind of work and tool, log axis."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from plotly.subplots import make_subplots

from benchmarks.peers import answers, clicks, turns

if TYPE_CHECKING:
    from pathlib import Path

    import plotly.graph_objects as go

    from benchmarks.peers.turns import Result

# Okabe and Ito's colours, which people tell apart whatever their sight.
_COLORS = {
    turns.OURS: "#0072B2",
    clicks.OSCAR: "#D55E00",
    clicks.DATASETTE: "#009E73",
    clicks.PANDAS: "#E69F00",
    answers.SQLITE: "#56B4E9",
    answers.POSTGRES: "#CC79A7",
}
_LABELS = {
    turns.FIRST: "first page",
    turns.STATUS: "one status",
    turns.SEARCH: "search",
    turns.DEEP: "deep page",
    turns.WHOLE: "with all<br>counts",
    turns.SALES: "sales<br>per month",
    turns.CSV: "CSV of all",
}
_WIDTH, _HEIGHT = 800, 760


def write(results: list[Result], path: Path) -> bool:
    """The chart of the largest size as a PNG; False where Chromium is missing."""
    chromium = shutil.which("chromium")
    if chromium is None:
        return False
    from playwright.sync_api import sync_playwright

    page_of = figure(results).to_html(
        include_plotlyjs=True, config={"staticPlot": True}
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        size = {"width": _WIDTH, "height": _HEIGHT}
        page = browser.new_page(viewport=size, device_scale_factor=2)
        page.set_content(page_of)
        page.locator(".main-svg").first.wait_for()
        page.locator(".plotly-graph-div").screenshot(path=path)
        browser.close()
    return True


def figure(results: list[Result]) -> go.Figure:
    """Two groups of bars, a click above, the answer alone below."""
    most = max(result.orders for result in results)
    groups = (clicks.GROUP, answers.GROUP)
    drawn = make_subplots(
        rows=2, cols=1, vertical_spacing=0.2, subplot_titles=_titles(groups)
    )
    shown: set[str] = set()
    for row, group in enumerate(groups, 1):
        of_it = [
            result
            for result in results
            if (result.orders, result.group) == (most, group) and result.ms
        ]
        for tool in dict.fromkeys(result.tool for result in of_it):
            of_tool = [result for result in of_it if result.tool == tool]
            drawn.add_bar(
                name=tool,
                x=[_LABELS[result.work] for result in of_tool],
                y=[result.ms for result in of_tool],
                marker_color=_COLORS[tool],
                text=[_short(result.ms) for result in of_tool],
                textposition="outside",
                textangle=0,
                textfont_size=10,
                cliponaxis=False,
                legendgroup=tool,
                showlegend=tool not in shown,
                row=row,
                col=1,
            )
            shown.add(tool)
    orders = f"{most:,}".replace(",", " ")
    drawn.update_layout(
        template="plotly_white",
        barmode="group",
        bargap=0.15,
        width=_WIDTH,
        height=_HEIGHT,
        font={"family": "sans-serif", "size": 13},
        title=f"{orders} orders: milliseconds, less is better (logarithmic)",
        legend={"orientation": "h", "y": -0.08},
        margin={"l": 50, "r": 20, "t": 90, "b": 40},
    )
    order = [_LABELS[kind] for kind in answers.KINDS]
    drawn.update_xaxes(categoryorder="array", categoryarray=order)
    drawn.update_yaxes(type="log", dtick=1, title="ms")
    return drawn


def _titles(groups: tuple[str, ...]) -> list[str]:
    return [group[0].upper() + group[1:] for group in groups]


def _short(ms: float) -> str:
    if ms < 10:
        return f"{ms:.1f}"
    return f"{ms:.0f}" if ms < 10_000 else f"{ms / 1000:.0f}k"
