"""Delivery notes and the pick list of a selection: made, then handed over."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

import streamlit as st

from commandes import words
from commandes.documents import delivery_notes, pick_list
from commandes.ui import files
from commandes.ui.framing import telling
from commandes.words import _, plural

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from commandes.ui.framing import Here

Kind = Literal["notes", "picklist"]


def run(here: Here, kind: Kind, order_ids: Sequence[int]) -> None:
    """Make the PDF of these orders and start its download.

    Args:
        kind: `notes`, one delivery note per order, or `picklist`.
    """
    day = datetime.now(here.settings.zone).date().isoformat()
    stem = _("bons-de-livraison") if kind == "notes" else _("liste-de-prelevement")
    path = files.prepare(here.settings, f"{stem}-{day}.pdf")
    bar = st.progress(0.0, _("Préparation du document"))

    def progress(done: int, total: int) -> None:
        share = min(done / max(total, 1), 1.0)
        bar.progress(share, f"{words.number(done)} / {words.number(total)}")

    made = None
    try:
        with telling():
            if kind == "notes":
                made = delivery_notes(here.store, order_ids, path, progress)
            else:
                made = pick_list(here.store, order_ids, path)
    finally:
        # Refused, or stopped half-way by another click: nothing is left behind.
        if made is None:
            files.discard(path)
    bar.empty()
    if made is not None:
        _hand_over(path, kind, made)


def _hand_over(path: Path, kind: Kind, made: int) -> None:
    """Start the download; the link stays for browsers that wait for a click."""
    said = (
        plural("{n} bon de livraison", "{n} bons de livraison", made)
        if kind == "notes"
        else plural("{n} référence", "{n} références", made)
    )
    with st.container(
        horizontal=True, vertical_alignment="center", key="document_ready"
    ):
        st.badge(said, icon=":material/check:", color="green")
        st.link_button(
            path.name,
            files.address(path),
            icon=":material/download:",
            help=_("Le téléchargement commence seul ; sinon, cliquez ici."),
        )
        st.iframe(files.address(path), width=1, height=1, alt=_("Téléchargement"))
