"""What waits for someone: a number each, and the list behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from commandes import words
from commandes.reports import dashboard
from commandes.ui.money import LIST_PAGE

if TYPE_CHECKING:
    from commandes.ui.framing import Here

_ICONS = {
    "new": ":material/fiber_new:",
    "unpaid": ":material/radio_button_unchecked:",
    "refunds_to_do": ":material/undo:",
    "cancelled_paid": ":material/cancel:",
    "today": ":material/event:",
}


def links(here: Here) -> None:
    """One line per case; the link opens exactly the orders counted."""
    with st.container(border=True, gap="xsmall", key="waiting"):
        for case in dashboard.waiting(here.snap):
            st.page_link(
                LIST_PAGE,
                label=f"{case.label} · {words.number(case.tally.count)}",
                icon=_ICONS[case.code],
                # A dollar sign would begin a formula.
                help=words.monies(case.tally.totals).replace("$", "\\$") or None,
                query_params=case.wanted.query(),
                width="stretch",
            )
