"""Rows as this browser was last sent them, for lists whose rows are acted on.

A click names a row by its position: it is resolved against the rows last sent, never
against a fresh question, and the table's key holds a digest of the rows' ids.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import polars as pl
import streamlit as st

from commandes.ui.framing import part
from commandes.words import _, plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from commandes.ui.framing import Here

ROW_HEIGHT = 34
MOST_ROWS_IN_VIEW = 12


@dataclass(frozen=True)
class Sent:
    """A list that was sent.

    Attributes:
        name: of the list.
        asked: what was asked for; another question gets other rows.
        rows: with the column `id`.
        news: whether the answer has other rows by now.
    """

    name: str
    asked: object
    rows: pl.DataFrame
    news: bool = False

    @property
    def ids(self) -> tuple[int, ...]:
        """The rows' ids, in their order."""
        return tuple(self.rows["id"].to_list())

    @property
    def key(self) -> str:
        """The key of the table: its name and a digest of exactly these rows."""
        text = ",".join(map(str, self.ids))
        return f"{self.name}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def shown(name: str, asked: object, fresh: pl.DataFrame, *, arrived: bool) -> Sent:
    """The list to show: while its rows are the same, with their values of now.

    Args:
        asked: what the rows answer.
        fresh: the answer of now.
        arrived: whether one came from another page.
    """
    kept: Sent | None = st.session_state.get(_kept(name))
    new = Sent(name, asked, fresh)
    if arrived or kept is None or kept.asked != asked or kept.ids == new.ids:
        st.session_state[_kept(name)] = new
        return new
    return Sent(name, asked, kept.rows, news=True)


def refresh(name: str) -> None:
    """Ask for the list anew."""
    st.session_state.pop(_kept(name), None)


def refresh_all() -> None:
    """Ask for every list anew."""
    for key, kept in list(st.session_state.items()):
        if isinstance(kept, Sent):
            del st.session_state[key]


def catching_up(here: Here, name: str) -> None:
    """While the mirror is behind (an import, a tag of many orders), say so and wait."""
    if not here.snap.behind:
        return

    @st.fragment(run_every="2s", key=f"catching-up-{name}")
    def ticking() -> None:
        with part(ticking=True) as now:
            if not now.snap.behind:
                refresh(name)
                st.rerun(scope="app")
            said = plural(
                "Mise à jour en cours : {n} changement à suivre",
                "Mise à jour en cours : {n} changements à suivre",
                now.snap.behind,
            )
            st.badge(said, icon=":material/sync:", color="blue")

    ticking()


def news(sent: Sent) -> None:
    """Say that the list has changed; it does so on screen when the person asks."""
    with st.container(horizontal=True, key=f"news-{sent.name}"):
        if not sent.news:
            return
        st.badge(
            _("La liste a changé entre-temps"),
            icon=":material/notifications:",
            color="blue",
        )
        st.button(
            _("Actualiser"),
            key=f"refresh-{sent.name}",
            icon=":material/refresh:",
            on_click=refresh,
            args=(sent.name,),
        )


def choose(
    sent: Sent,
    cells: pl.DataFrame,
    columns: Mapping[str, Any],
    *,
    mode: Literal["single-row", "multi-row"],
    alt: str,
) -> tuple[int, ...]:
    """Draw the list; the ids of the rows that are chosen.

    Args:
        cells: what to show, a row per row of the list.
        columns: the configuration of the columns.
    """
    event = st.dataframe(
        cells,
        key=sent.key,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=ROW_HEIGHT * (1 + min(cells.height, MOST_ROWS_IN_VIEW)) + 3,
        on_select="rerun",
        selection_mode=mode,
        column_config=dict(columns),
        placeholder="",
        alt=alt,
    )
    rows = event.selection.rows
    return tuple(sent.ids[row] for row in rows if row < len(sent.ids))


def row(sent: Sent, row_id: int) -> dict[str, Any]:
    """A row of the list, by its id."""
    return sent.rows.row(by_predicate=pl.col("id") == row_id, named=True)


def _kept(name: str) -> str:
    return f"sent-{name}"
