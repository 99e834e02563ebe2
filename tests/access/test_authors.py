"""What people leave bears who left it, whatever the screen says."""

from __future__ import annotations

from sqlalchemy import select

from commandes import access
from commandes.access import Role
from commandes.actions import notes, profiles, views
from commandes.actions.orders import Order
from commandes.store import tables


def test_what_people_leave_bears_them(shop):
    """A note, a view and a column profile are those of who is logged in."""
    shop.order("1")
    store, actor = shop.store, "écran"
    with access.acting_as(access.logged_in(3, Role.MANAGER, "Ana")):
        notes.note(store, Order("1"), "À rappeler", actor=actor)
        views.save(store, "Aujourd’hui", "status=new", actor=actor)
        profiles.save(store, "mien", "", actor=actor)

    with store.reading() as connection:
        left = [
            connection.scalar(select(column))
            for column in (
                tables.notes.c.author,
                tables.saved_views.c.owner,
                tables.column_profiles.c.owner,
            )
        ]
    assert left == ["person:3"] * 3
