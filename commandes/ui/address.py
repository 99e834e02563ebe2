"""The URL of a list: filter, sort and page size as codes; a link is a view."""

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
_LAST = "list_address"


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

    def query(self) -> dict[str, list[str]]:
        """The codes that ask for this; only what differs from the default."""
        codes = self.wanted.query()
        if self.sort != "newest":
            codes["sort"] = [self.sort]
        if self.size != SIZE:
            codes["size"] = [str(self.size)]
        return codes


def understood(query: Mapping[str, Sequence[str]]) -> Asked:
    """What a query string's values ask for."""
    wanted, said = OrderFilter.from_query(query)
    sort, sort_said = orders.sort_from_query(query.get("sort", ()))
    sizes = [int(text) for text in query.get("size", ()) if text.isdecimal()]
    size = next((size for size in sizes if size in SIZES), SIZE)
    return Asked(wanted, sort, size, (*said, *sort_said))


def current() -> Asked:
    """What the URL asks for now."""
    return understood(_query())


def entered(*, arrived: bool) -> Asked:
    """The same when a page begins.

    Args:
        arrived: whether one came from another page: its bare address then finds the
            list as it was left. (The browser's way back leads to a bare address too.)
    """
    left = st.session_state.get(_LAST)
    if arrived and left and not _OWN & set(st.query_params):
        _write(left)
    asked = current()
    st.session_state[_LAST] = asked.query()
    return asked


def go(asked: Asked) -> None:
    """Make the URL ask for this; a new step in the browser's history."""
    st.session_state[_LAST] = asked.query()
    _write(asked.query())


def _query() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}


def _write(codes: Mapping[str, Sequence[str]]) -> None:
    others = {name: given for name, given in _query().items() if name not in _OWN}
    st.query_params.from_dict({**others, **codes})
