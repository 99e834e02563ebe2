"""One order with everything, under a link of its own."""

import streamlit as st

from commandes import ui
from commandes.reports import detail
from commandes.words import _

with ui.frame(_("Commande")) as here:
    ui.start.sample_note(here)
    st.page_link(
        "pages/commandes/liste.py",
        label=_("Toutes les commandes"),
        icon=":material/arrow_back:",
    )
    number = st.query_params.get("commande")
    if number is None:
        st.text(_("Choisissez une commande dans la liste."))
    else:
        order = detail.order(here.store, number, st.query_params.get("source"))
        with st.container(width=900):
            ui.panel.show(here, order, st.subheader)
    ui.language.switch()
