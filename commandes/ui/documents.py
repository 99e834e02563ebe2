"""Delivery notes and the pick list of a selection: made, then handed over."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

import streamlit as st

from commandes.actions import readings
from commandes.documents import delivery_notes, pick_list, shipped
from commandes.ui import exporting
from commandes.words import _, plural

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from commandes.ui.framing import Here

Kind = Literal["notes", "picklist"]


def run(here: Here, kind: Kind, order_ids: Sequence[int]) -> None:
    """Make the PDF of what is shipped of these orders and start its download.

    How many of them are left out is said, and why.

    Args:
        kind: `notes`, one delivery note per order, or `picklist`.
    """
    day = datetime.now(here.settings.zone).date().isoformat()
    found = shipped(here.store, order_ids)
    if found.left_out:
        st.text(found.said())
    stem = _("bons-de-livraison") if kind == "notes" else _("liste-de-prelevement")

    def work(path: Path, progress: Callable[[int, int], None]) -> str:
        if kind == "notes":
            made = delivery_notes(here.store, found.ids, path, progress)
            readings.note(here.store, "documents", made, actor=here.actor)
            return plural("{n} bon de livraison", "{n} bons de livraison", made)
        made = pick_list(here.store, found.ids, path)
        return plural("{n} référence", "{n} références", made)

    exporting.make(here, f"{stem}-{day}.pdf", work)
