"""The table of orders: buttons, coloured states and tags; text stays text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from commandes import words
from commandes.ui import theme
from commandes.ui.plain import plain
from commandes.words import N_, _, plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from commandes.ui.listing import Listing

ROW_HEIGHT = 34
MOST_ROWS_IN_VIEW = 16
OPENED = "opened_order"
MENU_CHOICE = "row_menu_choice"

# What the arrow of a row offers: code, icon, words.
_MENU = {
    "page": (":material/open_in_new:", N_("Ouvrir la fiche")),
    "customer": (":material/person_search:", N_("Commandes de ce client")),
}


def orders(listing: Listing, timezone: str) -> tuple[int, ...]:
    """Draw the orders of a list; the ids of the rows that are ticked.

    A click on `Infos` leaves the order's id under OPENED, a choice in the arrow's
    menu (id, code) under MENU_CHOICE, each for the page to take up in the same run.
    """
    digest = listing.digest
    rows = listing.page.rows
    menu = [f"{icon} {_(text)}" for icon, text in _MENU.values()]
    event = st.dataframe(
        _shown(rows, menu),
        key=f"orders-{digest}",
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=ROW_HEIGHT * (1 + min(rows.height, MOST_ROWS_IN_VIEW)) + 3,
        on_select="rerun",
        selection_mode="multi-row",
        column_config=_columns(listing, timezone, menu),
        alt=_("Commandes"),
    )
    ticked = event.selection.rows
    return tuple(listing.ids[row] for row in ticked if row < len(listing.ids))


def _shown(rows: pl.DataFrame, menu: list[str]) -> pl.DataFrame:
    """The rows in words; what customers wrote goes into text columns only."""
    found = rows.iter_rows(named=True)
    shown = [
        {
            "number": row["number"],
            "infos": _("Infos"),
            "menu": menu,
            "placed_at": row["placed_at"],
            "customer": row["customer_name"] or row["email"],
            "articles": articles(row["titles"], row["line_count"]),
            "module": theme.module_words(row["module"]),
            "status": [theme.status_label(row["status"])],
            "payment": [theme.payment_label(_payment(row))],
            "total": words.money(row["total"], row["currency"]),
            "tags": row["tags"],
        }
        for row in found
    ]
    return pl.DataFrame(shown, schema=_SCHEMA)


_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "number": pl.String,
    "infos": pl.String,
    "menu": pl.List(pl.String),
    "placed_at": pl.Datetime("us", "UTC"),
    "customer": pl.String,
    "articles": pl.String,
    "module": pl.String,
    "status": pl.List(pl.String),
    "payment": pl.List(pl.String),
    "total": pl.String,
    "tags": pl.List(pl.String),
}


def _payment(row: dict[str, Any]) -> str:
    return theme.shown_payment(
        row["payment_status"], row["refunded"], row["refunds_to_do"]
    )


def articles(titles: list[str], lines: int) -> str:
    """The first titles and how many lines more: Stylo, Carnet +1."""
    more = lines - len(titles)
    return ", ".join(titles) + (f" +{words.number(more)}" if more > 0 else "")


def _columns(listing: Listing, timezone: str, menu: list[str]) -> dict[str, Any]:
    column = st.column_config
    digest, ids = listing.digest, listing.ids
    return {
        "number": column.TextColumn(_("N°"), width=72, pinned=True),
        "infos": column.ButtonColumn(
            _("Infos"),
            width=60,
            key=f"infos-{digest}",
            on_click=_open,
            args=(f"infos-{digest}", ids),
        ),
        "menu": column.ButtonColumn(
            " ",
            width=34,
            type="tertiary",
            key=f"menu-{digest}",
            on_click=_choose,
            args=(f"menu-{digest}", ids, menu),
        ),
        "placed_at": column.DatetimeColumn(
            _("Date"), format="DD/MM/YY HH:mm", timezone=timezone, width=108
        ),
        "customer": column.TextColumn(_("Client"), width=124),
        "articles": column.TextColumn(_("Articles"), width=148),
        "module": column.TextColumn(_("Module"), width=98),
        "status": _badges(_("Statut"), theme.status_colors(), 86),
        "payment": _badges(_("Paiement"), theme.payment_colors(), 150),
        "total": column.TextColumn(_("Total"), alignment="right", width=86),
        "tags": _badges(
            _("Étiquettes"),
            {name: theme.tag_color(color) for name, color in listing.colors.items()},
            120,
        ),
    }


def _badges(label: str, colors: Mapping[str, str], width: int) -> Any:  # noqa: ANN401 (Streamlit's own)
    return st.column_config.MultiselectColumn(
        label,
        options=list(colors),
        color=list(colors.values()) or None,
        width=width,
    )


def _open(key: str, ids: tuple[int, ...]) -> None:
    row = st.session_state[key].row
    if row < len(ids):
        st.session_state[OPENED] = ids[row]


def _choose(key: str, ids: tuple[int, ...], menu: list[str]) -> None:
    click = st.session_state[key]
    if click.row < len(ids) and click.label in menu:
        code = list(_MENU)[menu.index(click.label)]
        st.session_state[MENU_CHOICE] = (ids[click.row], code)


def selection(listing: Listing, ticked: tuple[int, ...]) -> None:
    """How many rows are ticked and what they come to."""
    if not ticked:
        return
    rows = listing.page.rows.filter(pl.col("id").is_in(ticked))
    totals = rows.group_by("currency").agg(pl.col("total").sum())
    said = plural("{n} sélectionnée", "{n} sélectionnées", len(ticked))
    amounts = words.monies(dict(totals.iter_rows()))
    st.badge(plain(f"{said} · {amounts}"), color="blue")
