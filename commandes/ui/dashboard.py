"""The dashboard: figures against a comparison, net sales by day, what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from commandes import access, words
from commandes.reports.filters import OrderFilter
from commandes.ui import money, period, report, sales, waiting
from commandes.words import _

if TYPE_CHECKING:
    from commandes.ui.framing import Here


def screen(here: Here) -> None:
    """The whole page."""
    if not access.may("reports.money"):
        _of_today(here)
        return
    wanted = report.entered(here)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        period.quick(wanted)
        compared = period.compared()
    left, right = st.columns([3, 2], gap="large")
    with right:
        st.subheader(_("Ce qui attend"), anchor=False)
        waiting.links(here)
    with left:
        _figures(here, wanted, compared)


def _of_today(here: Here) -> None:
    """What waits, and the money of the day: no other day's, and no comparison."""
    wanted = OrderFilter(period="today", dated="paid", archived="all")
    left, right = st.columns([3, 2], gap="large")
    with right:
        st.subheader(_("Ce qui attend"), anchor=False)
        waiting.links(here)
    with left:
        st.text(words.capital(wanted.sentence()))
        money.metrics(here, wanted, None)


def _figures(here: Here, wanted: OrderFilter, compared: str) -> None:
    found = money.metrics(here, wanted, compared, abandonment=True)
    if found:
        currency, several = found[0].currency, len(found) > 1
        asked = sales.about(here, wanted, "day", currency, several=several)
        report.show(here, sales.over_time(here, asked, only_net=True))
