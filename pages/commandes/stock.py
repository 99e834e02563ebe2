"""Stock: levels, movements, corrections, opening levels by file."""

from commandes import ui
from commandes.words import _

with ui.frame(_("Stock"), "stock.read") as here:
    ui.start.sample_note(here)
    ui.stock_list.screen(here)
    ui.language.switch()
