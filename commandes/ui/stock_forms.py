"""Corrections of one stock level: units with a reason, the level that alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from commandes import words
from commandes.actions import stock
from commandes.ui import doing
from commandes.ui.framing import telling
from commandes.words import _

if TYPE_CHECKING:
    from commandes.ui.framing import Here


def show(here: Here, row: dict[str, Any]) -> None:
    """Both forms, side by side, for a row of reports.stock.levels."""
    with st.container(horizontal=True):
        with st.popover(_("Corriger"), key="stock_adjust", icon=":material/edit:"):
            _adjust(here, row)
        with st.popover(
            _("Niveau d’alerte"),
            key="stock_alert",
            icon=":material/notification_important:",
        ):
            _alert(here, row)


def _adjust(here: Here, row: dict[str, Any]) -> None:
    name = f"adjust-{row['id']}"
    key = doing.key(name)
    with st.form(f"adjust-{key}", border=False):
        units = st.number_input(
            _("Unités à ajouter, ou à retirer avec un signe moins"),
            value=0,
            step=1,
            key=f"{key}-units",
        )
        reason = st.text_input(
            _("Motif"),
            max_chars=200,
            key=f"{key}-reason",
            placeholder=_("Inventaire, casse, retour…"),
        )
        if st.form_submit_button(
            _("Corriger le stock"), type="primary", icon=":material/check:"
        ):
            with telling():
                receipt = stock.adjust(
                    here.store,
                    row["sku"],
                    int(units or 0),
                    reason,
                    service_at=row["service_at"],
                    actor=here.actor,
                    key=key,
                )
                said = _("Stock de {sku} : {n}").format(
                    sku=row["sku"], n=words.number(receipt.result["on_hand"])
                )
                doing.done(name, said)


def _alert(here: Here, row: dict[str, Any]) -> None:
    name = f"alert-{row['id']}"
    key = doing.key(name)
    with st.form(f"alert-{key}", border=False):
        # Only a field that begins empty can be emptied.
        st.session_state.setdefault(f"{key}-level", row["alert_level"])
        level = st.number_input(
            _("Prévenir à partir de"),
            value=None,
            step=1,
            key=f"{key}-level",
            placeholder=_("aucun"),
            help=_("Vide : aucune alerte."),
        )
        if st.form_submit_button(
            _("Enregistrer"), type="primary", icon=":material/check:"
        ):
            with telling():
                receipt = stock.set_alert(
                    here.store,
                    row["sku"],
                    None if level is None else int(level),
                    service_at=row["service_at"],
                    actor=here.actor,
                    key=key,
                )
                said = _("Le niveau d’alerte de {sku} est enregistré.")
                doing.done(name, receipt.message or said.format(sku=row["sku"]))
