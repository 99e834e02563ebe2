"""The refund form: the internal mark, whole or per article, with its restock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from commandes import words
from commandes.actions import refunds
from commandes.actions.orders import Order
from commandes.errors import CommandesError
from commandes.ui import acting
from commandes.ui.acting import Seen
from commandes.ui.acting_fields import amount, buttons, field
from commandes.ui.framing import ACTOR
from commandes.words import N_, _, plural

if TYPE_CHECKING:
    from commandes.reports.detail import OrderDetail
    from commandes.ui.framing import Here

MODES = {"all": N_("Tout ce qui reste"), "lines": N_("Par article")}


def form(here: Here, order: OrderDetail) -> None:
    """« Rembourser »: the internal mark, whole or per article; the stock rises."""
    st.badge(
        _("Marque interne : l’argent est à rendre à la main"),
        icon=":material/warning:",
        color="orange",
    )
    st.text(
        _(
            "Rendez l’argent chez votre prestataire de paiement (PayPal, Stripe…). La "
            "commande reste dans « Remboursements à effectuer » jusqu’à ce que ce soit "
            "noté."
        )
    )
    mode = st.segmented_control(
        _("Que rembourser"),
        list(MODES),
        default="all",
        key=field(order, "refund", "mode"),
        format_func=lambda code: _(MODES[code]),
        required=True,
    )
    asked: dict[str, Any] = {"line_ids": None, "restock": _restocking(order, mode)}
    if mode == "lines":
        asked["line_ids"] = _units(order)
        asked["shipping"] = order.sums.shipping > 0 and st.toggle(
            _("Rembourser aussi la livraison"), key=field(order, "refund", "ship")
        )
    reason = st.text_input(_("Motif"), key=field(order, "refund", "reason"))
    asked["reason"] = (reason or "").strip()
    proposed = _proposed(here, order, asked)
    if proposed is None:
        buttons(_("Marquer comme remboursée"), acting.close_form, (), ready=False)
        return
    key = field(order, "refund", f"amount-{mode}-{proposed.result['amount']}")
    left = order.sums.paid - order.sums.refunded
    minor = amount(_("Montant"), proposed.result["amount"], order.currency, key)
    st.text(
        _("Remboursable au plus : {left}. {units}").format(
            left=words.money(left, order.currency),
            units=plural(
                "{n} unité revient en stock.",
                "{n} unités reviennent en stock.",
                proposed.result["restocked"],
            ),
        )
    )
    if minor is not None and minor != proposed.result["amount"]:
        if mode == "all":
            st.text(_("Un autre montant est de l’argent seul : aucune unité ne bouge."))
        asked["amount"] = minor
    buttons(
        _("Marquer comme remboursée"),
        _refund,
        (Seen.of(order), acting.key(order.id, "refund"), asked),
        ready=minor is not None,
    )


def _restocking(order: OrderDetail, mode: str) -> bool | dict[int, bool] | None:
    """Whether units come back: for all at once, or ticked line by line."""
    if mode == "all":
        back = st.toggle(
            _("Remettre en stock"), value=True, key=field(order, "refund", "restock")
        )
        return None if back else False
    return {}


def _units(order: OrderDetail) -> dict[int, int]:
    """A quantity for each article that can still be refunded."""
    units = {}
    for line in order.lines:
        most = line.quantity - line.refunded_quantity
        if most <= 0:
            continue
        with st.container(horizontal=True, vertical_alignment="bottom"):
            named = [line.title, line.variant, line.sku]
            st.text(" · ".join(name for name in named if name), width="stretch")
            units[line.id] = int(
                st.number_input(
                    _("Quantité, sur {most}").format(most=words.number(most)),
                    0,
                    most,
                    0,
                    key=field(order, "refund", f"units-{line.id}"),
                    width=150,
                )
            )
            st.checkbox(
                _("Remettre en stock"),
                # A seat or a table of a day that is over cannot be sold again.
                value=line.service_at is None or line.service_at > datetime.now(UTC),
                key=field(order, "refund", f"back-{line.id}"),
                disabled=line.sku is None,
            )
    return {line: count for line, count in units.items() if count}


def _proposed(here: Here, order: OrderDetail, asked: dict[str, Any]) -> Any:  # noqa: ANN401 (a receipt)
    """What the refund would be, without making it; None, and why, where it cannot."""
    if asked["line_ids"] is not None:
        asked["restock"] = {
            line: bool(
                st.session_state.get(field(order, "refund", f"back-{line}"), True)
            )
            for line in asked["line_ids"]
        }
        if not asked["line_ids"]:
            st.text(_("Choisissez les quantités à rembourser."))
            return None
    try:
        with here.store.rehearsing(ACTOR) as trial:
            return refunds.refund(trial, Order(id=order.id), **asked, actor=ACTOR)
    except CommandesError as error:
        st.text(error.message)
        return None


def _refund(seen: Seen, key: str, asked: dict[str, Any]) -> None:
    acting.act(seen, "refund", key, **asked)
