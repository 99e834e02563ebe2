"""Access: who may do what, and who may come in."""

from commandes import ui
from commandes.words import _

with ui.frame(_("Accès"), "access.read") as here:
    ui.members.screen(here)
    ui.language.switch()
