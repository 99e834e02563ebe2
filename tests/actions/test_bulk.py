"""One action on many orders: looked at, done, reported, undone."""

from __future__ import annotations

import pytest
from shop import Shop
from sqlalchemy import select

from commandes.actions import bulk, notes, status, tags
from commandes.actions.bulk import Asked
from commandes.actions.orders import Order
from commandes.errors import OrderChanged
from commandes.store import tables


@pytest.fixture
def four(any_store):
    """Order 1 paid, 2 archived, 3 cancelled, 4 with a tag; their ids."""
    shop = Shop(any_store)
    for number in "1234":
        shop.order(number, paid=1000)
    status.archive(any_store, Order("2"), actor="t")
    status.cancel(any_store, Order("3"), actor="t")
    tags.tag(any_store, Order("4"), "VIP", actor="t")
    return [shop.id_of(number) for number in "1234"]


def _every_row(store):
    with store.reading() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(table.select())))
            for table in tables.metadata.sorted_tables
        }


DONE = Asked("status", {"status": "done"})


def _numbers(outcomes):
    return [one.number for one in outcomes]


def test_a_look_changes_nothing(any_store, four):
    """A preview says what would change, why the rest would not, and writes nothing."""
    before = _every_row(any_store)

    looked = bulk.preview(any_store, DONE, four, actor="t")

    assert _numbers(looked.changed) == ["1", "2", "4"]
    assert _numbers(looked.refused) == ["3"]
    assert _every_row(any_store) == before


def test_what_is_there_already_is_neither_changed_nor_refused(any_store, four):
    """Archiving what is archived is nothing to do."""
    looked = bulk.preview(any_store, Asked("archive"), four, actor="t")

    assert _numbers(looked.idle) == ["2"]
    assert looked.reasons() == {"La commande est déjà archivée.": 1}


def test_each_order_has_its_own_entry(any_store, four):
    """A batch is one transaction and one entry for each order that changes."""
    looked = bulk.preview(any_store, Asked("tag", {"name": "Urgent"}), four, actor="t")
    seq = any_store.head().seq

    done = bulk.run(any_store, looked, actor="t")

    assert _numbers(done.changed) == ["1", "2", "3", "4"]
    assert any_store.head().seq == seq + 4


def test_an_order_changed_meanwhile_is_left_alone(any_store, four):
    """Between the look and the doing somebody else acted: nothing is overwritten."""
    looked = bulk.preview(any_store, DONE, four, actor="t")
    status.set_status(any_store, Order("1"), "in_progress", actor="u")

    done = bulk.run(any_store, looked, actor="t")

    assert _numbers(done.changed) == ["2", "4"]
    assert _numbers(done.refused) == ["1"]


def test_the_same_batch_twice_acts_once(any_store, four):
    """A reload sends the batch again under its key: one effect, the same answer."""
    looked = bulk.preview(any_store, Asked("refund"), four, actor="t")
    first = bulk.run(any_store, looked, actor="t", key="k")
    again = bulk.run(any_store, looked, actor="t", key="k")

    assert len(first.changed) == 4
    assert again == first
    with any_store.reading() as connection:
        assert len(connection.execute(tables.refunds.select()).all()) == 4


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        (Asked("tag", {"name": "VIP"}), ["1", "2", "3"]),
        (Asked("untag", {"name": "VIP"}), ["4"]),
        (Asked("archive"), ["1", "3", "4"]),
        (Asked("unarchive"), ["2"]),
        (Asked("status", {"status": "in_progress"}), ["1", "2", "4"]),
    ],
)
def test_a_batch_is_undone(any_store, four, asked, numbers):
    """Tags, status and archive go back to what they were, by entries of their own."""
    before = _states(any_store)
    done = bulk.run(
        any_store, bulk.preview(any_store, asked, four, actor="t"), actor="t"
    )

    back = bulk.undo(any_store, done, actor="t")

    assert _numbers(done.changed) == _numbers(back.changed) == numbers
    assert _states(any_store) == before


