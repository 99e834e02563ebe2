"""The tags: created, renamed, recoloured, deleted."""

from commandes import ui
from commandes.words import _

with ui.frame(_("Étiquettes"), "settings.change") as here:
    ui.start.sample_note(here)
    ui.tag_settings.screen(here)
    ui.language.switch()
