"""The analysis that is being written: kept in the session, whatever page is shown.

Each analysis has a draft of its own, so that opening another one, or leaving the page,
loses nothing of what was not saved. The URL names the one that is shown: a link is an
analysis (`?analyse=ID`).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from commandes.actions.notebooks import FIELDS
from commandes.errors import NotebookGone
from commandes.reports import notebooks as saved
from commandes.ui import doing
from commandes.words import _

if TYPE_CHECKING:
    from commandes.errors import CommandesError
    from commandes.notebook.desk import Answer
    from commandes.reports.notebooks import Notebook
    from commandes.ui.framing import Here

PARAMETER = "analyse"
# No id of a notebook is longer.
_DIGITS = 18
NEW = "new"
_DRAFTS = "notebook_drafts"
_LAST = "notebook_last"


@dataclass
class Cell:
    """A cell as it stands on the screen.

    Attributes:
        uid: names its widgets.
        ran: the text that `answer` or `error` comes from.
    """

    kind: str
    text: str = ""
    show: str = "table"
    x: str = ""
    y: str = ""
    colour: str = ""
    uid: str = field(default_factory=lambda: secrets.token_hex(4))
    answer: Answer | None = None
    error: CommandesError | None = None
    ran: str = ""

    @property
    def key(self) -> str:
        """The key of the field that its text is written in."""
        return f"{self.kind}-{self.uid}"

    def kept(self) -> dict[str, str]:
        """What is saved of it."""
        return {name: str(getattr(self, name)) for name in FIELDS}


@dataclass
class Draft:
    """An analysis as it stands on the screen; `saved` is what the store holds of it."""

    saved: Notebook | None = None
    cells: list[Cell] = field(default_factory=list)

    @property
    def code(self) -> str:
        """What the URL and the choice call it."""
        return str(self.saved.id) if self.saved else NEW

    @property
    def changed(self) -> bool:
        """Whether something on the screen is not saved."""
        kept = self.saved.cells if self.saved else ()
        return [cell.kept() for cell in self.cells] != list(kept)


def current(here: Here) -> Draft:
    """The draft that the URL asks for, or the last one when it asks for none.

    Raises:
        NotebookGone: the analysis of the URL is not there.
    """
    code = st.query_params.get(PARAMETER)
    if code is None and here.arrived and (last := st.session_state.get(_LAST)):
        code = last
        go(last)
    code = code or NEW
    try:
        draft = _draft(here, code)
    except NotebookGone:
        st.session_state.pop(_LAST, None)
        if (kept := _rescued(code)) is None:
            raise
        return kept
    st.session_state[_LAST] = code
    return draft


def _rescued(code: str) -> Draft | None:
    """What was written over an analysis that is no longer there, as a new one.

    None where nothing would be lost.
    """
    lost = _drafts().pop(code, None)
    if lost is None or not lost.changed or not lost.cells:
        return None
    new = _drafts().setdefault(NEW, Draft())
    new.cells.extend(lost.cells)
    st.session_state[_LAST] = NEW
    go(NEW)
    doing.say(
        _(
            "L’analyse « {name} » a été supprimée, ou n’est plus partagée avec vous. "
            "Ce que vous y aviez écrit est gardé ici : enregistrez-le sous un nom."
        ).format(name=lost.saved.name if lost.saved else code)
    )
    return new


def go(code: str) -> None:
    """Make the URL ask for an analysis."""
    if code == NEW:
        st.query_params.pop(PARAMETER, None)
    else:
        st.query_params[PARAMETER] = code


def put(draft: Draft) -> None:
    """Keep a draft under its code, and show it."""
    _drafts()[draft.code] = draft
    st.session_state[_LAST] = draft.code
    go(draft.code)


def drop(draft: Draft) -> None:
    """Forget a draft and show a new one."""
    _drafts().pop(draft.code, None)
    st.session_state[_LAST] = NEW
    go(NEW)


def opened(notebook: Notebook) -> Draft:
    """The draft of an analysis as it is saved."""
    return Draft(
        notebook,
        [Cell(**{name: cell[name] for name in FIELDS}) for cell in notebook.cells],  # type: ignore[arg-type]
    )


def _drafts() -> dict[str, Draft]:
    kept: dict[str, Draft] = st.session_state.setdefault(_DRAFTS, {})
    return kept


def _draft(here: Here, code: str) -> Draft:
    known = _drafts().get(code)
    for cell in known.cells if known else ():
        # What was typed just now counts before its field is drawn.
        cell.text = st.session_state.get(cell.key, cell.text)
    if code == NEW:
        return _drafts().setdefault(NEW, Draft())
    if not code.isascii() or not code.isdecimal() or len(code) > _DIGITS:
        raise NotebookGone
    found = saved.notebook(here.store, int(code), here.actor)
    if known is None or not (known.changed or known.saved == found):
        # Nothing of one's own would be lost: as it is saved now.
        known = _drafts()[code] = opened(found)
    return known
