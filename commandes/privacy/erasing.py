"""Erasing one customer everywhere: the files first, then the store, then its bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from commandes.actions import erase as action
from commandes.personal import Person
from commandes.privacy import cleaning
from commandes.rules import fold
from commandes.store import tables

if TYPE_CHECKING:
    from commandes.actions.orders import Order
    from commandes.mirror import Mirror
    from commandes.privacy.cleaning import Found
    from commandes.settings import Settings
    from commandes.store import Receipt, Store


@dataclass(frozen=True)
class Outcome:
    """What an erasure touches, or would touch.

    Attributes:
        receipt: the action's; its result counts what goes by the names of `Erased`.
        files: those of the data folder.
        tags: tags whose names name the customer: the journal keeps names of tags.
        compacted: whether no byte is left in SQLite's file; None: nothing was done.
        unserved: the orders that are still to be delivered: nobody will know to whom.
    """

    receipt: Receipt
    files: Found
    tags: tuple[str, ...]
    compacted: bool | None = None
    unserved: tuple[str, ...] = ()


def outlook(
    store: Store, settings: Settings, email: str = "", order: Order | None = None
) -> Outcome:
    """What erasing a customer would touch: it is done and taken back.

    Raises:
        ErasureRefused, OrderNotFound, OrderAmbiguous: as for the action.
    """
    with store.rehearsing("aperçu") as trial:
        receipt = action.erase(trial, email, order=order, actor="aperçu")
    needles = action.needles(store, email, order)
    files = cleaning.look(settings, needles)
    unserved = tuple(action.unserved(store, email, order))
    return Outcome(receipt, files, _tags(store, needles), unserved=unserved)


def erase(
    store: Store,
    settings: Settings,
    email: str = "",
    order: Order | None = None,
    *,
    mirror: Mirror | None = None,
    actor: str,
    key: str | None = None,
) -> Outcome:
    """Erase a customer from files, store, mirrors and free bytes.

    Files go first, while it is still known what to search them for: whatever stops
    this, doing it again does the rest.

    Raises:
        ErasureRefused, OrderNotFound, OrderAmbiguous: as for the action.
    """
    planned = outlook(store, settings, email, order)
    needles = action.needles(store, email, order)
    cleaning.take_out(settings, needles)
    receipt = action.erase(store, email, order=order, actor=actor, key=key)
    compacted = cleaning.clean(store, settings, mirror)
    return Outcome(receipt, planned.files, planned.tags, compacted)


def _tags(store: Store, needles: list[str]) -> tuple[str, ...]:
    c = tables.tags.c
    with store.reading() as connection:
        names = list(connection.scalars(select(c.name).order_by(c.name_key)))
    whose = Person(
        names=tuple(tuple(fold(text).split()) for text in needles if " " in text),
        phrases=tuple(fold(text) for text in needles if "@" in text),
        phones=(),
    )
    return tuple(name for name in names if whose.is_named(name))
