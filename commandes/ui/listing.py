"""The list as this browser was last sent it.

Rows are resolved against it, never against a fresh query: orders that arrive
meanwhile raise a count, and the list changes when the person asks.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import streamlit as st

from commandes import access
from commandes.reports import dashboard, orders
from commandes.reports.views import BUILT_IN_VIEWS, saved_views

if TYPE_CHECKING:
    from datetime import date

    from commandes.reports.facets import Facets
    from commandes.reports.orders import Page
    from commandes.reports.summary import Summary
    from commandes.reports.views import SavedView
    from commandes.ui.address import Asked
    from commandes.ui.framing import Here

_KEPT = "listing"
_COUNTS = "listing_counts"
_TURN = "listing_turn"
_TICKED = "listing_ticked"
COUNTED_VIEWS = 12


@dataclass(frozen=True)
class Listing:
    """One page of the list with all that stands around it, of one moment.

    Attributes:
        asked: what the URL asked for.
        today: the shop's day, from which named periods were reckoned.
        page: the rows.
        place: what the page was asked for with (`after` or `before`).
        start: how many rows stand before this page.
        summary: the sentence above the list.
        moved: what was cashed and refunded in the period, where it is about that.
        colors: the colour of each tag.
        saved: the views that people saved.
        counts: how many orders each view shows: by code, saved ones by `v` and id.
        seq: the journal's entry up to which this is known.
        behind: entries that were still to come.
    """

    asked: Asked
    today: date
    page: Page
    place: dict[str, str | None]
    start: int
    summary: Summary
    moved: tuple[dashboard.Moved, ...]
    colors: dict[str, str]
    saved: tuple[SavedView, ...]
    counts: dict[str, int]
    seq: int
    behind: int

    @property
    def ids(self) -> tuple[int, ...]:
        """The orders shown, in their rows' order."""
        return tuple(self.page.rows["id"].to_list())

    @property
    def key(self) -> str:
        """A short name of exactly these rows, part of the key of their table."""
        return _short(self.ids)

    @property
    def digest(self) -> str:
        """A short name of these rows as they stand: after an action, another one."""
        return _short((self.seq, *self.ids))


def _short(numbers: tuple[int, ...]) -> str:
    text = ",".join(map(str, numbers))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def shown(here: Here, asked: Asked) -> Listing:
    """The list to show: as it was last sent, or a new one when that was asked for."""
    today = datetime.now(here.settings.zone).date()
    kept: Listing | None = st.session_state.get(_KEPT)
    if here.arrived:
        st.session_state.pop(_TICKED, None)
    turn = st.session_state.pop(_TURN, None)
    if kept is None or (kept.asked, kept.today) != (asked, today):
        kept = _ask(here, asked, today, kept)
    elif turn or not _counted(kept):
        kept = _turned(here, kept, turn or "same")
    st.session_state[_KEPT] = kept
    return kept


def facets(here: Here, shown: Listing) -> Facets:
    """The counts of the sidebar, of the same moment as the list that is shown."""
    if not _counted(shown):
        wanted = shown.asked.wanted
        found = orders.facets(
            here.snap, wanted, today=shown.today, tags=tuple(shown.colors)
        )
        st.session_state[_COUNTS] = (_moment(shown), found)
    counts: Facets = st.session_state[_COUNTS][1]
    return counts


def _counted(shown: Listing) -> bool:
    """Whether the counts kept are those of this list (a run may have been stopped)."""
    kept = st.session_state.get(_COUNTS)
    return kept is not None and kept[0] == _moment(shown)


def _moment(shown: Listing) -> tuple[object, ...]:
    return shown.asked.wanted, shown.today, shown.seq, tuple(shown.colors)


def tick(shown: Listing, ids: tuple[int, ...]) -> None:
    """Keep which of these orders are ticked."""
    st.session_state[_TICKED] = (shown.asked, ids)


def ticked_rows(shown: Listing) -> list[int]:
    """Where the orders stand now that were ticked in this list as it was before.

    After an action, or with new orders around them, they stay ticked: one can do a
    second thing with them. Another question, or another page, forgets them.
    """
    asked, ids = st.session_state.get(_TICKED, (None, ()))
    if asked != shown.asked:
        return []
    return [row for row, order_id in enumerate(shown.ids) if order_id in ids]


def turn(direction: str) -> None:
    """Ask for the `next` or the `previous` page."""
    st.session_state[_TURN] = direction


def refresh() -> None:
    """Ask for the list anew, from its first page."""
    st.session_state.pop(_KEPT, None)


def reload() -> None:
    """Ask for the page that is shown anew: somebody here has changed an order."""
    st.session_state[_TURN] = "same"


def has_neighbour(order_id: int, step: int) -> bool:
    """Whether the list shown has an order before (-1) or after (1) this one."""
    kept: Listing | None = st.session_state.get(_KEPT)
    if kept is None or order_id not in kept.ids:
        return False
    inside = 0 <= kept.ids.index(order_id) + step < len(kept.ids)
    beyond = kept.page.next if step > 0 else kept.page.previous
    return inside or beyond is not None


def neighbour(here: Here, order_id: int, step: int) -> int | None:
    """The order before (-1) or after (1) one of the list shown; None at its ends.

    Beyond the page's edge the list turns its page, so that it shows the order when
    the panel is closed.
    """
    if not has_neighbour(order_id, step):
        return None
    kept: Listing = st.session_state[_KEPT]
    place = kept.ids.index(order_id) + step
    if 0 <= place < len(kept.ids):
        return kept.ids[place]
    turned = _turned(here, kept, "next" if step > 0 else "previous")
    if order_id in turned.ids:
        return None
    st.session_state[_KEPT] = turned
    return turned.ids[0 if step > 0 else -1]


def _turned(here: Here, kept: Listing, direction: str) -> Listing:
    if direction == "same":
        place, start = kept.place, kept.start
    elif direction == "next":
        place = {"after": kept.page.next}
        start = kept.start + kept.page.rows.height
    else:
        place = {"before": kept.page.previous}
        start = max(0, kept.start - kept.asked.size)
    found = _ask(here, kept.asked, kept.today, kept, **place)
    if found.page.is_empty():
        return _ask(here, kept.asked, kept.today, kept)
    return replace(found, start=start if found.page.previous else 0)


def _ask(
    here: Here, asked: Asked, today: date, last: Listing | None, **place: str | None
) -> Listing:
    snap = here.snap
    page = orders.page(
        snap, asked.wanted, sort=asked.sort, size=asked.size, today=today, **place
    )
    saved = saved_views(here.store)
    return Listing(
        asked=asked,
        today=today,
        page=page,
        place=place,
        start=0,
        summary=orders.summary(snap, asked.wanted, today=today),
        moved=dashboard.moved(snap, asked.wanted, today=today)
        if access.may("reports.money")
        else (),
        colors=orders.tag_colors(snap),
        saved=saved,
        counts=_counts(here, saved, today, last),
        seq=snap.seq,
        behind=snap.behind,
    )


def _counts(
    here: Here, saved: tuple[SavedView, ...], today: date, before: Listing | None
) -> dict[str, int]:
    """How many orders each view shows; whatever the filter, so known from before."""
    now = (here.snap.seq, today, saved)
    if before is not None and (before.seq, before.today, before.saved) == now:
        return before.counts
    wanted = {code: view.wanted for code, view in BUILT_IN_VIEWS.items()}
    wanted |= {f"v{view.id}": view.wanted for view in saved[:COUNTED_VIEWS]}
    return {
        code: orders.summary(here.snap, view, today=today).count
        for code, view in wanted.items()
    }
