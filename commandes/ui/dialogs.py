"""Dialogs: one at a time, each in a frame of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from commandes.ui import tables
from commandes.ui.framing import part

if TYPE_CHECKING:
    from collections.abc import Callable

    from commandes.ui.framing import Here


def show(title: str, draw: Callable[[Here], None], **options: Any) -> None:  # noqa: ANN401 (those of st.dialog)
    """Open a dialog; what it holds runs again alone, without its page.

    Streamlit opens one in a run: a row that was clicked besides is not opened.

    Args:
        draw: draws what it holds.
        options: as st.dialog has them: width, position, on_dismiss.
    """
    tables.forget_clicks()

    @st.dialog(title, **options)
    def opened() -> None:
        with part() as here:
            draw(here)

    opened()
