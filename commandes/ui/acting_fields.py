"""What the forms of an order's panel share: fields, amounts of money, the buttons."""

from __future__ import annotations

from datetime import datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import streamlit as st

from commandes import rules, words
from commandes.ui import acting
from commandes.words import _, plural

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from commandes.reports.detail import OrderDetail
    from commandes.settings import Settings


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
    except ArithmeticError:  # no number, or one that no currency has
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


def paid_at(day: date, settings: Settings) -> datetime | None:
    """The moment of a payment: of today, now (None); of an earlier day, its noon."""
    if day == datetime.now(settings.zone).date():
        return None
    return datetime.combine(day, time(12), settings.zone)


def leaving(result: dict[str, Any]) -> None:
    """What restoring an order, or taking a mark back, does to the stock.

    Args:
        result: of the receipt, or of its rehearsal.
    """
    units = int(result.get("taken_out", 0))
    if units < 0:
        comes = ("{n} unité reviendra en stock.", "{n} unités reviendront en stock.")
        st.text(plural(*comes, -units))
    else:
        goes = ("{n} unité ressortira du stock.", "{n} unités ressortiront du stock.")
        st.text(plural(*goes, units))
    short(result.get("oversold", []))


def short(skus: list[str]) -> None:
    """Warn that more is sold of these references than there is; silent for none."""
    if skus:
        with st.container(horizontal=True, vertical_alignment="center"):
            label = _("Vendu au-delà du stock")
            st.badge(label, icon=":material/warning:", color="orange")
            st.text(", ".join(skus))


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
