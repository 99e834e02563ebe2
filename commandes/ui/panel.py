"""One order with everything: the drawer that Infos opens, and the page of its link.

Whatever customers or sources wrote is shown with st.text or in cells of a table,
never in a label, a title or Markdown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from commandes import access, words
from commandes.reports import detail, orders
from commandes.ui import (
    acting,
    acting_forms,
    activity,
    conversation,
    dialogs,
    listing,
    parts,
    personal_data,
    reading,
    theme,
)
from commandes.ui.acting import Seen
from commandes.ui.login import named
from commandes.ui.parts import addresses, amounts, facts, lines, moment, services
from commandes.ui.plain import plain
from commandes.words import N_, _, plural

if TYPE_CHECKING:
    from collections.abc import Callable

    from commandes.reports.detail import OrderDetail
    from commandes.ui.framing import Here

FICHE = "pages/commandes/fiche.py"
LIST = "pages/commandes/liste.py"
WIDTH = 760
_OPEN = "panel_order"

# « Autres actions »: code, icon, words.
_ACTIONS = {
    "pay": (":material/paid:", N_("Marquer comme payée")),
    "refund": (":material/undo:", N_("Rembourser")),
    "cancel": (":material/cancel:", N_("Annuler")),
    "restore": (":material/restore:", N_("Rétablir")),
    "archive": (":material/archive:", N_("Archiver")),
    "unarchive": (":material/unarchive:", N_("Désarchiver")),
    "note": (":material/sticky_note_2:", N_("Ajouter une note")),
}


def drawer(order_id: int) -> None:
    """Open the drawer of an order, by its id."""
    st.session_state[_OPEN] = order_id
    reading.anew()

    dialogs.show(
        _("Commande"), _opened, position="right", width=WIDTH, on_dismiss=_closed
    )


def _opened(here: Here) -> None:
    found = detail.order_by_id(here.store, st.session_state[_OPEN])
    _way(here, found)
    show(here, found, st.title, lambda: st.rerun(scope="fragment"))


def _closed() -> None:
    """The list shows what was done in the drawer."""
    if acting.acted():
        listing.reload()
    acting.close_form()


def _way(here: Here, order: OrderDetail) -> None:
    """To the orders beside this one in the list, and to its own page."""
    with st.container(horizontal=True, vertical_alignment="center", key="panel_way"):
        other = _beside(here, order)
        if other is not None:
            st.session_state[_OPEN] = other
            st.rerun(scope="fragment")
        st.page_link(
            FICHE,
            label=_("Ouvrir la fiche"),
            icon=":material/open_in_new:",
            query_params={"commande": order.number, "source": order.source},
        )


def way_of_page(here: Here, order: OrderDetail) -> None:
    """The same on the order's own page: back to the list, and on within it."""
    with st.container(horizontal=True, vertical_alignment="center", key="page_way"):
        st.page_link(
            LIST, label=_("Toutes les commandes"), icon=":material/arrow_back:"
        )
        other = _beside(here, order)
    if other is not None:
        found = detail.order_by_id(here.store, other)
        st.query_params.from_dict({"commande": found.number, "source": found.source})
        st.rerun()


def _beside(here: Here, order: OrderDetail) -> int | None:
    """Buttons to the orders beside this one; the one that was just asked for."""
    for step, label, icon in (
        (-1, _("Précédente"), ":material/chevron_left:"),
        (1, _("Suivante"), ":material/chevron_right:"),
    ):
        there = listing.has_neighbour(order.id, step)
        if st.button(label, key=f"panel_{step}", icon=icon, disabled=not there):
            return listing.neighbour(here, order.id, step)
    return None


