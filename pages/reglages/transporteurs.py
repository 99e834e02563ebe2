"""The carriers and where their parcels are followed: edit, try."""

from commandes import ui
from commandes.words import _

with ui.frame(_("Transporteurs"), "settings.change") as here:
    ui.start.sample_note(here)
    ui.carriers.screen(here)
    ui.language.switch()
