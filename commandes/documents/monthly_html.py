"""The monthly report as one HTML file: no script, nothing fetched, ready to print.

Every text goes through `_e`; there is no address in it at all.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import TYPE_CHECKING

from commandes import words
from commandes.documents.printable import visible
from commandes.whole import whole
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from commandes.documents.monthly import (
        Bar,
        Chapter,
        Days,
        Monthly,
        Row,
        Section,
        Table,
        Tile,
    )

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_STYLE = (Path(__file__).parent / "monthly.css").read_text(encoding="utf-8")
# The size of a chart's own units: drawn as wide as there is room.
_HEIGHT, _DAY, _GAP = 160, 20, 4
_ACROSS = 1000
_MARKS, _EDGE = 5, 6


def write(report: Monthly, path: Path) -> None:
    """Write the file: whole, or not at all.

    Raises:
        ExportUnwritable: the file cannot be written.
    """
    with whole(path) as aside:
        aside.write_text(page(report), encoding="utf-8")


def page(report: Monthly) -> str:
    """The whole document."""
    title = _e(f"{report.shop} – {report.title}")
    parts = [
        "<!doctype html>",
        f'<html lang="{_e(report.language)}">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{title}</title>",
        f"<style>\n{_STYLE}</style>",
        "</head>",
        "<body>",
        _head(report),
        "<main>",
        *map(_chapter, report.chapters),
        _appendix(report),
        "</main>",
        "</body>",
        "</html>",
    ]
    return "\n".join(parts) + "\n"


def _e(text: str) -> str:
    """Any text as it is; signs that steer the reading are left out."""
    return html.escape(visible(text), quote=True)


def _pairs(pairs: Iterable[tuple[str, str]]) -> str:
    return "\n".join(
        f"<div><dt>{_e(name)}</dt><dd>{_e(value)}</dd></div>" for name, value in pairs
    )


def _head(report: Monthly) -> str:
    address = "<br>".join(_e(line) for line in report.address)
    return "\n".join(
        [
            "<header>",
            f'<p class="shop"><strong>{_e(report.shop)}</strong></p>',
            f"<address>{address}</address>" if address else "",
            f"<h1>{_e(report.title)}</h1>",
            f'<dl class="about">{_pairs(report.about)}</dl>',
            "</header>",
        ]
    )


def _chapter(chapter: Chapter) -> str:
    sections = "\n".join(_section(one) for one in chapter.sections)
    return (
        f'<section class="chapter">\n<h2>{_e(chapter.title)}</h2>\n'
        f"{sections}\n</section>"
    )


def _section(section: Section) -> str:
    tiles = "\n".join(_tile(tile) for tile in section.tiles)
    return "\n".join(
        [
            f'<section class="question" data-code="{_e(section.code)}">',
            f"<h3>{_e(section.question)}</h3>",
            f"<p>{_e(section.sentence)}</p>",
            f'<div class="tiles">{tiles}</div>' if tiles else "",
            _days(section.days) if section.days else "",
            _table(section.table, section.question) if section.table else "",
            "</section>",
        ]
    )


def _tile(tile: Tile) -> str:
    return (
        f'<div class="tile"><span>{_e(tile.title)}</span>'
        f"<strong>{_e(tile.value)}</strong><small>{_e(tile.compared)}</small></div>"
    )


def _days(chart: Days) -> str:
    """The bars stretch with the page, so their words stand around them."""
    ends = chart.ends
    if ends is None:
        return ""
    wide = _DAY * len(chart.days)
    bars = "\n".join(
        _upright(bar, place, ends)
        for place, day in enumerate(chart.bars)
        for bar in day
    )
    line = _HEIGHT * ends[1] / (ends[1] - ends[0])
    names = " ".join(
        f'<span><i class="{_e(kind)}"></i>{_e(name)}</span>'
        for kind, name in chart.names
    )
    highest = _("Maximum : {amount}").format(amount=chart.highest)
    size = f'viewBox="0 0 {wide} {_HEIGHT}" preserveAspectRatio="none"'
    return "\n".join(
        [
            '<figure class="days">',
            f"<figcaption>{names}<span>{_e(highest)}</span></figcaption>",
            f'<svg {size} role="img">',
            f"<title>{_e(chart.title)}</title>",
            f"<desc>{_e(chart.said)}</desc>",
            bars,
            f'<line x1="0" x2="{wide}" y1="{line:.2f}" y2="{line:.2f}"/>',
            "</svg>",
            f'<div class="marks" aria-hidden="true">{_marks(chart)}</div>',
            "</figure>",
        ]
    )


def _marks(chart: Days) -> str:
    """Some of the days under their bars; none stands out beside the chart."""
    count = len(chart.days)
    marks = []
    for place in range(0, count, max(1, count // _MARKS)):
        share = 100 * (place + 0.5) / count
        style = f"left:{share:.2f}%;transform:translateX(-50%)"
        if not _EDGE < share < 100 - _EDGE:
            style = "left:0" if share < _EDGE else "right:0"
        said = _e(words.day(chart.days[place], style="d MMM"))
        marks.append(f'<span style="{style}">{said}</span>')
    return "".join(marks)


def _upright(bar: Bar, place: int, ends: tuple[int, int]) -> str:
    low, high = ends
    top, foot = max(bar.start, bar.end), min(bar.start, bar.end)
    scale = _HEIGHT / (high - low)
    return (
        f'<rect class="{_e(bar.kind)}" x="{place * _DAY + _GAP // 2}" '
        f'y="{(high - top) * scale:.2f}" width="{_DAY - _GAP}" '
        f'height="{(top - foot) * scale:.2f}"><title>{_e(bar.said)}</title></rect>'
    )


def _table(table: Table, caption: str) -> str:
    ends = table.ends
    heads = "".join(
        f'<th scope="col"{_right(column.right)}>{_e(column.title)}</th>'
        for column in table.columns
    )
    bars = f'<th class="bar">{_hidden()}</th>' if ends else ""
    rows = "\n".join(_row(row, table, ends) for row in table.rows)
    return (
        '<div class="wide" tabindex="0" role="region" '
        f'aria-label="{_e(caption)}"><table>\n<thead><tr>{heads}{bars}</tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody>\n</table></div>"
    )


def _row(row: Row, table: Table, ends: tuple[int, int] | None) -> str:
    first, *others = row.cells
    cells = "".join(
        f"<td{_right(column.right)}>{_e(cell)}</td>"
        for column, cell in zip(table.columns[1:], others, strict=True)
    )
    bar = f'<td class="bar">{_flat(row.bar, ends)}</td>' if ends else ""
    strong = ' class="strong"' if row.strong else ""
    return f'<tr{strong}><th scope="row">{_e(first)}</th>{cells}{bar}</tr>'


def _flat(bar: Bar | None, ends: tuple[int, int] | None) -> str:
    if bar is None or ends is None:
        return ""
    low, high = ends
    scale = _ACROSS / (high - low)
    left, right = min(bar.start, bar.end), max(bar.start, bar.end)
    return (
        f'<svg viewBox="0 0 {_ACROSS} 10" preserveAspectRatio="none" role="img">'
        f"<title>{_e(bar.said)}</title>"
        f'<rect class="{_e(bar.kind)}" x="{(left - low) * scale:.2f}" y="0" '
        f'width="{(right - left) * scale:.2f}" height="10"/></svg>'
    )


def _right(right: bool) -> str:  # noqa: FBT001 (a column's own word)
    return ' class="right"' if right else ""


def _hidden() -> str:
    """What the column of bars is called, for those who do not see it."""
    bars = _("Barres")
    return f'<span class="hidden">{_e(bars)}</span>'


def _appendix(report: Monthly) -> str:
    title = _("Ce que disent les chiffres")
    return (
        f'<section class="chapter appendix">\n<h2>{_e(title)}'
        f"</h2>\n<dl>{_pairs(report.meanings)}</dl>\n</section>"
    )
