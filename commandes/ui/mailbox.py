"""The screen of all conversations: what waits for a person, the list, one thread."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from commandes import access, words
from commandes.reports import conversations, detail
from commandes.ui import conversation, reading
from commandes.ui.parts import moment
from commandes.words import MESSAGE_WORDS, _, plural

if TYPE_CHECKING:
    from commandes.reports.conversations import Post, Problem, Thread
    from commandes.ui.framing import Here

_MORE = 50
_LIMIT = "threads_shown"
ROW_HEIGHT = 34
_MOST_ROWS_IN_VIEW = 14


def screen(here: Here) -> None:
    """Draw the whole screen."""
    _post(here, conversations.post(here.store))
    _problems(here)
    found = conversations.conversations(here.store, st.session_state.get(_LIMIT, _MORE))
    if not found.count:
        _nothing()
    else:
        said = plural("{n} conversation", "{n} conversations", found.count)
        unread = plural("{n} non lue", "{n} non lues", found.unread)
        st.text(f"{said} · {unread}")
    listed, opened = st.columns([1, 1], gap="large")
    with listed:
        if found.threads:
            _list(found.threads, here.settings.timezone)
        if found.count > len(found.threads):
            st.button(
                _("Afficher plus"),
                key="more",
                icon=":material/expand_more:",
                on_click=_more,
            )
    with opened:
        _opened(here)


def _post(here: Here, post: Post) -> None:
    """How the post stands: no server, a server in trouble, e-mails of no order."""
    conversation.without_server(here.settings)
    said = [
        (
            post.trouble if here.settings.smtp_url else "",
            _("Le serveur d’envoi ne prend rien, les messages attendent : {said}"),
        ),
        (
            post.mailbox if here.settings.imap_url else "",
            _("La boîte de réception ne peut pas être lue : {said}"),
        ),
    ]
    for trouble, sentence in said:
        if trouble:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.badge(_("Courrier"), icon=":material/cloud_off:", color="orange")
                st.text(sentence.format(said=trouble))
    if post.waiting:
        st.text(
            plural(
                "{n} message en attente d’envoi",
                "{n} messages en attente d’envoi",
                post.waiting,
            )
        )
    if here.settings.imap_url and post.unseen:
        st.text(
            plural(
                "{n} e-mail reste non lu dans la boîte de réception : "
                "il ne se rattache à aucune commande.",
                "{n} e-mails restent non lus dans la boîte de réception : "
                "ils ne se rattachent à aucune commande.",
                post.unseen,
            )
        )


def _problems(here: Here) -> None:
    """The messages that a person has to decide about, with their buttons."""
    found = conversations.problems(here.store)
    if not found:
        return
    with st.expander(
        plural("{n} message à décider", "{n} messages à décider", len(found)),
        icon=":material/rule:",
        expanded=True,
    ):
        for problem in found:
            _problem(here, problem)


def _problem(here: Here, problem: Problem) -> None:
    with st.container(border=True, key=f"problem-{problem.id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            conversation.state_badge(problem.state)
            at = moment(problem.at, here.settings.timezone)
            who = problem.customer or _("Client")
            st.text(f"N° {problem.number} · {who} · {at}")
        st.text(_("Objet : {subject}").format(subject=problem.subject))
        conversation.trouble(problem.error)
        conversation.remedies(
            here,
            problem.order_id,
            problem.id,
            problem.state,
            st.rerun,
            place="problem",
        )


def _nothing() -> None:
    with st.container(border=True, key="no_conversation"):
        st.subheader(_("Aucune conversation pour l’instant"), anchor=False)
        st.text(
            _(
                "Dans la liste des commandes, la flèche à côté d’Infos ouvre "
                "« Conversation » pour écrire au client."
            )
        )


def _list(threads: tuple[Thread, ...], zone: str) -> None:
    """The conversations, a row each; the row clicked is resolved by what was sent."""
    known = [(one.order_id, one.at, one.state, one.unread) for one in threads]
    digest = hashlib.sha256(repr(known).encode()).hexdigest()[:12]
    column = st.column_config
    st.dataframe(
        pl.DataFrame([_row(one, zone) for one in threads]),
        key=f"threads-{digest}",
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=ROW_HEIGHT * (1 + min(len(threads), _MOST_ROWS_IN_VIEW)) + 3,
        on_select=lambda: _choose(f"threads-{digest}", threads),
        selection_mode="single-row",
        column_config={
            "unread": column.TextColumn(_("Non lus"), width=64, pinned=True),
            "number": column.TextColumn(_("N°"), width=72),
            "customer": column.TextColumn(_("Client"), width=112),
            "state": column.TextColumn(_("État"), width=128),
            "subject": column.TextColumn(_("Dernier message"), width=180),
            "at": column.TextColumn(_("Date"), width=118),
        },
        alt=_("Conversations"),
    )


def _row(one: Thread, zone: str) -> dict[str, str]:
    return {
        "unread": f"● {words.number(one.unread)}" if one.unread else "",
        "number": one.number,
        "customer": one.customer or "",
        "state": _(MESSAGE_WORDS[one.state]),
        "subject": one.subject,
        "at": moment(one.at, zone),
    }


def _choose(key: str, threads: tuple[Thread, ...]) -> None:
    rows = st.session_state[key].selection.rows
    if rows and rows[0] < len(threads):
        one = threads[rows[0]]
        st.query_params["commande"] = one.number
        st.query_params["source"] = one.source


def _more() -> None:
    st.session_state[_LIMIT] = st.session_state.get(_LIMIT, _MORE) + _MORE


def _opened(here: Here) -> None:
    """The conversation that the address names."""
    number = st.query_params.get("commande")
    if number is None:
        st.text(_("Choisissez une conversation."))
        return
    order = detail.order(here.store, number, st.query_params.get("source"))
    reading.opened(here, "conversation", order.id)
    with st.container(key="thread"):
        who = order.customer.name or order.customer.email or _("Client")
        st.subheader(_("Conversation"), anchor=False)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"N° {order.number} · {who}")
            st.page_link(
                "pages/commandes/fiche.py",
                label=_("Ouvrir la fiche"),
                icon=":material/open_in_new:",
                query_params={"commande": order.number, "source": order.source},
            )
        conversation.thread(here, order, st.rerun)
        st.subheader(_("Écrire au client"), anchor=False)
        if access.may("orders.message"):
            conversation.compose(here, order, st.rerun)
