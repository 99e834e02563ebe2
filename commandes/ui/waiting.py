"""What waits for someone: a number each, and what is behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from commandes import words
from commandes.reports import conversations, dashboard
from commandes.ui.report import LIST_PAGE
from commandes.words import _

if TYPE_CHECKING:
    from commandes.reports.dashboard import Waiting
    from commandes.ui.framing import Here

STOCK_PAGE = "pages/commandes/stock.py"
MAIL_PAGE = "pages/commandes/conversations.py"
_ICONS = {
    "new": ":material/fiber_new:",
    "new_today": ":material/subdirectory_arrow_right:",
    "new_recent": ":material/subdirectory_arrow_right:",
    "new_old": ":material/hourglass_bottom:",
    "unpaid": ":material/radio_button_unchecked:",
    "refunds_to_do": ":material/undo:",
    "cancelled_paid": ":material/cancel:",
    "restaurant": ":material/restaurant:",
    "booking": ":material/event_available:",
    "events": ":material/confirmation_number:",
}
# Always there, even at nought: what people look for each morning.
_ALWAYS = ("new", "unpaid", "refunds_to_do", "cancelled_paid")


def links(here: Here) -> None:
    """One line per case; the link opens exactly what is counted."""
    with st.container(border=True, gap="xsmall", key="waiting"):
        for case in dashboard.waiting(here.snap):
            if case.tally.count or case.code in _ALWAYS:
                _orders(case)
        _post(here)
        _oversold(here)


def _orders(case: Waiting) -> None:
    st.page_link(
        LIST_PAGE,
        label=f"{case.label} · {words.number(case.tally.count)}",
        icon=_ICONS[case.code],
        # A dollar sign would begin a formula.
        help=words.monies(case.tally.totals).replace("$", "\\$") or None,
        query_params=case.wanted.query(),
        width="stretch",
    )


def _post(here: Here) -> None:
    """Messages that nobody has read, or whose sending failed or is in doubt."""
    unread = conversations.conversations(here.store, limit=1).unread
    failed = len(conversations.problems(here.store))
    for label, count, icon in (
        (_("Conversations non lues"), unread, ":material/mark_email_unread:"),
        (_("Envois échoués ou non confirmés"), failed, ":material/report:"),
    ):
        if count:
            st.page_link(
                MAIL_PAGE,
                label=f"{label} · {words.number(count)}",
                icon=icon,
                width="stretch",
            )


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
