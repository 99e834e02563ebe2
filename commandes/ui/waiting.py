"""What waits for someone: a number each, and the list behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from commandes import words
from commandes.reports import dashboard
from commandes.ui.money import LIST_PAGE
from commandes.words import _

if TYPE_CHECKING:
    from commandes.ui.framing import Here

STOCK_PAGE = "pages/commandes/stock.py"
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
        _oversold(here)


def _oversold(here: Here) -> None:
    """Stock sold below nought; nothing is said while there is none."""
    count = dashboard.oversold(here.snap)
    if count:
        st.page_link(
            STOCK_PAGE,
            label=f"{_('Vendu au-delà du stock')} · {words.number(count)}",
            icon=":material/inventory_2:",
            query_params={"level": "oversold"},
            width="stretch",
        )
