"""Sales: cashed, refunded and net, as figures, a chart and a table."""

from commandes import ui
from commandes.reports import periods
from commandes.words import _

with ui.frame(_("Ventes")) as here:
    ui.start.sample_note(here)
    if here.store.is_empty():
        ui.start.empty_store(here)
    else:
        wanted = ui.period.chosen(tuple(periods.PERIODS), default="this_year")
        figures = ui.money.metrics(here, wanted)
        if figures:
            by = ui.period.step(ui.money.STEPS, default="month")
            currency = ui.period.currency([one.currency for one in figures])
            found = ui.money.series(here, wanted, by, currency, only_net=False)
            ui.money.table(found, currency, by)
        ui.money.definitions()
    ui.language.switch()