def show(
    here: Here,
    order: OrderDetail,
    heading: Callable[..., object],
    again: Callable[[], None],
) -> None:
    """Everything about an order, from who ordered to what happened, and its actions.

    Args:
        heading: draws a section's title; a drawer makes headings smaller than a page.
        again: draws all this again.
    """
    zone = here.settings.timezone
    reading.opened(here, "order", order.id)
    _head(order, zone)
    _actions(here, order, again)
    for title, draw, there in (
        (_("Informations client"), _customer, True),
        (_("Articles"), _articles, True),
        (_("Récapitulatif"), _summary, True),
        (_("Paiements"), _payments, True),
        (_("Remboursements"), _refunds, bool(order.refunds)),
        (_("Suivi"), _parcels, True),
        (_("Notes"), _notes, bool(order.notes)),
        (_("Activité de la commande"), _activity, True),
    ):
        if there:
            heading(title, anchor=False)
            draw(order, zone)
    personal_data.way(order)
    others = orders.of_customer(here.snap, order.customer.email, but=order.id)
    if not others.is_empty():
        heading(_("Autres commandes de ce client"), anchor=False)
        parts.other_orders(others, zone)


def _actions(here: Here, order: OrderDetail, again: Callable[[], None]) -> None:
    """What can be done with the order, the form that was asked for, its answer."""
    form = acting.form_of(order.id)
    if form is None:
        acting.said(order.id)
    if access.may("orders.status"):
        acting_forms.state(order)
    if access.may("orders.tag"):
        acting_forms.tags(here, order)
    with st.container(horizontal=True, vertical_alignment="center", key="panel_acts"):
        if access.may("orders.track"):
            st.button(
                _("Ajouter un numéro de suivi"),
                key="panel_add_tracking",
                icon=":material/local_shipping:",
                on_click=acting.open_form,
                args=(order.id, "track"),
            )
        count = len(order.messages)
        st.button(
            f"{_('Conversation')} · {words.number(count)}"
            if count
            else _("Conversation"),
            key="panel_conversation",
            icon=":material/forum:",
            on_click=acting.open_form,
            args=(order.id, "conversation"),
        )
        offered = _offered(order)
        st.menu_button(
            _("Autres actions"),
            offered,
            key="panel_more",
            format_func=lambda code: f"{_ACTIONS[code][0]} {_(_ACTIONS[code][1])}",
            on_click=_chosen,
            args=(Seen.of(order),),
        )
    if form in ("cancel", "restore") and form not in offered:
        acting.close_form()
        acting.say_changed(order.id)
    elif form == "conversation":
        with st.container(border=True, key="acting_form"):
            conversation.thread(here, order, again)
            if access.may("orders.message"):
                conversation.compose(here, order, again)
            st.button(_("Fermer"), key="acting_close", on_click=acting.close_form)
    elif form and acting_forms.known(order, form):
        with st.container(border=True, key="acting_form"):
            acting_forms.draw(here, order, form)
    # Beside the form's button: on a telephone, the top is out of sight.
    if form is not None:
        acting.said(order.id)


def _offered(order: OrderDetail) -> list[str]:
    """The codes of what makes sense for this order now."""
    owed = order.sums.total - order.sums.paid
    there = {
        "pay": owed > 0 or not order.payments,
        "refund": order.sums.paid > order.sums.refunded,
        "cancel": order.status != "cancelled",
        "restore": order.status == "cancelled",
        "archive": order.archived_at is None,
        "unarchive": order.archived_at is not None,
        "note": True,
    }
    return [code for code in _ACTIONS if there[code] and access.may_do(code)]


def _chosen(seen: Seen) -> None:
    code = st.session_state["panel_more"]
    if code in acting_forms.FORMS:
        acting.open_form(seen.id, code)
    else:
        acting.act(seen, code)


def _head(order: OrderDetail, zone: str) -> None:
    payment = theme.shown_payment(
        order.payment,
        order.sums.refunded,
        sum(r.state == "to_do" and r.voided_at is None for r in order.refunds),
    )
    with st.container(horizontal=True, vertical_alignment="center", key="panel_head"):
        st.text(_("N° {number}").format(number=order.number))
        st.badge(
            _(words.STATUS_WORDS[order.status]),
            icon=theme.STATUS_ICONS[order.status],
            color=theme.status_color(order.status),
        )
        st.badge(
            theme.payment_words(payment),
            icon=theme.PAYMENT_ICONS[payment],
            color=theme.payment_color(payment),
        )
        if order.archived_at:
            st.badge(_("Archivée"), icon=":material/archive:", color="gray")
        if order.is_open_cart:
            st.badge(_("Panier"), icon=":material/shopping_cart:", color="gray")
        for tag in order.tags:
            color = theme.tag_badge(tag.color)
            st.badge(plain(tag.name), icon=":material/label:", color=color)
    facts(
        {
            _("Date"): moment(order.placed_at, zone),
            _("Module"): theme.module_words(order.module),
            _("Total"): words.money(order.sums.total, order.currency),
            _("Source"): order.source,
            _("Canal de vente"): order.channel,
        }
    )


