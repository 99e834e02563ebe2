"""The row of views: filters with a name, one click each, and saving one's own."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from commandes import words
from commandes.actions import views
from commandes.reports.filters import OrderFilter
from commandes.reports.views import BUILT_IN_VIEWS, query_string
from commandes.ui import address, dialogs, listing
from commandes.ui.framing import telling
from commandes.ui.plain import plain
from commandes.words import _

if TYPE_CHECKING:
    from commandes.reports.views import SavedView
    from commandes.ui.framing import Here
    from commandes.ui.listing import Listing

_ROW = "views"
_KEY = "view_key"
_ALL = "all"


def row(here: Here, shown: Listing) -> None:
    """Built-in and saved views with their counts; the one that is shown is marked."""
    known = _known(shown)
    chosen = next(
        (code for code, view in known.items() if view == shown.asked.wanted), None
    )
    if st.session_state.get(_ROW) != chosen:
        st.session_state[_ROW] = chosen
    with st.container(horizontal=True, vertical_alignment="center", key="views_bar"):
        st.pills(
            _("Vues"),
            list(known),
            key=_ROW,
            format_func=lambda code: _label(shown, code),
            label_visibility="collapsed",
            on_change=_chosen,
            args=({view.id: view for view in shown.saved},),
            wrap=True,
        )
        _saving(here, shown, chosen)


def _known(shown: Listing) -> dict[str, OrderFilter]:
    built_in = {code: view.wanted for code, view in BUILT_IN_VIEWS.items()}
    saved = {f"v{view.id}": view.wanted for view in shown.saved}
    return {_ALL: OrderFilter(), **built_in, **saved}


def _label(shown: Listing, code: str) -> str:
    if code == _ALL:
        return _("Toutes")
    saved = {f"v{view.id}": view.name for view in shown.saved}
    name = plain(saved[code]) if code in saved else BUILT_IN_VIEWS[code].label
    count = shown.counts.get(code)
    return name if count is None else f"{name} · {words.number(count)}"


def _chosen(saved: dict[int, SavedView]) -> None:
    code = st.session_state[_ROW]
    if code is None or code == _ALL:
        asked = address.Asked(OrderFilter())
    elif code in BUILT_IN_VIEWS:
        asked = address.Asked(BUILT_IN_VIEWS[code].wanted)
    else:
        asked = address.understood(saved[int(code[1:])].query)
    address.go(replace(asked, size=address.current().size))


def _saving(here: Here, shown: Listing, chosen: str | None) -> None:
    """Save what is shown under a name, or remove the saved view that is shown."""
    if chosen and chosen.startswith("v"):
        name = next(view.name for view in shown.saved if f"v{view.id}" == chosen)
        if st.button(
            _("Retirer la vue"), key="view_remove", icon=":material/bookmark_remove:"
        ):
            views.remove(here.store, name, actor=here.actor)
            _again()
        return
    if st.button(
        _("Enregistrer la vue"),
        key="view_save",
        icon=":material/bookmark_add:",
        disabled=chosen is not None,
        help=_("Donner un nom aux filtres choisis, pour toute l’équipe."),
    ):
        dialogs.show(_("Enregistrer la vue"), lambda here: _form(here, shown))


def _form(here: Here, shown: Listing) -> None:
    # The key is made once per form and renewed after each receipt: a double click
    # saves once.
    key = st.session_state.setdefault(_KEY, secrets.token_urlsafe(16))
    with st.form("view_form", border=False):
        st.text(shown.asked.wanted.sentence())
        name = st.text_input(_("Nom de la vue"), key="view_name", max_chars=40)
        if st.form_submit_button(_("Enregistrer"), type="primary"):
            query = query_string(shown.asked.wanted, shown.asked.sort)
            with telling():
                views.save(here.store, name, query, actor=here.actor, key=key)
                _again()


def _again() -> None:
    st.session_state.pop(_KEY, None)
    listing.refresh()
    st.rerun()
