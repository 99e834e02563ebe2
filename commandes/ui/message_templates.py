"""The screen of message templates: list, create, change, delete, look at."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from commandes import words
from commandes.actions import templates as acting
from commandes.actions.messages import LONGEST_BODY, LONGEST_SUBJECT
from commandes.reports import templates
from commandes.reports.templates import Template
from commandes.ui import conversation
from commandes.ui.framing import telling
from commandes.words import LANGUAGES, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from commandes.ui.framing import Here

_CHOICE = "template_choice"
_NEXT = "template_next"
_KEY = "template_key"
_NEW = "new"


def screen(here: Here) -> None:
    """Draw the whole screen."""
    st.text(
        _(
            "Des textes prêts pour écrire aux clients, partagés par toute l’équipe. "
            "Enregistrer un modèle fourni en fait le vôtre ; le supprimer rend "
            "l’original."
        )
    )
    known = _known(here)
    _list(known)
    if _NEXT in st.session_state:
        st.session_state[_CHOICE] = st.session_state.pop(_NEXT)
    if st.session_state.get(_CHOICE) not in (_NEW, *known):
        st.session_state[_CHOICE] = _NEW
    code = st.selectbox(
        _("Modèle"),
        [_NEW, *known],
        key=_CHOICE,
        format_func=lambda code: _label(code, known),
        width=420,
    )
    blank = Template(None, "", words.language(), "", "")
    written = _fields(code, known.get(code, blank))
    values = templates.example_values(here.settings)
    conversation.preview(
        words.fill(written.subject, values), words.fill(written.body, values)
    )
    _buttons(here, written)


def _known(here: Here) -> dict[str, Template]:
    """The templates by a code that outlives a change of their names."""
    found = templates.templates(here.store)
    return {
        f"own-{one.id}" if one.id is not None else f"given-{one.name}": one
        for one in found
    }


def _label(code: str, known: Mapping[str, Template]) -> str:
    if code == _NEW:
        return _("Nouveau modèle")
    one = known[code]
    # The options of a select box are plain text.
    return (
        one.name if one.id is not None else _("{name} (fourni)").format(name=one.name)
    )


def _list(known: Mapping[str, Template]) -> None:
    column = st.column_config
    st.dataframe(
        pl.DataFrame(
            [
                {
                    "name": one.name,
                    "subject": one.subject,
                    "language": LANGUAGES.get(one.language, one.language),
                    "origin": _("Fourni") if one.id is None else _("De la boutique"),
                }
                for one in known.values()
            ]
        ),
        key="templates",
        hide_index=True,
        column_config={
            "name": column.TextColumn(_("Nom")),
            "subject": column.TextColumn(_("Objet"), width="large"),
            "language": column.TextColumn(_("Langue")),
            "origin": column.TextColumn(_("Origine")),
        },
        alt=_("Modèles de message"),
    )


def _fields(code: str, one: Template) -> Template:
    """The fields of a template; what they hold now."""
    # The key is made once per text and renewed after each receipt: a double click
    # saves once, and the fields begin anew.
    key = st.session_state.setdefault(_KEY, secrets.token_urlsafe(12))
    name = st.text_input(
        _("Nom"), one.name, key=f"name-{code}-{key}", max_chars=acting.LONGEST_NAME
    )
    language = st.selectbox(
        _("Langue"),
        list(LANGUAGES),
        index=list(LANGUAGES).index(one.language) if one.language in LANGUAGES else 0,
        key=f"language-{code}-{key}",
        format_func=LANGUAGES.__getitem__,
        width=200,
    )
    subject = st.text_input(
        _("Objet"), one.subject, key=f"subject-{code}-{key}", max_chars=LONGEST_SUBJECT
    )
    body = st.text_area(
        _("Message"),
        one.body,
        key=f"body-{code}-{key}",
        height=220,
        max_chars=LONGEST_BODY,
        help=conversation.variables_help(),
    )
    return Template(one.id, name, language, subject, body)


def _buttons(here: Here, written: Template) -> None:
    with st.container(horizontal=True):
        if st.button(
            _("Enregistrer"), key="save", type="primary", icon=":material/save:"
        ):
            with telling():
                _save(here, written)
        if written.id is not None:
            with st.popover(_("Supprimer"), key="delete", icon=":material/delete:"):
                st.text(_("Les messages déjà écrits restent tels quels."))
                if st.button(_("Supprimer ce modèle"), key="delete_sure"):
                    acting.remove(here.store, written.id, actor=here.actor)
                    _again(_NEW)


def _save(here: Here, written: Template) -> None:
    receipt = acting.save(
        here.store,
        written.name,
        written.subject,
        written.body,
        language=written.language,
        template_id=written.id,
        actor=here.actor,
        key=st.session_state[_KEY],
    )
    st.toast(_("Modèle enregistré."), icon=":material/check:")
    _again(f"own-{receipt.result['template']}")


def _again(code: str) -> None:
    st.session_state[_NEXT] = code
    st.session_state.pop(_KEY, None)
    st.rerun()
