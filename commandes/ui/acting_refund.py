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
from commandes.ui.acting_fields import amount, buttons, field, typed
from commandes.ui.framing import ACTOR
from commandes.words import N_, _, plural

if TYPE_CHECKING:
    from commandes.reports.detail import OrderDetail
    from commandes.store import Receipt
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
    if mode == "all":
        st.toggle(
            _("Remettre en stock"), value=True, key=field(order, "refund", "restock")
        )
    else:
        _units(order)
        if order.sums.shipping > 0:
            st.toggle(
                _("Rembourser aussi la livraison"), key=field(order, "refund", "ship")
            )
    st.text_input(_("Motif"), key=field(order, "refund", "reason"))
    asked = _asked(order)
    proposed = _proposed(here, order, asked)
    if proposed is None:
        buttons(_("Marquer comme remboursée"), acting.close_form, (), ready=False)
        return
    place = field(order, "refund", f"amount-{mode}-{proposed.result['amount']}")
    _money(order, proposed, place, mode)
    args = (Seen.of(order), acting.key(order.id, "refund"), order, asked, place)
    buttons(_("Marquer comme remboursée"), _refund, args)


def _money(order: OrderDetail, proposed: Receipt, place: str, mode: str) -> None:
    """The amount that the lines come to, to be changed, with what bounds it."""
    proposal = int(proposed.result["amount"])
    minor = amount(_("Montant"), proposal, order.currency, place)
    left = order.sums.paid - order.sums.refunded
    if mode == "all" and minor not in (None, proposal):
        st.text(
            _(
                "Remboursable au plus : {left}. Un autre montant est de l’argent "
                "seul : aucune unité ne revient en stock."
            ).format(left=words.money(left, order.currency))
        )
        return
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


def _asked(order: OrderDetail) -> dict[str, Any]:
    """What the form asks for, but for the amount; read where its fields keep it."""

    def kept(name: str, default: Any = None) -> Any:  # noqa: ANN401 (a field's value)
        return st.session_state.get(field(order, "refund", name), default)

    if kept("mode") != "lines":
        restock = None if kept("restock", default=True) else False
        return {"line_ids": None, "restock": restock}
    units = {line.id: int(kept(f"units-{line.id}", 0)) for line in order.lines}
    chosen = {line: count for line, count in units.items() if count}
    return {
        "line_ids": chosen,
        "restock": {line: bool(kept(f"back-{line}")) for line in chosen},
        "shipping": bool(kept("ship")),
    }


def _units(order: OrderDetail) -> None:
    """A quantity for each article that can still be refunded."""
    for line in order.lines:
        most = line.quantity - line.refunded_quantity
        if most <= 0:
            continue
        with st.container(horizontal=True, vertical_alignment="bottom"):
            named = [line.title, line.variant, line.sku]
            st.text(" · ".join(name for name in named if name), width="stretch")
            st.number_input(
                _("Quantité, sur {most}").format(most=words.number(most)),
                0,
                most,
                0,
                key=field(order, "refund", f"units-{line.id}"),
                width=150,
            )
            st.checkbox(
                _("Remettre en stock"),
                # A seat or a table of a day that is over cannot be sold again.
                value=line.service_at is None or line.service_at > datetime.now(UTC),
                key=field(order, "refund", f"back-{line.id}"),
                disabled=line.sku is None,
            )


def _proposed(here: Here, order: OrderDetail, asked: dict[str, Any]) -> Receipt | None:
    """What the refund would be, without making it; None, and why, where it cannot."""
    if asked["line_ids"] == {}:
        st.text(_("Choisissez les quantités à rembourser."))
        return None
    try:
        with here.store.rehearsing(ACTOR) as trial:
            return refunds.refund(trial, Order(id=order.id), **asked, actor=ACTOR)
    except CommandesError as error:
        st.text(error.message)
        return None


def _refund(
    seen: Seen, key: str, order: OrderDetail, shown: dict[str, Any], place: str
) -> None:
    asked = _asked(order)
    if asked != shown:
        # The amount on screen was that of other quantities.
        acting.say_look_again(seen.id)
        return
    minor = typed(st.session_state.get(place) or "", order.currency)
    if minor is None:
        acting.say_no_amount(seen.id)
        return
    proposal = int(place.rpartition("-")[2])
    reason = st.session_state.get(field(order, "refund", "reason")) or ""
    asked["reason"] = reason.strip()
    if minor != proposal:
        asked["amount"] = minor
    acting.act(seen, "refund", key, **asked)
