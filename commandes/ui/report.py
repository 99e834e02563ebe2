"""A report reads from top to bottom: question, sentence, chart, table, calculation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import streamlit as st

from commandes import words
from commandes.mirror import query_text
from commandes.reports import orders, periods
from commandes.reports.definitions import definition
from commandes.ui import address, charts, list_files, sidebar
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from commandes.reports.export.columns import Column
    from commandes.reports.filters import OrderFilter
    from commandes.ui.charts import Chart
    from commandes.ui.framing import Here

_WORDS = {"module": words.MODULE_WORDS, "kind": words.TRANSACTION_WORDS}
LIST_PAGE = "pages/commandes/liste.py"
SHOWN = 1_000


@dataclass(frozen=True)
class Block:
    """One question of a report and its answer.

    Attributes:
        code: names its definition, its widgets and its file.
        question: the title.
        sentence: what is to be seen.
        rows: the table under the chart, and the file.
        columns: of both.
        chart: None where a table says it better.
        frames: reads all rows for the file, where `rows` are the first of them.
    """

    code: str
    question: str
    sentence: str
    rows: pl.DataFrame
    columns: Sequence[Column]
    chart: Chart | None = None
    frames: Callable[[], Iterable[pl.DataFrame]] | None = None


def entered(here: Here, *, dated: str | None = None) -> OrderFilter:
    """The filter that a report's URL asks for; the sidebar of the list sets it.

    Args:
        dated: the one date that the report is about; None: the reader's choice.
    """
    asked = address.entered(arrived=here.arrived, place=address.REPORTS)
    wanted = replace(asked.wanted, dated=dated) if dated else asked.wanted
    counts = orders.facets(here.snap, wanted)
    sidebar.order_filter(wanted, counts, here.settings.zone, dates=dated is None)
    st.text(words.capital(wanted.sentence()))
    for complaint in asked.said:
        with st.container(border=True):
            st.badge(_("Lien non compris"), icon=":material/link_off:", color="orange")
            st.text(complaint)
    return wanted


def span(first: date, by: str) -> tuple[date, date]:
    """The first and last day of a day, week or month that begins so."""
    if by == "day":
        return first, first
    if by == "month":
        return first, periods.month_end(first)
    return first, first + min(timedelta(days=6), date.max - first)


def behind(
    here: Here, wanted: OrderFilter | None, first: date, by: str
) -> OrderFilter | None:
    """The orders of one bar: those of its days that the report's period holds."""
    if wanted is None:
        return None
    today = datetime.now(here.settings.zone).date()
    begins, ends = wanted.days(today)
    first, last = span(first, by)
    return replace(
        wanted,
        period=None,
        first=max(first, begins) if begins else first,
        last=min(last, ends) if ends else last,
    )


def show(here: Here, block: Block) -> None:
    """Draw a block; a click on its chart opens the orders behind it."""
    with st.container(key=f"block-{block.code}", gap="small"):
        st.subheader(block.question, anchor=False)
        st.text(block.sentence)
        if block.chart is not None:
            draw(block.chart, block.code)
        as_file(here, block.code, block.columns, block.rows, block.frames)
        with st.expander(
            _("Tableau"), icon=":material/table:", expanded=block.chart is None
        ):
            table(block, here.settings.timezone)
        calculation(block.code)


def as_file(
    here: Here,
    code: str,
    columns: Sequence[Column],
    rows: pl.DataFrame,
    frames: Callable[[], Iterable[pl.DataFrame]] | None = None,
) -> None:
    """Offer rows as CSV; days are written as ISO 8601 has them.

    Args:
        frames: reads all of them, where `rows` are not all.
    """
    list_files.menu(
        here,
        f"file-{code}",
        code,
        columns,
        frames or (lambda: [rows.with_columns(pl.col(pl.Date).dt.to_string())]),
    )


def draw(chart: Chart, code: str) -> None:
    """A chart alone; a click opens the orders behind the point."""
    clickable = any(map(any, chart.behind))
    event: Any = st.plotly_chart(
        chart.figure,
        key=f"chart-{code}",
        config=charts.config(code),
        on_select="rerun" if clickable else "ignore",
        selection_mode="points",
        alt=chart.alt,
    )
    wanted = chart.opened(event.selection.points) if clickable else None
    if wanted is not None:
        st.switch_page(LIST_PAGE, query_params=wanted.query())


def table(block: Block, zone: str) -> None:
    """The rows in words: amounts of their row's currency, the rest as it is."""
    shown = block.rows.head(SHOWN).rows(named=True)
    right = {"amount", "integer", "percent"}
    column = st.column_config
    st.dataframe(
        # It goes to the browser as it is, any other table by way of pandas.
        pa.table(
            {
                one.code: pa.array(
                    [_cell(row, one, zone) for row in shown], pa.string()
                )
                for one in block.columns
            }
        ),
        key=f"table-{block.code}",
        hide_index=True,
        column_config={
            one.code: column.TextColumn(
                _(one.title), alignment="right" if one.kind in right else "left"
            )
            for one in block.columns
        },
        alt=block.question,
    )
    if block.rows.height > SHOWN:
        st.text(
            _("Les {n} premières lignes ; le fichier les a toutes.").format(
                n=words.number(SHOWN)
            )
        )


def _cell(row: dict[str, object], column: Column, zone: str) -> str:
    value = row[column.code]
    if value is None:
        return "–"
    if column.code in _WORDS:
        return _(_WORDS[column.code][str(value)])
    if isinstance(value, int):
        return _number(value, column.kind, str(row.get("currency", "")))
    if isinstance(value, datetime):
        return words.moment(value, zone)
    return words.day(value) if isinstance(value, date) else str(value)


def _number(value: int, kind: str, currency: str) -> str:
    if kind == "amount":
        return words.money(value, currency)
    if kind == "percent":
        return words.per_cent(value / 10_000, digits=2)
    return words.number(value)


def calculation(code: str) -> None:
    """How a figure is calculated: its definition in words, and its query."""
    found = definition(code)
    with st.expander(
        _("Comment ce chiffre est calculé"), icon=":material/help:", key=f"how-{code}"
    ):
        st.text(_(found.meaning))
        st.text(_("Deux devises ne sont jamais additionnées."))
        st.code(query_text(found.question), language="sql")
