"""Tags themselves: created, recoloured, renamed and deleted with all their orders."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from commandes.actions import tag_list, tags, views
from commandes.actions.orders import Order
from commandes.errors import (
    TagColorUnknown,
    TagNameInvalid,
    TagNameTaken,
    TagNotFound,
)
from commandes.store import checks, tables


@pytest.fixture
def tagged(counter, monkeypatch):
    """Five orders have « VIP », two of them « Urgent » too; three go in a batch."""
    monkeypatch.setattr(tag_list, "BATCH", 3)
    for n in range(2, 6):
        counter.shop.order(str(n))
    for n in range(1, 6):
        tags.tag(counter.store, Order(str(n)), "VIP", actor="t")
    for n in (1, 2):
        tags.tag(counter.store, Order(str(n)), "Urgent", actor="t")
    return counter


def on_orders(counter):
    """The tags of each order, by its id."""
    on, t = tables.order_tags.c, tables.tags.c
    found: dict[int, list[str]] = {}
    with counter.store.reading() as connection:
        for order_id, name in connection.execute(
            select(on.order_id, t.name)
            .join(tables.tags, t.id == on.tag_id)
            .order_by(on.order_id, t.name)
        ):
            found.setdefault(order_id, []).append(name)
    return found


def names(counter):
    return [row.name for row in counter.rows(tables.tags)]


def entries(counter, *kinds):
    """Orders (None: of no order) and payloads of the journal's entries."""
    c = tables.events.c
    with counter.store.reading() as connection:
        rows = connection.execute(
            select(c.order_id, c.payload).where(c.kind.in_(kinds)).order_by(c.seq)
        )
        return [tuple(row) for row in rows]


def test_a_tag_is_created_once(counter):
    """Names are unique, accents and case aside; the colour is one of ours."""
    tags.create(counter.store, "  Été  2026 ", "teal", actor="t")

    (tag,) = counter.rows(tables.tags)
    assert (tag.name, tag.color) == ("Été 2026", "teal")
    with pytest.raises(TagNameTaken, match="Été 2026"):
        tags.create(counter.store, "ETE 2026", actor="t")
    with pytest.raises(TagNameInvalid):
        tags.create(counter.store, " ", actor="t")
    with pytest.raises(TagColorUnknown, match="pink"):
        tags.create(counter.store, "Rose", "pink", actor="t")
    assert names(counter) == ["Été 2026"]


def test_the_same_key_creates_once(counter):
    """A double click gets the same receipt, not a refusal."""
    first = tags.create(counter.store, "VIP", actor="t", key="k")
    again = tags.create(counter.store, "VIP", actor="t", key="k")

    assert (first.changed, again.changed) == (True, False)
    assert names(counter) == ["VIP"]


def test_a_colour_changes_no_order(tagged):
    """One entry of the journal, of no order."""
    before = tagged.row().version
    tags.recolour(tagged.store, "VIP", "violet", actor="t")
    again = tags.recolour(tagged.store, "VIP", "violet", actor="t")

    assert not again.changed
    assert tagged.rows(tables.tags)[0].color == "violet"
    assert tagged.row().version == before
    with pytest.raises(TagColorUnknown):
        tags.recolour(tagged.store, "VIP", "pink", actor="t")
    with pytest.raises(TagNotFound, match="Nope"):
        tags.recolour(tagged.store, "Nope", "red", actor="t")


def test_a_new_name_reaches_every_order_once(tagged):
    """Batch by batch: one entry per order, its colour and date kept, none left over."""
    color = tagged.rows(tables.tags)[0].color
    steps = []
    receipt = tag_list.rename(
        tagged.store,
        "VIP",
        "Fidèle",
        actor="t",
        progress=lambda *told: steps.append(told),
    )

    assert receipt.result["orders"] == 5
    assert on_orders(tagged) == {
        1: ["Fidèle", "Urgent"],
        2: ["Fidèle", "Urgent"],
        3: ["Fidèle"],
        4: ["Fidèle"],
        5: ["Fidèle"],
    }
    assert names(tagged) == ["Urgent", "Fidèle"]
    assert tagged.rows(tables.tags)[1].color == color
    told = '{"from":"VIP","to":"Fidèle"}'
    assert entries(tagged, "tag_renamed") == [
        *[(n, told) for n in range(1, 6)],
        (None, told),
    ]
    assert tagged.row().version == 4
    assert steps == [(3, 5), (5, 5)]
    with tagged.store.reading() as connection:
        assert checks.chain(connection, tagged.store.key).ok


def test_accents_and_case_of_a_name_can_change(tagged):
    """« VIP » becomes « Vip » though the two are the same to a search."""
    tag_list.rename(tagged.store, "VIP", "Vip", actor="t")

    assert names(tagged) == ["Urgent", "Vip"]
    assert on_orders(tagged)[5] == ["Vip"]
    tags.tag(tagged.store, Order("5"), "vip", actor="t")
    assert on_orders(tagged)[5] == ["Vip"]


def test_a_name_that_another_tag_has_is_refused(tagged):
    """Accents and case aside; nothing is changed. The same name is a message."""
    before = tagged.store.head()

    with pytest.raises(TagNameTaken, match="Urgent"):
        tag_list.rename(tagged.store, "VIP", "ÙRGENT", actor="t")
    with pytest.raises(TagNameInvalid):
        tag_list.rename(tagged.store, "VIP", "x" * 41, actor="t")
    with pytest.raises(TagNotFound):
        tag_list.rename(tagged.store, "Nope", "Fidèle", actor="t")
    assert not tag_list.rename(tagged.store, "VIP", "VIP", actor="t").changed
    assert tagged.store.head() == before


