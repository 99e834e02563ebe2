"""Abandoned carts: how many, what they were worth, who came back, whom to remind."""

from commandes import ui
from commandes.words import _

with ui.frame(_("Paniers abandonnés"), "carts.read") as here:
    ui.start.sample_note(here)
    if here.store.is_empty():
        ui.start.empty_store(here)
    else:
        ui.carts.screen(here)
    ui.language.switch()
