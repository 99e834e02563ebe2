"""Saved analyses: those of one's own and those that others share."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from commandes.errors import NotebookGone
from commandes.store import tables

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Row

    from commandes.store import Store


@dataclass(frozen=True)
class Notebook:
    """A saved analysis.

    Attributes:
        cells: dicts of actions.notebooks.FIELDS, in their order.
        version: to be named when it is changed.
        updated_at: when it was last changed (aware, UTC).
    """

    id: int
    name: str
    cells: tuple[dict[str, str], ...]
    shared: bool
    owner: str
    version: int
    updated_at: datetime


def notebooks(store: Store, actor: str) -> tuple[Notebook, ...]:
    """All that someone may open, by name."""
    c = tables.notebooks.c
    statement = (
        select(tables.notebooks)
        .where(c.shared | (c.owner == actor))
        .order_by(func.lower(c.name), c.id)
    )
    with store.reading("notebook/saved") as connection:
        return tuple(map(_read, connection.execute(statement)))


def notebook(store: Store, notebook_id: int, actor: str) -> Notebook:
    """The one of this id.

    Raises:
        NotebookGone: there is none, or it is somebody else's own.
    """
    for found in notebooks(store, actor):
        if found.id == notebook_id:
            return found
    raise NotebookGone


def _read(row: Row[Any]) -> Notebook:
    return Notebook(
        id=row.id,
        name=row.name,
        cells=tuple(json.loads(row.cells)),
        shared=row.shared,
        owner=row.owner,
        version=row.version,
        updated_at=row.updated_at,
    )
