"""The forms of an order's panel: status, payment, tracking, note, cancel, restore."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from commandes import rules, words
from commandes.actions import carriers, refunds, status, tracking
from commandes.actions.orders import Order
from commandes.reports import orders
from commandes.ui import acting, acting_refund
from commandes.ui.acting import Seen
from commandes.ui.acting_fields import amount, buttons, field, leaving, paid_at, typed
from commandes.ui.framing import ACTOR
from commandes.words import _, plural

if TYPE_CHECKING:
    from collections.abc import Callable

    from commandes.reports.detail import OrderDetail
    from commandes.reports.parts import Shipment
    from commandes.settings import Settings
    from commandes.ui.framing import Here

OTHER = ""


def tags(here: Here, order: OrderDetail) -> None:
    """The order's tags: put on and taken off at once; a new name makes a new tag."""
    names = list(orders.tag_colors(here.snap))
    now = [tag.name for tag in order.tags]
    field = f"act-{order.id}-{order.version}-tags"
    st.multiselect(
        _("Étiquettes"),
        list(dict.fromkeys([*names, *now])),
        default=now,
        key=field,
        placeholder=_("Ajouter une étiquette"),
        accept_new_options=True,
        select_all=False,
        on_change=_tags_changed,
        args=(Seen.of(order), tuple(now), field),
    )


def _tags_changed(seen: Seen, before: tuple[str, ...], field: str) -> None:
    chosen = st.session_state[field]
    off = [name for name in before if name not in chosen]
    on = [name for name in chosen if name not in before]
    if not off and len(on) == 1:
        acting.act(seen, "tag", name=on[0])
    elif not on and len(off) == 1:
        acting.act(seen, "untag", name=off[0])
    else:
        acting.act(seen, "tags", on=on, off=off)


def state(order: OrderDetail) -> None:
    """« Changer le statut »; Annulé and the way back ask first."""
    # The order's status is what it shows, whatever was chosen: an action that waits for
    # its form, or is refused, has changed nothing. Under one key it keeps the focus.
    field = f"act-{order.id}-status"
    if st.session_state.get(field) != order.status:
        st.session_state[field] = order.status
    st.segmented_control(
        _("Changer le statut"),
        rules.STATUSES,
        key=field,
        format_func=lambda code: _(words.STATUS_WORDS[code]),
        required=True,
        on_change=_status_chosen,
        args=(Seen.of(order), order.status, field),
    )


def _status_chosen(seen: Seen, before: str, field: str) -> None:
    chosen = st.session_state.get(field)
    if chosen == "cancelled":
        acting.open_form(seen.id, "cancel")
    elif before == "cancelled":
        acting.open_form(seen.id, "restore")
    elif chosen:
        acting.act(seen, "status", status=chosen)


def pay(here: Here, order: OrderDetail) -> None:
    """« Marquer comme payée »: a whole payment, a deposit, a balance."""
    left = order.sums.total - order.sums.paid
    if order.sums.paid and left <= 0:
        st.text(_("Il ne reste rien à payer."))
        st.button(_("Fermer"), key="acting_close", on_click=acting.close_form)
        return
    names = {
        name: field(order, "pay", name)
        for name in ("amount", "day", "means", "provider", "reference")
    }
    today = datetime.now(here.settings.zone).date()
    with st.grid(2, min_column_width=200, gap="small"):
        amount(_("Montant"), left, order.currency, names["amount"])
        st.date_input(
            _("Date du paiement"),
            today,
            max_value=today,
            format="DD/MM/YYYY",
            key=names["day"],
        )
        st.text_input(
            _("Moyen de paiement"),
            key=names["means"],
            placeholder=_("Carte, virement, espèces…"),
        )
        st.text_input(
            _("Prestataire"), key=names["provider"], placeholder="Stripe, PayPal…"
        )
        st.text_input(_("Référence"), key=names["reference"])
    key = acting.key(order.id, "pay")
    args = (Seen.of(order), key, order.currency, names, here.settings)
    buttons(_("Marquer comme payée"), _pay, args)


