"""The app that a click is compared with: the list's screen over fifty constant rows.

It has as many pages in its menu and as many controls as ours, and the same columns,
buttons and coloured marks included, but asks nothing of anybody: what is compared is
what the data costs.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

ROWS = 50
MARKS = ["✓ Payée", "○ Non payée", "● Nouveau", "VIP"]
# How many pages each part of the menu has.
MENU = {"Boutique": 1, "Commandes": 5, "Rapports": 3, "Réglages": 8}


def orders() -> None:
    """The list."""
    st.set_page_config(layout="wide")
    with st.sidebar:
        st.text_input("Rechercher", key="search", type="search", live="400ms")
        values = ("new", "b", "c", "d", "e")
        chosen = "".join(
            st.pills("Statut", values, key="status", selection_mode="multi")
        )
        # Counts beside values change with each filter.
        counts = str(len(chosen))
        for name, values in {"Paiement": 6, "Module": 5}.items():
            options = list(range(values))
            st.pills(
                name,
                options,
                key=name,
                selection_mode="multi",
                format_func=lambda value: f"Valeur {value} · {counts}",
            )
            st.selectbox(f"Choix {name}", ("a", "b"), key=f"choice {name}")
        st.multiselect("Étiquettes", MARKS, key="tags")
        st.segmented_control("Archivées", ("no", "yes", "all"), key="archived")
        st.segmented_control("Paniers", ("no", "yes", "all"), key="carts")
        st.toggle("À effectuer", key="to_do")
        st.button("Tout effacer", key="clear")
    with st.container(horizontal=True):
        st.title("Commandes", width="stretch")
        st.selectbox("Trier", ("a", "b"), key="sort", label_visibility="collapsed")
        st.button("Importer", key="import")
        st.menu_button("Exporter", ["CSV", "XLSX"], key="export")
    st.pills("Vues", range(5), key="views")
    st.text(f"« {chosen} »")
    rows = [
        {
            "number": f"{chosen} {row}",
            "infos": "Infos",
            "menu": ["Ouvrir la fiche", "Commandes de ce client"],
            "placed_at": datetime(2026, 3, 2, 12, row, tzinfo=UTC),
            "customer": f"Client {row}",
            "articles": "Stylo, Carnet +1",
            "module": "Boutique",
            "status": [MARKS[2]],
            "payment": [MARKS[row % 2]],
            "total": "11,00 €",
            "tags": [MARKS[3]] if row % 5 else [],
        }
        for row in range(ROWS)
    ]
    marks = st.column_config.MultiselectColumn(
        options=MARKS, color=["green", "red", "blue", "violet"]
    )
    st.dataframe(
        rows,
        key=f"orders-{chosen}",
        hide_index=True,
        row_height=34,
        height=580,
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "infos": st.column_config.ButtonColumn(key=f"infos-{chosen}"),
            "menu": st.column_config.ButtonColumn(key=f"menu-{chosen}"),
            "status": marks,
            "payment": marks,
            "tags": marks,
        },
    )
    with st.container(horizontal=True):
        st.selectbox("Par page", (25, 50), key="size", label_visibility="collapsed")
        st.button("Précédente", key="previous")
        st.button("Suivante", key="next")


def menu() -> dict[str, list[StreamlitPage]]:
    """The list, and pages that nobody opens."""
    return {
        name: [
            st.Page(
                orders,
                title=f":material/receipt_long: {name} {page}",
                icon="",
                default=(name, page) == ("Boutique", 0),
                url_path=f"{name}-{page}",
                help=f"La page {page} de « {name} ».",
            )
            for page in range(count)
        ]
        for name, count in MENU.items()
    }


st.navigation(menu(), expanded=True).run()
