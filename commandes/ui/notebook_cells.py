"""The cells of an analysis: written, run, looked at, taken away as a file."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import streamlit as st

from commandes import words
from commandes.actions.notebooks import LONGEST_TEXT
from commandes.errors import CommandesError
from commandes.reports.export import results
from commandes.ui import charts, exporting, notebook_charts
from commandes.ui.framing import telling
from commandes.words import N_, _, plural

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import polars as pl

    from commandes.notebook.desk import Answer
    from commandes.ui.framing import Here
    from commandes.ui.notebook_drafts import Cell, Draft

_FORMATS = {
    "csv-fr": (N_("CSV pour Excel (français)"), "csv"),
    "csv": (N_("CSV"), "csv"),
    "parquet": (N_("Parquet"), "parquet"),
}
_NONE = ""


def all_of(here: Here, draft: Draft) -> None:
    """Every cell, in its order."""
    for place, cell in enumerate(draft.cells):
        with st.container(border=True, key=f"cell-{place}"):
            if cell.kind == "text":
                _text(draft, cell)
            else:
                _sql(here, draft, cell)


def run(here: Here, cell: Cell) -> None:
    """Run a cell; it keeps what came of it."""
    cell.ran, cell.answer, cell.error = cell.text, None, None
    with st.spinner(_("Exécution…")):
        try:
            cell.answer = here.house.desk.run(cell.text, here.snap)
        except CommandesError as error:
            cell.error = error


def _text(draft: Draft, cell: Cell) -> None:
    cell.text = st.text_area(
        _("Texte"),
        cell.text,
        key=cell.key,
        height="content",
        max_chars=LONGEST_TEXT,
    )
    with st.container(horizontal=True):
        _moves(draft, cell)


def _sql(here: Here, draft: Draft, cell: Cell) -> None:
    cell.text = st.text_area(
        _("Requête SQL"),
        cell.text,
        key=cell.key,
        height="content",
        max_chars=LONGEST_TEXT,
        placeholder="select …",
    )
    with st.container(horizontal=True):
        wanted = st.button(
            _("Exécuter"),
            key=f"run-{cell.uid}",
            type="primary",
            icon=":material/play_arrow:",
            disabled=not cell.text.strip(),
        )
        _moves(draft, cell)
    if wanted:
        run(here, cell)
    if cell.error is not None:
        with telling():
            raise cell.error
    if cell.answer is not None:
        _answer(here, cell, cell.answer)


def _moves(draft: Draft, cell: Cell) -> None:
    place = draft.cells.index(cell)
    st.button(
        _("Monter"),
        key=f"up-{cell.uid}",
        type="tertiary",
        icon=":material/arrow_upward:",
        disabled=place == 0,
        on_click=_up,
        args=(draft, cell),
    )
    st.button(
        _("Retirer"),
        key=f"drop-{cell.uid}",
        type="tertiary",
        icon=":material/close:",
        on_click=draft.cells.remove,
        args=(cell,),
    )


def _up(draft: Draft, cell: Cell) -> None:
    place = draft.cells.index(cell)
    draft.cells.insert(place - 1, draft.cells.pop(place))


def _answer(here: Here, cell: Cell, answer: Answer) -> None:
    st.caption(_about(here, answer))
    if cell.text != cell.ran:
        st.caption(_("Le texte a changé depuis : exécutez à nouveau."))
    if not answer.frame.width or answer.frame.is_empty():
        st.text(_("Aucune ligne."))
        return
    _choose(cell, answer.frame)
    if cell.show == "table":
        _table(here, cell, answer.frame)
    else:
        _chart(cell, answer.frame)
    _files(here, cell, answer.frame)


def _about(here: Here, answer: Answer) -> str:
    """How many rows there are, of when they are, how long they took."""
    rows = plural("{n} ligne", "{n} lignes", answer.frame.height)
    if answer.cut:
        cut = _("les {n} premières lignes seulement : regroupez, ou ajoutez un limit")
        rows = cut.format(n=words.number(answer.frame.height))
    said = _("{rows} · données du {moment} · {seconds} s")
    return said.format(
        rows=rows,
        moment=words.moment(answer.at, here.settings.timezone),
        seconds=words.number(round(answer.seconds, 2)),
    )


def _choose(cell: Cell, frame: pl.DataFrame) -> None:
    """How the result is shown: the kind, and which columns are what."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        cell.show = st.selectbox(
            _("Afficher"),
            list(notebook_charts.SHOWS),
            index=_place(cell.show, list(notebook_charts.SHOWS)),
            key=f"show-{cell.uid}",
            format_func=lambda code: _(notebook_charts.SHOWS[code]),
            width=170,
        )
        if cell.show == "table":
            return
        measured = notebook_charts.numeric(frame)
        heat = cell.show == "heat"
        cell.x = _column(cell, "x", _("En abscisse"), frame.columns)
        cell.y = _column(
            cell, "y", _("En ordonnée"), frame.columns if heat else measured
        )
        cell.colour = _column(
            cell,
            "colour",
            _("Valeur") if heat else _("Couleur"),
            measured if heat else [_NONE, *frame.columns],
        )