def _customer(order: OrderDetail, zone: str) -> None:
    customer = order.customer
    if order.erased_at:
        said = _("Les données personnelles de ce client ont été effacées le {moment}.")
        st.text(said.format(moment=moment(order.erased_at, zone)))
        return
    consent = {None: None, True: _("Oui"), False: _("Non")}
    facts(
        {
            _("Nom complet"): customer.name,
            _("Téléphone"): customer.phone,
            _("Accepte les offres"): consent[customer.marketing_consent],
            _("Adresse IP"): customer.ip_address,
            _("Navigateur"): customer.browser or customer.user_agent,
            _("Système"): customer.system,
        }
    )
    parts.copied({_("E-mail"): customer.email, _("N° de commande"): order.number})
    addresses(customer)


def _articles(order: OrderDetail, zone: str) -> None:
    lines(order)
    services(order, zone)


def _summary(order: OrderDetail, zone: str) -> None:
    del zone
    sums, currency = order.sums, order.currency
    included = sums.tax_included
    rows = [
        (_("Sous-total des articles"), sums.subtotal, True),
        (_("Remise"), -sums.discount, bool(sums.discount)),
        (_("Livraison"), sums.shipping, True),
        (_("Frais"), sums.fees, bool(sums.fees)),
        (_("Pourboire"), sums.tip, bool(sums.tip)),
        (_("Taxes"), sums.tax, not included),
        (_("Écart avec le total de la source"), sums.gap, bool(sums.gap)),
        (_("Total"), sums.total, True),
        (_("dont taxes"), sums.tax, included),
        (_("Carte cadeau"), sums.gift_card, bool(sums.gift_card)),
        (_("Payé"), sums.paid, True),
        (_("Remboursé"), -sums.refunded, bool(sums.refunded)),
    ]
    amounts([(label, value) for label, value, shown in rows if shown], currency)
    if sums.discount_codes:
        facts({_("Codes de réduction"): sums.discount_codes})
    if sums.gap:
        st.caption(
            _("Les montants donnés par la source ne s’additionnent pas à son total."),
        )


def _payments(order: OrderDetail, zone: str) -> None:
    if not order.payments:
        st.caption(_("Aucun paiement enregistré."))
    for payment in order.payments:
        at = moment(payment.at, zone)
        facts(
            {
                _("Date"): at
                if payment.at_given
                else _("{date} (celle de la commande)").format(date=at),
                _("Montant"): words.money(payment.amount, order.currency),
                _("Moyen"): _joined(payment.means, payment.provider),
                _("Référence"): payment.reference,
                **({_("État"): _("retiré")} if payment.voided_at else {}),
            }
        )
        if payment.origin == "here" and payment.voided_at is None:
            _take_back(order, "void", payment_id=payment.id)


def _refunds(order: OrderDetail, zone: str) -> None:
    states = {"to_do": _("à effectuer chez le prestataire"), "done": _("effectué")}
    for refund in order.refunds:
        units = sum(line.quantity for line in refund.lines)
        facts(
            {
                _("Marqué le"): moment(refund.marked_at, zone)
                if refund.marked_at
                else _("{date} (celle de la commande)").format(
                    date=moment(order.placed_at, zone)
                ),
                _("Montant"): words.money(refund.amount, order.currency),
                _("État"): _("marque retirée")
                if refund.voided_at
                else states[refund.state],
                _("Articles"): plural("{n} unité", "{n} unités", units)
                if units
                else None,
                _("Motif"): refund.reason,
                _("Référence"): _joined(refund.provider, refund.reference),
            },
            skip_missing=True,
        )
        to_do = refund.state == "to_do" and refund.voided_at is None
        if to_do and refund.origin == "here":
            _opens(
                order,
                _("Retirer la marque"),
                ":material/redo:",
                key=f"panel_unrefund_{refund.id}",
                form=acting_forms.taking_back(refund.id),
            )


