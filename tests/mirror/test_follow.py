"""A change is put in place by statements that are planned once."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from commandes.actions import notes
from commandes.actions.orders import Order
from commandes.mirror import follow, schema


@pytest.fixture
def follower():
    """A follower of an empty mirror in memory."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        schema.create(connection)
        connection.execute("insert into mirror_state values ('s', 'l', 0, '', 0)")
        yield follow.Follower(connection.cursor())


def _put(follower, store, after=0):
    with store.reading() as connection:
        change = follow.read(connection, after)
    follower.apply(change)
    return change


def _one(follower, question):
    return follower.cursor.execute(question).fetchall()


def test_what_is_put_in_place_is_what_is_staged_now(shop, store, follower) -> None:
    """One plan for all changes: with payments and without, of one order and of many."""
    shop.order("1")
    first = _put(follower, store)
    planned = _one(follower, "select name from duckdb_prepared_statements()")
    for number in range(2, 40):
        shop.order(str(number), paid=number, refunds=[{"amount": 1}])
    second = _put(follower, store, first.last.seq)
    notes.note(store, Order("1"), "Relue", actor="t")
    _put(follower, store, second.last.seq)

    assert ("fill_orders",) in planned
    counted = "select count(*), sum(paid), max(version) from orders"
    assert _one(follower, counted) == [(39, sum(range(2, 40)), 2)]
    assert _one(follower, "select count(*) from payments") == [(38,)]
    assert _one(follower, "select seq from mirror_state") == [(40,)]
    names = _one(follower, "select name from duckdb_prepared_statements()")
    assert len(names) == len(set(names))


def test_after_a_change_that_failed_the_next_one_is_put_in_place(
    shop, store, follower
) -> None:
    """What the first one planned is there although nothing of it stands."""
    shop.order("1", paid=1000)
    with store.reading() as connection:
        change = follow.read(connection, 0)
    events = change.staged["events"]
    broken = events.set_column(
        events.schema.get_field_index("seq"), "seq", [[None] * events.num_rows]
    ).cast(events.schema)

    with pytest.raises(duckdb.ConstraintException):
        follower.apply(replace(change, staged=change.staged | {"events": broken}))

    assert _one(follower, "select count(*) from orders") == [(0,)]
    assert _one(follower, "select seq from mirror_state") == [(0,)]
    follower.apply(change)
    assert _one(follower, "select number, paid from orders") == [("1", 1000)]
    assert _one(follower, "select seq from mirror_state") == [(1,)]