def _column(cell: Cell, name: str, label: str, options: list[str]) -> str:
    """One of the columns; what was chosen before stays chosen when it is there."""
    chosen = st.selectbox(
        label,
        options,
        index=_place(getattr(cell, name), options),
        key=f"{name}-{cell.uid}-{cell.show}",
        format_func=lambda column: column or _("aucune"),
        width=170,
    )
    return chosen or _NONE


def _place(value: str, options: list[str]) -> int:
    return options.index(value) if value in options else 0


def _table(here: Here, cell: Cell, frame: pl.DataFrame) -> None:
    column = st.column_config
    moments = {
        name: column.DatetimeColumn(
            format="DD/MM/YYYY HH:mm", timezone=here.settings.timezone
        )
        for name, kind in frame.schema.items()
        if getattr(kind, "time_zone", None)
    }
    st.dataframe(
        frame,
        key=f"table-{cell.uid}",
        hide_index=True,
        column_config=moments,
        alt=_("Résultat de l’analyse"),
    )


def _chart(cell: Cell, frame: pl.DataFrame) -> None:
    if not cell.y or (cell.show == "heat" and not cell.colour):
        st.text(_("Un graphique a besoin d’une colonne de nombres."))
        return
    if cell.colour and cell.show != "heat":
        many = frame[cell.colour].n_unique() > notebook_charts.MOST_SERIES
        if many:
            said = _("Les {n} plus grandes séries seulement sont montrées.")
            st.caption(said.format(n=notebook_charts.MOST_SERIES))
    if notebook_charts.adds_currencies(frame, cell.show, cell.x, cell.colour):
        st.caption(
            _(
                "Plusieurs devises sont additionnées ici : choisissez la colonne "
                "currency comme couleur, ou n’en gardez qu’une dans la requête."
            )
        )
    st.plotly_chart(
        notebook_charts.figure(frame, cell.show, cell.x, cell.y, cell.colour),
        key=f"chart-{cell.uid}",
        config=charts.config("analyse"),
        alt=notebook_charts.said(cell.show, cell.x, cell.y, cell.colour),
    )


def _files(here: Here, cell: Cell, frame: pl.DataFrame) -> None:
    chosen = st.menu_button(
        _("Télécharger"),
        list(_FORMATS),
        key=f"export-{cell.uid}",
        type="tertiary",
        icon=":material/download:",
        format_func=lambda code: _(_FORMATS[code][0]),
    )
    if not chosen:
        return
    day = datetime.now(here.settings.zone).date().isoformat()
    stem = _("analyse")

    def work(path: Path, _progress: Callable[[int, int], None]) -> str:
        zone = here.settings.zone
        return exporting.rows_said(
            results.write(frame, format=chosen, path=path, zone=zone)
        )

    exporting.make(here, f"{stem}-{day}.{_FORMATS[chosen][1]}", work)
