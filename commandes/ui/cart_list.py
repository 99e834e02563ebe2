"""The abandoned carts one by one: ticked, looked at, reminded of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from commandes import access, words
from commandes.actions import bulk, objections
from commandes.actions import carts as acting
from commandes.reports import carts, templates
from commandes.ui import conversation, doing, order_links, sent
from commandes.ui.framing import telling
from commandes.words import _, plural

if TYPE_CHECKING:
    from commandes.actions.bulk import Outcomes
    from commandes.reports.filters import OrderFilter
    from commandes.reports.templates import Template
    from commandes.ui.framing import Here
    from commandes.ui.sent import Sent

NAME, _LOOKED, _ROUND = "carts_left", "carts_looked", "carts_round"
# Reasons that are shown one by one; the rest is counted.
_SHOWN_REASONS = 100


def screen(here: Here, wanted: OrderFilter, delay: int) -> None:
    """The list of carts nobody has paid, and the form for those ticked."""
    st.subheader(_("Paniers à relancer"), anchor=False)
    fresh = carts.writable(
        here.snap,
        wanted,
        oldest=acting.OLDEST.days,
        objected=lambda emails: objections.among(here.store, emails),
        delay=delay,
    )
    # After a reminder the list is a new one: nothing in it is ticked.
    name = f"{NAME}-{st.session_state.get(_ROUND, 0)}"
    listed = sent.shown(name, (wanted, delay), fresh, arrived=here.arrived)
    sent.news(listed)
    if access.may("carts.remind"):
        _refusals(here)
    if listed.rows.is_empty():
        st.text(_("Aucun panier abandonné n’attend son paiement."))
        return
    _count(listed.rows)
    ticked = sent.choose(
        listed,
        _cells(listed.rows),
        _columns(listed, here.settings.timezone),
        mode="multi-row",
        alt=_("Paniers abandonnés"),
    )
    if not access.may("carts.remind"):
        pass  # who reads alone is offered nothing
    elif ticked:
        _form(here, ticked)
    else:
        st.caption(_("Cochez des paniers pour les relancer."))
    order_links.follow()


def _refusals(here: Here) -> None:
    """What customers say by phone or by letter about reminders, noted by hand."""
    key = doing.key("objection")
    with (
        st.popover(_("Noter un refus de relance"), icon=":material/unsubscribe:"),
        st.form(f"objection-{key}", border=False),
    ):
        st.text(
            _(
                "Un client qui ne veut plus de relance le dit souvent par téléphone. "
                "Son adresse n’est gardée que sous forme d’empreinte."
            )
        )
        email = st.text_input(_("Adresse e-mail"), key=f"objection-email-{key}")
        refuses = st.form_submit_button(
            _("Ne plus relancer"), type="primary", key=f"objection-on-{key}"
        )
        accepts = st.form_submit_button(
            _("Accepter de nouveau les relances"), key=f"objection-off-{key}"
        )
    if not (refuses or accepts):
        return
    with telling():
        if refuses:
            receipt = objections.note(here.store, email, actor=here.actor, key=key)
            said = _("Refus noté : cette adresse ne recevra plus de relance.")
        else:
            receipt = objections.lift(here.store, email, actor=here.actor, key=key)
            said = _("Refus levé : cette adresse peut de nouveau être relancée.")
        doing.done("objection", receipt.message or said)


def _count(rows: pl.DataFrame) -> None:
    free = rows.filter(pl.col("reason") == "").height
    st.text(
        _("{carts}, dont {free}.").format(
            carts=plural("{n} panier", "{n} paniers", rows.height),
            free=plural("{n} relançable", "{n} relançables", free),
        )
    )
    if rows.height == carts.MOST:
        st.caption(
            _("Les {n} derniers sont montrés.").format(n=words.number(carts.MOST))
        )


def _cells(rows: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "number": row["number"],
                "open": order_links.label(row["number"]),
                "state": _state(row["reason"]),
                "begun_at": row["begun_at"],
                "customer": row["customer"] or row["email"] or "",
                "articles": _articles(row),
                "total": words.money(row["total"], row["currency"]),
                "reminded_at": row["reminded_at"],
            }
            for row in rows.iter_rows(named=True)
        ],
        schema_overrides={"reminded_at": pl.Datetime("us", "UTC")},
        infer_schema_length=None,
    )


def _state(reason: str) -> str:
    if not reason:
        return _("Relançable")
    return _("Non relançable : {reason}").format(reason=_(acting.REASONS[reason]))


def _articles(row: dict[str, Any]) -> str:
    more = row["line_count"] - len(row["titles"])
    return ", ".join(row["titles"]) + (f" +{more}" if more > 0 else "")


def _columns(listed: Sent, timezone: str) -> dict[str, Any]:
    column = st.column_config
    orders = listed.rows.select("number", "source").rows()

    def instant(label: str) -> Any:  # noqa: ANN401 (Streamlit's own)
        return column.DatetimeColumn(
            label, format="DD/MM/YY HH:mm", timezone=timezone, width=108
        )

    return {
        "number": column.TextColumn(_("N°"), width=84, pinned=True),
        "open": order_links.column(listed.key, orders),
        "state": column.TextColumn(_("Relance"), width=250),
        "begun_at": instant(_("Commencé le")),
        "customer": column.TextColumn(_("Client"), width=140),
        "articles": column.TextColumn(_("Articles"), width=220),
        "total": column.TextColumn(_("Total"), alignment="right", width=96),
        "reminded_at": instant(_("Relancé le")),
    }


def _form(here: Here, ids: tuple[int, ...]) -> None:
    """The message, who gets it and who does not, and the button that sends it."""
    with st.container(border=True, key="cart_form"):
        missing = acting.missing_setting(here.settings)
        template = None if missing else _template(here)
        if template is None:
            missing = missing or _("aucun modèle n’a le lien de désabonnement")
            badge = _("Relance impossible")
            st.badge(badge, icon=":material/settings:", color="orange")
            said = _("Aucune relance ne peut partir : {missing}.")
            st.text(said.format(missing=missing))
            return
        conversation.without_server(here.settings)
        values = templates.example_values(here.settings)
        conversation.preview(
            words.fill(template.subject, values), words.fill(template.body, values)
        )
        text = {"subject": template.subject, "body": template.body}
        looked = _looked(here, bulk.Asked("remind", text), ids)
        if looked is not None:
            _run(here, looked)


def _template(here: Here) -> Template | None:
    """The one chosen among the templates that have the way out."""
    known = [t for t in templates.templates(here.store) if t.is_reminder]
    if not known:
        return None
    place = st.selectbox(
        _("Modèle"),
        range(len(known)),
        key="carts_template",
        format_func=lambda place: known[place].name,
        width=420,
    )
    return known[place or 0]


def _looked(here: Here, asked: bulk.Asked, ids: tuple[int, ...]) -> Outcomes | None:
    """What the reminder would do to these carts, once that was asked for."""
    wanted = st.button(
        _("Voir qui sera relancé"), key="carts_look", icon=":material/visibility:"
    )
    if wanted:
        with telling():
            st.session_state[_LOOKED] = bulk.preview(
                here.store, asked, ids, actor=here.actor
            )
    looked: Outcomes | None = st.session_state.get(_LOOKED)
    if looked is None or looked.asked != asked:
        return None
    return looked if tuple(one.id for one in looked.all) == ids else None


def _run(here: Here, looked: Outcomes) -> None:
    count = len(looked.changed)
    st.text(
        plural("{n} client sera relancé.", "{n} clients seront relancés.", count)
        if count
        else _("Aucun de ces paniers n’est relançable.")
    )
    for one in looked.refused[:_SHOWN_REASONS]:
        st.text(f"{one.number} — {one.said}")
    name = "carts-remind"
    key = doing.key(name)
    label = plural("Relancer {n} panier", "Relancer {n} paniers", count)
    if count and st.button(
        label, key=f"carts_remind-{key}", type="primary", icon=":material/send:"
    ):
        with telling():
            done = bulk.run(here.store, looked, actor=here.actor, key=key)
            st.session_state.pop(_LOOKED, None)
            st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
            doing.done(name, _said(done))


def _said(done: Outcomes) -> str:
    said = plural(
        "{n} relance attend son envoi.",
        "{n} relances attendent leur envoi.",
        len(done.changed),
    )
    return "\n".join([said, *(f"{one.number} — {one.said}" for one in done.refused)])
