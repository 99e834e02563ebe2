"""The orders: filter, open, export what is shown."""

import streamlit as st

from commandes import ui
from commandes.words import _

with ui.frame(_("Commandes"), "orders.read", heading=False) as here:
    ui.start.sample_note(here)
    asked = ui.address.entered(arrived=here.arrived)
    shown = ui.listing.shown(here, asked)
    chosen_export = ui.list_parts.head(shown)
    export_place = st.container()
    if here.store.is_empty():
        ui.start.empty_store(here)
    else:
        ui.views.row(here, shown)
        ui.list_parts.sentence(shown)
        ui.list_parts.news(shown)
        if shown.page.is_empty():
            ui.bulk_bar.last(here)
            ui.start.nothing_matches(shown)
        else:
            bar_place = st.container()
            ticked = ui.tables.orders(shown, here.settings.timezone)
            with bar_place:
                ui.bulk_bar.bar(here, shown, ticked)
            ui.list_parts.foot(shown)
    # The browser paints the table while the counts are made.
    counts = ui.listing.facets(here, shown)
    ui.sidebar.order_filter(asked.wanted, counts, here.settings.zone)
    ui.language.switch()
    ui.list_parts.follow_clicks(here)
    if chosen_export:
        with export_place:
            ui.exporting.run(here, shown, chosen_export)
