"""Sales: what was cashed, from whom, of what and when, and how it adds up."""

from commandes import ui
from commandes.words import _

with ui.frame(_("Ventes"), "reports.money") as here:
    ui.start.sample_note(here)
    if here.store.is_empty():
        ui.start.empty_store(here)
    else:
        ui.monthly.menu(here)
        ui.sales.screen(here)
    ui.language.switch()
