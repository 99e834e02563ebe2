"""Templates of messages: kept, changed, deleted; on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from commandes.actions import templates
from commandes.errors import TemplateGone, TemplateIncomplete, TemplateNameTaken
from commandes.store import checks, tables


def save(store, name="Prête", subject="Objet", body="Texte", **more):
    return templates.save(store, name, subject, body, actor="ana", **more)


def kept(store):
    c = tables.message_templates.c
    with store.reading() as connection:
        return [
            tuple(row)
            for row in connection.execute(
                select(c.name, c.language, c.subject, c.body).order_by(c.id)
            )
        ]


def test_a_template_is_kept_changed_and_deleted(any_store):
    """Each leaves one entry in the journal, and none about an order."""
    first = save(any_store).result["template"]
    save(any_store, "Prêt", "Autre", "Texte", template_id=first, language="en")
    assert kept(any_store) == [("Prêt", "en", "Autre", "Texte")]

    gone = templates.remove(any_store, first, actor="ana")
    again = templates.remove(any_store, first, actor="ana")

    assert (gone.changed, again.changed) == (True, False)
    assert kept(any_store) == []
    with any_store.reading() as connection:
        c = tables.events.c
        assert [
            tuple(row)
            for row in connection.execute(select(c.kind, c.order_id).order_by(c.seq))
        ] == [
            ("template_saved", None),
            ("template_saved", None),
            ("template_removed", None),
        ]
        assert checks.chain(connection, any_store.key).ok


@pytest.mark.parametrize("name", ["Prête", "  prete ", "PRÊTE"])
def test_a_name_is_given_once(any_store, name):
    """Accents and case aside; keeping one's own name is no clash."""
    first = save(any_store).result["template"]
    other = save(any_store, "Retard").result["template"]

    with pytest.raises(TemplateNameTaken):
        save(any_store, name)
    with pytest.raises(TemplateNameTaken):
        save(any_store, name, template_id=other)
    assert save(any_store, name, template_id=first).changed
    assert len(kept(any_store)) == 2


@pytest.mark.parametrize(
    "asked",
    [
        ("", "Objet", "Texte"),
        ("x" * 61, "Objet", "Texte"),
        ("Nom", " \n", "Texte"),
        ("Nom", "x" * 251, "Texte"),
        ("Nom", "Objet", " \0\n"),
        ("Nom", "Objet", "x" * 50_001),
    ],
)
def test_a_template_is_complete(any_store, asked):
    """A refusal keeps nothing."""
    with pytest.raises(TemplateIncomplete):
        save(any_store, *asked)

    assert kept(any_store) == []


def test_one_that_somebody_deleted_is_not_changed(any_store):
    """The person is told, and can keep it as a new one."""
    with pytest.raises(TemplateGone):
        save(any_store, template_id=7)

    assert kept(any_store) == []


def test_the_same_key_keeps_one(any_store):
    """A double click saves once."""
    first = save(any_store, key="k")
    again = save(any_store, key="k")

    assert (first.changed, again.changed) == (True, False)
    assert again.result == first.result
    assert len(kept(any_store)) == 1
