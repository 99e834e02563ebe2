"""The monthly report: a month, a format, the browser's own download."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import streamlit as st

from commandes.documents import monthly_report
from commandes.documents.monthly_gather import last_month, month_words
from commandes.ui import exporting
from commandes.words import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from commandes.ui.framing import Here

_FORMATS = {
    "html": N_("Page HTML, un seul fichier"),
    "pdf": N_("PDF, pour imprimer"),
}
_YEARS = 20


def menu(here: Here) -> None:
    """Offer the report of a month; a format chosen makes it and hands it over."""
    months = _months(datetime.now(here.settings.zone).date())
    with st.container(horizontal=True, vertical_alignment="bottom", key="monthly"):
        month = st.selectbox(
            _("Mois du rapport"),
            months,
            index=1,
            format_func=month_words,
            key="monthly_month",
            width=220,
        )
        chosen = st.menu_button(
            _("Rapport mensuel"),
            list(_FORMATS),
            key="monthly_format",
            icon=":material/summarize:",
            format_func=lambda code: _(_FORMATS[code]),
            help=_("Tous les chiffres du mois, à imprimer ou à envoyer."),
        )
    if chosen:
        make(here, month, chosen)


def _months(today: date) -> list[date]:
    """The first days of this month and of those before, the last first."""
    months = [today.replace(day=1)]
    while len(months) < 12 * _YEARS:
        months.append(last_month(months[-1]))
    return months


def make(here: Here, month: date, code: str) -> None:
    """Make the file, question by question, and start its download."""
    stem = _("rapport")

    def work(path: Path, progress: Callable[[int, int], None]) -> str:
        monthly_report(
            here.store, here.snap, month, path, format=code, progress=progress
        )
        return month_words(month)

    exporting.make(here, f"{stem}-{month:%Y-%m}.{code}", work)
