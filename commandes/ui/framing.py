"""The frame of every page: language, the house, and the only catch of our errors.

A page script begins with `with ui.frame(_("Title")) as here:`. It may be entered by a
deep link on a server that has just started, without app.py: all that a page relies on
is set up here, and again on every run.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from commandes import access, words
from commandes.errors import CommandesError, LoginNeeded
from commandes.ui import language, login
from commandes.ui.house import House, open_house

if TYPE_CHECKING:
    from collections.abc import Iterator

    from commandes.access import Person
    from commandes.mirror import Snapshot
    from commandes.settings import Settings
    from commandes.store import Store

ICON = Path(__file__).parent / "icon.svg"
# No setting makes the margins narrower, and a list of eleven columns needs the room.
_MARGINS = """<style>
[data-testid="stMainBlockContainer"] { padding-left: 2rem; padding-right: 2rem; }
@media (max-width: 640px) {
  /* On a phone what cannot be clicked now leaves its room to the rows. */
  .st-key-bulk_bar > div:has(button:disabled),
  .st-key-views_bar > div:has(button:disabled) { display: none; }
}
</style>"""

_PAGE = "page_shown"
# For whom it was: what was kept for another person or role is forgotten.
_WHO = "shown_to"

# Who acts from the screen where nobody logs in.
ACTOR = "écran"


@dataclass
class Here:
    """What a page works with during one run.

    Attributes:
        house: settings, store and mirror of this process.
        actor: who acts.
        arrived: whether the run before was of another page.
    """

    house: House
    actor: str
    arrived: bool
    _closing: ExitStack = field(repr=False)

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.house.settings

    @property
    def store(self) -> Store:
        """The truth, for actions and single orders."""
        return self.house.store

    @cached_property
    def snap(self) -> Snapshot:
        """The mirror at one moment: every list and figure of this run agrees."""
        return self._closing.enter_context(self.house.mirror.snapshot(wait=False))


@contextmanager
def frame(title: str, function: str, *, heading: bool = True) -> Iterator[Here]:
    """Set up a page and show its errors in plain words.

    Who is not logged in is asked to, and sees nothing else.

    Args:
        title: the page's title, in the reader's language.
        function: what one must be allowed to do to see it, a code of `access`.
        heading: whether to show it at the top.
    """
    language.use_readers()
    # An icon of our own: Streamlit would fetch that of the menu from another host.
    st.set_page_config(
        page_title=title,
        page_icon=ICON,
        layout="wide",
    )
    st.html(_MARGINS)
    with telling(stop=True):
        try:
            who = login.person()
        except LoginNeeded as refused:
            login.ask(refused)
    if not _is_the_same(who):
        spoken = words.language()
        st.session_state.clear()
        language.keep(spoken)
    st.session_state[_WHO] = _may(who)
    login.who(who)
    if heading:
        st.title(title, anchor=False)
    arrived = st.session_state.get(_PAGE) != title
    st.session_state[_PAGE] = title
    with _acting(who, arrived=arrived) as here:
        access.require(function)
        yield here


@contextmanager
def part(*, ticking: bool = False) -> Iterator[Here]:
    """The same for what runs again alone: a dialog or a fragment.

    Args:
        ticking: whether it does so by itself, which is no sign that somebody is there.
    """
    language.use_readers()
    with telling(stop=True):
        try:
            who = login.person(seen=not ticking)
        except LoginNeeded:
            st.rerun()  # the whole page, which asks who is there
    if not _is_the_same(who):
        st.rerun()  # the same
    with _acting(who) as here:
        yield here


def _may(who: Person) -> tuple[int | None, frozenset[str]]:
    return who.id, who.functions


def _is_the_same(who: Person) -> bool:
    """Whether what this session keeps was for this person, in this role."""
    return bool(st.session_state.get(_WHO, _may(who)) == _may(who))


@contextmanager
def _acting(who: Person, *, arrived: bool = False) -> Iterator[Here]:
    with telling(stop=True), ExitStack() as closing:
        closing.enter_context(access.acting_as(who))
        yield Here(open_house(), who.actor or ACTOR, arrived, closing)


@contextmanager
def telling(*, stop: bool = False) -> Iterator[None]:
    """Show an error of ours where it happens: the only place that catches them.

    Args:
        stop: whether nothing after it makes sense; otherwise the page goes on.
    """
    try:
        yield
    except CommandesError as error:
        _tell(error)
        if stop:
            st.stop()


def _tell(error: CommandesError) -> None:
    """What happened, what was kept and what to do; values from files stay plain."""
    with st.container(border=True):
        st.badge(words._("Impossible"), icon=":material/error:", color="red")
        st.text(error.message)
        st.text(error.what_to_do)
