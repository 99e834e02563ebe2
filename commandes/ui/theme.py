"""How codes look: a mark and a colour each, so that colour never speaks alone."""

from __future__ import annotations

from typing import Literal, get_args

from commandes.words import MODULE_WORDS, N_, PAYMENT_WORDS, STATUS_WORDS, _

Color = Literal["red", "orange", "yellow", "blue", "green", "violet", "gray", "grey"]

# Names of Streamlit's palette follow the light and the dark theme.
_STATUS: dict[str, tuple[str, Color]] = {
    "new": ("●", "blue"),
    "in_progress": ("◐", "orange"),
    "done": ("✓", "green"),
    "cancelled": ("✕", "gray"),
}
_PAYMENT: dict[str, tuple[str, Color]] = {
    "unpaid": ("○", "red"),
    "paid": ("✓", "green"),
    "paid_partly_refunded": ("↺", "green"),
    "partly_refunded": ("↺", "orange"),
    "refunded": ("↺", "violet"),
    "refunded_to_do": ("↺", "red"),
    "abandoned": ("✕", "gray"),
    "pending": ("◔", "orange"),
}
_PAYMENT_WORDS = {
    **PAYMENT_WORDS,
    "paid_partly_refunded": N_("Payée · remboursée en partie"),
    "refunded_to_do": N_("Remboursée · à effectuer"),
}
# Teal is no name of Streamlit's palette: translucent, so that it suits both themes.
_TAG = {"teal": "#14B8A655"}

STATUS_ICONS = {
    "new": ":material/fiber_new:",
    "in_progress": ":material/pending:",
    "done": ":material/check_circle:",
    "cancelled": ":material/cancel:",
}
PAYMENT_ICONS = {
    "unpaid": ":material/radio_button_unchecked:",
    "paid": ":material/paid:",
    "paid_partly_refunded": ":material/paid:",
    "partly_refunded": ":material/undo:",
    "refunded": ":material/undo:",
    "refunded_to_do": ":material/undo:",
    "abandoned": ":material/remove_shopping_cart:",
    "pending": ":material/schedule:",
}


def status_label(code: str) -> str:
    """A status with its mark, for a table's cell."""
    return f"{_STATUS[code][0]} {_(STATUS_WORDS[code])}"


def payment_label(code: str) -> str:
    """A payment status of `shown_payment` with its mark, for a table's cell."""
    return f"{_PAYMENT[code][0]} {_(_PAYMENT_WORDS[code])}"


def payment_words(code: str) -> str:
    """A payment status of `shown_payment` in words."""
    return _(_PAYMENT_WORDS[code])


def status_color(code: str) -> Color:
    """The colour's name of a status."""
    return _STATUS[code][1]


def payment_color(code: str) -> Color:
    """The colour's name of a payment status of `shown_payment`."""
    return _PAYMENT[code][1]


def tag_color(color: str) -> str:
    """How Streamlit calls a colour of rules.TAG_COLORS."""
    return _TAG.get(color, color)


def tag_badge(color: str) -> Color:
    """The nearest colour that a badge may have."""
    return next((name for name in get_args(Color) if name == color), "green")


def module_words(code: str) -> str:
    """A module's name on screen."""
    return _(MODULE_WORDS[code])


# In a narrow column the end of a long name would be cut, which tells two apart.
_SHORT_MODULES = {
    "pricing": N_("Tarifs"),
    "restaurant": N_("Restaurant"),
    "booking": N_("Créneaux"),
}


def short_module(code: str) -> str:
    """A module's name in the list of orders."""
    return _(_SHORT_MODULES.get(code, MODULE_WORDS[code]))


def shown_payment(payment: str, refunded: int, refunds_to_do: int) -> str:
    """What the payment badge says: the status, and refunds in part or still to make.

    Args:
        payment: a code of rules.PAYMENT_STATUSES.
        refunded: the refunds that stand, in minor units.
        refunds_to_do: how many real refunds are still to be made.
    """
    if payment == "refunded":
        return "refunded_to_do" if refunds_to_do else "refunded"
    if refunded:
        return "paid_partly_refunded" if payment == "paid" else "partly_refunded"
    return payment


def status_colors() -> dict[str, Color]:
    """Every status label with its colour."""
    return {status_label(code): color for code, (_mark, color) in _STATUS.items()}


def payment_colors() -> dict[str, Color]:
    """Every payment label with its colour."""
    return {payment_label(code): color for code, (_mark, color) in _PAYMENT.items()}
