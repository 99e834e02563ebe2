"""A button per row that opens the page of its order, in lists of other things."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Sequence

_OPEN = "order_link_opened"


def column(key: str, orders: Sequence[tuple[str | None, str | None]]) -> Any:  # noqa: ANN401 (Streamlit's own)
    """The column of buttons.

    Args:
        key: of the table; its rows are bound to the orders of this sending.
        orders: number and source of each row's order.
    """
    name = f"open-{key}"
    return st.column_config.ButtonColumn(
        " ",
        width=70,
        type="tertiary",
        key=name,
        on_click=_clicked,
        args=(name, tuple(orders)),
    )


def label(number: str | None) -> str | None:
    """The button of a row; none for what no order moved."""
    return None if number is None else _("Ouvrir")


def _clicked(name: str, orders: tuple[tuple[str | None, str | None], ...]) -> None:
    row = st.session_state[name].row
    if row < len(orders) and orders[row][0] is not None:
        st.session_state[_OPEN] = orders[row]


def follow() -> None:
    """Go to the order whose button was just clicked."""
    opened = st.session_state.pop(_OPEN, None)
    if opened is not None:
        number, source = opened
        st.switch_page(
            "pages/commandes/fiche.py",
            query_params={"commande": number, "source": source},
        )
