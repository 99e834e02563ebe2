"""Saved analyses: kept, renamed, shared, deleted; nothing is written over."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from commandes.actions import notebooks as acting
from commandes.errors import (
    NotebookChanged,
    NotebookGone,
    NotebookNameInvalid,
    NotebookOfAnother,
    NotebookTooLarge,
)
from commandes.reports import notebooks as reading
from commandes.store import checks, tables

CELL = {"kind": "sql", "text": "from orders", "show": "bar", "x": "day", "y": "net"}


def save(store, name="Ventes", cells=(CELL,), actor="Inès", **more):
    return acting.save(store, name, list(cells), actor=actor, **more).result


def names(store, actor):
    return [(found.name, found.owner) for found in reading.notebooks(store, actor)]


def test_an_analysis_lives_and_leaves_its_journal(any_store):
    """Saved, changed, renamed, shared, deleted: one entry each, without its texts."""
    first = save(any_store)
    text = {"kind": "text", "text": "Voilà.", "unknown": "x"}
    changed = save(any_store, "Net", [text], notebook_id=1, version=1)
    acting.rename(any_store, 1, "  Net  par mois ", version=2, actor="Inès")
    shared = acting.share(any_store, 1, shared=True, version=3, actor="Inès")

    assert (first, changed) == (
        {"notebook": 1, "version": 1},
        {"notebook": 1, "version": 2},
    )
    found = reading.notebook(any_store, 1, "Bruno")
    assert (found.name, found.owner, found.shared) == ("Net par mois", "Inès", True)
    assert found.version == shared.result["version"] == 4
    assert found.cells == (
        {**dict.fromkeys(acting.FIELDS, ""), "kind": "text", "text": "Voilà."},
    )
    acting.remove(any_store, 1, version=4, actor="Inès")
    assert reading.notebooks(any_store, "Inès") == ()
    with any_store.reading() as connection:
        c = tables.events.c
        entries = connection.execute(select(c.kind, c.order_id, c.payload)).all()
        assert checks.chain(connection, any_store.key).ok
    kinds = ("saved", "saved", "renamed", "shared", "removed")
    assert [(e.kind, e.order_id) for e in entries] == [
        (f"notebook_{kind}", None) for kind in kinds
    ]
    assert {json.dumps(json.loads(e.payload)) for e in entries} == {'{"notebook": 1}'}


def test_what_someone_saved_meanwhile_is_never_lost(any_store):
    """Each change names the version that it comes from; a late one is refused."""
    save(any_store)
    save(any_store, "De Bruno", notebook_id=1, version=1)
    head = any_store.head()

    with pytest.raises(NotebookChanged, match="De Bruno"):
        save(any_store, "D’Inès", notebook_id=1, version=1)
    with pytest.raises(NotebookChanged):
        acting.rename(any_store, 1, "X", version=1, actor="Inès")
    with pytest.raises(NotebookChanged):
        acting.share(any_store, 1, shared=True, version=1, actor="Inès")
    with pytest.raises(NotebookChanged):
        acting.remove(any_store, 1, version=1, actor="Inès")

    assert any_store.head() == head
    assert names(any_store, "Inès") == [("De Bruno", "Inès")]


def test_an_analysis_is_its_owners_until_it_is_shared(any_store):
    """Then others see and change it; only its owner takes it back or deletes it."""
    save(any_store)
    assert names(any_store, "Bruno") == []
    with pytest.raises(NotebookGone):
        save(any_store, notebook_id=1, version=1, actor="Bruno")
    with pytest.raises(NotebookGone):
        reading.notebook(any_store, 1, "Bruno")

    acting.share(any_store, 1, shared=True, version=1, actor="Inès")
    save(any_store, "À deux", notebook_id=1, version=2, actor="Bruno")

    assert names(any_store, "Bruno") == [("À deux", "Inès")]
    with pytest.raises(NotebookOfAnother, match="Inès"):
        acting.share(any_store, 1, shared=False, version=3, actor="Bruno")
    with pytest.raises(NotebookOfAnother):
        acting.remove(any_store, 1, version=3, actor="Bruno")


def test_the_same_key_saves_once(any_store):
    """A double click makes one analysis; asking for what is there changes nothing."""
    first = acting.save(any_store, "A", [CELL], actor="Inès", key="k")
    again = acting.save(any_store, "A", [CELL], actor="Inès", key="k")
    same = acting.rename(any_store, 1, "A", version=1, actor="Inès")
    shared = acting.share(any_store, 1, shared=False, version=1, actor="Inès")

    assert (first.changed, again.changed, same.changed, shared.changed) == (
        True, False, False, False,
    )  # fmt: skip
    assert again.result == first.result
    assert names(any_store, "Inès") == [("A", "Inès")]


@pytest.mark.parametrize(
    ("name", "cells", "refusal"),
    [
        ("  ", [CELL], NotebookNameInvalid),
        ("n" * 81, [CELL], NotebookNameInvalid),
        ("Ventes", [CELL] * 101, NotebookTooLarge),
        ("Ventes", [CELL | {"text": "x" * 20_001}], NotebookTooLarge),
    ],
)
def test_what_cannot_be_kept_is_refused(store, name, cells, refusal):
    """Before anything is written."""
    with pytest.raises(refusal):
        save(store, name, cells)
    assert store.head().seq == 0