def test_saved_views_ask_for_the_new_name(tagged):
    """A view that filters by the tag goes on finding its orders."""
    views.save(tagged.store, "A", "tag=VIP&status=new", actor="t")
    views.save(tagged.store, "B", "tag=Urgent&search=VIP", actor="t")

    tag_list.rename(tagged.store, "VIP", "Très fidèle", actor="t")

    assert [row.query for row in tagged.rows(tables.saved_views)] == [
        "tag=Tr%C3%A8s+fid%C3%A8le&status=new",
        "tag=Urgent&search=VIP",
    ]


class Killed(Exception):  # noqa: N818 (what happened)
    """The process ends between two batches."""


def stop(done, total):
    del done, total
    raise Killed


@pytest.mark.parametrize("to", ["Fidèle", "Vip"])
def test_a_renaming_that_was_killed_is_finished_by_asking_again(tagged, to):
    """Half-way each order has one of the two names; meanwhile others may tag."""
    with pytest.raises(Killed):
        tag_list.rename(tagged.store, "VIP", to, actor="t", progress=stop)
    assert on_orders(tagged)[3] == [to]
    assert on_orders(tagged)[4] == ["VIP"]
    tags.tag(tagged.store, Order("4"), to, actor="t")

    tag_list.rename(tagged.store, "VIP", to, actor="t")

    assert {name for found in on_orders(tagged).values() for name in found} == {
        to,
        "Urgent",
    }
    assert names(tagged) == ["Urgent", to]
    with tagged.store.reading() as connection:
        info = tables.store_info.c
        left = connection.scalars(select(info.name)).all()
    assert [name for name in left if name.startswith("tag_")] == []


@pytest.mark.parametrize("ask", [tag_list.rename, tag_list.delete])
def test_work_that_broke_half_way_is_finished_under_its_key(tagged, ask):
    """Asked again it goes on, and says that it did; once more there is nothing left."""
    names_ = ("VIP", "Fidèle") if ask is tag_list.rename else ("VIP",)
    with pytest.raises(Killed):
        ask(tagged.store, *names_, actor="t", key="k", progress=stop)
    assert on_orders(tagged)[4] == ["VIP"]

    going_on = ask(tagged.store, *names_, actor="t", key="k")
    head = tagged.store.head()
    again = ask(tagged.store, *names_, actor="t", key="k")

    assert (going_on.changed, going_on.message) == (True, "")
    assert "VIP" not in names(tagged)
    assert (again.changed, again.message) == (False, "C’est déjà fait.")
    assert tagged.store.head() == head


def test_a_tag_is_deleted_from_every_order(tagged):
    """One entry per order, in the words of taking a tag off; the others stay."""
    receipt = tag_list.delete(tagged.store, "VIP", actor="t")

    assert receipt.result["orders"] == 5
    assert on_orders(tagged) == {1: ["Urgent"], 2: ["Urgent"]}
    assert names(tagged) == ["Urgent"]
    assert entries(tagged, "untagged", "tag_deleted") == [
        *[(n, '{"tag":"VIP"}') for n in range(1, 6)],
        (None, '{"tag":"VIP"}'),
    ]
    with pytest.raises(TagNotFound):
        tag_list.delete(tagged.store, "VIP", actor="t")


def test_a_deletion_that_was_killed_is_finished_by_asking_again(tagged):
    """Half-way the tag is still there, on fewer orders."""
    with pytest.raises(Killed):
        tag_list.delete(tagged.store, "VIP", actor="t", progress=stop)
    assert [n for n, found in on_orders(tagged).items() if "VIP" in found] == [4, 5]

    tag_list.delete(tagged.store, "VIP", actor="t")

    assert names(tagged) == ["Urgent"]


@pytest.mark.parametrize("to", ["Fidèle", None])
def test_two_who_ask_for_the_same_do_it_once(tagged, to):
    """The second finishes between two batches of the first: one entry per order."""

    def ask(progress=None):
        if to is None:
            return tag_list.delete(tagged.store, "VIP", actor="t", progress=progress)
        return tag_list.rename(tagged.store, "VIP", to, actor="t", progress=progress)

    others = []

    def meanwhile(done, total):
        del done, total
        if not others:
            others.append(ask())

    ask(meanwhile)

    assert others[0].changed
    assert names(tagged) == (["Urgent", to] if to else ["Urgent"])
    told = entries(tagged, "tag_renamed" if to else "untagged")
    assert [order for order, _ in told if order] == [1, 2, 3, 4, 5]


def test_the_same_key_deletes_once(tagged):
    """Used again when another tag has the name, the key deletes nothing more."""
    tag_list.delete(tagged.store, "VIP", actor="t", key="k")
    tags.tag(tagged.store, Order("1"), "VIP", actor="t")

    again = tag_list.delete(tagged.store, "VIP", actor="t", key="k")

    assert not again.changed
    assert on_orders(tagged)[1] == ["Urgent", "VIP"]


def test_a_tag_on_no_order_is_renamed_and_deleted_too(counter):
    """The mirror hears of it by an entry of no order."""
    tags.create(counter.store, "VIP", actor="t")
    tag_list.rename(counter.store, "VIP", "Fidèle", actor="t")
    assert names(counter) == ["Fidèle"]

    tag_list.delete(counter.store, "Fidèle", actor="t")

    assert names(counter) == []
