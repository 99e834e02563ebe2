"""Who may do what, and who has access: the table for everybody, people for some."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from commandes import access, words
from commandes.access import FUNCTIONS, Role
from commandes.actions import people
from commandes.reports.people import people as everybody
from commandes.ui import doing, login
from commandes.ui.framing import telling
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from commandes.reports.people import Member
    from commandes.store import Receipt
    from commandes.ui.framing import Here

_YES, _NO = "✓", "–"


def screen(here: Here) -> None:
    """Draw the whole screen."""
    doing.told()
    if access.may("people.read"):
        _people(here)
    st.subheader(_("Qui peut quoi"), anchor=False)
    table()


def table() -> None:
    """Each function and who may use it."""
    rows = [
        {
            _("Fonction"): one.label,
            **{role.label: _YES if one.is_for(role) else _NO for role in Role},
        }
        for one in FUNCTIONS
    ]
    centred = st.column_config.TextColumn(alignment="center", width=120)
    st.dataframe(
        pl.DataFrame(rows),
        key="functions",
        hide_index=True,
        height="content",
        column_config={
            _("Fonction"): st.column_config.TextColumn(width=460),
            **{role.label: centred for role in Role},
        },
        alt=_("Qui peut quoi"),
    )


def _people(here: Here) -> None:
    st.subheader(_("Personnes"), anchor=False)
    if not login.is_configured(here.settings):
        st.text(
            _(
                "Aucun fournisseur d’identité n’est configuré : l’application sert une "
                "seule personne, sur cette machine, avec tous les droits. Les "
                "invitations comptent quand COMMANDES_OIDC_METADATA_URL, "
                "COMMANDES_OIDC_CLIENT_ID, COMMANDES_OIDC_CLIENT_SECRET et "
                "COMMANDES_APP_URL sont donnés (docs/deploy.md)."
            )
        )
    found = everybody(here.store)
    if found:
        _list(found, here.settings.timezone)
    else:
        st.text(_("Personne n’est encore invité."))
    if access.may("people.change"):
        with st.grid(2, min_column_width=320):
            _invite(here)
            if found:
                _change(here, found)


def _list(found: Sequence[Member], zone: str) -> None:
    def seen(one: Member) -> str:
        if one.last_seen_at is None:
            return _("jamais")
        return words.moment(one.last_seen_at, zone)

    rows = [
        {
            _("E-mail"): one.email,
            _("Nom"): one.name or "–",
            _("Rôle"): one.role.label,
            _("Accès"): _("oui") if one.active else _("retiré"),
            _("Vu pour la dernière fois"): seen(one),
        }
        for one in found
    ]
    st.dataframe(
        pl.DataFrame(rows),
        key="people",
        hide_index=True,
        height="content" if len(rows) < 12 else 420,  # noqa: PLR2004 (rows in view)
        alt=_("Personnes"),
    )


def _roles(key: str, now: Role) -> Role:
    chosen = st.selectbox(
        _("Rôle"),
        list(Role),
        index=list(Role).index(now),
        format_func=lambda role: role.label,
        key=key,
    )
    return chosen or now


def _invite(here: Here) -> None:
    key = doing.key("invite")
    with st.form(f"invite-{key}"):
        email = st.text_input(_("Adresse e-mail"), key=f"invite-email-{key}")
        name = st.text_input(_("Nom (facultatif)"), key=f"invite-name-{key}")
        role = _roles(f"invite-role-{key}", Role.STAFF)
        st.caption(
            _(
                "Aucun e-mail n’est envoyé : donnez à la personne l’adresse de "
                "l’application. Elle se connecte avec cette adresse, vérifiée."
            )
        )
        asked = st.form_submit_button(
            _("Inviter"), type="primary", icon=":material/person_add:"
        )
    if asked:
        with telling():
            people.invite(here.store, email, role, name=name, actor=here.actor, key=key)
            said = _("{email} : invitation faite.")
            doing.done("invite", said.format(email=email.strip()))


def _change(here: Here, found: Sequence[Member]) -> None:
    with st.container(border=True, key="change_person"):
        ids = {one.id: one for one in found}
        chosen = st.selectbox(
            _("Personne"),
            list(ids),
            index=None,
            placeholder=_("Choisissez une personne"),
            format_func=lambda id_: ids[id_].email,
            key="person",
        )
        if chosen not in ids:
            return
        one = ids[chosen]
        role = _roles(f"role-{one.id}-{one.role}", one.role)
        with st.container(horizontal=True):
            if st.button(
                _("Changer le rôle"), key="change_role", disabled=role == one.role
            ):
                _do(
                    lambda key: people.change_role(
                        here.store, one.id, role, actor=here.actor, key=key
                    ),
                    _("{email} : rôle changé.").format(email=one.email),
                )
            if one.active and st.button(
                _("Retirer l’accès"), key="deactivate", icon=":material/person_off:"
            ):
                _do(
                    lambda key: people.deactivate(
                        here.store, one.id, actor=here.actor, key=key
                    ),
                    _("{email} : accès retiré.").format(email=one.email),
                )
            if not one.active and st.button(
                _("Rendre l’accès"), key="reactivate", icon=":material/person_check:"
            ):
                _do(
                    lambda key: people.reactivate(
                        here.store, one.id, actor=here.actor, key=key
                    ),
                    _("{email} : accès rendu.").format(email=one.email),
                )


def _do(change: Callable[[str], Receipt], said: str) -> None:
    with telling():
        receipt = change(doing.key("person"))
        doing.done("person", receipt.message or said)
