"""The tags as a settings page: what there is, and what a change touches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

from commandes import words
from commandes.actions import tag_list, tags
from commandes.reports.tags import counted
from commandes.rules import TAG_COLORS
from commandes.ui import doing, listing, sent, theme
from commandes.ui.framing import telling
from commandes.ui.money import LIST_PAGE
from commandes.words import N_, _, plural

if TYPE_CHECKING:
    from collections.abc import Callable

    from commandes.ui.framing import Here

TAGS = "tag_settings"
COLOR_WORDS = {
    "red": N_("Rouge"),
    "orange": N_("Orange"),
    "yellow": N_("Jaune"),
    "green": N_("Vert"),
    "teal": N_("Turquoise"),
    "blue": N_("Bleu"),
    "violet": N_("Violet"),
    "grey": N_("Gris"),
}


def screen(here: Here) -> None:
    """Draw the whole screen."""
    doing.told()
    sent.catching_up(here, TAGS)
    _create(here)
    listed = sent.shown(TAGS, None, counted(here.snap), arrived=here.arrived)
    sent.news(listed)
    if listed.rows.is_empty():
        st.text(_("Aucune étiquette pour l’instant."))
        return
    chosen = sent.choose(
        listed,
        _cells(listed.rows),
        _columns(listed.rows),
        mode="single-row",
        alt=_("Étiquettes"),
    )
    if chosen:
        _one(here, sent.row(listed, chosen[0]))
    else:
        st.caption(_("Choisissez une étiquette pour la changer ou la supprimer."))


def _cells(rows: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "tag": [[name] for name in rows["name"]],
            "name": rows["name"],
            "color": [_(COLOR_WORDS[color]) for color in rows["color"]],
            "orders": rows["orders"],
        }
    )


def _columns(rows: pl.DataFrame) -> dict[str, Any]:
    column = st.column_config
    return {
        "tag": column.MultiselectColumn(
            _("Étiquette"),
            options=rows["name"].to_list(),
            color=[theme.tag_color(color) for color in rows["color"]],
            width=220,
        ),
        "name": column.TextColumn(_("Nom"), width=220),
        "color": column.TextColumn(_("Couleur"), width=110),
        "orders": column.NumberColumn(_("Commandes"), width=110),
    }


def _color(key: str, value: str) -> str:
    return st.selectbox(
        _("Couleur"),
        TAG_COLORS,
        index=TAG_COLORS.index(value),
        key=f"{key}-color",
        format_func=lambda code: _(COLOR_WORDS[code]),
        width=180,
    )


def _name(key: str, value: str) -> str:
    return st.text_input(
        _("Nom de l’étiquette"),
        value,
        max_chars=tags.LONGEST_NAME,
        key=f"{key}-name",
        width=260,
    )


def _create(here: Here) -> None:
    name = "tag_create"
    key = doing.key(name)
    with (
        st.form(f"tag-{key}"),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        called = _name(key, "")
        color = _color(key, TAG_COLORS[0])
        asked = st.form_submit_button(_("Créer l’étiquette"), icon=":material/add:")
    if asked:
        with telling():
            tags.create(here.store, called, color, actor=here.actor, key=key)
            said = _("L’étiquette « {name} » est créée.")
            _again(name, said.format(name=called.strip()))


def _one(here: Here, row: dict[str, Any]) -> None:
    """Rename, recolour or delete a tag, with the orders that it touches said first."""
    count = row["orders"]
    with st.container(border=True, key="tag_one"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(row["name"], width="content")
            st.page_link(
                LIST_PAGE,
                label=plural("{n} commande", "{n} commandes", count),
                icon=":material/receipt_long:",
                query_params={"tag": row["name"], "archived": "all"},
            )
        _change(here, row)
        _delete(here, row)


def _change(here: Here, row: dict[str, Any]) -> None:
    name = f"tag-{row['id']}"
    key = doing.key(name)
    with (
        st.form(f"tag-{key}", border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        called = _name(key, row["name"])
        color = _color(key, row["color"])
        asked = st.form_submit_button(
            _("Enregistrer"), type="primary", icon=":material/check:"
        )
    if not asked:
        return
    with telling():
        called = tags.clean(called)
        receipt = tag_list.rename(
            here.store,
            row["name"],
            called,
            actor=here.actor,
            key=key,
            progress=_bar(),
        )
        tags.recolour(here.store, called, color, actor=here.actor, key=f"{key}:color")
        said = _("L’étiquette « {name} » est enregistrée.").format(name=called)
        if receipt.changed:
            orders = receipt.result["orders"]
            said += " " + plural(
                "{n} commande la porte.", "{n} commandes la portent.", orders
            )
        _again(name, said)


def _delete(here: Here, row: dict[str, Any]) -> None:
    name = f"tag_delete-{row['id']}"
    key = doing.key(name)
    with st.popover(
        _("Supprimer l’étiquette"), key=f"{key}-popover", icon=":material/delete:"
    ):
        st.text(
            plural(
                "{n} commande la perdra.", "{n} commandes la perdront.", row["orders"]
            )
            if row["orders"]
            else _("Aucune commande ne la porte.")
        )
        if st.button(_("Supprimer"), key=f"{key}-confirm", type="primary"):
            with telling():
                tag_list.delete(
                    here.store,
                    row["name"],
                    actor=here.actor,
                    key=key,
                    progress=_bar(),
                )
                said = _("L’étiquette « {name} » est supprimée.")
                _again(name, said.format(name=row["name"]))


def _bar() -> Callable[[int, int], None]:
    """Progress over the orders touched; nothing shows while there are few."""
    place = st.empty()

    def show(done: int, total: int) -> None:
        if total > tag_list.BATCH:
            text = f"{words.number(done)} / {words.number(total)}"
            place.progress(done / total, text)

    return show


def _again(name: str, said: str) -> None:
    listing.refresh()
    doing.done(name, said)
