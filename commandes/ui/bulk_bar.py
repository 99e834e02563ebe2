"""The bar above the list: one action on the orders that are ticked, or on all of them.

What an action would do is looked at first and shown; it runs when that is confirmed,
and what can be undone is offered to be undone.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from commandes import access, rules, words
from commandes.actions import bulk
from commandes.actions.bulk import Asked
from commandes.reports import orders
from commandes.ui import dialogs, documents, exporting, listing, tables, tag_settings
from commandes.ui.acting_fields import leaving, paid_at
from commandes.ui.beside import Work
from commandes.ui.framing import part
from commandes.ui.plain import plain
from commandes.words import N_, STATUS_WORDS, _, plural

if TYPE_CHECKING:
    from collections.abc import Callable

    from commandes.actions.bulk import Outcomes
    from commandes.ui.framing import Here
    from commandes.ui.listing import Listing

_BATCH = "bulk_batch"
_LAST = "bulk_last"
_ALL = "bulk_all"
_FILTERED = "bulk_filtered"
_CHOICES = ("bulk_tag", "bulk_status", "bulk_more")
_NEW = ""  # no tag is called so

TITLES = {
    "tag": N_("Ajouter une étiquette"),
    "untag": N_("Retirer une étiquette"),
    "status": N_("Changer le statut"),
    "archive": N_("Archiver"),
    "unarchive": N_("Désarchiver"),
    "cancel": N_("Annuler"),
    "restore": N_("Rétablir"),
    "refund": N_("Rembourser"),
    "pay": N_("Marquer comme payées"),
}
_MORE = {
    "refund": ":material/undo:",
    "pay": ":material/paid:",
    "restore": ":material/restore:",
    "unarchive": ":material/unarchive:",
}
# The selection as a file: the format's code by its code in the menu.
_FILES = {"file:csv-fr": "csv-fr", "file:csv": "csv", "file:xlsx": "xlsx"}
# The selection on paper: the kind of document by its code in the menu.
_PAPERS: dict[str, documents.Kind] = {"pdf:notes": "notes", "pdf:picklist": "picklist"}
_PAPER_WORDS = {
    "notes": N_("Bons de livraison (PDF)"),
    "picklist": N_("Liste de prélèvement (PDF)"),
}
_SHOWN_REASONS = 500


@dataclass(frozen=True)
class Batch:
    """An action on its way: asked for, looked at, done, undone.

    Attributes:
        key: the idempotency key of the whole batch.
        work: the doing or the undoing, while it is on its way beside the page.
    """

    asked: Asked
    ids: tuple[int, ...]
    key: str
    looked: Outcomes | None = None
    done: Outcomes | None = None
    undone: Outcomes | None = None
    work: Work[Outcomes] | None = None

    def answered(self) -> Batch:
        """The batch with what its work, which has come to its end, answers.

        Raises:
            CommandesError: the work could not be done.
        """
        if self.work is None:
            return self
        answer = self.work.answer()
        if self.done is None:
            return replace(self, done=answer, work=None)
        return replace(self, undone=answer, work=None)


def bar(here: Here, shown: Listing, ticked: tuple[int, ...]) -> None:
    """How many rows are ticked, and what can be done with them; always in its place.

    What the last action did stands above it, with the way back: also while rows are
    ticked, as they are after an action that leaves them in the list.
    """
    last(here)
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="bulk_bar"
    ):
        if ticked:
            _count(here, shown, ticked)
        else:
            st.text(_("Cochez des commandes pour agir sur plusieurs"), width="content")
        idle = not ticked or _under_way()
        names = [*shown.colors, _NEW]
        if access.may_do("tag"):
            st.menu_button(
                _("Ajouter une étiquette"),
                names,
                key="bulk_tag",
                icon=":material/new_label:",
                format_func=lambda name: (
                    _("Nouvelle étiquette…") if name == _NEW else plain(name)
                ),
                disabled=idle,
            )
        if access.may_do("status"):
            st.menu_button(
                _("Changer le statut"),
                rules.STATUSES,
                key="bulk_status",
                icon=":material/sync_alt:",
                format_func=lambda code: _(STATUS_WORDS[code]),
                disabled=idle,
            )
        archives = shown.asked.wanted.archived == "yes"
        verb = "unarchive" if archives else "archive"
        icon = f":material/{verb}:"
        archive = access.may_do(verb) and st.button(
            _(TITLES[verb]), key="bulk_archive", icon=icon, disabled=idle
        )
        cancel = access.may_do("cancel") and st.button(
            _("Annuler"), key="bulk_cancel", icon=":material/cancel:", disabled=idle
        )
        st.menu_button(
            _("Autres actions"),
            _others(shown),
            key="bulk_more",
            format_func=_more,
            disabled=idle,
        )
        if len(ticked) == 1:
            # The way in for those who work without a mouse: the last of the bar is the
            # first on the way back from the table.
            st.button(_("Infos"), key="bulk_infos", on_click=_open, args=ticked)
    asked = _asked()
    asked = Asked(verb) if archive else Asked("cancel") if cancel else asked
    if asked is not None and ticked:
        _begin(asked, _selected(here, shown, ticked))
    if ticked:
        _take_away(here, shown, ticked)


def _others(shown: Listing) -> list[str]:
    """What else can be done with a selection: acts, papers, files, tags taken off."""
    taken_off = [f"-{name}" for name in shown.colors]
    return [
        *[verb for verb in _MORE if access.may_do(verb)],
        *(_PAPERS if access.may("orders.documents") else ()),
        *(_FILES if access.may("orders.export") else ()),
        *(taken_off if access.may_do("untag") else ()),
    ]


def _under_way() -> bool:
    """Whether a batch is on its way: one after the other, so that each is reported."""
    batch: Batch | None = st.session_state.get(_LAST)
    return batch is not None and batch.work is not None


def _count(here: Here, shown: Listing, ticked: tuple[int, ...]) -> None:
    rows = shown.page.rows.filter(pl.col("id").is_in(ticked))
    totals = rows.group_by("currency", maintain_order=True).agg(pl.col("total").sum())
    said = plural("{n} sélectionnée", "{n} sélectionnées", len(ticked))
    amounts = words.monies(dict(totals.iter_rows()))
    st.badge(plain(f"{said} · {amounts}"), color="blue")
    if len(ticked) == len(shown.ids) < shown.summary.count:
        st.checkbox(
            plural(
                "La commande filtrée",
                "Les {n} commandes filtrées",
                len(_filtered(here, shown)),
            ),
            key=_ALL,
            help=_("Agir sur tout ce que le filtre garde, pas seulement la page."),
        )


def _take_away(here: Here, shown: Listing, ticked: tuple[int, ...]) -> None:
    """The selection as a file or on paper, when that was just chosen."""
    code = st.session_state.get("bulk_more") or ""
    if code in _FILES:
        chosen = (_FILES[code], False)
        exporting.run(here, shown, chosen, _selected(here, shown, ticked))
    elif code in _PAPERS:
        documents.run(here, _PAPERS[code], _selected(here, shown, ticked))


def _open(order_id: int) -> None:
    st.session_state[tables.OPENED] = order_id


def _more(code: str) -> str:
    if code in _PAPERS:
        return f":material/print: {_(_PAPER_WORDS[_PAPERS[code]])}"
    if code in _FILES:
        what = exporting.format_words(_FILES[code])
        label = _("Exporter la sélection : {format}").format(format=what)
        return f":material/download: {label}"
    if code.startswith("-"):
        label = _("Retirer l’étiquette {name}").format(name=plain(code[1:]))
        return f":material/label_off: {label}"
    return f"{_MORE[code]} {_(TITLES[code])}"


def _asked() -> Asked | None:
    """What was just chosen in one of the menus."""
    tag, status, more = (st.session_state.get(name) for name in _CHOICES)
    if tag is not None:
        return Asked("tag", {"name": None if tag == _NEW else tag})
    if status is not None:
        cancels = status == "cancelled"
        return Asked("cancel") if cancels else Asked("status", {"status": status})
    if more is None or more in _FILES or more in _PAPERS:
        return None
    return Asked("untag", {"name": more[1:]}) if more[0] == "-" else Asked(more)


def _selected(here: Here, shown: Listing, ticked: tuple[int, ...]) -> tuple[int, ...]:
    if not st.session_state.get(_ALL) or len(ticked) < len(shown.ids):
        return ticked
    return _filtered(here, shown)


def _filtered(here: Here, shown: Listing) -> tuple[int, ...]:
    """All that the list's filter keeps: the very orders whose number was shown.

    They are found once, with the number: what arrives afterwards is not among them.
    """
    kept: tuple[str, tuple[int, ...]] = st.session_state.get(_FILTERED, ("", ()))
    if kept[0] != shown.digest:
        asked = shown.asked
        found = orders.ids(here.snap, asked.wanted, asked.sort, today=shown.today)
        kept = st.session_state[_FILTERED] = (shown.digest, tuple(found))
    return kept[1]


def _begin(asked: Asked, ids: tuple[int, ...]) -> None:
    st.session_state[_BATCH] = Batch(asked, ids, secrets.token_urlsafe(16))
    about = [plain(text) for text in _about(asked)]
    title = " : ".join([_(TITLES[asked.verb]), *about])
    dialogs.show(title, _steps, width="medium", on_dismiss=_closed)


def at_once(here: Here, asked: Asked, order_id: int) -> None:
    """Do what one gesture on a row asks for; it can be undone in the bar."""
    batch = Batch(asked, (order_id,), secrets.token_urlsafe(16))
    looked = bulk.preview(here.store, asked, batch.ids, actor=here.actor)
    done = bulk.run(here.store, looked, actor=here.actor, key=batch.key)
    told = done if done.all else looked
    st.session_state[_LAST] = replace(batch, looked=looked, done=told)
    listing.reload()


def last(here: Here) -> None:
    """What the last batch did, or how far it is, with the way back."""
    batch: Batch | None = st.session_state.get(_LAST)
    if batch is None:
        return
    done, work = batch.done, batch.work
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="bulk_last"
    ):
        if work is not None:
            _awaited(batch, work)
        elif done is not None:
            _reported(here, batch, done)


def _reported(here: Here, batch: Batch, done: Outcomes) -> None:
    """What was done, the way back, and a way to put the report away."""
    _told(batch)
    undoable = batch.undone is None and any(o.undo for o in done.changed)
    label = _("Annuler l’action")
    if undoable and st.button(label, key="bulk_undo", icon=":material/undo:"):
        back = Work(
            lambda told: bulk.undo(here.store, done, actor=here.actor, progress=told),
            "undo",
        )
        st.session_state[_LAST] = replace(batch, work=back)
        st.rerun()
    if st.button(
        "",
        key="bulk_forget",
        type="tertiary",
        icon=":material/close:",
        help=_("Fermer"),
    ):
        del st.session_state[_LAST]
        st.rerun()


# Seconds in which most work is done, and the page waits for it.
_SHORT = 0.5


def _awaited(batch: Batch, work: Work[Outcomes]) -> None:
    """How far a batch is; its report once it has come to its end."""
    if work.finished(_SHORT):
        _settle(batch)
        st.rerun()

    @st.fragment(run_every="1s", key="bulk_doing")
    def ticking() -> None:
        with part(ticking=True):
            if work.finished():
                _settle(batch)
                st.rerun(scope="app")
            st.text(_("{title} : en cours").format(title=_(TITLES[batch.asked.verb])))
            work.bar()

    ticking()


def _settle(batch: Batch) -> None:
    """Keep what the work answers; what it refuses is told once, by the frame."""
    st.session_state.pop(_LAST, None)
    listing.reload()
    st.session_state[_LAST] = batch.answered()


def _told(batch: Batch) -> None:
    """One line: what was done, what was not and why."""
    told = batch.undone or batch.done
    assert told is not None  # noqa: S101 (asked for batches that are done)
    changed = len(told.changed)
    said = f"{_(TITLES[batch.asked.verb])} : " + plural(
        "{n} commande changée", "{n} commandes changées", changed
    )
    if batch.undone:
        said = _("Action annulée : {said}").format(said=said)
    st.badge(
        said,
        icon=":material/check_circle:",
        color="green" if changed else "orange",
    )
    reasons = told.reasons().most_common(3)
    if reasons:
        st.text(" ".join(f"{words.number(n)} × {text}" for text, n in reasons))
    about = _about(batch.asked)
    if len(told.changed) == 1:
        number = told.changed[0].number
        about.append(_("commande {number}").format(number=number))
    if changed and about:
        st.text(" · ".join(about), width="content")


def _about(asked: Asked) -> list[str]:
    """The tag that went on or off, the status that was given."""
    name, status = asked.arguments.get("name"), asked.arguments.get("status")
    said = [str(name)] if name else []
    return said + ([_(STATUS_WORDS[status])] if status else [])


def _closed() -> None:
    batch: Batch | None = st.session_state.pop(_BATCH, None)
    if batch is not None and (batch.done is not None or batch.work is not None):
        st.session_state[_LAST] = batch
        listing.reload()


def _steps(here: Here) -> None:
    batch: Batch = st.session_state[_BATCH]
    if batch.work is None:
        batch = _settled(here, batch)
        if batch.asked.verb == "tag" and not batch.asked.arguments["name"]:
            return
        looked = batch.looked or _look(here, batch)
        batch = st.session_state[_BATCH] = replace(batch, looked=looked)
        _show_look(looked)
        _consequences(looked)
        if not _confirmed(batch):
            return
        # Closed in the middle, it goes on; its report is there when one comes back.
        work = Work(
            lambda told: bulk.run(
                here.store, looked, actor=here.actor, key=batch.key, progress=told
            ),
            "bulk",
        )
        batch = st.session_state[_BATCH] = replace(batch, work=work)
    if batch.work is not None:
        batch.work.watch()
        st.session_state[_BATCH] = batch.answered()
        _closed()
        st.rerun()


def _settled(here: Here, batch: Batch) -> Batch:
    """What an action wants to know besides; another answer is looked at anew."""
    verb, given = batch.asked.verb, dict(batch.asked.arguments)
    if verb == "tag" and (not given["name"] or "color" in given):
        given["name"] = st.text_input(_("Nom"), key="bulk_name", max_chars=40).strip()
        given["color"] = st.segmented_control(
            _("Couleur"),
            rules.TAG_COLORS,
            default=rules.TAG_COLORS[0],
            format_func=lambda code: _(tag_settings.COLOR_WORDS[code]),
            key="bulk_color",
            required=True,
        )
    if verb in ("cancel", "refund"):
        back = st.toggle(_("Remettre en stock"), value=True, key="bulk_restock")
        given["restock"] = None if back else False
    if verb == "pay":
        given |= _payment(here)
    if verb == "refund":
        given["reason"] = st.text_input(_("Motif"), key="bulk_reason").strip()
        st.text(
            _(
                "La marque est interne : rendez l’argent chez votre prestataire de "
                "paiement (PayPal, Stripe…)."
            )
        )
    asked = Asked(verb, given)
    if asked == batch.asked:
        return batch
    return replace(batch, asked=asked, looked=None)


def _payment(here: Here) -> dict[str, Any]:
    """When and how the orders were paid; carts only when that is ticked."""
    today = datetime.now(here.settings.zone).date()
    with st.grid(2, min_column_width=200, gap="small"):
        day = st.date_input(
            _("Date du paiement"),
            today,
            max_value=today,
            format="DD/MM/YYYY",
            key="bulk_paid_on",
        )
        means = st.text_input(
            _("Moyen de paiement"),
            key="bulk_means",
            placeholder=_("Carte, virement, espèces…"),
        )
    carts = st.toggle(_("Marquer aussi les paniers"), value=False, key="bulk_carts")
    return {
        "at": paid_at(day or today, here.settings),
        "means": means.strip(),
        "carts": carts,
    }


def _consequences(looked: Outcomes) -> None:
    """What the action brings along: money to give back, units that come and go."""
    results = [one.result for one in looked.changed]
    if looked.asked.verb == "cancel":
        owed = sum(result["to_refund"] > 0 for result in results)
        if owed:
            st.text(
                plural(
                    "{n} commande a reçu de l’argent : son remboursement "
                    "sera à marquer.",
                    "{n} commandes ont reçu de l’argent : leurs remboursements "
                    "seront à marquer.",
                    owed,
                )
            )
    if looked.asked.verb in ("cancel", "refund"):
        units = sum(result["restocked"] for result in results)
        comes = ("{n} unité reviendra en stock.", "{n} unités reviendront en stock.")
        st.text(plural(*comes, units))
    if looked.asked.verb == "restore":
        units = sum(result["taken_out"] for result in results)
        skus = {sku for result in results for sku in result["oversold"]}
        leaving({"taken_out": units, "oversold": sorted(skus)})


def _look(here: Here, batch: Batch) -> Outcomes:
    return _with_bar(
        lambda told: bulk.preview(
            here.store, batch.asked, batch.ids, actor=here.actor, progress=told
        )
    )


def _with_bar(work: Callable[[Callable[[int, int], None]], Outcomes]) -> Outcomes:
    place = st.empty()

    def told(done: int, total: int) -> None:
        text = f"{words.number(done)} / {words.number(total)}"
        place.progress(done / max(total, 1), text)

    found = work(told)
    place.empty()
    return found


def _show_look(looked: Outcomes) -> None:
    st.badge(
        _("Aperçu avant application : rien n’a encore été changé"),
        icon=":material/preview:",
        color="blue",
    )
    with st.grid(3, min_column_width=120, gap="small"):
        for label, found in (
            (_("Changeront"), looked.changed),
            (_("Rien à faire"), looked.idle),
            (_("Refusées"), looked.refused),
        ):
            st.metric(label, words.number(len(found)))
    others = [one for one in looked.all if not one.changed]
    if others:
        st.dataframe(
            pl.DataFrame(
                {
                    _("Commande"): [one.number for one in others[:_SHOWN_REASONS]],
                    _("Raison"): [one.said for one in others[:_SHOWN_REASONS]],
                }
            ),
            key="bulk_reasons",
            hide_index=True,
            height="content" if len(others) < 6 else 220,  # noqa: PLR2004 (rows in view)
            alt=_("Commandes qui ne changeront pas"),
        )


def _confirmed(batch: Batch) -> bool:
    """Whether the person has just said yes; several refunds are typed."""
    assert batch.looked is not None  # noqa: S101 (looked at just before)
    count = len(batch.looked.changed)
    ready = count > 0
    if batch.asked.verb == "refund" and count > 1:
        wanted = _("REMBOURSER {n}").format(n=count)
        said = st.text_input(
            _("Pour confirmer, tapez : {wanted}").format(wanted=wanted),
            key="bulk_typed",
            live="200ms",
        )
        ready = said.strip() == wanted
    return st.button(
        plural("Appliquer à {n} commande", "Appliquer à {n} commandes", count),
        key="bulk_confirm",
        type="primary",
        icon=":material/check:",
        disabled=not ready,
    )
