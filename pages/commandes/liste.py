"""The orders: filter, open, export what is shown."""

from commandes import ui
from commandes.words import _

with ui.frame(_("Commandes"), heading=False) as here:
    ui.start.sample_note(here)
    asked = ui.address.entered(arrived=here.arrived)
    shown = ui.listing.shown(here, asked)
    ui.sidebar.order_filter(asked.wanted, shown.facets, here.settings.zone)
    chosen_export = ui.list_parts.head(shown)
    if here.store.is_empty():
        ui.start.empty_store(here)
    else:
        ui.views.row(here, shown)
        ui.list_parts.sentence(shown)
        if chosen_export:
            ui.exporting.run(here, shown, chosen_export)
        ui.list_parts.news(shown)
        if shown.page.is_empty():
            ui.start.nothing_matches(shown)
        else:
            ticked = ui.tables.orders(shown, here.settings.timezone)
            ui.list_parts.foot(shown, ticked)
        ui.list_parts.follow_clicks()
    ui.language.switch()
