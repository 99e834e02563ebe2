"""The first screen: the money of a period, and what waits for someone."""

from commandes import ui
from commandes.words import _

with ui.frame(_("Tableau de bord"), "figures.today") as here:
    ui.start.sample_note(here)
    if here.store.is_empty():
        ui.start.empty_store(here)
    else:
        ui.dashboard.screen(here)
    ui.language.switch()
