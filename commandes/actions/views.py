"""Saved views: a name for a filter, shared by all who work in the shop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from commandes.errors import ViewNameEmpty, ViewNameTaken
from commandes.rules import fold
from commandes.store import Receipt, tables
from commandes.words import _

if TYPE_CHECKING:
    from commandes.store import Store, Writer


def save(
    store: Store, name: str, query: str, *, actor: str, key: str | None = None
) -> Receipt:
    """Keep a filter under a name.

    Args:
        query: the filter as a URL's query string, in codes (`status=new&tag=VIP`).

    Raises:
        ViewNameEmpty: the name is blank.
        ViewNameTaken: another view has the name (accents and case aside).
    """
    name = " ".join(name.split())
    if not name:
        raise ViewNameEmpty

    def work(writer: Writer) -> Receipt:
        views = tables.saved_views
        taken = select(views.c.id).where(views.c.name_key == fold(name))
        if writer.connection.scalar(taken) is not None:
            raise ViewNameTaken(name=name)
        writer.insert(
            views,
            name=name,
            name_key=fold(name),
            query=query,
            owner=writer.actor,
            created_at=writer.now,
        )
        writer.record(None, "view_saved")
        return Receipt("", "", "save_view", changed=True)

    arguments: dict[str, object] = {"name": name, "query": query}
    return store.perform("save_view", arguments, work, actor=actor, key=key)


def remove(store: Store, name: str, *, actor: str, key: str | None = None) -> Receipt:
    """Forget a saved view; the orders are untouched."""

    def work(writer: Writer) -> Receipt:
        views = tables.saved_views
        gone = writer.delete(views, views.c.name_key == fold(name))
        if gone:
            writer.record(None, "view_removed")
        message = "" if gone else _("Aucune vue ne porte ce nom.")
        return Receipt("", "", "remove_view", changed=bool(gone), message=message)

    return store.perform("remove_view", {"name": name}, work, actor=actor, key=key)
