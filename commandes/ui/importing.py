"""The import screen: a file, what it would bring, confirmed, brought in, reported."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, cast

import polars as pl
import streamlit as st

from commandes import words
from commandes.intake import bring, merge, read
from commandes.reports.export.cells import defused
from commandes.reports.export.columns import Column
from commandes.ui import files, listing, mapping_screen
from commandes.ui.beside import Work
from commandes.ui.framing import telling
from commandes.words import N_, _, plural

if TYPE_CHECKING:
    from pathlib import Path

    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from commandes.intake.merge import ImportReport
    from commandes.ui.framing import Here

KINDS = ("csv", "tsv", "txt", "xlsx", "parquet", "ndjson", "jsonl")
LIST_PAGE = "pages/commandes/liste.py"
_SHOWN_REJECTS = 1_000
_MAP = "map"


@dataclass(frozen=True)
class _Progress:
    """How far one file has come on this screen.

    Attributes:
        profile: the profile's name it is read with; None: not recognised.
        preview: what it would bring.
        report: what it brought.
    """

    profile: str | None = None
    preview: ImportReport | None = None
    report: ImportReport | None = None


def screen(here: Here) -> None:
    """Draw the whole screen."""
    _unfinished(here)
    st.text(
        _(
            "Le fichier est d’abord lu sans rien changer : vous voyez ce qu’il "
            "apporterait, puis vous confirmez."
        )
    )
    given = st.file_uploader(
        _("Fichiers de commandes"),
        KINDS,
        accept_multiple_files=True,
        key="import_files",
        max_upload_size=here.settings.upload_limit,
        help=_("Shopify, WooCommerce, Wix, Squarespace, ou tout autre tableau."),
    )
    for file in given:
        with st.container(border=True, key=f"import-{file.file_id}"):
            st.text(file.name)
            with telling():
                _one(here, file)


def _unfinished(here: Here) -> None:
    """Say which imports are on their way, or were stopped half-way."""
    for name, done in bring.running(here.store):
        with st.container(border=True):
            st.badge(_("Import en cours"), icon=":material/sync:", color="blue")
            st.text(
                _(
                    "{file} : {n} commandes jusqu’ici. S’il n’avance plus, redonnez le "
                    "même fichier : il reprend où il s’est arrêté."
                ).format(file=name, n=words.number(done))
            )


def _one(here: Here, file: UploadedFile) -> None:
    key = f"import-{file.file_id}"
    progress: _Progress | None = st.session_state.get(f"{key}-progress")
    if progress and progress.report:
        _report(progress.report, key)
        return
    with files.uploaded(here.settings, file.name, cast("BinaryIO", file)) as path:
        if progress is None:
            with st.spinner(_("Lecture du fichier")):
                progress = _recognised(here, path)
        progress = _chosen(here, progress, key)
        if progress.profile is None:
            saved = mapping_screen.show(here, path, key)
            if saved:
                st.session_state[f"{key}-progress"] = _Progress(saved)
                # An answer from before, to the same question, would lead back here.
                st.session_state.pop(f"{key}-profile-{saved}", None)
                st.rerun()
            return
        if progress.preview is None:
            with st.spinner(_("Aperçu avant application")):
                progress = replace(progress, preview=_preview(here, path, progress))
        st.session_state[f"{key}-progress"] = progress
        if _confirmed(progress, key):
            report = _bring(here, path, progress, key)
            st.session_state[f"{key}-progress"] = replace(progress, report=report)
            listing.refresh()
            st.rerun()


def _recognised(here: Here, path: Path) -> _Progress:
    known = bring.known_profiles(here.store)
    found = read.recognise(path, list(known.values()))
    return _Progress(None if found is None else found.name)


def _chosen(here: Here, progress: _Progress, key: str) -> _Progress:
    """Show the layout recognised, and let another be chosen."""
    known = bring.known_profiles(here.store)
    codes = [*known, _MAP]
    now = progress.profile or _MAP
    picked = st.selectbox(
        _("Format du fichier"),
        codes,
        index=codes.index(now),
        # Another answer is another question: no earlier choice sticks to it.
        key=f"{key}-profile-{now}",
        format_func=lambda code: (
            _("Autre : dire quelle colonne est quoi")
            if code == _MAP
            else known[code].label or code
        ),
        help=_("Reconnu par ses colonnes."),
        width=420,
    )
    if picked == now:
        return progress
    return _Progress(None if picked == _MAP else picked)


def _preview(here: Here, path: Path, progress: _Progress) -> ImportReport:
    incoming = bring.open_file(
        here.store, here.settings, path, profile=progress.profile
    )
    return merge.preview(here.store, incoming)


def _confirmed(progress: _Progress, key: str) -> bool:
    """Show what the file would bring; whether to bring it was just said."""
    preview = progress.preview
    if preview is None:
        return False
    st.badge(
        _("Aperçu avant application : rien n’a encore été changé"),
        icon=":material/preview:",
        color="blue",
    )
    _counts(preview)
    _rejects(preview, key)
    st.toggle(
        _("Ces commandes sortent du stock"),
        key=f"{key}-stock",
        help=_("À laisser éteint pour des commandes passées, déjà livrées."),
    )
    orders = preview.orders_new + preview.orders_updated
    if not orders:
        st.text(_("Ce fichier n’apporte rien de nouveau."))
        return False
    return st.button(
        plural("Importer {n} commande", "Importer {n} commandes", orders),
        key=f"{key}-confirm",
        type="primary",
        icon=":material/check:",
    )


def _bring(here: Here, path: Path, progress: _Progress, key: str) -> ImportReport:
    """Bring the file in beside this page run: it goes on when one leaves the page."""
    # Before the thread nothing is drawn: who leaves the page then would stop this run
    # before the import has begun.
    moves_stock = bool(st.session_state.get(f"{key}-stock"))
    incoming = bring.open_file(
        here.store, here.settings, path, profile=progress.profile
    )
    bringing = partial(
        bring.merge_file,
        here.store,
        incoming,
        digest=bring.digest_of(path),
        name=path.name,
        actor=here.actor,
        moves_stock=moves_stock,
    )
    importing = Work(lambda tell: bringing(progress=tell), "import")
    return importing.watch(_("Import en cours"))


def _report(report: ImportReport, key: str) -> None:
    st.badge(_("Import terminé"), icon=":material/check_circle:", color="green")
    _counts(report)
    if report.beyond:
        st.text(
            _("Remboursé au-delà des paiements, non repris : {amounts}").format(
                amounts=words.monies(report.beyond)
            )
        )
    _rejects(report, key)
    st.page_link(
        LIST_PAGE, label=_("Voir les commandes"), icon=":material/arrow_forward:"
    )


_COUNTS = (
    ("rows_read", N_("Lignes lues")),
    ("rows_imported", N_("Lignes importées")),
    ("rows_rejected", N_("Lignes refusées")),
    ("orders_new", N_("Commandes nouvelles")),
    ("orders_updated", N_("Commandes mises à jour")),
    ("orders_unchanged", N_("Commandes inchangées")),
)


def _counts(report: ImportReport) -> None:
    with st.grid(6, min_column_width=120, gap="small"):
        for name, label in _COUNTS:
            st.metric(_(label), words.number(getattr(report, name)))
    totals = words.monies(report.totals) or "0"
    st.text(_("Total des commandes du fichier : {totals}").format(totals=totals))
    if report.gaps:
        st.text(
            plural(
                "{n} commande dont les montants ne s’additionnent pas à son total",
                "{n} commandes dont les montants ne s’additionnent pas à leur total",
                report.gaps,
            )
        )
    if report.erased:
        st.text(
            plural(
                "{n} commande d’un client effacé : ses données ne sont pas revenues",
                "{n} commandes de clients effacés : leurs données ne sont pas revenues",
                report.erased,
            )
        )


def _rejects(report: ImportReport, key: str) -> None:
    """The rows refused, each with its reason, and all of them as a file."""
    if not report.rows_rejected:
        return
    with st.expander(
        plural("{n} ligne refusée", "{n} lignes refusées", report.rows_rejected),
        icon=":material/block:",
        expanded=report.rows_rejected <= 10,  # noqa: PLR2004 (what fits in view)
    ):
        _by_reason(report.rejects)
        st.dataframe(
            _said(report.rejects.head(_SHOWN_REJECTS)),
            key=f"{key}-rejects",
            hide_index=True,
            alt=_("Lignes refusées"),
        )
        st.download_button(
            _("Télécharger les refus (CSV)"),
            lambda: rejects_csv(report.rejects),
            file_name=_("refus.csv"),
            mime="text/csv",
            key=f"{key}-download",
            icon=":material/download:",
            on_click="ignore",
        )


def _by_reason(rejects: pl.DataFrame) -> None:
    """How many rows each reason refuses, the most frequent first."""
    counted = rejects.group_by("reason").len().sort("len", "reason", descending=True)
    if counted.height > 1:
        for reason, count in counted.iter_rows():
            st.text(f"{words.number(count)} × {_(reason)}")


def _said(rejects: pl.DataFrame) -> pl.DataFrame:
    reasons = {text: _(text) for text in rejects["reason"].unique()}
    return rejects.select(
        pl.col("row").alias(_("Ligne (sans l’en-tête)")),
        pl.col("number").fill_null("").alias(_("Commande")),
        pl.col("reason").replace(reasons).alias(_("Raison")),
    )


def rejects_csv(rejects: pl.DataFrame) -> bytes:
    """The rows refused as CSV; texts that could be formulas are defused."""
    said = _said(rejects)
    texts = [Column(name, name, "text") for name in said.columns[1:]]
    # As the reader's own spreadsheet opens it; one that splits otherwise finds none.
    separator, other = (";", ",") if words.language() == "fr" else (",", ";")
    safe = said.with_columns(*defused(texts, separators=other))
    return safe.write_csv(include_bom=True, separator=separator).encode()
