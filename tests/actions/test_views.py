"""Saved views: a name once, accents and case aside; forgotten without a trace."""

from __future__ import annotations

import pytest

from commandes.actions import profiles, views
from commandes.errors import ViewNameEmpty, ViewNameTaken
from commandes.store import tables


def test_a_view_keeps_its_filter_under_its_name(counter):
    """Spaces that nobody sees are no part of it."""
    views.save(counter.store, "  À  préparer ", "status=new", actor="Inès")

    (view,) = counter.rows(tables.saved_views)
    assert (view.name, view.query, view.owner) == ("À préparer", "status=new", "Inès")


def test_a_view_needs_a_name_of_its_own(counter):
    """Blank, or one that another view has: nothing is kept."""
    views.save(counter.store, "Été", "", actor="Inès")
    with pytest.raises(ViewNameEmpty):
        views.save(counter.store, "  ", "", actor="Inès")
    with pytest.raises(ViewNameTaken, match="ete"):
        views.save(counter.store, "ete", "", actor="Inès")

    assert len(counter.rows(tables.saved_views)) == 1


def test_a_view_is_forgotten_once(counter):
    """Twice is a message, not a change, and no entry."""
    views.save(counter.store, "Été", "", actor="Inès")
    gone = views.remove(counter.store, "ete", actor="Inès")
    head = counter.store.head()
    again = views.remove(counter.store, "ete", actor="Inès")

    assert (gone.changed, gone.message) == (True, "")
    assert (again.changed, again.message) == (False, "Aucune vue ne porte ce nom.")
    assert counter.store.head() == head


def test_a_column_profile_replaces_the_one_of_its_name(counter):
    """The mapping screen saves the same name again."""
    profiles.save(counter.store, "caisse", "a", actor="Inès")
    profiles.save(counter.store, "caisse", "b", actor="Noé")

    (profile,) = counter.rows(tables.column_profiles)
    assert (profile.toml, profile.owner) == ("b", "Noé")
