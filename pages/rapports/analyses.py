"""Free analyses: one's own questions in SQL, on a copy without personal data."""

from commandes import ui
from commandes.words import _

with ui.frame(_("Analyses libres (SQL)"), "notebook.use") as here:
    ui.start.sample_note(here)
    if here.store.is_empty():
        ui.start.empty_store(here)
    else:
        ui.notebook.screen(here)
    ui.language.switch()
