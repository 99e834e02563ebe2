"""The page of personal data: one customer's, how long any is kept, who looked.

The customer's e-mail never stands in the address of the page: addresses are kept by
browsers and servers.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from commandes import access, privacy, words
from commandes.actions import readings, retain
from commandes.actions.orders import Order
from commandes.documents import customer_file
from commandes.reports import readings as log
from commandes.reports.dossier import dossier
from commandes.ui import exporting, theme
from commandes.ui.framing import telling
from commandes.ui.login import named
from commandes.words import N_, _, plural

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from commandes.privacy import Outcome
    from commandes.reports.detail import OrderDetail
    from commandes.reports.dossier import Dossier
    from commandes.ui.framing import Here

PAGE = "pages/reglages/donnees_personnelles.py"
_EMAIL, _NUMBER = "personal_email", "personal_number"
_SEEN, _SAID, _KEY = "personal_seen", "personal_said", "personal_key"
_PLANNED = "personal_planned"
# Numbers that a warning names one by one.
_NAMED = 10
_FORMATS = {"html": N_("HTML, à lire"), "json": N_("JSON, pour un programme")}


def way(order: OrderDetail) -> None:
    """From an order to the data of its customer."""
    known = order.customer.email or not order.erased_at
    if known and access.may("customers.export"):
        st.button(
            _("Données personnelles de ce client"),
            key="panel_personal",
            icon=":material/shield_person:",
            type="tertiary",
            on_click=_ask_for,
            args=(order.customer.email or "", order.number),
        )
        if st.session_state.pop("personal_go", False):
            st.switch_page(PAGE)


def _ask_for(email: str, number: str) -> None:
    st.session_state[_EMAIL] = email
    st.session_state[_NUMBER] = "" if email else number
    st.session_state["personal_go"] = True


def screen(here: Here) -> None:
    """Draw the whole screen, as far as who is here may see it."""
    if said := st.session_state.pop(_SAID, None):
        st.badge(said, icon=":material/check_circle:", color="green")
    _customer(here)
    if access.may("customers.retention"):
        _kept(here)
        _log(here)


def _customer(here: Here) -> None:
    st.subheader(_("Un client"), anchor=False)
    st.text(
        _(
            "Un client a le droit de savoir ce qui est gardé de lui, et de le faire "
            "effacer. Montants, statuts, articles et journal restent ; tout ce qui le "
            "nomme disparaît."
        )
    )
    # What stays while another page is open would be forgotten with the widget.
    for name in (_EMAIL, _NUMBER):
        st.session_state.setdefault(name, "")
    email = st.text_input(
        _("E-mail du client"), key=_EMAIL, max_chars=320, width=420
    ).strip()
    number = ""
    if not email:
        number = st.text_input(
            _("Ou numéro d’une commande sans e-mail"),
            key=_NUMBER,
            max_chars=200,
            width=420,
        ).strip()
    if email:
        _of_email(here, email)
    if email or number:
        _erasure(here, email, Order(number) if number else None)


def _of_email(here: Here, email: str) -> None:
    with telling():
        found = dossier(here.store, email)
        if st.session_state.get(_SEEN) != email:
            readings.note(here.store, "customer", len(found.orders), actor=here.actor)
            st.session_state[_SEEN] = email
        count = len(found.orders)
        st.text(
            plural("{n} commande de ce client", "{n} commandes de ce client", count)
        )
        if found.objected:
            st.text(_("Ce client ne veut pas de relance de panier."))
        if count:
            _orders(here, found)
        if not found.is_empty():
            _export(here, found)


def _orders(here: Here, found: Dossier) -> None:
    rows = [
        {
            "number": order.number,
            "placed_at": order.placed_at,
            "module": theme.module_words(order.module),
            "total": words.money(order.sums.total, order.currency),
            "messages": len(order.messages),
        }
        for order in found.orders
    ]
    column = st.column_config
    st.dataframe(
        pl.DataFrame(rows),
        key="personal_orders",
        hide_index=True,
        column_config={
            "number": column.TextColumn(_("N°")),
            "placed_at": column.DatetimeColumn(
                _("Date"), format="DD/MM/YY HH:mm", timezone=here.settings.timezone
            ),
            "module": column.TextColumn(_("Module")),
            "total": column.TextColumn(_("Total"), alignment="right"),
            "messages": column.NumberColumn(_("Messages")),
        },
        alt=_("Commandes du client"),
    )


def _export(here: Here, found: Dossier) -> None:
    chosen = st.menu_button(
        _("Exporter ses données"),
        list(_FORMATS),
        key="personal_export",
        icon=":material/download:",
        format_func=lambda code: _(_FORMATS[code]),
    )
    if not chosen:
        return

    def work(path: Path, _progress: Callable[[int, int], None]) -> str:
        many = customer_file(found, path, here.settings.zone, chosen)
        readings.note(here.store, "customer_export", many, actor=here.actor)
        return plural("{n} commande exportée", "{n} commandes exportées", many)

    day = datetime.now(here.settings.zone).date().isoformat()
    exporting.make(here, f"{_('client')}-{day}.{chosen}", work)


def _erasure(here: Here, email: str, order: Order | None) -> None:
    if not access.may("customers.erase"):
        return
    with st.container(border=True, key="personal_erasure"):
        st.subheader(_("Effacer"), anchor=False)
        # It is done and taken back: not at every letter that is typed.
        if st.button(
            _("Aperçu avant application"), key="personal_look", icon=":material/search:"
        ):
            st.session_state[_PLANNED] = (email, order)
        if st.session_state.get(_PLANNED) != (email, order):
            return
        with telling():
            planned = privacy.outlook(here.store, here.settings, email, order)
            if not planned.receipt.changed:
                st.text(planned.receipt.message)
                return
            _said(planned)
            _confirm(here, email, order)


def _said(planned: Outcome) -> None:
    """What would go, what stays, and what only a person can look at."""
    if planned.unserved:
        with st.container(border=True):
            st.badge(
                _("À livrer d’abord"), icon=":material/local_shipping:", color="orange"
            )
            numbers = ", ".join(planned.unserved[:_NAMED])
            more = "…" if len(planned.unserved) > _NAMED else ""
            said = _(
                "{orders} : {numbers}. Après l’effacement, personne ne saura à qui "
                "livrer."
            ).format(
                orders=plural(
                    "{n} commande n’est pas terminée",
                    "{n} commandes ne sont pas terminées",
                    len(planned.unserved),
                ),
                numbers=f"{numbers}{more}",
            )
            st.text(said)
    gone = _counted(planned.receipt.result)
    st.text(_("Sera effacé ou rendu anonyme : {what}.").format(what=words.listed(gone)))
    files = planned.files
    for said, names in (
        (_("Fichiers supprimés : {names}."), files.removed),
        (_("Journaux techniques où son nom sera recouvert : {names}."), files.logs),
        (_("À regarder vous-même, rien n’y change : {names}."), files.by_hand),
        (_("Étiquettes à son nom, que le journal garde : {names}."), planned.tags),
    ):
        if names:
            st.text(said.format(names=", ".join(names)))
    if files.waiting:
        st.text(
            plural(
                "{n} export préparé sera supprimé, et pourra être refait.",
                "{n} exports préparés seront supprimés, et pourront être refaits.",
                files.waiting,
            )
        )
    st.caption(
        _(
            "Rien ne peut être repris ensuite. Les sauvegardes faites avant gardent "
            "tout : remplacez-les."
        )
    )


def _counted(counts: dict[str, int]) -> list[str]:
    """What an erasure counts, in words; see actions.erase.Erased."""
    said = {
        "orders": plural("{n} commande", "{n} commandes", counts["orders"]),
        "lines": plural(
            "les détails de {n} article",
            "les détails de {n} articles",
            counts["lines"],
        ),
        "notes": plural("{n} note", "{n} notes", counts["notes"]),
        "messages": plural("{n} message", "{n} messages", counts["messages"]),
        "parcels": plural(
            "{n} numéro de suivi", "{n} numéros de suivi", counts["parcels"]
        ),
        "references": plural(
            "{n} motif ou référence",
            "{n} motifs ou références",
            counts["references"],
        ),
        "views": plural(
            "{n} vue enregistrée", "{n} vues enregistrées", counts["views"]
        ),
        "texts": plural("{n} autre texte", "{n} autres textes", counts["texts"]),
    }
    return [text for code, text in said.items() if counts[code]]


def _confirm(here: Here, email: str, order: Order | None) -> None:
    wanted = email or (order.number if order else "")
    key = st.session_state.setdefault(_KEY, secrets.token_urlsafe(16))
    with st.form("personal_erase", border=False):
        typed = st.text_input(
            _("Pour confirmer, écrivez de nouveau l’e-mail ou le numéro"),
            key=f"personal_confirm_{key}",
            width=420,
        )
        if not st.form_submit_button(
            _("Effacer ce client"), type="primary", icon=":material/person_off:"
        ):
            return
    if typed.strip().casefold() != wanted.casefold():
        st.text(_("Ce n’est pas ce qui est écrit plus haut : rien n’a été effacé."))
        return
    with st.spinner(_("Effacement en cours")):
        done = privacy.erase(
            here.store,
            here.settings,
            email,
            order,
            mirror=here.house.mirror,
            actor=here.actor,
            key=key,
        )
        here.house.desk.close()
    said = _("Client effacé.")
    if not done.compacted:
        said = _("Client effacé ; le fichier de la base finit de se vider sous peu.")
    st.session_state[_SAID] = said
    for name in (_KEY, _EMAIL, _NUMBER, _SEEN, _PLANNED):
        st.session_state.pop(name, None)
    st.rerun()


def _kept(here: Here) -> None:
    st.subheader(_("Durées de conservation"), anchor=False)
    due = retain.due(here.store)
    settings = here.settings
    customers, addresses = settings.keep_customers_months, settings.keep_ip_months
    said = _("Clients : gardés sans limite (COMMANDES_KEEP_CUSTOMERS_MONTHS).")
    if customers:
        said = _(
            "Clients : effacés {n} mois après la dernière date de leur commande "
            "(COMMANDES_KEEP_CUSTOMERS_MONTHS)."
        )
    st.text(said.format(n=words.number(customers)))
    said = _("Adresses IP : gardées entières (COMMANDES_KEEP_IP_MONTHS).")
    if addresses:
        said = _("Adresses IP : abrégées après {n} mois (COMMANDES_KEEP_IP_MONTHS).")
    st.text(said.format(n=words.number(addresses)))
    st.text(_("Consultations : gardées douze mois."))
    tonight = [
        plural("{n} commande à effacer", "{n} commandes à effacer", due.orders),
        plural("{n} adresse IP à abréger", "{n} adresses IP à abréger", due.addresses),
        plural(
            "{n} consultation à oublier", "{n} consultations à oublier", due.readings
        ),
    ]
    st.text(_("La prochaine nuit : {what}.").format(what=words.listed(tonight)))
    if due.held:
        st.text(
            plural(
                "{n} commande aussi ancienne attend un remboursement ou un message.",
                "{n} commandes aussi anciennes attendent un remboursement ou un "
                "message.",
                due.held,
            )
        )
    if not due.is_nothing and st.button(
        _("Le faire maintenant"), key="personal_retain", icon=":material/auto_delete:"
    ):
        with telling(), st.spinner(_("Effacement en cours")):
            privacy.retain(
                here.store, settings, mirror=here.house.mirror, actor=here.actor
            )
            here.house.desk.close()
            st.session_state[_SAID] = _("C’est fait.")
            st.rerun()


def _log(here: Here) -> None:
    st.subheader(_("Qui a consulté"), anchor=False)
    st.caption(
        _(
            "Une ligne par commande ouverte et par fichier exporté ; la liste des "
            "commandes elle-même n’est pas notée ligne par ligne."
        )
    )
    found = log.readings(here.store)
    if not found:
        st.text(_("Aucune consultation notée."))
        return
    rows = [
        {
            "at": one.at,
            "actor": named(one.actor),
            "kind": _(readings.KINDS[one.kind]),
            "orders": one.orders,
            "number": one.number or "",
        }
        for one in found
    ]
    column = st.column_config
    st.dataframe(
        pl.DataFrame(rows),
        key="personal_log",
        hide_index=True,
        column_config={
            "at": column.DatetimeColumn(
                _("Date"), format="DD/MM/YY HH:mm", timezone=here.settings.timezone
            ),
            "actor": column.TextColumn(_("Qui")),
            "kind": column.TextColumn(_("Quoi")),
            "orders": column.NumberColumn(_("Commandes")),
            "number": column.TextColumn(_("N°")),
        },
        alt=_("Consultations"),
    )
