"""The backups: when the last one was made, one more now, the automatic ones."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from commandes import words
from commandes.backups import backup, history
from commandes.store import facts
from commandes.ui import exporting
from commandes.ui.parts import facts as labelled
from commandes.ui.parts import moment
from commandes.words import _, plural

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from commandes.backups import Manifest
    from commandes.ui.framing import Here

_ROW_HEIGHT = 34


def screen(here: Here) -> None:
    """Draw the whole screen."""
    with here.store.reading("server/backups") as connection:
        made = history.last(connection)
        trouble = facts.read(connection, history.TROUBLE)
        head = here.store.head()
    if made is None:
        st.badge(
            _("Aucune sauvegarde n’a encore été faite"),
            icon=":material/warning:",
            color="orange",
        )
    else:
        since = head.seq - made.seq
        labelled(
            {
                _("Dernière sauvegarde"): moment(made.at, here.settings.timezone),
                _("Taille"): words.size(made.size),
                _("Jusqu’à l’entrée du journal"): words.number(made.seq),
                _("Changements depuis"): words.number(max(since, 0)),
                _("Règles I1 à I5"): _("vérifiées sur la copie")
                if made.checked
                else _("non vérifiées"),
            }
        )
    _make(here)
    st.subheader(_("Sauvegardes automatiques"), anchor=False)
    if trouble:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge(_("La dernière a échoué"), icon=":material/error:", color="red")
            st.text(trouble)
    _automatic(here)


def _make(here: Here) -> None:
    """One now, as a download; what is not in it is said beside it."""
    with st.container(border=True, key="backup_now"):
        st.text(
            _(
                "Une sauvegarde contient toutes les commandes et les coordonnées des "
                "clients : gardez-la en lieu sûr. La clé du journal n’y est pas ; sans "
                "elle, rien ne se restaure : gardez à part le fichier journal.key du "
                "dossier des données, ou COMMANDES_JOURNAL_KEY."
            )
        )
        if st.button(
            _("Faire une sauvegarde maintenant"),
            key="make_backup",
            icon=":material/save:",
            type="primary",
        ):
            stem = _("sauvegarde")
            stamp = datetime.now(here.settings.zone).strftime("%Y-%m-%d-%H%M")

            def work(path: Path, _progress: Callable[[int, int], None]) -> str:
                manifest = backup(here.store, path)
                return plural("{n} commande", "{n} commandes", manifest.orders)

            exporting.make(here, f"{stem}-{stamp}.zip", work)
        st.caption(
            _(
                "Elle se restaure sur la ligne de commande, l’application arrêtée : "
                "`commandes restore FICHIER`."
            )
        )


def _automatic(here: Here) -> None:
    """How often, how many, and those that are there."""
    settings = here.settings
    if settings.backup_every:
        st.text(
            _("Toutes les {hours} h, les {count} dernières sont gardées.").format(
                hours=words.number(settings.backup_every),
                count=words.number(settings.backup_keep),
            )
        )
    else:
        st.text(
            _(
                "Il n’y en a pas : COMMANDES_BACKUP_EVERY donne le nombre d’heures "
                "entre deux sauvegardes."
            )
        )
    st.text(_("Dossier : {folder}").format(folder=settings.backups))
    found = history.listed(settings.backups)
    if found:
        st.dataframe(
            _frame(found, settings.timezone),
            key="backups",
            hide_index=True,
            row_height=_ROW_HEIGHT,
            column_config={
                "file": st.column_config.TextColumn(_("Fichier"), width="medium"),
                "at": st.column_config.TextColumn(_("Date")),
                "seq": st.column_config.TextColumn(
                    _("Entrée du journal"), alignment="right"
                ),
                "orders": st.column_config.TextColumn(
                    _("Commandes"), alignment="right"
                ),
                "size": st.column_config.TextColumn(_("Taille"), alignment="right"),
            },
            alt=_("Sauvegardes automatiques"),
        )


def _frame(found: list[tuple[Path, Manifest | None]], timezone: str) -> pl.DataFrame:
    rows = [
        {
            "file": path.name,
            "at": moment(told.at, timezone) if told else _("illisible"),
            "seq": words.number(told.seq) if told else "",
            "orders": words.number(told.orders) if told else "",
            "size": words.size(path.stat().st_size),
        }
        for path, told in found
    ]
    return pl.DataFrame(rows)
