"""The orders: filter, open, export what is shown."""

from commandes import ui
from commandes.words import _

with ui.frame(_("Commandes"), "orders.read", heading=False) as here:
    ui.start.sample_note(here)
    ui.orders_screen.show(here)
    ui.language.switch()