def _pay(
    seen: Seen, key: str, currency: str, names: dict[str, str], settings: Settings
) -> None:
    told = {name: st.session_state.get(place) for name, place in names.items()}
    minor = typed(told.pop("amount") or "", currency)
    if minor is None:
        acting.say_no_amount(seen.id)
        return
    day: date = told.pop("day") or datetime.now(settings.zone).date()
    at = paid_at(day, settings)
    texts = {name: (text or "").strip() for name, text in told.items()}
    acting.act(seen, "pay", key, amount=minor, at=at, **texts)


def note(_here: Here, order: OrderDetail) -> None:
    """A note for the team."""
    name = field(order, "note", "text")
    st.text_area(_("Note"), key=name, height=90)
    args = (Seen.of(order), acting.key(order.id, "note"), name)
    buttons(_("Ajouter la note"), _note, args)


def _note(seen: Seen, key: str, name: str) -> None:
    if acting.act(seen, "note", key, text=st.session_state.get(name) or ""):
        st.session_state[name] = ""


def track(here: Here, order: OrderDetail, wrong: Shipment | None = None) -> None:
    """« Ajouter un numéro de suivi »: the form of the number suggests the carrier.

    Args:
        wrong: the parcel to correct; None adds one.
    """
    form = correction(wrong.id) if wrong else "track"
    names = {n: field(order, form, n) for n in ("number", "name", "url", "tell")}
    known = [carrier.name for carrier in carriers.known(here.store)]
    if wrong:
        st.session_state.setdefault(names["number"], wrong.number)
    number = st.text_input(
        _("Numéro de suivi"), key=names["number"], live="400ms", max_chars=100
    )
    suggested = tracking.suggest(number or "")
    if wrong and number == wrong.number and wrong.carrier in known:
        suggested = wrong.carrier
    proposed = suggested if suggested in known else None
    options = [*known, OTHER]
    # Another suggestion is another question.
    place_of = field(order, form, f"carrier-{proposed}")
    carrier = st.selectbox(
        _("Transporteur"),
        options,
        index=options.index(proposed) if proposed else None,
        key=place_of,
        format_func=lambda name: name or _("Autre transporteur"),
        placeholder=_("Choisissez le transporteur"),
        help=_("Proposé d’après la forme du numéro : à confirmer."),
    )
    if carrier == OTHER:
        st.text_input(_("Nom du transporteur"), key=names["name"], max_chars=60)
        st.text_input(
            _("Lien de suivi"), key=names["url"], placeholder="https://", max_chars=500
        )
    else:
        # Always one line: what stands below keeps its place while one types, or the
        # click that ends the typing would miss its button.
        url = tracking.link(here.store, carrier, number) if carrier and number else None
        st.text(_("Lien : {url}").format(url=url or "—"))
    if order.customer.email:
        st.toggle(
            _("Envoyer le numéro et le lien au client"), value=True, key=names["tell"]
        )
    else:
        st.text(_("Le client n’a pas d’e-mail : il ne sera pas prévenu."))
    asked = _Parcel(
        number, proposed, tuple(known), names, place_of, wrong.id if wrong else None
    )
    buttons(
        _("Corriger le numéro de suivi") if wrong else _("Ajouter le numéro de suivi"),
        _track,
        (Seen.of(order), acting.key(order.id, form), asked),
    )


@dataclass(frozen=True)
class _Parcel:
    """What a form for a parcel showed.

    Attributes:
        number: what was typed when it was drawn.
        proposed: the carrier that its form proposed.
        known: the carriers of the table.
        names: the keys of its fields.
        place_of: the key of the carrier.
        wrong: the id of the parcel that it corrects.
    """

    number: str | None
    proposed: str | None
    known: tuple[str, ...]
    names: dict[str, str]
    place_of: str
    wrong: int | None


def _track(seen: Seen, key: str, asked: _Parcel) -> None:
    told = {name: st.session_state.get(place) for name, place in asked.names.items()}
    carrier = st.session_state.get(asked.place_of)
    if told["number"] != asked.number and carrier == asked.proposed:
        # Typed and confirmed before it was drawn, and no carrier chosen by hand: it is
        # the one that the form of the number proposes, as it would have been.
        suggested = tracking.suggest(told["number"] or "")
        carrier = suggested if suggested in asked.known else None
    if carrier is None:
        acting.say_no_carrier(seen.id)
        return
    corrects = {} if asked.wrong is None else {"shipment_id": asked.wrong}
    done = acting.act(
        seen,
        "track" if asked.wrong is None else "retrack",
        key,
        **corrects,
        carrier=carrier or told["name"] or "",
        number=told["number"] or "",
        url=(told["url"] or None) if carrier == OTHER else None,
        tell=bool(told["tell"]),
    )
    if done:
        for place in asked.names.values():
            st.session_state.pop(place, None)


