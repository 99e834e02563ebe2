"""Stock by file: opening levels brought in, movements taken back to the platform."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, BinaryIO, cast

import polars as pl
import streamlit as st

from commandes import words
from commandes.actions import stock
from commandes.intake import levels
from commandes.reports import stock as report
from commandes.reports.export.columns import MOVEMENTS
from commandes.ui import doing, files, list_files, sent
from commandes.ui.framing import telling
from commandes.words import _, plural

if TYPE_CHECKING:
    from commandes.intake.levels import Levels
    from commandes.ui.framing import Here

_SHOWN = 200


def opening(here: Here) -> None:
    """Bring opening levels in: the file is looked at first, then confirmed."""
    with st.expander(
        _("Niveaux d’ouverture par fichier"),
        key="stock_opening_open",
        icon=":material/upload:",
    ):
        st.text(
            _(
                "Un fichier CSV avec les colonnes référence et quantité, et date pour "
                "les événements, prestations et créneaux. Chaque niveau devient celui "
                "du fichier."
            )
        )
        name = "stock_opening"
        key = doing.key(name)
        given = st.file_uploader(
            _("Fichier de niveaux"), ["csv", "tsv", "txt"], key=f"{key}-file"
        )
        if given is None:
            return
        with telling():
            content = cast("BinaryIO", given)
            with files.uploaded(here.settings, given.name, content) as path:
                found = levels.read(path, here.settings.zone)
            if _confirmed(here, found, key):
                receipt = stock.open_levels(
                    here.store, found.wanted, actor=here.actor, key=key
                )
                said = plural(
                    "{n} niveau changé.",
                    "{n} niveaux changés.",
                    receipt.result["items"],
                )
                doing.done(name, said)


def _confirmed(here: Here, found: Levels, key: str) -> bool:
    """Show what the file would set; whether to set it was just said."""
    st.badge(
        _("Aperçu avant application : rien n’a encore été changé"),
        icon=":material/preview:",
        color="blue",
    )
    if found.levels:
        _preview(here, found)
    if found.refused:
        st.text(plural("{n} ligne refusée", "{n} lignes refusées", len(found.refused)))
        _table(
            [
                {_("Ligne"): one.row, _("Référence"): one.sku, _("Raison"): one.reason}
                for one in found.refused[:_SHOWN]
            ],
            _("Lignes refusées"),
        )
    if not found.levels:
        st.text(_("Ce fichier ne donne aucun niveau."))
        return False
    return st.button(
        plural("Appliquer {n} niveau", "Appliquer {n} niveaux", len(found.levels)),
        key=f"{key}-confirm",
        type="primary",
        icon=":material/check:",
    )


def _preview(here: Here, found: Levels) -> None:
    zone = here.settings.timezone
    with here.store.reading("stock/opening") as connection:
        now = {
            item: on_hand
            for item, (_id, on_hand) in stock.standing(
                connection, [(one.sku, one.service_at) for one in found.levels]
            ).items()
        }
    changes = [
        one
        for one in found.levels
        if now.get((one.sku, one.service_at), 0) != one.units
    ]
    st.text(
        _("{count}, dont {changed}.").format(
            count=plural("{n} niveau lu", "{n} niveaux lus", len(found.levels)),
            changed=plural("{n} à changer", "{n} à changer", len(changes)),
        )
    )
    _table(
        [
            {
                _("Référence"): one.sku,
                _("Date"): words.moment(one.service_at, zone) if one.service_at else "",
                _("Aujourd’hui"): now.get((one.sku, one.service_at)),
                _("Deviendra"): one.units,
            }
            for one in changes[:_SHOWN]
        ],
        _("Niveaux à changer"),
    )
    if len(changes) > _SHOWN:
        more = words.number(len(changes) - _SHOWN)
        st.caption(_("et {n} autres").format(n=more))


def _table(rows: list[dict[str, object]], alt: str) -> None:
    if rows:
        st.dataframe(
            pl.DataFrame(rows, infer_schema_length=None),
            hide_index=True,
            row_height=sent.ROW_HEIGHT,
            placeholder="",
            alt=alt,
        )


def carrying(here: Here) -> None:
    """The movements of a period as a file to carry back to the platform."""
    with st.expander(
        _("Mouvements à reporter sur la plateforme"),
        key="stock_carrying_open",
        icon=":material/download:",
    ):
        st.text(
            _(
                "Le stock de la plateforme n’est pas touché par Commandes. Ce fichier "
                "dit ce qui a bougé ici : remboursements, annulations, rétablissements "
                "et corrections."
            )
        )
        today = datetime.now(here.settings.zone).date()
        with st.container(horizontal=True, vertical_alignment="bottom"):
            first = st.date_input(
                _("Du"),
                today - timedelta(days=6),
                key="stock_carry_first",
                format="DD/MM/YYYY",
                width=150,
            )
            last = st.date_input(
                _("Au"),
                today,
                key="stock_carry_last",
                format="DD/MM/YYYY",
                width=150,
            )
            everything = st.toggle(
                _("Avec ventes et ouvertures"),
                key="stock_carry_everything",
                help=_("La plateforme les connaît déjà."),
            )
            list_files.menu(
                here,
                "stock_carry",
                _("mouvements-de-stock"),
                MOVEMENTS,
                lambda: report.carried(
                    here.store,
                    here.settings.zone,
                    first,
                    last,
                    everything=everything,
                ),
            )
