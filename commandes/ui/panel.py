"""One order with everything: the drawer that Infos opens, and the page of its link.

Whatever customers or sources wrote is shown with st.text or in cells of a table,
never in a label, a title or Markdown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from commandes import words
from commandes.reports import detail
from commandes.ui import activity, theme
from commandes.ui.framing import part
from commandes.ui.parts import (
    addresses,
    amounts,
    facts,
    lines,
    moment,
    services,
    shipments,
)
from commandes.ui.plain import plain
from commandes.words import _, plural

if TYPE_CHECKING:
    from collections.abc import Callable

    from commandes.reports.detail import OrderDetail
    from commandes.settings import Settings

WIDTH = 760


def drawer(order_id: int) -> None:
    """Open the drawer of an order, by its id."""

    @st.dialog(_("Commande"), position="right", width=WIDTH)
    def opened() -> None:
        # A dialog runs again alone, without its page: it has a frame of its own.
        with part() as here:
            found = detail.order_by_id(here.store, order_id)
            st.page_link(
                "pages/commandes/fiche.py",
                label=_("Ouvrir la fiche"),
                icon=":material/open_in_new:",
                query_params={"commande": found.number, "source": found.source},
            )
            show(found, here.settings, st.title)

    opened()


def show(
    order: OrderDetail, settings: Settings, heading: Callable[..., object]
) -> None:
    """Everything about an order, from who ordered to what happened.

    Args:
        heading: draws a section's title; a drawer makes headings smaller than a page.
    """
    zone = settings.timezone
    _head(order, zone)
    for title, draw, there in (
        (_("Informations client"), _customer, True),
        (_("Articles"), _articles, True),
        (_("Récapitulatif"), _summary, True),
        (_("Paiements"), _payments, True),
        (_("Remboursements"), _refunds, bool(order.refunds)),
        (_("Suivi"), shipments, True),
        (_("Notes"), _notes, bool(order.notes)),
        (_("Activité de la commande"), _activity, True),
    ):
        if there:
            heading(title, anchor=False)
            draw(order, zone)


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
        if order.is_cart:
            st.badge(_("Panier"), icon=":material/shopping_cart:", color="gray")
    facts(
        {
            _("Date"): moment(order.placed_at, zone),
            _("Module"): theme.module_words(order.module),
            _("Total"): words.money(order.sums.total, order.currency),
            _("Source"): order.source,
            _("Canal de vente"): order.channel,
        }
    )
    if order.tags:
        with st.container(horizontal=True, key="panel_tags"):
            for tag in order.tags:
                color = theme.tag_badge(tag.color)
                st.badge(plain(tag.name), icon=":material/label:", color=color)


def _customer(order: OrderDetail, zone: str) -> None:
    del zone
    customer = order.customer
    consent = {None: None, True: _("Oui"), False: _("Non")}
    facts(
        {
            _("Nom complet"): customer.name,
            _("E-mail"): customer.email,
            _("Téléphone"): customer.phone,
            _("Accepte les offres"): consent[customer.marketing_consent],
            _("Adresse IP"): customer.ip_address,
            _("Navigateur"): customer.browser or customer.user_agent,
            _("Système"): customer.system,
        }
    )
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


def _joined(*texts: str | None) -> str | None:
    return " · ".join(text for text in texts if text) or None


def _notes(order: OrderDetail, zone: str) -> None:
    for note in order.notes:
        with st.container(border=True):
            who = _("Client") if note.author == "client" else note.author
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