def cancel(here: Here, order: OrderDetail) -> None:
    """« Annuler »: what comes back to stock, and the refund of a paid order."""
    kept = field(order, "cancel", "restock")
    restock = st.toggle(
        _("Remettre en stock ce que la commande retient encore"),
        value=True,
        key=kept,
        help=_(
            "Une place, une table ou un créneau dont la date est passée reste pris."
        ),
    )
    asked = None if restock else False
    with here.store.rehearsing(ACTOR) as trial:
        back = status.cancel(trial, Order(id=order.id), restock=asked, actor=ACTOR)
    units = int(back.result.get("restocked", 0))
    st.text(
        plural(
            "{n} unité reviendra en stock.", "{n} unités reviendront en stock.", units
        )
    )
    left = order.sums.paid - order.sums.refunded
    refund = field(order, "cancel", "refund")
    if left > 0:
        st.toggle(
            _("Marquer aussi comme remboursée ({amount})").format(
                amount=words.money(left, order.currency).replace("$", "\\$")
            ),
            key=refund,
            help=_("L’argent est à rendre à la main chez le prestataire de paiement."),
        )
    buttons(
        _("Annuler la commande"),
        _cancel,
        (Seen.of(order), acting.key(order.id, "cancel"), kept, refund),
    )


def _cancel(seen: Seen, key: str, kept: str, refund: str) -> None:
    restock = None if st.session_state.get(kept, True) else False
    verb = "cancel_refund" if st.session_state.get(refund) else "cancel"
    acting.act(seen, verb, key, restock=restock)


def restore(here: Here, order: OrderDetail) -> None:
    """« Rétablir »: the status before, and the stock that leaves again."""
    with here.store.rehearsing(ACTOR) as trial:
        found = status.restore(trial, Order(id=order.id), actor=ACTOR)
    leaving(found.result)
    args = (Seen.of(order), acting.key(order.id, "restore"))
    buttons(_("Rétablir la commande"), _restore, args)


def _restore(seen: Seen, key: str) -> None:
    acting.act(seen, "restore", key)


def unrefund(here: Here, order: OrderDetail, refund_id: int) -> None:
    """« Retirer la marque »: the stock that leaves again."""
    which = Order(id=order.id)
    with here.store.rehearsing(ACTOR) as trial:
        found = refunds.unrefund(trial, which, refund_id=refund_id, actor=ACTOR)
    leaving(found.result)
    key = acting.key(order.id, taking_back(refund_id))
    args = (Seen.of(order), "unrefund", key, {"refund_id": refund_id})
    buttons(_("Retirer la marque de remboursement"), acting.do, args)


FORMS: dict[str, Callable[[Here, OrderDetail], None]] = {
    "pay": pay,
    "note": note,
    "track": track,
    "cancel": cancel,
    "restore": restore,
    "refund": acting_refund.form,
}


def correction(shipment_id: int) -> str:
    """The code of the form that corrects a parcel."""
    return f"retrack:{shipment_id}"


def taking_back(refund_id: int) -> str:
    """The code of the form that takes a refund mark back."""
    return f"unrefund:{refund_id}"


def _of_parts(order: OrderDetail) -> dict[str, Callable[[Here, OrderDetail], None]]:
    """The forms of this order's parcels and open marks, by their codes."""
    parcels = {correction(s.id): partial(track, wrong=s) for s in order.shipments}
    marks = {
        taking_back(mark.id): partial(unrefund, refund_id=mark.id)
        for mark in order.refunds
        if mark.state == "to_do" and mark.voided_at is None
    }
    return {**parcels, **marks}


def known(order: OrderDetail, code: str) -> bool:
    """Whether a code is one of FORMS, or of a part that this order has."""
    return code in FORMS or code in _of_parts(order)


def draw(here: Here, order: OrderDetail, code: str) -> None:
    """Draw the form of a code that is known."""
    {**FORMS, **_of_parts(order)}[code](here, order)
