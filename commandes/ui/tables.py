"""The table of orders: buttons, coloured states and tags; text stays text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import streamlit as st

from commandes import access, words
from commandes.ui import listing as lists
from commandes.ui import theme
from commandes.ui.plain import plain
from commandes.words import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from commandes.ui.listing import Listing

ROW_HEIGHT = 34
MOST_ROWS_IN_VIEW = 16
OPENED = "opened_order"
MENU_CHOICE = "row_menu_choice"

# What the arrow of a row offers: code, icon, words. Tags stand after the first.
_MENU = {
    "conversation": (":material/forum:", N_("Conversation")),
    "tags": (":material/new_label:", N_("Autre étiquette…")),
    "status": (":material/sync_alt:", N_("Changer le statut")),
    "archive": (":material/archive:", N_("Archiver")),
    "unarchive": (":material/unarchive:", N_("Désarchiver")),
    "cancel": (":material/cancel:", N_("Annuler")),
    "restore": (":material/restore:", N_("Rétablir")),
    "refund": (":material/undo:", N_("Rembourser")),
    "page": (":material/open_in_new:", N_("Ouvrir la fiche")),
    "customer": (":material/person_search:", N_("Commandes de ce client")),
}
# The action of each, where it is one.
_DOES = {
    "tags": "tag",
    **{code: code for code in ("status", "archive", "unarchive", "cancel")},
    **{code: code for code in ("restore", "refund")},
}
# As many tags as a menu still shows at a glance.
_TAGS_IN_MENU = 6


def forget_clicks() -> None:
    """Not take up what was clicked in the table: a dialog opens now."""
    st.session_state.pop(OPENED, None)
    st.session_state.pop(MENU_CHOICE, None)


def orders(listing: Listing, timezone: str) -> tuple[int, ...]:
    """Draw the orders of a list; the ids of the rows that are ticked.

    A click on `Infos` leaves the order's id under OPENED, a choice in the arrow's
    menu (id, code) under MENU_CHOICE, each for the page to take up in the same run.
    """
    key = f"orders-{listing.key}"
    rows = listing.page.rows
    ticked_before = lists.ticked_rows(listing)
    if key not in st.session_state and ticked_before:
        st.session_state[key] = {"selection": {"rows": ticked_before}}
    menus = [_menu(row, listing) for row in rows.iter_rows(named=True)]
    event = st.dataframe(
        _shown(rows, menus),
        key=key,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=ROW_HEIGHT * (1 + min(rows.height, MOST_ROWS_IN_VIEW)) + 3,
        on_select="rerun",
        selection_mode="multi-row",
        column_config=_columns(listing, timezone, menus),
        alt=_("Commandes"),
    )
    rows_ticked = event.selection.rows
    ticked = tuple(listing.ids[row] for row in rows_ticked if row < len(listing.ids))
    lists.tick(listing, ticked)
    return ticked


def _menu(row: dict[str, Any], listing: Listing) -> dict[str, str]:
    """What the arrow of this row offers: code by label; a tag's code is `+` or `-`."""
    archived, cancelled = row["archived_at"] is not None, row["status"] == "cancelled"
    left_out = {
        "archive" if archived else "unarchive",
        "cancel" if cancelled else "restore",
        *(["refund"] if row["paid"] <= row["refunded"] else []),
    }
    known = {
        f"{icon} {_(text)}": code
        for code, (icon, text) in _MENU.items()
        if code not in left_out and (code not in _DOES or access.may_do(_DOES[code]))
    }
    first, *others = known.items()
    return dict([first, *_tag_entries(row["tags"], listing), *others])


def _tag_entries(put_on: list[str], listing: Listing) -> list[tuple[str, str]]:
    """Tags that one choice puts on or takes off, those of the row first."""
    if not access.may("orders.tag"):
        return []
    names = dict.fromkeys([*put_on, *listing.colors])
    return [
        (f":material/label_off: {_('Retirer')} {plain(name)}", f"-{name}")
        if name in put_on
        else (f":material/label: {plain(name)}", f"+{name}")
        for name in list(names)[:_TAGS_IN_MENU]
    ]


def _shown(rows: pl.DataFrame, menus: list[dict[str, str]]) -> pa.Table:
    """The rows in words; what customers wrote goes into text columns only.

    An Arrow table goes to the browser as it is, any other by way of pandas.
    """
    found = zip(rows.iter_rows(named=True), menus, strict=True)
    shown = [
        {
            "number": row["number"],
            "infos": _("Infos"),
            "menu": list(menu),
            "placed_at": row["placed_at"],
            "customer": row["customer_name"] or row["email"] or "–",
            "articles": articles(row["titles"], row["line_count"]),
            "module": theme.short_module(row["module"]),
            "status": [theme.status_label(row["status"])],
            "payment": [theme.payment_label(_payment(row))],
            "total": words.money(row["total"], row["currency"]),
            "tags": row["tags"],
        }
        for row, menu in found
    ]
    return pa.Table.from_pylist(shown, schema=_SCHEMA)


_SCHEMA = pa.schema(
    {
        "number": pa.string(),
        "infos": pa.string(),
        "menu": pa.list_(pa.string()),
        "placed_at": pa.timestamp("us", "UTC"),
        "customer": pa.string(),
        "articles": pa.string(),
        "module": pa.string(),
        "status": pa.list_(pa.string()),
        "payment": pa.list_(pa.string()),
        "total": pa.string(),
        "tags": pa.list_(pa.string()),
    }
)


def _payment(row: dict[str, Any]) -> str:
    return theme.shown_payment(
        row["payment_status"], row["refunded"], row["refunds_to_do"]
    )


def articles(titles: list[str], lines: int) -> str:
    """The first titles and how many lines more: Stylo, Carnet +1."""
    more = lines - len(titles)
    return ", ".join(titles) + (f" +{words.number(more)}" if more > 0 else "")


def _columns(
    listing: Listing, timezone: str, menus: list[dict[str, str]]
) -> dict[str, Any]:
    column = st.column_config
    key, ids = listing.key, listing.ids
    return {
        "number": column.TextColumn(_("N°"), width=72, pinned=True),
        "infos": column.ButtonColumn(
            _("Infos"),
            width=60,
            key=f"infos-{key}",
            on_click=_open,
            args=(f"infos-{key}", ids),
        ),
        "menu": column.ButtonColumn(
            " ",
            width=34,
            type="tertiary",
            key=f"menu-{key}",
            on_click=_choose,
            args=(f"menu-{key}", ids, menus),
        ),
        "placed_at": column.DatetimeColumn(
            _("Date"), format="DD/MM/YY HH:mm", timezone=timezone, width=108
        ),
        "customer": column.TextColumn(_("Client"), width=124),
        "articles": column.TextColumn(_("Articles"), width=140),
        "module": column.TextColumn(_("Module"), width=92),
        "status": _badges(_("Statut"), theme.status_colors(), 86),
        "payment": _badges(_("Paiement"), theme.payment_colors(), 172),
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


def _choose(key: str, ids: tuple[int, ...], menus: list[dict[str, str]]) -> None:
    click = st.session_state[key]
    if click.row < len(ids) and click.label in menus[click.row]:
        code = menus[click.row][click.label]
        st.session_state[MENU_CHOICE] = (ids[click.row], code)
