"""Personal data: one customer's, how long any is kept, and who looked."""

from commandes import ui
from commandes.words import _

with ui.frame(_("Données personnelles"), "customers.export") as here:
    ui.start.sample_note(here)
    ui.personal_data.screen(here)
    ui.language.switch()
