"""The reader's language: in the URL (`lang`), then kept for the session."""

from __future__ import annotations

import streamlit as st

from commandes import settings as settings_
from commandes import words
from commandes.errors import UsageError
from commandes.words import _

PARAMETER = "lang"
_KEPT = "reader_language"


def use_readers() -> None:
    """Speak the reader's language from here on in this run."""
    asked = st.query_params.get(PARAMETER)
    if asked in words.LANGUAGES:
        keep(asked)
    words.use(st.session_state.get(_KEPT, _default()))


def keep(code: str) -> None:
    """Speak this language for the rest of the session."""
    st.session_state[_KEPT] = code


def _default() -> str:
    try:
        return settings_.read().language
    except UsageError:
        return "fr"  # the page says which setting is wrong, in the source language


def shop_name() -> str:
    """The shop's name, over the menu."""
    try:
        return settings_.read().shop_name
    except UsageError:
        return ""  # the page says which setting is wrong


def switch() -> None:
    """The choice of language, at the foot of the sidebar."""
    now = words.language()
    key = f"language-{now}"
    st.sidebar.segmented_control(
        _("Langue"),
        list(words.LANGUAGES),
        default=now,
        format_func=lambda code: words.LANGUAGES[code],
        key=key,
        required=True,
        label_visibility="collapsed",
        on_change=_switch,
        args=(key,),
    )


def _switch(key: str) -> None:
    chosen = st.session_state[key]
    keep(chosen)
    st.query_params[PARAMETER] = chosen
