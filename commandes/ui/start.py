"""The first minute: an empty store, sample orders, a filter that keeps nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from commandes import access
from commandes.intake import withdraw
from commandes.ui import dialogs, listing, sidebar
from commandes.ui.framing import part
from commandes.words import _

if TYPE_CHECKING:
    from commandes.ui.framing import Here
    from commandes.ui.listing import Listing

IMPORT_PAGE = "pages/reglages/importer.py"
SAMPLES = 2000


def sample_note(here: Here) -> None:
    """Say that these are samples, and offer to start with one's own file."""
    if not here.store.is_sample() or not access.may("imports.make"):
        return
    with st.container(horizontal=True, vertical_alignment="center", key="sample_note"):
        st.badge(
            _("Ce sont des commandes d’exemple"),
            icon=":material/science:",
            color="orange",
        )
        if st.button(
            _("Commencer avec mon fichier"),
            key="own_file",
            type="tertiary",
            icon=":material/upload_file:",
        ):
            dialogs.show(_("Commencer avec mon fichier"), _withdrawing)


def _withdrawing(here: Here) -> None:
    st.text(_("Les commandes d’exemple seront retirées, et elles seules."))
    if st.button(_("Retirer les exemples et importer"), key="clear", type="primary"):
        withdraw.clear_samples(here.store, actor=here.actor)
        listing.refresh()
        st.switch_page(IMPORT_PAGE)


def empty_store(here: Here) -> None:
    """An empty store says what to do."""
    with st.container(border=True, key="empty_store"):
        st.subheader(_("Aucune commande pour l’instant"), anchor=False)
        st.text(
            _(
                "Apportez le fichier d’export de votre plateforme (Shopify, "
                "WooCommerce, Wix, Squarespace ou tout autre tableau)."
            )
        )
        brings = access.may("imports.make")
        with st.container(horizontal=True):
            if brings and st.button(
                _("Importer un fichier"),
                key="empty_import",
                type="primary",
                icon=":material/upload_file:",
            ):
                st.switch_page(IMPORT_PAGE)
            if brings and st.button(
                _("Regarder avec des exemples"),
                key="empty_samples",
                icon=":material/science:",
            ):
                _fill(here)
    _first_orders()


@st.fragment(run_every="3s", key="first_orders")
def _first_orders() -> None:
    """Show the first orders by themselves: an import may run elsewhere."""
    with part(ticking=True) as here:
        if not here.store.is_empty():
            listing.refresh()
            st.rerun(scope="app")


def _fill(here: Here) -> None:
    from commandes.intake.fill import fill

    bar = st.progress(0.0, _("Préparation des commandes d’exemple"))

    def told(done: int, total: int) -> None:
        bar.progress(min(done / total, 1.0))

    fill(here.store, SAMPLES, 1, actor=here.actor, progress=told)
    listing.refresh()
    st.rerun()


def nothing_matches(shown: Listing) -> None:
    """No order for this filter: say which, and offer to clear it."""
    with st.container(border=True, key="nothing_matches"):
        st.subheader(_("Aucune commande ne correspond"), anchor=False)
        st.text(shown.asked.wanted.sentence())
        st.button(
            _("Effacer les filtres"),
            key="clear_filters",
            icon=":material/filter_list_off:",
            on_click=sidebar.clear,
        )
