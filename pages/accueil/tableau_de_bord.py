"""The first screen: the money of a period, and what waits for someone."""

import streamlit as st

from commandes import ui
from commandes.words import _

with ui.frame(_("Tableau de bord")) as here:
    ui.start.sample_note(here)
    if here.store.is_empty():
        ui.start.empty_store(here)
    else:
        wanted = ui.period.chosen()
        figures = ui.money.metrics(here, wanted)
        left, right = st.columns([3, 2], gap="large")
        with left:
            st.subheader(_("Ventes nettes par jour"), anchor=False)
            if figures:
                main = figures[0].currency
                ui.money.series(here, wanted, "day", main, only_net=True)
            ui.money.definitions()
        with right:
            st.subheader(_("Ce qui attend"), anchor=False)
            ui.waiting.links(here)
    ui.language.switch()
