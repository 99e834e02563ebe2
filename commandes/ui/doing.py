"""An action asked for by a form: done once however often it is clicked, and told.

The idempotency key is made when the form is drawn and is part of the form's own key.
After the action both are new: a second click of a double click comes from a form
that is no longer there.
"""

from __future__ import annotations

import secrets

import streamlit as st

from commandes.ui import sent
from commandes.words import _

_SAID = "doing_said"
_NOTED = "doing_noted"


def key(name: str) -> str:
    """The idempotency key of a form: the same until the action is done."""
    return str(st.session_state.setdefault(_kept(name), secrets.token_urlsafe(16)))


def done(name: str, said: str) -> None:
    """Renew a form's key after its receipt, and draw the page anew with a sentence.

    What one has written oneself is seen at once: every list is asked for anew.
    """
    st.session_state.pop(_kept(name), None)
    sent.refresh_all()
    st.session_state[_SAID] = said
    st.rerun()


def say(said: str) -> None:
    """Keep a sentence for `told` of this run: something to know, nothing done."""
    st.session_state[_NOTED] = said


def told() -> None:
    """Show what the last action answered, once; names from files stay plain."""
    said = st.session_state.pop(_SAID, None)
    noted = st.session_state.pop(_NOTED, None)
    # Always there: what stands below keeps its place, and stays open when it was.
    with st.container(key="doing_told"):
        if said:
            with st.container(border=True):
                st.badge(_("Fait"), icon=":material/check:", color="green")
                st.text(said)
        if noted:
            with st.container(border=True):
                st.badge(_("À savoir"), icon=":material/info:", color="blue")
                st.text(noted)


def _kept(name: str) -> str:
    return f"doing-{name}"
