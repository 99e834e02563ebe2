"""Free analyses that people keep: saved, renamed, shared, deleted.

An analysis is a list of cells, each a dict of texts: `kind` (sql or text), `text`, and
for SQL how its result is shown: `show` (a code of SHOWS), `x`, `y`, `colour` (names of
columns). Every change names the version that it was made from: what someone else has
saved meanwhile is never written over.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from commandes.errors import (
    NotebookChanged,
    NotebookGone,
    NotebookNameInvalid,
    NotebookOfAnother,
    NotebookTooLarge,
)
from commandes.store import Receipt, tables
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Row

    from commandes.store import Store, Writer

SHOWS = ("table", "line", "bar", "heat")
FIELDS = ("kind", "text", "show", "x", "y", "colour")
LONGEST_NAME = 80
LONGEST_TEXT = 20_000
MOST_CELLS = 100

# What the journal calls each action.
_KINDS = {
    "save_notebook": "notebook_saved",
    "rename_notebook": "notebook_renamed",
    "share_notebook": "notebook_shared",
    "remove_notebook": "notebook_removed",
}


def save(
    store: Store,
    name: str,
    cells: Sequence[Mapping[str, str]],
    *,
    notebook_id: int | None = None,
    version: int = 0,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Keep an analysis; the receipt's result gives its id and its new version.

    Args:
        cells: dicts of FIELDS; others are left out.
        notebook_id: the one to change; None makes a new one, not shared.
        version: the one that was opened.

    Raises:
        NotebookNameInvalid: the name is blank or too long.
        NotebookTooLarge: too many cells, or one too long.
        NotebookGone: the one to change was deleted, or is somebody else's own.
        NotebookChanged: it was saved meanwhile.
    """
    name, kept = _name(name), _kept(cells)

    def work(writer: Writer) -> Receipt:
        values: dict[str, object] = {"name": name, "cells": kept}
        if notebook_id is None:
            made = _insert(writer, values)
            return _told(writer, "save_notebook", made, 1)
        _unchanged(_found(writer, notebook_id), version)
        return _change(writer, "save_notebook", notebook_id, version, values)

    asked: dict[str, object] = {"notebook": notebook_id, "version": version}
    asked |= {"name": name, "cells": kept}
    return store.perform("save_notebook", asked, work, actor=actor, key=key)


def rename(
    store: Store,
    notebook_id: int,
    name: str,
    *,
    version: int,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Give an analysis another name; its cells stay as they were saved.

    Raises:
        NotebookNameInvalid, NotebookGone, NotebookChanged: as for `save`.
    """
    name = _name(name)

    def work(writer: Writer) -> Receipt:
        row = _found(writer, notebook_id)
        _unchanged(row, version)
        if row.name == name:
            said = _("L’analyse s’appelle déjà ainsi.")
            return _nothing("rename_notebook", notebook_id, version, said)
        return _change(writer, "rename_notebook", notebook_id, version, {"name": name})

    asked: dict[str, object] = {"notebook": notebook_id, "to": name, "from": version}
    return store.perform("rename_notebook", asked, work, actor=actor, key=key)


def share(
    store: Store,
    notebook_id: int,
    *,
    shared: bool,
    version: int,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Let the whole team see and change an analysis, or keep it to its owner.

    Raises:
        NotebookOfAnother: only its owner shares it.
        NotebookGone, NotebookChanged: as for `save`.
    """

    def work(writer: Writer) -> Receipt:
        row = _owned(writer, notebook_id)
        _unchanged(row, version)
        if row.shared == shared:
            said = _("C’est déjà le cas.")
            return _nothing("share_notebook", notebook_id, version, said)
        values: dict[str, object] = {"shared": shared}
        return _change(writer, "share_notebook", notebook_id, version, values)

    asked: dict[str, object] = {"id": notebook_id, "shared": shared, "from": version}
    return store.perform("share_notebook", asked, work, actor=actor, key=key)


def remove(
    store: Store,
    notebook_id: int,
    *,
    version: int,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Delete an analysis.

    Raises:
        NotebookOfAnother: only its owner deletes it.
        NotebookGone, NotebookChanged: as for `save`.
    """

    def work(writer: Writer) -> Receipt:
        _unchanged(_owned(writer, notebook_id), version)
        writer.delete(tables.notebooks, tables.notebooks.c.id == notebook_id)
        return _told(writer, "remove_notebook", notebook_id, version)

    asked: dict[str, object] = {"notebook": notebook_id, "version": version}
    return store.perform("remove_notebook", asked, work, actor=actor, key=key)


def _name(given: str) -> str:
    name = " ".join(given.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise NotebookNameInvalid(longest=LONGEST_NAME)
    return name


def _kept(cells: Sequence[Mapping[str, str]]) -> str:
    """The cells as JSON, with nothing in them that the page does not know."""
    if len(cells) > MOST_CELLS or any(len(c["text"]) > LONGEST_TEXT for c in cells):
        raise NotebookTooLarge(cells=MOST_CELLS, longest=LONGEST_TEXT)
    kept = [{name: str(cell.get(name, "")) for name in FIELDS} for cell in cells]
    return json.dumps(kept, ensure_ascii=False)


def _found(writer: Writer, notebook_id: int) -> Row[Any]:
    """An analysis that the actor may see."""
    c = tables.notebooks.c
    row = writer.connection.execute(
        select(tables.notebooks).where(
            c.id == notebook_id, c.shared | (c.owner == writer.actor)
        )
    ).first()
    if row is None:
        raise NotebookGone
    return row


def _owned(writer: Writer, notebook_id: int) -> Row[Any]:
    row = _found(writer, notebook_id)
    if row.owner != writer.actor:
        raise NotebookOfAnother(name=row.name, owner=row.owner)
    return row


def _unchanged(row: Row[Any], version: int) -> None:
    if row.version != version:
        raise NotebookChanged(name=row.name)


def _insert(writer: Writer, values: dict[str, object]) -> int:
    return writer.insert(
        tables.notebooks,
        **values,
        shared=False,
        owner=writer.actor,
        version=1,
        created_at=writer.now,
        updated_at=writer.now,
    )


def _change(
    writer: Writer,
    action: str,
    notebook_id: int,
    version: int,
    values: dict[str, object],
) -> Receipt:
    c = tables.notebooks.c
    writer.connection.execute(
        update(tables.notebooks)
        .where(c.id == notebook_id)
        .values(**values, version=version + 1, updated_at=writer.now)
    )
    return _told(writer, action, notebook_id, version + 1)


def _told(writer: Writer, action: str, notebook_id: int, version: int) -> Receipt:
    writer.record(None, _KINDS[action], {"notebook": notebook_id})
    said = {"notebook": notebook_id, "version": version}
    return Receipt("", "", action, changed=True, result=said)


def _nothing(action: str, notebook_id: int, version: int, message: str) -> Receipt:
    said = {"notebook": notebook_id, "version": version}
    return Receipt("", "", action, changed=False, message=message, result=said)
