"""Bring in the orders of a file: look first, then confirm."""

from commandes import ui
from commandes.words import _

with ui.frame(_("Importer"), "imports.make") as here:
    ui.start.sample_note(here)
    ui.importing.screen(here)
    ui.language.switch()
