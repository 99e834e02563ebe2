"""Tracking numbers many at once: looked at, noted, each refusal with its reason."""

from __future__ import annotations

from dataclasses import replace

import pytest
from shop import Shop
from sqlalchemy import func, select

from commandes.actions import parcels, status, tracking
from commandes.actions.orders import Order
from commandes.actions.parcels import Told
from commandes.reports import detail
from commandes.store import checks, tables


@pytest.fixture
def shop(any_store):
    """Orders 1 to 4; 3 is cancelled, 4 has no e-mail."""
    shop = Shop(any_store)
    told = [{"number": number} for number in "123"] + [{"number": "4", "email": None}]
    shop.bring(shop.incoming(told))
    status.cancel(any_store, Order("3"), actor="t")
    return shop


def _rows(*told):
    """(order, carrier, number) as the rows of a file."""
    return [Told(place, *row) for place, row in enumerate(told, start=1)]


def _every_row(store):
    with store.reading() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(table.select())))
            for table in tables.metadata.sorted_tables
        }


MIXED = _rows(
    ("1", "ups", "1Z1"),
    ("2", "", "6A12345678901"),
    ("9", "UPS", "1Z9"),
    ("", "UPS", "1Z8"),
    ("1", "UPS", ""),
    ("1", "", "abc"),
    ("1", "UPS", "1,23457E+11"),
    ("1", "UPS", "1" * 101),
    ("4", "Vélo", "7"),
)


def test_a_look_says_what_would_be_and_changes_nothing(shop):
    """Suggested carriers are marked; each refusal has its reason."""
    before = _every_row(shop.store)

    looked = parcels.preview(shop.store, MIXED, actor="t")

    assert [one.told.row for one in looked.changed] == [1, 2, 9]
    assert [(one.carrier, one.suggested) for one in looked.changed] == [
        ("ups", False),
        ("Colissimo", True),
        ("Vélo", False),
    ]
    assert [one.message for one in looked.changed] == [True, True, False]
    assert {one.told.row: one.said for one in looked.refused} == {
        3: "Aucune commande ne porte le numéro 9.",
        4: parcels.NO_ORDER,
        5: parcels.NO_NUMBER,
        6: parcels.NO_CARRIER,
        7: parcels.SPOILT,
        8: parcels.TOO_LONG,
    }
    assert _every_row(shop.store) == before


def test_what_was_looked_at_is_noted(shop):
    """The same outcomes; a second time there is nothing to do."""
    looked = parcels.preview(shop.store, MIXED, actor="t")

    done = parcels.run(shop.store, MIXED, actor="t")
    again = parcels.run(shop.store, MIXED, actor="t")

    assert done == looked
    assert done.orders == 3
    assert [one.told.row for one in again.idle] == [1, 2, 9]
    assert again.changed == ()
    (parcel,) = detail.order(shop.store, "1").shipments
    assert (parcel.carrier, parcel.number) == ("UPS", "1Z1")


def test_the_rows_of_one_order_are_one_entry_and_one_message(shop):
    """A number twice in the file is noted once."""
    told = _rows(
        ("1", "UPS", "1Z1"),
        ("2", "UPS", "1Z2"),
        ("1", "UPS", "1Z3"),
        ("1", "UPS", "1Z 1"),
    )

    found = parcels.run(shop.store, told, done=True, actor="t")

    order = detail.order(shop.store, "1")
    assert [one.added for one in found.all] == [True, True, True, False]
    assert found.all[3].said == parcels.ALREADY
    assert [p.number for p in order.shipments] == ["1Z1", "1Z3"]
    assert [e.kind for e in order.activity] == ["imported", "tracked"]
    assert (len(order.messages), order.status) == (1, "done")


def test_the_status_moves_only_when_asked_for(shop):
    """And a cancelled order is refused then, with its reason."""
    told = _rows(("1", "UPS", "1Z1"), ("3", "UPS", "1Z3"))

    quiet = parcels.run(shop.store, told[:1], tell=False, actor="t")
    status_before = detail.order(shop.store, "1").status
    moved = parcels.run(shop.store, told, tell=False, done=True, actor="t")

    assert status_before == "new"
    assert (quiet.all[0].done, moved.all[0].done) == (False, True)
    assert [one.said for one in moved.refused] == ["La commande 3 est annulée."]
    assert detail.order(shop.store, "1").status == "done"
    assert detail.order(shop.store, "3").shipments == ()
    assert detail.order(shop.store, "1").messages == ()


def test_an_order_of_two_sources_needs_its_source(shop):
    """Never the wrong order."""
    shop.source = "other"
    shop.bring(shop.incoming([{"number": "1"}]))
    told = [
        Told(1, "1", "UPS", "1Z1"),
        Told(2, "1", "UPS", "1Z2", source="other"),
        Told(3, "2", "UPS", "1Z3", url="http://example.org"),
    ]

    found = parcels.run(shop.store, told, actor="t")

    assert [one.told.row for one in found.changed] == [2]
    assert "Plusieurs sources" in found.all[0].said
    assert found.all[2].said == parcels.NOT_HTTPS


def test_the_same_file_twice_under_one_key_acts_once(shop):
    """A reload in the middle of a run goes on where it stood."""
    first = parcels.run(shop.store, MIXED[:1], actor="t", key="k")
    again = parcels.run(shop.store, MIXED[:2], actor="t", key="k")

    assert [one.added for one in first.all] == [True]
    assert [one.added for one in again.all] == [True, True]
    assert again.all[0] == replace(first.all[0], again=True)
    assert len(detail.order(shop.store, "1").activity) == 2


def test_progress_is_told_order_by_order(shop):
    """Both when looking and when noting."""
    seen = []
    parcels.preview(
        shop.store, MIXED, actor="t", progress=lambda *done: seen.append(done)
    )
    parcels.run(shop.store, MIXED, actor="t", progress=lambda *done: seen.append(done))

    assert seen == [(4, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_hundred_and_fifty_numbers(any_store):
    """Each order has its link, its message and its line of activity; I4 and I5 hold."""
    shop = Shop(any_store)
    shop.bring(
        shop.incoming(
            [{"number": f"C{n}", "email": f"client{n}@example.org"} for n in range(150)]
        )
    )
    told = _rows(*((f"C{n}", "", f"6A{n:011}") for n in range(150)))

    found = parcels.run(any_store, told, done=True, actor="Inès")

    assert found.orders == 150
    for number in (0, 77, 149):
        order = detail.order(any_store, f"C{number}")
        (parcel,) = order.shipments
        (message,) = order.messages
        link = tracking.link(any_store, "Colissimo", f"6A{number:011}")
        assert parcel.url == link
        assert link in message.body
        assert message.recipient == f"client{number}@example.org"
        assert [(e.kind, e.actor) for e in order.activity[1:]] == [("tracked", "Inès")]
    with any_store.reading() as connection:
        for table in (tables.shipments, tables.messages):
            of = table.c.order_id
            each = select(func.count(of.distinct()), func.count(of))
            assert tuple(connection.execute(each).one()) == (150, 150)
        kinds = select(tables.events.c.kind, func.count()).group_by(
            tables.events.c.kind
        )
        assert dict(map(tuple, connection.execute(kinds))) == {
            "imported": 150,
            "tracked": 150,
        }
        assert checks.chain(connection, any_store.key).ok
        assert checks.order_of_time(connection).ok
