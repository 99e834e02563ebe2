"""A list beside that of orders as a CSV file, plain or for French Excel."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import streamlit as st

from commandes import access
from commandes.actions import readings
from commandes.reports.export import lists
from commandes.ui import exporting
from commandes.words import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    import polars as pl

    from commandes.reports.export.columns import Column
    from commandes.ui.framing import Here

_FORMATS = {"csv-fr": N_("CSV pour Excel (français)"), "csv": N_("CSV")}


def menu(
    here: Here,
    key: str,
    stem: str,
    columns: Sequence[Column],
    frames: Callable[[], Iterable[pl.DataFrame]],
) -> None:
    """Offer a list as a file; a format chosen makes it and hands it over.

    Args:
        stem: what the file's name begins with.
        frames: reads the rows, when they are wanted.
    """
    if not access.may("orders.export"):
        return
    chosen = st.menu_button(
        _("Exporter"),
        list(_FORMATS),
        key=key,
        icon=":material/download:",
        format_func=lambda code: _(_FORMATS[code]),
    )
    if not chosen:
        return
    day = datetime.now(here.settings.zone).date().isoformat()

    def work(path: Path, _progress: Callable[[int, int], None]) -> str:
        zone = here.settings.zone
        rows = lists.write(frames(), columns, format=chosen, path=path, zone=zone)
        if any(column.code == "customer" for column in columns):
            readings.note(here.store, "export", rows, actor=here.actor)
        return exporting.rows_said(rows)

    exporting.make(here, f"{stem}-{day}.csv", work)
