"""Conversations: what customers were written and what they answered."""

from commandes import ui
from commandes.words import _

with ui.frame(_("Conversations"), "orders.read") as here:
    ui.start.sample_note(here)
    ui.mailbox.screen(here)
    ui.language.switch()
