"""The stock: levels of every sku and date, what moved them, and corrections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from commandes import access, words
from commandes.reports import stock
from commandes.ui import doing, order_links, sent, stock_files, stock_forms
from commandes.ui.login import named
from commandes.ui.parts import facts
from commandes.words import CAUSE_WORDS, _, plural

if TYPE_CHECKING:
    from commandes.reports.stock import Movement
    from commandes.ui.framing import Here
    from commandes.ui.sent import Sent

LEVELS = "stock_levels"
# Levels shown at once; a search or a filter finds the others.
MOST = 500
MOST_MOVEMENTS = 200
_EVERY = "every"


def screen(here: Here) -> None:
    """Draw the whole screen."""
    st.text(
        _(
            "C’est le stock que Commandes tient ; celui de la plateforme n’est pas "
            "touché. Reportez-y les mouvements faits ici."
        )
    )
    doing.told()
    sent.catching_up(here, LEVELS)
    search, wanted = _asked()
    counts = stock.counts(here.snap, search=search)
    _filters(search, wanted, counts)
    fresh = stock.levels(here.snap, search=search, wanted=wanted, size=MOST)
    listed = sent.shown(LEVELS, (search, wanted), fresh, arrived=here.arrived)
    sent.news(listed)
    if listed.rows.is_empty():
        st.text(
            _("Aucun niveau ne correspond.")
            if search or wanted
            else _(
                "Aucun stock n’est tenu pour l’instant : ouvrez-le par un fichier, ou "
                "laissez les commandes le faire bouger."
            )
        )
    else:
        _levels(here, listed)
    if access.may("stock.open"):
        stock_files.opening(here)
    if access.may("orders.export"):
        stock_files.carrying(here)
    order_links.follow()


def _asked() -> tuple[str, str | None]:
    """Search and filter, as the URL asks for them."""
    wanted = st.query_params.get("level")
    if wanted is not None and wanted not in stock.WANTED:
        st.text(_("Le filtre « {code} » n’existe pas.").format(code=wanted))
        wanted = None
    return st.query_params.get("search", ""), wanted


def _filters(search: str, wanted: str | None, counts: stock.Counts) -> None:
    for key, value in (("stock_search", search), ("stock_level", wanted or _EVERY)):
        if st.session_state.get(key) != value:
            st.session_state[key] = value
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text_input(
            _("Rechercher"),
            key="stock_search",
            type="search",
            live="400ms",
            placeholder=_("Référence, article"),
            label_visibility="collapsed",
            width=240,
            on_change=_changed,
        )
        st.segmented_control(
            _("Niveaux"),
            [_EVERY, *stock.WANTED],
            key="stock_level",
            format_func=lambda code: _counted(code, counts),
            required=True,
            label_visibility="collapsed",
            on_change=_changed,
            wrap=True,
        )


def _counted(code: str, counts: stock.Counts) -> str:
    name = _("Tous") if code == _EVERY else _(stock.WANTED[code])
    return f"{name} · {words.number(getattr(counts, code))}"


def _changed() -> None:
    for name, key, none in (
        ("search", "stock_search", ""),
        ("level", "stock_level", _EVERY),
    ):
        value = st.session_state[key]
        if value and value != none:
            st.query_params[name] = value
        elif name in st.query_params:
            del st.query_params[name]


def _levels(here: Here, listed: Sent) -> None:
    unopened = stock.unopened(here.store, listed.ids)
    chosen = sent.choose(
        listed,
        _cells(listed.rows, unopened),
        _columns(here.settings.timezone),
        mode="single-row",
        alt=_("Niveaux de stock"),
    )
    if listed.rows.height == MOST:
        most = words.number(MOST)
        st.caption(
            _("Les {n} premiers niveaux sont montrés : cherchez les autres.").format(
                n=most
            )
        )
    if chosen:
        _one(here, sent.row(listed, chosen[0]), opened=chosen[0] not in unopened)
    else:
        st.caption(_("Choisissez une ligne pour ses mouvements et ses corrections."))


def _cells(rows: pl.DataFrame, unopened: frozenset[int]) -> pl.DataFrame:
    """The rows in words; what is left is known only from an opening level on."""
    return pl.DataFrame(
        [
            {
                "sku": row["sku"],
                "on_hand": None if row["id"] in unopened else row["on_hand"],
                "title": row["title"] or "",
                "service_at": row["service_at"],
                "held": row["held"],
                "alert_level": row["alert_level"],
                "state": [
                    *_state(row),
                    *([_unopened()] if row["id"] in unopened else []),
                ],
            }
            for row in rows.iter_rows(named=True)
        ],
        schema={
            "sku": pl.String,
            # On a phone the first ones are seen: of what, and how many are left.
            "on_hand": pl.Int64,
            "title": pl.String,
            "service_at": pl.Datetime("us", "UTC"),
            "held": pl.Int64,
            "alert_level": pl.Int64,
            "state": pl.List(pl.String),
        },
    )


def _state(row: dict[str, Any]) -> list[str]:
    if row["oversold"]:
        return [_oversold()]
    return [_low()] if row["low"] else []


def _oversold() -> str:
    return "✕ " + _("Vendu au-delà du stock")


def _low() -> str:
    return "◔ " + _("Niveau d’alerte atteint")


def _unopened() -> str:
    return "○ " + _("Niveau d’ouverture non saisi")


def _columns(timezone: str) -> dict[str, Any]:
    column = st.column_config
    return {
        "sku": column.TextColumn(_("Référence"), width=150, pinned=True),
        "title": column.TextColumn(_("Article"), width=220),
        "service_at": column.DatetimeColumn(
            _("Date de prestation"),
            format="DD/MM/YY HH:mm",
            timezone=timezone,
            width=120,
        ),
        "on_hand": column.NumberColumn(
            _("Reste"), width=80, help=_("Ce qui peut encore être vendu.")
        ),
        "held": column.NumberColumn(
            _("Pris"),
            width=80,
            help=_("Places, couverts ou créneaux que des commandes tiennent."),
        ),
        "alert_level": column.NumberColumn(_("Alerte"), width=80),
        "state": column.MultiselectColumn(
            _("État"),
            options=[_oversold(), _low(), _unopened()],
            color=["red", "orange", "gray"],
            width=220,
        ),
    }


def _one(here: Here, row: dict[str, Any], *, opened: bool) -> None:
    """A sku (and date): what it has, what moved it, and what can be corrected."""
    zone = here.settings.timezone
    with st.container(border=True, key="stock_one"):
        at = row["service_at"]
        known = {
            _("Référence"): row["sku"],
            _("Article"): row["title"],
            _("Date de prestation"): words.moment(at, zone) if at else None,
            _("Reste"): (
                words.number(row["on_hand"])
                if opened
                else _("niveau d’ouverture non saisi")
            ),
        }
        if row["held"] is not None:
            known[_("Pris")] = words.number(row["held"])
        facts(known, skip_missing=True)
        if access.may("stock.adjust"):
            stock_forms.show(here, row)
        total, found = stock.movements(here.store, row["id"], most=MOST_MOVEMENTS)
        st.text(plural("{n} mouvement", "{n} mouvements", total))
        if found:
            _movements(found, f"stock_movements-{row['id']}-{found[0].id}", zone)


def _movements(found: tuple[Movement, ...], key: str, zone: str) -> None:
    column = st.column_config
    rows = [
        {
            "at": move.at,
            "quantity": words.signed(move.quantity),
            "cause": _(CAUSE_WORDS.get(move.cause, move.cause)),
            "order": move.number or "",
            "open": order_links.label(move.number),
            "actor": named(move.actor or ""),
            "reason": move.reason or "",
        }
        for move in found
    ]
    st.dataframe(
        pl.DataFrame(rows, infer_schema_length=None),
        key=key,
        hide_index=True,
        row_height=sent.ROW_HEIGHT,
        column_config={
            "at": column.DatetimeColumn(
                _("Date"), format="DD/MM/YY HH:mm", timezone=zone, width=108
            ),
            "quantity": column.TextColumn(_("Unités"), alignment="right", width=70),
            "cause": column.TextColumn(_("Cause"), width=200),
            "order": column.TextColumn(_("Commande"), width=96),
            "open": order_links.column(key, [(m.number, m.source) for m in found]),
            "actor": column.TextColumn(_("Par"), width=110),
            "reason": column.TextColumn(_("Motif"), width=220),
        },
        placeholder="",
        alt=_("Mouvements de stock"),
    )
