"""Acting on one order: what the panel offers, and what became of it.

An action runs in the callback of its button, on the version that was on screen, with
a key that was made when its form was drawn: a double click does it once.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from commandes.actions import bulk, payments, refunds, tags, tracking
from commandes.actions.orders import Order
from commandes.errors import CommandesError
from commandes.ui import language
from commandes.ui.framing import ACTOR
from commandes.ui.house import open_house
from commandes.words import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable

    from commandes.reports.detail import OrderDetail
    from commandes.store import Receipt

_FORM = "acting_form"
_SAID = "acting_said"
_KEYS = "acting_keys"
ACTED = "acting_acted"

# What a selection can have done to it, and what takes one order with its parts.
ACTS: dict[str, Callable[..., Receipt]] = {
    **bulk.ACTS,
    "tags": tags.change,
    "cancel_refund": refunds.cancel,
    "void": payments.void,
    "track": tracking.track,
    "retrack": tracking.change,
    "untrack": tracking.remove,
    "recall": tracking.recall,
}
DONE = {
    "tag": N_("Étiquette ajoutée."),
    "untag": N_("Étiquette retirée."),
    "tags": N_("Étiquettes changées."),
    "status": N_("Statut changé."),
    "archive": N_("Commande archivée."),
    "unarchive": N_("Commande désarchivée."),
    "cancel": N_("Commande annulée."),
    "cancel_refund": N_(
        "Commande annulée et marquée comme remboursée : l’argent reste à rendre."
    ),
    "restore": N_("Commande rétablie."),
    "refund": N_("Marquée comme remboursée : l’argent reste à rendre."),
    "unrefund": N_("Marque de remboursement retirée."),
    "pay": N_("Paiement noté."),
    "void": N_("Paiement retiré."),
    "note": N_("Note ajoutée."),
    "track": N_("Numéro de suivi ajouté."),
    "retrack": N_("Numéro de suivi corrigé."),
    "untrack": N_("Numéro de suivi retiré."),
    "recall": N_("Numéro de suivi retiré, le message au client ne partira pas."),
}


@dataclass(frozen=True)
class Seen:
    """An order as it was on screen: an action is about this version of it."""

    id: int
    version: int

    @classmethod
    def of(cls, order: OrderDetail) -> Seen:
        """The order as it is drawn now."""
        return cls(order.id, order.version)


def key(order_id: int, verb: str) -> str:
    """The idempotency key of a form, the same until its action has answered."""
    keys: dict[tuple[int, str], str] = st.session_state.setdefault(_KEYS, {})
    return keys.setdefault((order_id, verb), secrets.token_urlsafe(16))


def act(seen: Seen, verb: str, key: str | None = None, **arguments: Any) -> bool:  # noqa: ANN401 (each action has its own)
    """Do an action and keep what it answers for the panel; whether it was done.

    For callbacks: nothing is drawn here.
    """
    language.use_readers()
    order = Order(id=seen.id, version=seen.version)
    try:
        receipt = ACTS[verb](
            open_house().store, order, **arguments, actor=ACTOR, key=key
        )
    except CommandesError as error:
        say(seen.id, error.message, error.what_to_do)
        return False
    keys: dict[tuple[int, str], str] = st.session_state.get(_KEYS, {})
    st.session_state[_KEYS] = {k: kept for k, kept in keys.items() if kept != key}
    say(seen.id, receipt.message or _(DONE[verb]))
    st.session_state[ACTED] = True
    st.session_state.pop(_FORM, None)
    return True


def do(seen: Seen, verb: str, key: str, arguments: dict[str, Any]) -> None:
    """The same as `act`, for a button that asks nothing more."""
    act(seen, verb, key, **arguments)


def say(order_id: int, message: str, advice: str = "") -> None:
    """Keep a sentence for the panel of an order; with advice, something was refused."""
    st.session_state[_SAID] = (order_id, message, advice)


def say_no_amount(order_id: int) -> None:
    """What was typed as an amount is none."""
    say(
        order_id,
        _("Le montant n’est pas lisible."),
        _("Rien n’a été changé. Écrivez-le comme 12,50, puis confirmez."),
    )


def say_no_carrier(order_id: int) -> None:
    """The form of the number proposes no carrier, and none was chosen."""
    say(
        order_id,
        _("Le transporteur n’est pas choisi."),
        _("Rien n’a été changé. Choisissez-le, puis confirmez."),
    )


def say_changed(order_id: int) -> None:
    """What was asked for makes no sense for the order as it is now."""
    say(
        order_id,
        _("La commande a changé entre-temps."),
        _("Rien n’a été fait. Relisez-la : elle s’affiche telle qu’elle est."),
    )


def say_look_again(order_id: int) -> None:
    """The form changed in the very moment of the click."""
    say(
        order_id,
        _("Le formulaire venait de changer."),
        _("Rien n’a été changé. Vérifiez ce qu’il propose, puis confirmez."),
    )


def said(order_id: int) -> None:
    """Draw what the last action on this order answered, once."""
    kept = st.session_state.get(_SAID)
    if kept is None or kept[0] != order_id:
        return
    del st.session_state[_SAID]
    _id, message, advice = kept
    with st.container(border=True, key="acting_said"):
        if advice:
            st.badge(_("Impossible"), icon=":material/error:", color="red")
            st.text(message)
            st.text(advice)
        else:
            st.badge(_("Fait"), icon=":material/check_circle:", color="green")
            st.text(message)


def open_form(order_id: int, form: str) -> None:
    """Show a form in the panel of an order."""
    st.session_state[_FORM] = (order_id, form)


def close_form() -> None:
    """Put the form away; nothing was done."""
    st.session_state.pop(_FORM, None)


def form_of(order_id: int) -> str | None:
    """The form that is open in the panel of this order."""
    kept = st.session_state.get(_FORM)
    return kept[1] if kept is not None and kept[0] == order_id else None


def acted() -> bool:
    """Whether anything was done since this was asked last."""
    return bool(st.session_state.pop(ACTED, False))
