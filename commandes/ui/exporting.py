"""Export what the list shows: a format, a file, the browser's own download."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import streamlit as st

from commandes import words
from commandes.actions import readings
from commandes.reports.export import export
from commandes.ui import files
from commandes.ui.framing import telling
from commandes.words import N_, _, plural

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from commandes.ui.framing import Here
    from commandes.ui.listing import Listing

    Progress = Callable[[int, int], None]

_FORMATS = {
    "csv-fr": (N_("CSV pour Excel (français)"), "csv"),
    "csv": (N_("CSV"), "csv"),
    "xlsx": (N_("Classeur Excel (XLSX)"), "xlsx"),
    "parquet": (N_("Parquet"), "parquet"),
    "ndjson": (N_("NDJSON"), "ndjson"),
}
_CHOICES = {
    f"{code}{per}": (code, bool(per)) for per in ("", ":lines") for code in _FORMATS
}


def menu(shown: Listing) -> tuple[str, bool] | None:
    """The formats; (the one chosen just now, whether one row per line), or None."""
    chosen = st.menu_button(
        _("Exporter"),
        list(_CHOICES),
        key="export",
        icon=":material/download:",
        format_func=_choice,
        disabled=shown.summary.count == 0,
        help=_("Tout ce que la liste montre, dans cet ordre, pas seulement la page."),
    )
    return _CHOICES[chosen] if chosen else None


def format_words(code: str) -> str:
    """A format's name in the reader's language."""
    return _(_FORMATS[code][0])


def _choice(choice: str) -> str:
    code, lines = _CHOICES[choice]
    label = _(_FORMATS[code][0])
    return (
        _("{format} · une ligne par article").format(format=label) if lines else label
    )


def run(
    here: Here,
    shown: Listing,
    chosen: tuple[str, bool],
    only: tuple[int, ...] | None = None,
) -> None:
    """Make the file, slice by slice, and hand it over.

    Args:
        only: the orders that are ticked; None: all that the list shows.
    """
    code, lines = chosen
    day = datetime.now(here.settings.zone).date().isoformat()
    stem = _("lignes") if lines else _("commandes")

    def work(path: Path, progress: Progress) -> str:
        rows = export(
            here.snap,
            shown.asked.wanted,
            format=code,
            lines=lines,
            sort=shown.asked.sort,
            path=path,
            progress=progress,
            today=shown.today,
            only=only,
        )
        many = shown.summary.count if only is None else len(only)
        readings.note(here.store, "export", many, actor=here.actor)
        return rows_said(rows)

    make(here, f"{stem}-{day}.{_FORMATS[code][1]}", work)


def rows_said(rows: int) -> str:
    """How many rows a file has."""
    return plural("{n} ligne exportée", "{n} lignes exportées", rows)


def make(here: Here, name: str, work: Callable[[Path, Progress], str]) -> None:
    """Make a file under progress and hand it over; what is refused is said.

    Args:
        name: of the file.
        work: writes it to the path it is given, tells how far it is, and says what
            the file holds.
    """
    path = files.prepare(here.settings, name)
    bar = st.progress(0.0, _("Préparation du fichier"))

    def progress(done: int, total: int) -> None:
        share = min(done / max(total, 1), 1.0)
        bar.progress(share, f"{words.number(done)} / {words.number(total)}")

    said = None
    try:
        with telling():
            said = work(path, progress)
    finally:
        # Refused, or stopped half-way by another click: nothing is left behind.
        if said is None:
            files.discard(path)
    bar.empty()
    if said is not None:
        _hand_over(path, said)


def _hand_over(path: Path, said: str) -> None:
    """Start the download; the link stays for browsers that wait for a click."""
    with st.container(horizontal=True, vertical_alignment="center", key="export_ready"):
        st.badge(said, icon=":material/check:", color="green")
        st.link_button(
            path.name,
            files.address(path),
            icon=":material/download:",
            help=_("Le téléchargement commence seul ; sinon, cliquez ici."),
        )
        st.iframe(files.address(path), width=1, height=1, alt=_("Téléchargement"))
