"""Refunds to make: what is owed to customers, noted once it is given back."""

from commandes import ui
from commandes.words import _

with ui.frame(_("Remboursements à effectuer"), "orders.read") as here:
    ui.start.sample_note(here)
    if here.store.is_empty():
        ui.start.empty_store(here)
    else:
        ui.refund_list.screen(here)
    ui.language.switch()
