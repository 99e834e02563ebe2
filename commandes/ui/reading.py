"""Who opens an order leaves a line in the log of readings, once per opening."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from commandes.actions import readings

if TYPE_CHECKING:
    from commandes.ui.framing import Here

_LAST = "reading_noted"


def anew() -> None:
    """Something is being opened: what was noted last may be noted again."""
    st.session_state.pop(_LAST, None)


def opened(here: Here, kind: str, order_id: int) -> None:
    """An order is shown with its customer; what is drawn again is not noted again."""
    mark = (kind, order_id)
    if st.session_state.get(_LAST) != mark:
        readings.note(here.store, kind, order_id=order_id, actor=here.actor)
        st.session_state[_LAST] = mark
