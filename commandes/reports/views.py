"""Views: filters with a name, the built-in ones and those that people saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode

from sqlalchemy import select

from commandes import access
from commandes.reports import masking
from commandes.reports.filters import OrderFilter
from commandes.store import tables
from commandes.words import N_, _

if TYPE_CHECKING:
    from datetime import datetime

    from commandes.store import Store


@dataclass(frozen=True)
class BuiltInView:
    """A view that is always there; its title is French source text."""

    code: str
    title: str
    wanted: OrderFilter

    @property
    def label(self) -> str:
        """The title in the reader's language."""
        return _(self.title)


BUILT_IN_VIEWS = {
    view.code: view
    for view in (
        BuiltInView(
            "to_prepare",
            N_("À préparer"),
            OrderFilter(statuses=("new", "in_progress"), payments=("paid",)),
        ),
        BuiltInView(
            "today",
            N_("Aujourd’hui"),
            OrderFilter(
                statuses=("new", "in_progress", "done"), period="today", dated="service"
            ),
        ),
        # An archived order can still owe its customer the money.
        BuiltInView(
            "refunds_to_do",
            N_("Remboursements à effectuer"),
            OrderFilter(refund="to_do", archived="all"),
        ),
        BuiltInView(
            "abandoned_this_week",
            N_("Paniers abandonnés de la semaine"),
            OrderFilter(payments=("abandoned",), period="this_week"),
        ),
    )
}


@dataclass(frozen=True)
class SavedView:
    """A view that someone saved.

    Attributes:
        id: its number in the store.
        name: as it was typed.
        query: the codes of the URL, filter and sort, several values each.
        wanted: the filter they ask for.
        said: a sentence on each value that is no longer understood.
        owner: who saved it.
        created_at: when (aware, UTC).
    """

    id: int
    name: str
    query: dict[str, list[str]]
    wanted: OrderFilter
    said: tuple[str, ...]
    owner: str
    created_at: datetime


def saved_views(store: Store) -> tuple[SavedView, ...]:
    """All saved views, by name (accents and case aside).

    Who sees masked customers sees no view of others that searches for somebody.
    """
    statement = select(tables.saved_views).order_by(tables.saved_views.c.name_key)
    with store.reading("orders/views") as connection:
        rows = connection.execute(statement).all()
    found = tuple(
        SavedView(
            id=row.id,
            name=row.name,
            query=(query := parse_qs(row.query, keep_blank_values=True)),
            wanted=(read := OrderFilter.from_query(query))[0],
            said=read[1],
            owner=row.owner,
            created_at=row.created_at,
        )
        for row in rows
    )
    if not masking.is_on():
        return found
    who = access.person()
    own = who.actor if who else ""
    return tuple(one for one in found if not one.wanted.search or one.owner == own)


def query_string(wanted: OrderFilter, sort: str = "newest") -> str:
    """A filter and a sort as a URL's query string, the form in which views are kept."""
    codes = wanted.query()
    if sort != "newest":
        codes["sort"] = [sort]
    return urlencode(codes, doseq=True)
