"""The URL of a list or a report: filter, sort, page size as codes; a link is a view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from commandes.reports import orders
from commandes.reports.filters import QUERY_NAMES, OrderFilter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SIZES = (25, 50, 100)
SIZE = 50
_OWN = {*QUERY_NAMES, "sort", "size"}
_PLACE = "address_place"
_LEFT = "address_left"


@dataclass(frozen=True)
class Place:
    """A kind of page: pages of one kind keep their filter from one to the other.

    Attributes:
        name: of the kind.
        usual: what a bare address asks for.
    """

    name: str
    usual: OrderFilter


LIST = Place("list", OrderFilter())
# Reports of money: by the dates of payments, archived orders too (DESIGN §7).
REPORTS = Place(
    "reports", OrderFilter(period="last_30_days", dated="paid", archived="all")
)


@dataclass(frozen=True)
class Asked:
    """What the URL asks for.

    Attributes:
        wanted: the filter.
        sort: a code of reports.orders.SORTS.
        size: rows per page, one of SIZES.
        said: a sentence on each value that is not understood.
    """

    wanted: OrderFilter
    sort: str = "newest"
    size: int = SIZE
    said: tuple[str, ...] = ()

    def query(self, usual: OrderFilter | None = None) -> dict[str, list[str]]:
        """The codes that ask for this; only what differs from the usual."""
        codes = self.wanted.query(usual)
        if self.sort != "newest":
            codes["sort"] = [self.sort]
        if self.size != SIZE:
            codes["size"] = [str(self.size)]
        return codes


def understood(
    query: Mapping[str, Sequence[str]], usual: OrderFilter | None = None
) -> Asked:
    """What a query string's values ask for."""
    wanted, said = OrderFilter.from_query(query, usual=usual)
    sort, sort_said = orders.sort_from_query(query.get("sort", ()))
    sizes = {str(size): size for size in SIZES}
    size = next((sizes[text] for text in query.get("size", ()) if text in sizes), SIZE)
    return Asked(wanted, sort, size, (*said, *sort_said))


def usual() -> OrderFilter:
    """What a bare address of the page that is shown asks for."""
    return _place().usual


def current() -> Asked:
    """What the URL asks for now."""
    return understood(_query(), usual())


def entered(*, arrived: bool, place: Place = LIST) -> Asked:
    """The same when a page begins.

    Args:
        arrived: whether one came from another page: its bare address then finds the
            filter as it was left. (The browser's way back leads to a bare address too.)
        place: the kind of page.
    """
    st.session_state[_PLACE] = place
    left = _left().get(place.name)
    if arrived and left and not _OWN & set(st.query_params):
        _write(left)
    asked = current()
    _left()[place.name] = asked.query(place.usual)
    return asked


def go(asked: Asked) -> None:
    """Make the URL ask for this; a new step in the browser's history."""
    codes = asked.query(usual())
    _left()[_place().name] = codes
    _write(codes)


def _place() -> Place:
    found: Place = st.session_state.get(_PLACE, LIST)
    return found


def _left() -> dict[str, dict[str, list[str]]]:
    left: dict[str, dict[str, list[str]]] = st.session_state.setdefault(_LEFT, {})
    return left


def _query() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}


def _write(codes: Mapping[str, Sequence[str]]) -> None:
    others = {name: given for name, given in _query().items() if name not in _OWN}
    st.query_params.from_dict({**others, **codes})
