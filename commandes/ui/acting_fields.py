"""What the forms of an order's panel share: fields, amounts of money, the buttons."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import streamlit as st

from commandes import rules, words
from commandes.ui import acting
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from commandes.reports.detail import OrderDetail


def field(order: OrderDetail, form: str, name: str) -> str:
    """The key of a form's field, with which its callback reads it."""
    return f"act-{order.id}-{form}-{name}"


def typed(text: str, currency: str) -> int | None:
    """An amount as people type it (12,50, 12.50, 1 200) in minor units; None: none."""
    plain = "".join(text.split()).replace(",", ".")
    try:
        value = Decimal(plain)
        if not value.is_finite():
            return None
        minor = rules.to_minor(value, currency)
    except InvalidOperation:
        return None
    return minor if rules.to_major(minor, currency) == value else None


def amount(label: str, minor: int, currency: str, key: str) -> int | None:
    """A field for an amount of money; None, said beneath it, when it is none."""
    st.session_state.setdefault(key, written(minor, currency))
    text = st.text_input(f"{label} ({currency})", key=key)
    found = typed(text, currency)
    if found is None:
        st.text(
            _("« {text} » n’est pas un montant en {currency}.").format(
                text=text, currency=currency
            )
        )
    return found


def written(minor: int, currency: str) -> str:
    """An amount as a field proposes it; `typed` reads it again."""
    # Without groups: a comma between thousands would read as a decimal one.
    digits = rules.minor_digits(currency)
    plain = f"{rules.to_major(minor, currency):.{digits}f}"
    return plain.replace(".", ",") if words.language() == "fr" else plain


def buttons(
    label: str, act: Callable[..., None], args: tuple[Any, ...], *, ready: bool = True
) -> None:
    """Confirm or leave a form."""
    with st.container(horizontal=True):
        st.button(
            label,
            key="acting_confirm",
            type="primary",
            on_click=act,
            args=args,
            disabled=not ready,
        )
        st.button(_("Fermer"), key="acting_close", on_click=acting.close_form)
