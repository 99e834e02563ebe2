"""Bring in tracking numbers from a file: look first, then confirm."""

from commandes import ui
from commandes.words import _

with ui.frame(_("Numéros de suivi"), "orders.track") as here:
    ui.start.sample_note(here)
    ui.tracking_numbers.screen(here)
    ui.language.switch()