def _opens(order: OrderDetail, label: str, icon: str, *, key: str, form: str) -> None:
    """A quiet button that opens a form of the panel."""
    st.button(
        label,
        key=key,
        icon=icon,
        type="tertiary",
        on_click=acting.open_form,
        args=(order.id, form),
    )


# What takes one thing back: icon, words and the question by action.
_BACK = {
    "void": (
        ":material/money_off:",
        N_("Retirer ce paiement"),
        N_("Retirer ce paiement ? Il ne comptera plus comme encaissé."),
    ),
    "untrack": (
        ":material/delete:",
        N_("Retirer ce numéro"),
        N_("Retirer ce numéro ? Le client n’en est pas prévenu."),
    ),
    "recall": (
        ":material/cancel_schedule_send:",
        N_("Retirer ce numéro et le message en attente"),
        N_("Retirer ce numéro et le message au client, qui n’est pas encore parti ?"),
    ),
}


# Their actions, by the name that the store knows, where it is another.
_ACTIONS_BACK = {"void": "void_payment", "recall": "recall_track"}


def _take_back(order: OrderDetail, verb: str, **about: Any) -> None:  # noqa: ANN401 (an id or a number)
    """A button that takes back one payment or parcel, once that is confirmed.

    The question stands where the button stood: « Non » in its place, so that a double
    click takes nothing back.
    """
    if not access.may_do(_ACTIONS_BACK.get(verb, verb)):
        return
    which = "-".join(map(str, about.values()))
    icon, label, question = _BACK[verb]
    name = f"panel_{verb}_{which}"
    form = f"{verb}:{which}"
    if acting.form_of(order.id) != form:
        _opens(order, _(label), icon, key=name, form=form)
        return
    st.text(_(question))
    with st.container(horizontal=True):
        st.button(_("Non"), key=name, on_click=acting.close_form)
        st.button(
            _(label),
            key=f"{name}_yes",
            icon=icon,
            type="primary",
            on_click=acting.do,
            args=(Seen.of(order), verb, acting.key(order.id, f"{verb}-{which}"), about),
        )


def _parcels(order: OrderDetail, zone: str) -> None:
    """The parcels, each with the way to take its number off."""
    if not order.shipments:
        st.caption(_("Aucun numéro de suivi."))
    for shipment in order.shipments:
        parts.shipment(shipment, zone)
        if not access.may("orders.track"):
            continue
        with st.container(horizontal=True):
            _opens(
                order,
                _("Corriger"),
                ":material/edit:",
                key=f"panel_retrack_{shipment.id}",
                form=acting_forms.correction(shipment.id),
            )
            _take_back(order, "untrack", number=shipment.number)
            waiting = order.waiting_about(shipment.id)
            if waiting is not None:
                number = shipment.number
                _take_back(order, "recall", number=number, message_id=waiting)


def _joined(*texts: str | None) -> str | None:
    return " · ".join(text for text in texts if text) or None


def _notes(order: OrderDetail, zone: str) -> None:
    for note in order.notes:
        with st.container(border=True):
            who = _("Client") if note.author == "client" else named(note.author)
            st.text(f"{who} · {moment(note.at, zone)}")
            st.text(note.text)


def _activity(order: OrderDetail, zone: str) -> None:
    day = None
    for entry in reversed(order.timeline):
        at = words.moment(entry.at, zone)
        if at[:10] != day:
            day = at[:10]
            st.caption(day)
        with st.container(horizontal=True, gap="small"):
            st.markdown(activity.icon(entry), width="content")
            said = activity.sentence(entry, order.currency)
            st.text(f"{at[11:]}  {said} · {activity.author(entry)}")
