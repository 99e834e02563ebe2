"""The webhooks: where platforms send to, what came in, what failed and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import polars as pl
import streamlit as st

from commandes import words
from commandes.intake.webhooks import NAMES, PATH, deliveries, told
from commandes.ui import doing, sent
from commandes.ui.framing import part, telling
from commandes.words import N_, _, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from commandes.settings import Settings
    from commandes.ui.framing import Here

LIST = "webhooks_list"
_STATE_WORDS = {
    "waiting": N_("En attente"),
    "done": N_("Traité"),
    "skipped": N_("Rien à faire"),
    "failed": N_("Échec"),
}
_COLORS: dict[str, Literal["blue", "green", "gray", "red"]] = {
    "waiting": "blue",
    "done": "green",
    "skipped": "gray",
    "failed": "red",
}
# What is wrong, where the error's own sentence does not say it.
_PROBLEMS = {
    "Unreadable": N_("champ manquant, inconnu ou mal écrit"),
    "order_not_found": N_("la commande concernée n’est pas encore là"),
    "store": N_("la base de données ne peut pas la garder ainsi"),
    "rejected": N_("la commande a été refusée"),
    "Exception": N_("erreur imprévue"),
}


def screen(here: Here) -> None:
    """Draw the whole screen."""
    st.text(
        _(
            "Une plateforme qui annonce ses commandes elle-même (webhook) les fait "
            "apparaître ici en quelques secondes. Un fichier importé plus tard ne "
            "double rien."
        )
    )
    _addresses(here.settings)
    doing.told()
    if not sum(deliveries.counts(here.store).values()):
        st.text(_("Rien n’a encore été reçu."))
        return
    _counts()
    wanted = st.pills(
        _("Montrer"),
        deliveries.STATES,
        key="webhook_states",
        selection_mode="multi",
        format_func=lambda state: _(_STATE_WORDS[state]),
    )
    _list(here, tuple(wanted) or deliveries.STATES)


def _addresses(settings: Settings) -> None:
    """Which platforms may send, and where to; how to let them."""
    base = settings.public_url or settings.app_url
    with st.expander(
        _("Adresses à donner aux plateformes"),
        icon=":material/webhook:",
        key="webhook_addresses",
    ):
        for endpoint, name in NAMES.items():
            with st.container(horizontal=True, vertical_alignment="center"):
                st.text(name, width=160)
                if settings.webhook_secrets(endpoint):
                    st.code(f"{base}{PATH}{endpoint}", language=None)
                else:
                    variable = f"COMMANDES_{endpoint}_webhook_secret".upper()
                    said = _("pas encore : {variable} n’est pas réglé")
                    st.text(said.format(variable=variable))
        if not base:
            st.text(
                _(
                    "Le début de l’adresse est celui où le réseau atteint "
                    "l’application : COMMANDES_PUBLIC_URL."
                )
            )


def _counts() -> None:
    """How many of each kind; more come in while one looks."""

    @st.fragment(run_every="5s", key="webhook_counts")
    def ticking() -> None:
        with part(ticking=True) as now:
            fresh = deliveries.counts(now.store)
            with st.container(horizontal=True):
                for state, count in fresh.items():
                    if count:
                        st.badge(
                            _said(_(_STATE_WORDS[state]), words.number(count)),
                            color=_COLORS[state],
                        )

    ticking()


def _list(here: Here, states: Sequence[str]) -> None:
    fresh = _frame(deliveries.listed(here.store, states))
    listed = sent.shown(LIST, states, fresh, arrived=here.arrived)
    sent.news(listed)
    if listed.rows.is_empty():
        st.text(_("Aucune livraison de cette sorte."))
        return
    chosen = sent.choose(
        listed,
        listed.rows.select(_cells()),
        _columns(here.settings.timezone),
        mode="multi-row",
        alt=_("Livraisons reçues"),
    )
    failed = [
        one
        for one in chosen
        if (row := sent.row(listed, one))["state"] == "failed" and row["kept"]
    ]
    everything = _failed(listed)
    with st.container(horizontal=True):
        _again(here, failed, _("Traiter à nouveau"), "webhook_replay")
        if everything:
            said = plural(
                "Traiter à nouveau l’échec",
                "Traiter à nouveau les {n} échecs",
                len(everything),
            )
            _again(here, everything, said, "webhook_replay_all")
    st.caption(
        _(
            "Le texte d’une livraison est effacé dès qu’elle est traitée ; celui d’un "
            "échec est gardé {n} jours."
        ).format(n=deliveries.KEEP_FAILED.days)
    )


def _failed(listed: sent.Sent) -> list[int]:
    """The rows that can be read again."""
    again = (pl.col("state") == "failed") & pl.col("kept")
    return listed.rows.filter(again)["id"].to_list()


def _again(here: Here, ids: Sequence[int], label: str, name: str) -> None:
    key = doing.key(name)
    if st.button(label, key=name, icon=":material/replay:", disabled=not ids):
        with telling():
            receipt = deliveries.replay(here.store, ids, actor=here.actor, key=key)
            count = int(receipt.result["count"])
            said = plural(
                "{n} livraison remise à traiter",
                "{n} livraisons remises à traiter",
                count,
            )
            doing.done(name, said)


def _frame(found: Sequence[Row[Any]]) -> pl.DataFrame:
    rows = [
        {
            "id": row.id,
            "received_at": row.received_at,
            "done_at": row.done_at,
            "endpoint": NAMES[row.endpoint],
            "topic": row.topic,
            "state": row.state,
            "said": _(_STATE_WORDS[row.state]),
            "number": row.number or row.subject or "",
            "why": _why(row),
            "attempts": row.attempts,
            "kept": bool(row.kept),
        }
        for row in found
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def _why(row: Row[Any]) -> str:
    """What is to be known of how it went, in words."""
    if row.problem in told.NOTHING:
        return _(told.NOTHING[row.problem])
    what = _(_PROBLEMS[row.problem]) if row.problem in _PROBLEMS else ""
    return _said(what, row.detail) if what and row.detail else what or row.detail or ""


def _said(what: str, more: str) -> str:
    return _("{what} : {facts}").format(what=what, facts=more)


# A failure that was processed again shows by its time.
_LAST = ("done_at", "attempts")


def _cells() -> list[str]:
    # On a phone the first ones are seen: how it went, when, and of which order.
    return ["said", "received_at", "number", "why", "endpoint", "topic", *_LAST]


def _columns(timezone: str) -> dict[str, Any]:
    column = st.column_config
    return {
        "received_at": column.DatetimeColumn(
            _("Reçu le"), format="DD/MM/YY HH:mm:ss", timezone=timezone, width=130
        ),
        "done_at": column.DatetimeColumn(
            _("Traité le"), format="DD/MM/YY HH:mm:ss", timezone=timezone, width=130
        ),
        "endpoint": column.TextColumn(_("Plateforme"), width=120),
        "topic": column.TextColumn(_("Sujet"), width=120),
        "said": column.TextColumn(_("État"), width=90),
        "number": column.TextColumn(_("Commande"), width=110),
        "why": column.TextColumn(_("Pourquoi"), width=360),
        "attempts": column.NumberColumn(_("Essais"), width=60),
    }
