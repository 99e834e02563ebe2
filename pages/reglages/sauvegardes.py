"""The backups: when the last one was made, one more now, the automatic ones."""

from commandes import ui
from commandes.words import _

with ui.frame(_("Sauvegardes"), "backups.make") as here:
    ui.backups.screen(here)
    ui.language.switch()
