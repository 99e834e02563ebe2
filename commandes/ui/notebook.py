"""The screen of free analyses: open, write, run, save, share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from commandes.actions import notebooks as acting
from commandes.notebook.documented import MACROS, TABLES
from commandes.notebook.examples import EXAMPLES
from commandes.reports import notebooks as reading
from commandes.ui import doing, notebook_cells, notebook_drafts
from commandes.ui.framing import telling
from commandes.ui.notebook_drafts import NEW, Cell, Draft
from commandes.words import _

if TYPE_CHECKING:
    from commandes.reports.notebooks import Notebook
    from commandes.store import Receipt
    from commandes.ui.framing import Here

_CHOICE = "notebook_choice"
# Queries are read letter by letter; no setting of a text area says so.
_LETTERS = """<style>
[class*="st-key-sql-"] textarea { font-family: monospace; }
</style>"""


def screen(here: Here) -> None:
    """Draw the whole screen."""
    st.html(_LETTERS)
    st.text(
        _(
            "Vos questions en SQL, sur une copie des commandes sans donnée "
            "personnelle, refaite à chaque exécution si quelque chose a changé. "
            "Rien de ce qui est écrit ici ne peut modifier une commande."
        )
    )
    st.caption(
        _(
            "Les montants y sont dans la plus petite unité de leur devise, comme le "
            "centime : money(total, currency) les donne en unités entières. Groupez "
            "par currency : deux devises ne s’additionnent pas."
        )
    )
    told = st.container()
    known = {str(one.id): one for one in reading.notebooks(here.store, here.actor)}
    draft = None
    with telling():
        draft = notebook_drafts.current(here)
    # Above, but drawn after: what was written on an analysis that is gone is said.
    with told:
        doing.told()
    _choose(known, draft)
    if draft is None:
        return
    bar = st.container(key="notebook_top")
    left, right = st.columns([3, 1], gap="large")
    with left:
        notebook_cells.all_of(here, draft)
        _adding(here, draft)
    with right:
        _documentation()
    # Above, but drawn last: it knows what has just been changed.
    with bar:
        _bar(here, draft)


def _choose(known: dict[str, Notebook], draft: Draft | None) -> None:
    """The saved analyses; another one chosen is shown, what is here is kept."""
    code = draft.code if draft else NEW
    if st.session_state.get(_CHOICE) != code:
        st.session_state[_CHOICE] = code
    st.selectbox(
        _("Analyse"),
        [NEW, *known],
        key=_CHOICE,
        format_func=lambda code: _label(code, known),
        on_change=_chosen,
        width=420,
    )


def _label(code: str, known: dict[str, Notebook]) -> str:
    """The options of a select box are plain text."""
    if code == NEW or code not in known:
        return _("Nouvelle analyse")
    one = known[code]
    return _("{name} (partagée)").format(name=one.name) if one.shared else one.name


def _chosen() -> None:
    notebook_drafts.go(st.session_state[_CHOICE])


def _bar(here: Here, draft: Draft) -> None:
    """What can be done with the analysis as a whole."""
    with st.container(horizontal=True, vertical_alignment="center", key="notebook_bar"):
        if st.button(
            _("Tout exécuter"),
            key="run_all",
            icon=":material/playlist_play:",
            disabled=not any(cell.kind == "sql" for cell in draft.cells),
        ):
            for cell in draft.cells:
                if cell.kind == "sql" and cell.text.strip():
                    notebook_cells.run(here, cell)
            st.rerun()
        if draft.saved is not None:
            if st.button(
                _("Enregistrer"),
                key="save",
                type="primary",
                icon=":material/save:",
            ):
                _save(here, draft, draft.saved.name, draft.saved)
            _of_saved(here, draft, draft.saved)
        _save_as(here, draft)
        if draft.changed and draft.cells:
            st.badge(
                _("Modifications non enregistrées"),
                icon=":material/edit:",
                color="orange",
            )


def _save_as(here: Here, draft: Draft) -> None:
    label = _("Enregistrer sous") if draft.saved else _("Enregistrer")
    with (
        st.popover(
            label, key="save_as", icon=":material/save_as:", disabled=not draft.cells
        ),
        st.form("save_as_form", border=False),
    ):
        name = st.text_input(
            _("Nom de l’analyse"), key="save_as_name", max_chars=acting.LONGEST_NAME
        )
        if st.form_submit_button(label, type="primary"):
            _save(here, draft, name, None)


def _save(here: Here, draft: Draft, name: str, over: Notebook | None) -> None:
    """Save what is on the screen over an analysis, or as a new one."""
    with telling():
        receipt = acting.save(
            here.store,
            name,
            [cell.kept() for cell in draft.cells],
            notebook_id=over.id if over else None,
            version=over.version if over else 0,
            actor=here.actor,
            key=doing.key("notebook"),
        )
        kept = Draft(_again(here, receipt), draft.cells)
        if draft.code == NEW or over is None:
            # What was opened before stays as it was saved.
            notebook_drafts.drop(draft)
        notebook_drafts.put(kept)
        doing.done("notebook", _("Analyse enregistrée."))


def _of_saved(here: Here, draft: Draft, saved: Notebook) -> None:
    """Rename, share and delete: each at once, the cells on the screen stay."""
    with (
        st.popover(_("Renommer"), key="rename", icon=":material/edit:"),
        st.form("rename_form", border=False),
    ):
        name = st.text_input(
            _("Nom de l’analyse"),
            saved.name,
            key=f"rename_name-{saved.id}-{saved.version}",
            max_chars=acting.LONGEST_NAME,
        )
        if st.form_submit_button(_("Renommer"), type="primary"):
            _rename(here, draft, saved, name)
    if st.button(
        _("Ne plus partager") if saved.shared else _("Partager avec l’équipe"),
        key="share",
        icon=":material/group:",
    ):
        _share(here, draft, saved)
    with st.popover(_("Supprimer"), key="delete", icon=":material/delete:"):
        st.text(_("Elle disparaît pour toute l’équipe ; les commandes restent."))
        if st.button(_("Supprimer cette analyse"), key="delete_sure"):
            _remove(here, draft, saved)


def _rename(here: Here, draft: Draft, saved: Notebook, name: str) -> None:
    with telling():
        receipt = acting.rename(
            here.store,
            saved.id,
            name,
            version=saved.version,
            actor=here.actor,
            key=doing.key("notebook"),
        )
        draft.saved = _again(here, receipt)
        doing.done("notebook", receipt.message or _("Analyse renommée."))


def _share(here: Here, draft: Draft, saved: Notebook) -> None:
    with telling():
        receipt = acting.share(
            here.store,
            saved.id,
            shared=not saved.shared,
            version=saved.version,
            actor=here.actor,
            key=doing.key("notebook"),
        )
        draft.saved = _again(here, receipt)
        said = _("Partage retiré.") if saved.shared else _("Analyse partagée.")
        doing.done("notebook", said)


def _remove(here: Here, draft: Draft, saved: Notebook) -> None:
    with telling():
        acting.remove(
            here.store,
            saved.id,
            version=saved.version,
            actor=here.actor,
            key=doing.key("notebook"),
        )
        notebook_drafts.drop(draft)
        doing.done("notebook", _("Analyse supprimée."))


def _again(here: Here, receipt: Receipt) -> Notebook:
    """An analysis as it stands after an action on it."""
    return reading.notebook(here.store, receipt.result["notebook"], here.actor)


def _adding(here: Here, draft: Draft) -> None:
    """A cell more: empty, or a question to start from."""
    if not draft.cells:
        st.text(_("Partez d’un exemple, ou écrivez votre première requête."))
    with st.container(horizontal=True, key="notebook_adding"):
        st.button(
            _("Ajouter une requête"),
            key="add_sql",
            icon=":material/add:",
            on_click=draft.cells.append,
            args=(Cell("sql"),),
        )
        st.button(
            _("Ajouter un texte"),
            key="add_text",
            icon=":material/notes:",
            on_click=draft.cells.append,
            args=(Cell("text"),),
        )
        chosen = st.menu_button(
            _("Partir d’un exemple"),
            [example.code for example in EXAMPLES],
            key="add_example",
            icon=":material/lightbulb:",
            format_func=lambda code: _EXAMPLES[code].label,
        )
    if chosen:
        example = _EXAMPLES[chosen]
        draft.cells.append(Cell("text", example.label))
        cell = Cell("sql", example.sql, example.show, example.x, example.y)
        cell.colour = example.colour
        draft.cells.append(cell)
        notebook_cells.run(here, cell)
        st.rerun()


_EXAMPLES = {example.code: example for example in EXAMPLES}


def _documentation() -> None:
    """The tables in words, beside; these texts are our own."""
    st.subheader(_("Tables"), anchor=False)
    for table in TABLES:
        with st.expander(table.name, key=f"about-{table.name}"):
            st.caption(_(table.sentence))
            st.markdown(
                "\n".join(f"- `{name}` {_(said)}" for name, said in table.columns)
            )
    with st.expander(_("Fonctions"), key="about-functions"):
        st.markdown("\n".join(f"- `{name}` {_(said)}" for name, said in MACROS))
        st.text(
            _(
                "Et celles de DuckDB : sum, count, date_trunc('month', placed_at)… "
                "Les dates sont dans le fuseau horaire de la boutique."
            )
        )
