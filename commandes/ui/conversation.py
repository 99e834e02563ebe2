"""The conversation about one order: its messages, and writing another one.

Everything that people wrote is shown with st.text. What is drawn here may stand in a
dialog or a fragment: the caller says how it is drawn again after an action.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import streamlit as st

from commandes import access
from commandes.actions import messages
from commandes.actions.orders import Order
from commandes.errors import KeyReused
from commandes.reports import templates
from commandes.ui.framing import telling
from commandes.ui.login import named
from commandes.ui.parts import moment
from commandes.words import MESSAGE_WORDS, _, fill, plural

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from commandes.reports.detail import OrderDetail
    from commandes.reports.parts import Message
    from commandes.reports.templates import Template
    from commandes.settings import Settings
    from commandes.ui.framing import Here
    from commandes.words import Filled

_STATES: dict[str, tuple[str, Literal["gray", "blue", "green", "red", "orange"]]] = {
    "queued": (":material/schedule_send:", "gray"),
    "sending": (":material/send:", "blue"),
    "sent": (":material/check:", "green"),
    "failed": (":material/error:", "red"),
    "uncertain": (":material/help:", "orange"),
    "withdrawn": (":material/cancel_schedule_send:", "gray"),
    "received": (":material/call_received:", "blue"),
}


def state_badge(state: str) -> None:
    """The state of a message, in words, with a mark and a colour."""
    icon, color = _STATES[state]
    st.badge(_(MESSAGE_WORDS[state]), icon=icon, color=color)


def without_server(settings: Settings) -> None:
    """Say that nothing leaves the house as long as no mail server is set."""
    if not settings.smtp_url:
        st.text(
            _(
                "Les messages restent en attente : aucun serveur d’envoi n’est réglé "
                "(COMMANDES_SMTP_URL)."
            )
        )


def thread(here: Here, order: OrderDetail, again: Callable[[], None]) -> None:
    """All messages about an order, oldest first, with what can be done about each.

    Args:
        again: draws it again after an action, for example `st.rerun`; within a
            dialog or a fragment `lambda: st.rerun(scope="fragment")`.
    """
    _note_shown(order)
    if not order.messages:
        st.caption(_("Aucun message pour l’instant."))
    for message in order.messages:
        with st.container(border=True, key=f"message-{message.id}"):
            _message(message, here.settings.timezone)
            remedies(here, order.id, message.id, message.state, again, place="thread")
    _reading(here, order, again)


def _message(message: Message, zone: str) -> None:
    at = moment(message.at, zone)
    if message.direction == "in":
        who = f"{message.sender or _('Client')} · {at}"
    else:
        said = _("{actor} à {recipient} · {at}")
        who = said.format(
            actor=named(message.actor or ""), recipient=message.recipient, at=at
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(who)
        state_badge(message.state)
        if message.direction == "in" and message.read_at is None:
            st.badge(_("Non lu"), icon=":material/mark_email_unread:", color="red")
    st.text(_("Objet : {subject}").format(subject=message.subject))
    st.text(message.body)
    trouble(message.error)


def trouble(error: str | None) -> None:
    """What the mail server said, if it said something."""
    if error:
        st.text(_("Réponse du serveur : {error}").format(error=error))


def remedies(
    here: Here,
    order_id: int,
    message_id: int,
    state: str,
    again: Callable[[], None],
    *,
    place: str,
) -> None:
    """The buttons of a message that waits, failed or whose sending is in doubt.

    Args:
        place: tells apart the places of a page that show the same message.
    """
    order, actor = Order(id=order_id), here.actor

    def retry() -> None:
        messages.retry(here.store, order, message_id, actor=actor)

    def withdraw() -> None:
        messages.withdraw(here.store, order, message_id, actor=actor)

    def decide(*, sent: bool) -> None:
        messages.decide(here.store, order, message_id, sent=sent, actor=actor)

    key = f"{place}-{message_id}"
    with st.container(horizontal=True):
        if state == "queued":
            icon = "cancel_schedule_send"
            _act(_("Ne pas envoyer"), f"withdraw-{key}", icon, withdraw, again)
        if state == "failed":
            _act(_("Réessayer"), f"retry-{key}", "refresh", retry, again)
        if state == "uncertain":
            _act(
                _("Marquer comme envoyé"),
                f"sent-{key}",
                "check",
                lambda: decide(sent=True),
                again,
            )
            _act(
                _("Envoyer à nouveau"),
                f"resend-{key}",
                "send",
                lambda: decide(sent=False),
                again,
            )


def _act(
    label: str,
    key: str,
    icon: str,
    action: Callable[[], None],
    again: Callable[[], None],
) -> None:
    if not access.may("orders.message"):
        return
    if st.button(label, key=key, icon=f":material/{icon}:"):
        with telling():
            action()
            again()


def _reading(here: Here, order: OrderDetail, again: Callable[[], None]) -> None:
    unread = sum(m.direction == "in" and m.read_at is None for m in order.messages)
    if unread:
        _act(
            plural(
                "Marquer {n} message comme lu", "Marquer {n} messages comme lus", unread
            ),
            f"read-{order.id}",
            "drafts",
            lambda: _read(here, order),
            again,
        )


def _note_shown(order: OrderDetail) -> None:
    """Keep which message was the last on screen when a button was pressed, and now."""
    last = max((message.id for message in order.messages), default=0)
    _before, then = st.session_state.get(f"shown-{order.id}", (0, 0))
    st.session_state[f"shown-{order.id}"] = (then, last)


def _read(here: Here, order: OrderDetail) -> None:
    """Mark as read what was on screen; what came meanwhile stays unread."""
    last, _now = st.session_state.get(f"shown-{order.id}", (0, 0))
    messages.mark_read(here.store, Order(id=order.id), last=last, actor=here.actor)


def _new_key() -> str:
    return secrets.token_urlsafe(12)


@dataclass(frozen=True)
class _Draft:
    """A message that is being written; it outlives the drawer that it is written in.

    Attributes:
        subject, body: as written, variables in braces.
        taken: the template's text that it began with; empty for one's own.
        offered: a template chosen over words of one's own, to be confirmed.
        key: the idempotency key of this message; a double click sends it once.
        round: counts the times that a template replaced the text.
    """

    subject: str
    body: str = ""
    taken: str = ""
    offered: Template | None = None
    key: str = field(default_factory=_new_key)
    round: int = 0

    def with_template(self, template: Template) -> _Draft:
        """The draft with a template's text in place of its own."""
        return replace(
            self,
            subject=template.subject,
            body=template.body,
            taken=template.body,
            offered=None,
            round=self.round + 1,
        )


