"""Webhooks: what platforms told, what failed and why, done again."""

from commandes import ui
from commandes.words import _

with ui.frame(_("Webhooks"), "webhooks.read") as here:
    ui.webhooks.screen(here)
    ui.language.switch()
