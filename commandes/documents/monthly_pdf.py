"""The monthly report as PDF, for printing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commandes import words
from commandes.documents.paper import LEFT, WIDTH, Column, Paper, Text
from commandes.words import _

if TYPE_CHECKING:
    from pathlib import Path

    from commandes.documents.monthly import Bar, Chapter, Days, Monthly, Section, Table

_INK = {"sum": (59, 112, 212), "more": (79, 163, 217), "less": (213, 94, 0)}
_CHART, _TILE = 38, 17
_BAR = 2.6
_BEGINS = 32  # a question, its sentence, and the first rows of its table
# A table of so many rows stays on one page.
_TOGETHER, _TITLES, _ROW = 16, 20, 6.7
_MARKS = 5
_LABEL = 40
_GAP, _MARK = 4, 11


def write(report: Monthly, path: Path) -> None:
    """Write the file: whole, or not at all.

    Raises:
        ExportUnwritable: the file cannot be written.
    """
    paper, pages = Paper(f"{report.shop} – {report.title}"), [0]

    def head() -> None:
        pages[0] += 1
        said = _("{title} · page {page}").format(title=report.title, page=pages[0])
        paper.foot(said)

    paper.head = head
    paper.further_page()
    _head(paper, report)
    for place, chapter in enumerate(report.chapters):
        if place:
            paper.further_page()
        _chapter(paper, chapter)
    paper.further_page()
    _appendix(paper, report)
    paper.save(path)


def _head(paper: Paper, report: Monthly) -> None:
    paper.block([Text(report.shop, size=11, bold=True)], LEFT, WIDTH)
    paper.block([Text(line, size=9, grey=True) for line in report.address], LEFT, WIDTH)
    paper.gap(3)
    paper.block([Text(report.title, size=18, bold=True)], LEFT, WIDTH)
    paper.gap(2)
    _pairs(paper, report.about, size=8)
    paper.gap(2)
    paper.rule()
    paper.gap(3)


def _pairs(paper: Paper, pairs: tuple[tuple[str, str], ...], size: float) -> None:
    columns = (Column("", _LABEL), Column("", WIDTH - _LABEL))
    for name, value in pairs:
        cells = [[Text(name, size=size, grey=True)], [Text(value, size=size)]]
        paper.pair(columns, cells)


def _chapter(paper: Paper, chapter: Chapter) -> None:
    paper.block([Text(chapter.title, size=14, bold=True)], LEFT, WIDTH)
    for section in chapter.sections:
        _section(paper, section)


def _section(paper: Paper, section: Section) -> None:
    paper.gap(5)
    if not paper.room(_needed(section)):
        paper.further_page()
    paper.block([Text(section.question, size=11, bold=True)], LEFT, WIDTH)
    paper.block([Text(section.sentence, size=9, grey=True)], LEFT, WIDTH)
    paper.gap(2)
    if section.tiles:
        _tiles(paper, section)
    if section.days:
        _days(paper, section.days)
    if section.table:
        _table(paper, section.table)


def _needed(section: Section) -> float:
    """The room that a section begins with: all of it where it is short."""
    rows = len(section.table.rows) if section.table else 0
    height = _TITLES + rows * _ROW if rows <= _TOGETHER else _BEGINS
    return height + (_CHART if section.days else 0) + (_TILE if section.tiles else 0)


def _tiles(paper: Paper, section: Section) -> None:
    top, wide = paper.y, WIDTH / len(section.tiles)
    for place, tile in enumerate(section.tiles):
        paper.y = top
        texts = [
            Text(tile.title, size=8, grey=True),
            Text(tile.value, size=13, bold=True),
            Text(tile.compared, size=7, grey=True),
        ]
        paper.block(texts, LEFT + place * wide, wide - 3)
    paper.y = top + _TILE + 3


def _days(paper: Paper, chart: Days) -> None:
    ends = chart.ends
    if ends is None:
        return
    low, high = ends
    x = float(LEFT)
    for kind, name in chart.names:
        paper.filled(x, 2.5, 2.5, _INK[kind], y=paper.y + 0.6)
        x = paper.label(Text(name, size=8, grey=True), x + 3.5) + 6
    highest = _("Maximum : {amount}").format(amount=chart.highest)
    paper.label(Text(highest, size=8, grey=True), x)
    paper.gap(5)
    scale, day = (_CHART - 10) / (high - low), WIDTH / len(chart.days)
    for place, bars in enumerate(chart.bars):
        for bar in bars:
            top, foot = max(bar.start, bar.end), min(bar.start, bar.end)
            paper.filled(
                LEFT + place * day + day * 0.12,
                day * 0.76,
                (top - foot) * scale,
                _INK[bar.kind],
                y=paper.y + (high - top) * scale,
            )
    foot_of_chart, zero = paper.y + _CHART - 10, paper.y + high * scale
    paper.y = zero
    paper.rule()
    paper.y = foot_of_chart + 1
    every = max(1, len(chart.days) // _MARKS)
    for place in range(0, len(chart.days), every):
        named = words.day(chart.days[place], style="d MMM")
        x = min(LEFT + place * day, LEFT + WIDTH - _MARK)
        paper.label(Text(named, size=7, grey=True), x)
    paper.gap(6)


def _table(paper: Paper, table: Table) -> None:
    ends = table.ends
    told = [
        Column(one.title, WIDTH * one.share / 100, right=one.right)
        for one in table.columns
    ]
    used = sum(one.width for one in told)
    columns = (*told, Column("", WIDTH - used)) if ends else tuple(told)
    paper.table_head(columns)
    for row in table.rows:
        cells = [[Text(cell, size=8.5, bold=row.strong)] for cell in row.cells]
        if not ends:
            paper.row(columns, cells)
            continue
        top = paper.row(columns, [*cells, [Text("", size=8.5)]])
        if row.bar and row.bar.start != row.bar.end and top < paper.y:
            _flat(paper, row.bar, ends, LEFT + used + _GAP, top)


def _flat(paper: Paper, bar: Bar, ends: tuple[int, int], x: float, top: float) -> None:
    """A bar beside its row, up to the margin."""
    low, high = ends
    left, right = min(bar.start, bar.end), max(bar.start, bar.end)
    scale = (LEFT + WIDTH - x) / (high - low)
    begins, wide = x + (left - low) * scale, (right - left) * scale
    paper.filled(begins, wide, _BAR, _INK[bar.kind], y=top + 0.7)


def _appendix(paper: Paper, report: Monthly) -> None:
    title = _("Ce que disent les chiffres")
    paper.block([Text(title, size=14, bold=True)], LEFT, WIDTH)
    paper.gap(3)
    _pairs(paper, report.meanings, size=8.5)