def compose(here: Here, order: OrderDetail, again: Callable[[], None]) -> None:
    """Write to the customer of an order: template, subject, text, preview, send.

    Args:
        again: as for `thread`.
    """
    if not order.customer.email:
        st.text(_("Le client n’a pas d’e-mail : il ne peut pas recevoir de message."))
        return
    without_server(here.settings)
    name = f"draft-{order.id}"
    draft: _Draft = st.session_state.setdefault(name, _Draft(_first_subject(order)))
    _templates(here, name, draft)
    draft = _written(name, draft)
    values = templates.values_of(order, here.settings)
    subject = fill(draft.subject, values)
    body = fill(draft.body, values)
    preview(subject, body)
    if st.button(
        _("Envoyer"), key=f"send-{order.id}", type="primary", icon=":material/send:"
    ):
        with telling():
            try:
                messages.message(
                    here.store,
                    Order(id=order.id),
                    subject.text,
                    body.text,
                    actor=here.actor,
                    key=draft.key,
                )
            except KeyReused:
                # An answer got lost: what is written since is another message.
                st.session_state[name] = replace(draft, key=_new_key())
                raise
            st.session_state.pop(name, None)
            _read(here, order)
            again()


def _first_subject(order: OrderDetail) -> str:
    """An answer keeps the subject of what it answers."""
    last = order.messages[-1] if order.messages else None
    if last is None or last.direction == "out":
        return ""
    subject = last.subject
    return subject if subject[:3].casefold() == "re:" else f"Re: {subject}"


def _templates(here: Here, name: str, draft: _Draft) -> None:
    # A reminder has a way out that no other message has: it is no letter of one's own.
    known = [t for t in templates.templates(here.store) if not t.is_reminder]
    st.selectbox(
        _("Modèle"),
        range(len(known)),
        index=None,
        key=f"template-{draft.key}",
        format_func=lambda place: known[place].name,
        placeholder=_("Texte libre"),
        on_change=_chosen,
        args=(name, f"template-{draft.key}", known),
    )
    if draft.offered is not None:
        st.button(
            _("Remplacer mon texte par le modèle"),
            key=f"replace-{draft.key}",
            icon=":material/drafts:",
            on_click=_replaced,
            args=(name, draft.offered),
        )


def _chosen(name: str, widget: str, known: Sequence[Template]) -> None:
    """Take a template up at once, but never over words of one's own."""
    place, draft = st.session_state[widget], st.session_state[name]
    if place is None:
        return
    if draft.body.strip() in ("", draft.taken.strip()):
        st.session_state[name] = draft.with_template(known[place])
    else:
        st.session_state[name] = replace(draft, offered=known[place])


def _replaced(name: str, template: Template) -> None:
    st.session_state[name] = st.session_state[name].with_template(template)


def _written(name: str, draft: _Draft) -> _Draft:
    """The fields; what they hold is the draft from now on."""
    place = f"{draft.key}-{draft.round}"
    subject = st.text_input(
        _("Objet"),
        draft.subject,
        key=f"subject-{place}",
        max_chars=messages.LONGEST_SUBJECT,
    )
    body = st.text_area(
        _("Message"),
        draft.body,
        key=f"body-{place}",
        height=180,
        max_chars=messages.LONGEST_BODY,
        help=variables_help(),
    )
    draft = replace(draft, subject=subject, body=body)
    st.session_state[name] = draft
    return draft


def variables_help() -> str:
    """The variables with what each stands for, a line each."""
    lines = (f"- {{{name}}} : {_(text)}" for name, text in templates.VARIABLES.items())
    return _("Variables, remplies à l’envoi :") + "\n" + "\n".join(lines)


def preview(subject: Filled, body: Filled) -> None:
    """The message as the customer gets it, and what of it could not be filled."""
    if not (subject.text.strip() or body.text.strip()):
        return
    with st.container(border=True, key="message_preview"):
        st.caption(_("Aperçu avant envoi"))
        st.text(_("Objet : {subject}").format(subject=subject.text))
        st.text(body.text)
    _unfilled(
        _("Variables inconnues, laissées telles quelles"),
        (*subject.unknown, *body.unknown),
    )
    _unfilled(_("Sans valeur pour cette commande"), (*subject.empty, *body.empty))


def _unfilled(label: str, names: Sequence[str]) -> None:
    if names:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge(label, icon=":material/data_object:", color="orange")
            st.text(", ".join(f"{{{name}}}" for name in dict.fromkeys(names)))
