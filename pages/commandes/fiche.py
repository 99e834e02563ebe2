"""One order with everything, under a link of its own."""

import streamlit as st

from commandes import ui
from commandes.reports import detail
from commandes.words import _

with ui.frame(_("Commande"), "orders.read") as here:
    ui.start.sample_note(here)
    if here.arrived:
        ui.reading.anew()
    number = st.query_params.get("commande")
    if number is None:
        st.text(_("Choisissez une commande dans la liste."))
    else:
        order = detail.order(here.store, number, st.query_params.get("source"))
        st.set_page_config(page_title=_("N° {number}").format(number=order.number))
        ui.panel.way_of_page(here, order)
        with st.container(width=900):
            ui.panel.show(here, order, st.subheader, st.rerun)
    ui.language.switch()