@pytest.mark.parametrize("asked", [Asked("tag", {"name": "Colis"}), DONE])
def test_a_batch_that_broke_off_is_undone_whole(any_store, four, asked):
    """Repeated under its key, it takes back what the first run did too, no more."""
    status.set_status(any_store, Order("4"), "in_progress", actor="t")
    before = _states(any_store)
    looked = bulk.preview(any_store, asked, four, actor="t")

    def breaks(done, _of):
        if done == 2:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        bulk.run(any_store, looked, actor="t", key="k", progress=breaks)
    # One that somebody did by hand meanwhile is none of the batch's.
    asked.on(any_store, Order("4"), "u", None)
    done = bulk.run(any_store, looked, actor="t", key="k")

    back = bulk.undo(any_store, done, actor="t")

    assert _numbers(done.refused) == ["4"]
    assert _numbers(done.changed) == _numbers(back.changed)
    assert _numbers(back.changed) == _numbers(looked.changed)[:-1]
    after = [row for row in _states(any_store)[0] if row[0] != four[3]]
    assert after == [row for row in before[0] if row[0] != four[3]]
    tagged = {(order, tag) for order, tag in _states(any_store)[1]}
    assert {order for order, _tag in tagged} == {four[3]}


def _states(store):
    """What tags, status and archive are, without versions."""
    o, t = tables.orders.c, tables.order_tags.c
    with store.reading() as connection:
        orders = connection.execute(
            tables.orders.select().with_only_columns(
                o.id, o.status, o.archived_at.is_(None)
            )
        ).all()
        put_on = connection.execute(select(t.order_id, t.tag_id)).all()
    return sorted(orders), sorted(put_on)


def test_an_undo_leaves_alone_what_changed_since(any_store, four):
    """Somebody has gone on with an order: its batch is not taken back from it."""
    looked = bulk.preview(any_store, Asked("archive"), four, actor="t")
    done = bulk.run(any_store, looked, actor="t")
    notes.note(any_store, Order("1"), "Rappeler", actor="u")

    back = bulk.undo(any_store, done, actor="t")

    assert _numbers(back.changed) == ["3", "4"]
    assert _numbers(back.refused) == ["1"]


def test_what_cannot_be_undone_says_so(any_store, four):
    """A refund is taken back one by one, from its order."""
    looked = bulk.preview(any_store, Asked("refund"), four, actor="t")

    done = bulk.run(any_store, looked, actor="t")

    assert [one.undo for one in done.all] == [None] * 4
    assert bulk.undo(any_store, done, actor="t").all == ()


def test_long_work_tells_how_far_it_is(any_store, four):
    """The look, the doing and the undoing: orders done, of how many."""
    told = []
    how = {"actor": "t", "progress": lambda done, of: told.append((done, of))}

    looked = bulk.preview(any_store, Asked("archive"), four, **how)
    done = bulk.run(any_store, looked, **how)
    bulk.undo(any_store, done, **how)

    assert told == [(4, 4), *[(n, 3) for n in (1, 2, 3)] * 2]


def test_an_order_that_is_gone_is_refused(any_store, four):
    """An id that nothing has is a refusal, not a crash."""
    looked = bulk.preview(any_store, Asked("archive"), [999], actor="t")

    assert [one.refused for one in looked.all] == [True]


def test_the_post_does_not_count_as_a_change(any_store, four):
    """A message that went out meanwhile does not refuse what a person decided."""
    version = (
        bulk.preview(any_store, Asked("archive"), four[:1], actor="t").all[0].version
    )
    with any_store.writing("outbox") as writer:
        writer.record(four[0], "message_sent")
        writer.connection.execute(
            tables.orders.update()
            .where(tables.orders.c.id == four[0])
            .values(version=version + 1)
        )

    seen = Order(id=four[0], version=version)

    assert status.archive(any_store, seen, actor="t").changed
    with pytest.raises(OrderChanged):
        status.unarchive(any_store, seen, actor="t")
