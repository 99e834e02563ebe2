"""The list with its filters: what a click draws again, and no more of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from commandes.ui import (
    address,
    bulk_bar,
    exporting,
    list_parts,
    listing,
    sidebar,
    start,
    tables,
    views,
)
from commandes.ui.framing import part

if TYPE_CHECKING:
    from commandes.ui.framing import Here

_ARRIVED = "orders_arrived"


def show(here: Here) -> None:
    """The filters, the list and what can be done with it.

    A click on any of them leaves the menu and the frame as they are: half of what is
    to do otherwise.
    """
    st.session_state[_ARRIVED] = here.arrived
    _screen()


@st.fragment
def _screen() -> None:
    with part(arrived=st.session_state.pop(_ARRIVED, False)) as here:
        asked = address.entered(arrived=here.arrived)
        shown = listing.shown(here, asked)
        chosen_export = list_parts.head(shown)
        export_place = st.container()
        if here.store.is_empty():
            start.empty_store(here)
        else:
            views.row(here, shown)
            list_parts.sentence(shown)
            list_parts.news(shown)
            if shown.page.is_empty():
                bulk_bar.last(here)
                start.nothing_matches(shown)
            else:
                bar_place = st.container()
                ticked = tables.orders(shown, here.settings.timezone)
                with bar_place:
                    bulk_bar.bar(here, shown, ticked)
                list_parts.foot(shown)
        # The browser paints the table while the counts are made.
        counts = listing.facets(here, shown)
        sidebar.order_filter(asked.wanted, counts, here.settings.zone)
        list_parts.follow_clicks(here)
        if chosen_export:
            with export_place:
                exporting.run(here, shown, chosen_export)
