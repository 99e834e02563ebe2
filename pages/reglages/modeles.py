"""Templates of messages: texts that are ready to be sent to customers."""

from commandes import ui
from commandes.words import _

with ui.frame(_("Modèles de message"), "settings.change") as here:
    ui.start.sample_note(here)
    ui.message_templates.screen(here)
    ui.language.switch()
