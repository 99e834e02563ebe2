"""Tracking numbers from a file: looked at, confirmed, noted, reported."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

import polars as pl
import streamlit as st

from commandes import words
from commandes.actions import parcels
from commandes.intake import small, tracking_file
from commandes.reports.export.cells import defused
from commandes.reports.export.columns import Column
from commandes.ui import files, listing
from commandes.ui.framing import telling
from commandes.words import _, plural

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from commandes.actions.parcels import Outcome, Outcomes, Told
    from commandes.ui.framing import Here

KINDS = ("csv", "tsv", "txt")
LIST_PAGE = "pages/commandes/liste.py"
_SHOWN = 1_000
_FEW = 10  # what fits in view


@dataclass(frozen=True)
class _Looked:
    """What a file would do, as it was asked for.

    Attributes:
        asked: whether customers are told, whether orders become done.
        outcomes: what would become of each row.
        key: the idempotency key of doing it.
    """

    asked: tuple[bool, bool]
    outcomes: Outcomes
    key: str


def screen(here: Here) -> None:
    """Draw the whole screen."""
    st.text(
        _(
            "Un fichier CSV avec une ligne par colis : commande, transporteur, numéro "
            "de suivi. Sans transporteur, la forme du numéro en suggère un."
        )
    )
    given = st.file_uploader(
        _("Fichier de numéros de suivi"),
        KINDS,
        key="tracking_file",
        max_upload_size=small.LARGEST >> 20,
        help=_("Séparé par des virgules ou des points-virgules, avec ses titres."),
    )
    if given is None:
        return
    with st.container(border=True, key=f"tracking-{given.file_id}"):
        st.text(given.name)
        with telling():
            _one(here, given)


def _one(here: Here, file: UploadedFile) -> None:
    key = f"tracking-{file.file_id}"
    report: Outcomes | None = st.session_state.get(f"{key}-report")
    if report is not None:
        _report(report, key)
        return
    with files.uploaded(here.settings, file.name, cast("BinaryIO", file)) as path:
        told = tracking_file.read(path)
    looked = _looked(here, told, _asked(here, key), key)
    _shown(looked.outcomes, key)
    if _confirmed(looked.outcomes, key):
        tell, done = looked.asked
        st.session_state[f"{key}-report"] = parcels.run(
            here.store,
            told,
            tell=tell,
            done=done,
            actor=here.actor,
            key=looked.key,
            progress=_bar(_("Enregistrement des suivis")),
        )
        listing.refresh()
        st.rerun()


def _asked(here: Here, key: str) -> tuple[bool, bool]:
    """Whether customers are told, whether orders become done."""
    with st.container(horizontal=True, key=f"{key}-options"):
        tell = st.toggle(
            _("Prévenir les clients"),
            value=True,
            key=f"{key}-tell",
            help=_("Un message par commande, avec le lien de chaque colis."),
        )
        done = st.toggle(
            _("Passer en Terminé"),
            key=f"{key}-done",
            help=_("Toutes les commandes du fichier qui ont été trouvées."),
        )
    if tell and not here.settings.smtp_url:
        st.caption(
            _("Aucun serveur d’envoi n’est réglé : les messages resteront en attente.")
        )
    return bool(tell), bool(done)


def _looked(
    here: Here, told: Sequence[Told], asked: tuple[bool, bool], key: str
) -> _Looked:
    """The look at the file; kept until something else is asked for."""
    kept: _Looked | None = st.session_state.get(f"{key}-looked")
    if kept is not None and kept.asked == asked:
        return kept
    tell, done = asked
    outcomes = parcels.preview(
        here.store,
        told,
        tell=tell,
        done=done,
        actor=here.actor,
        progress=_bar(_("Aperçu avant application")),
    )
    looked = _Looked(asked, outcomes, secrets.token_urlsafe(16))
    st.session_state[f"{key}-looked"] = looked
    return looked


def _bar(what: str) -> Callable[[int, int], None]:
    """Progress in words; the bar goes away at the end."""
    bar = st.progress(0.0, what)

    def told(done: int, total: int) -> None:
        bar.progress(
            min(done / max(total, 1), 1.0),
            f"{what} : {words.number(done)} / {words.number(total)}",
        )
        if done >= total:
            bar.empty()

    return told


def _shown(outcomes: Outcomes, key: str) -> None:
    st.badge(
        _("Aperçu avant application : rien n’a encore été changé"),
        icon=":material/preview:",
        color="blue",
    )
    _counts(outcomes)
    _rows(outcomes.all, f"{key}-rows", _("Ce qui sera fait"))


def _confirmed(outcomes: Outcomes, key: str) -> bool:
    if not outcomes.changed:
        st.text(_("Ce fichier n’apporte aucun numéro à noter."))
        return False
    added = sum(one.added for one in outcomes.all)
    label = (
        plural("Noter {n} numéro de suivi", "Noter {n} numéros de suivi", added)
        if added
        else _("Passer en Terminé")
    )
    return st.button(
        label, key=f"{key}-confirm", type="primary", icon=":material/check:"
    )


def _report(report: Outcomes, key: str) -> None:
    st.badge(_("Numéros de suivi notés"), icon=":material/check_circle:", color="green")
    _counts(report)
    if report.refused:
        with st.expander(
            plural("{n} ligne refusée", "{n} lignes refusées", len(report.refused)),
            icon=":material/block:",
            expanded=len(report.refused) <= _FEW,
        ):
            _rows(report.refused, f"{key}-refused", _("Raison"))
            st.download_button(
                _("Télécharger les refus (CSV)"),
                lambda: refused_csv(report.refused),
                file_name=_("refus.csv"),
                mime="text/csv",
                key=f"{key}-download",
                icon=":material/download:",
                on_click="ignore",
            )
    st.page_link(
        LIST_PAGE, label=_("Voir les commandes"), icon=":material/arrow_forward:"
    )


def _counts(outcomes: Outcomes) -> None:
    counts = {
        _("Lignes lues"): len(outcomes.all),
        _("Numéros"): sum(one.added for one in outcomes.all),
        _("Commandes"): outcomes.orders,
        _("Messages"): len(
            {(o.told.order, o.told.source) for o in outcomes.all if o.message}
        ),
        _("Déjà notés"): len(outcomes.idle),
        _("Lignes refusées"): len(outcomes.refused),
    }
    with st.grid(6, min_column_width=120, gap="small"):
        for label, count in counts.items():
            st.metric(label, words.number(count))


def _rows(outcomes: Sequence[Outcome], key: str, title: str) -> None:
    st.dataframe(
        _frame(outcomes[:_SHOWN], title),
        key=key,
        hide_index=True,
        alt=_("Lignes du fichier"),
    )
    if len(outcomes) > _SHOWN:
        said = _("Les {n} premières lignes sur {total}.")
        st.caption(
            said.format(n=words.number(_SHOWN), total=words.number(len(outcomes)))
        )


def _frame(outcomes: Sequence[Outcome], title: str) -> pl.DataFrame:
    """One row per row of the file; refusals first where they are mixed with others."""
    refused_first = sorted(outcomes, key=lambda one: not one.refused)
    return pl.DataFrame(
        {
            _("Ligne"): [one.told.row for one in refused_first],
            _("Commande"): [one.told.order for one in refused_first],
            _("Transporteur"): [_carrier(one) for one in refused_first],
            _("Numéro de suivi"): [one.told.number for one in refused_first],
            title: [_said(one) for one in refused_first],
        },
        schema_overrides={_("Ligne"): pl.Int64},
    )


def _carrier(one: Outcome) -> str:
    if not one.suggested:
        return one.carrier
    return _("{carrier} (suggéré)").format(carrier=one.carrier)


def _said(one: Outcome) -> str:
    done = _("passe en Terminé")
    if not one.added:
        return f"{one.said} {done}" if one.done else one.said
    said = _("numéro ajouté, client prévenu") if one.message else _("numéro ajouté")
    return f"{said}, {done}" if one.done else said


def refused_csv(refused: Sequence[Outcome]) -> bytes:
    """The rows refused as CSV that can be corrected and given again.

    Texts that could be formulas are defused.
    """
    frame = pl.DataFrame(
        {
            _("Commande"): [one.told.order for one in refused],
            _("Transporteur"): [one.told.carrier for one in refused],
            _("Numéro de suivi"): [one.told.number for one in refused],
            _("Raison"): [one.said for one in refused],
        }
    )
    texts = [Column(name, name, "text") for name in frame.columns]
    safe = frame.with_columns(*defused(texts, separators=","))
    return safe.write_csv(include_bom=True, separator=";").encode()
