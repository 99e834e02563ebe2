"""Stock by hand: corrections with a reason, alert levels, opening levels."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from commandes.actions import stock
from commandes.errors import SkuUnknown, StockReasonMissing, StockRefused
from commandes.store import checks, tables

EVENING = datetime(2026, 5, 1, 19, tzinfo=UTC)


def levels(counter):
    return {
        (row.sku, row.service_at): (row.on_hand, row.alert_level)
        for row in counter.rows(tables.stock_items)
    }


def test_a_correction_says_the_level_that_it_leaves(counter):
    """The receipt tells it; the movement keeps who and why."""
    stock.adjust(counter.store, "LAMP", 5, "inventaire", actor="Inès")
    receipt = stock.adjust(counter.store, "LAMP", -5, " casse ", actor="Inès")

    assert receipt.result == {"on_hand": 0}
    last = counter.rows(tables.stock_movements)[-1]
    assert (last.quantity, last.cause_kind, last.reason, last.actor) == (
        -5,
        "adjustment",
        "casse",
        "Inès",
    )


def test_each_date_has_its_own_level(counter):
    """A seat of one evening is none of another, nor of no date."""
    stock.adjust(counter.store, "SEAT", 2, "salle", service_at=EVENING, actor="t")
    stock.adjust(counter.store, "SEAT", 9, "salle", actor="t")

    assert levels(counter) == {("SEAT", EVENING): (2, None), ("SEAT", None): (9, None)}


@pytest.mark.parametrize(
    ("sku", "units", "said"),
    [
        ("LAMP", -6, "il n’en reste que 5"),
        ("LAMP", stock.MOST_UNITS, "ne dépasse pas 1"),
        ("LAMP", 10**30, "ne dépasse pas 1"),
        ("LAMP", -(10**30), "il n’en reste que 5"),
        ("", 1, "vide"),
        ("  ", 1, "vide"),
        ("A\nB", 1, "invisibles"),
        ("A\0", 1, "invisibles"),
        ("A" * 201, 1, "200 caractères"),
    ],
)
def test_a_correction_that_cannot_be_is_refused(counter, sku, units, said):
    """Below nought, beyond reason, or of what can have no stock: nothing changes."""
    stock.adjust(counter.store, "LAMP", 5, "inventaire", actor="t")
    before = counter.store.head()

    with pytest.raises(StockRefused, match=said):
        stock.adjust(counter.store, sku, units, "motif", actor="t")

    assert counter.store.head() == before
    assert levels(counter) == {("LAMP", None): (5, None)}


def test_what_is_oversold_can_be_brought_up_bit_by_bit(counter):
    """A level below nought rises to another one below nought, but falls no further."""
    counter.shop.order("2", lines=[{"sku": "MUG", "price": 100, "quantity": 3}])
    with counter.store.writing("t") as writer:
        (line,) = (r for r in counter.rows(tables.order_lines) if r.sku == "MUG")
        stock.move(writer, line.order_id, line, -3, "order", "2")
        writer.record(None, "test")

    stock.adjust(counter.store, "MUG", 1, "retrouvé", actor="t")

    assert counter.on_hand("MUG") == -2
    with pytest.raises(StockRefused, match="il n’en reste que 0"):
        stock.adjust(counter.store, "MUG", -1, "casse", actor="t")


def test_a_correction_of_nothing_is_none(counter):
    """Nought units change nothing; a reason is asked for all the same."""
    assert not stock.adjust(counter.store, "LAMP", 0, "rien", actor="t").changed
    with pytest.raises(StockReasonMissing):
        stock.adjust(counter.store, "LAMP", 0, " \t", actor="t")


def test_the_same_key_corrects_once(counter):
    """A double click is one correction."""
    for _click in range(2):
        stock.adjust(counter.store, "LAMP", 5, "inventaire", actor="t", key="k")

    assert counter.on_hand("LAMP") == 5


def test_an_alert_level_is_set_and_taken_away(counter):
    """Setting what is set already is a message; none is none at all."""
    stock.adjust(counter.store, "LAMP", 5, "inventaire", actor="t")

    assert stock.set_alert(counter.store, "LAMP", 5, actor="t").changed
    again = stock.set_alert(counter.store, "LAMP", 5, actor="t")
    assert (again.changed, again.message) == (
        False,
        "Le niveau d’alerte est déjà celui-là.",
    )
    assert levels(counter) == {("LAMP", None): (5, 5)}
    assert stock.set_alert(counter.store, "LAMP", None, actor="t").changed
    assert levels(counter) == {("LAMP", None): (5, None)}


@pytest.mark.parametrize("level", [-1, stock.MOST_UNITS + 1, 10**30])
def test_an_alert_level_that_cannot_be_is_refused(counter, level):
    """Negative or beyond reason."""
    stock.adjust(counter.store, "LAMP", 5, "inventaire", actor="t")

    with pytest.raises(StockRefused):
        stock.set_alert(counter.store, "LAMP", level, actor="t")


def test_an_alert_level_is_of_a_stock_that_is_kept(counter):
    """No stock is opened by an alert level."""
    with pytest.raises(SkuUnknown, match="LAMP"):
        stock.set_alert(counter.store, "LAMP", 5, actor="t")
    assert counter.rows(tables.stock_items) == []


def test_opening_levels_move_the_difference(counter):
    """Levels that stand already move nothing; many are set in one go, once per key."""
    stock.adjust(counter.store, "S0001", 4, "inventaire", actor="t")
    wanted = [(f"S{n:04}", None, n) for n in range(1_200)]
    wanted.append(("SEAT", EVENING, 80))

    for _click in range(2):
        receipt = stock.open_levels(counter.store, wanted, actor="t", key="k")
    again = stock.open_levels(counter.store, wanted, actor="t")

    assert receipt.result == {"items": 1_200}  # S0000 stands at nought
    assert not again.changed
    assert counter.on_hand("S0001") == 1
    assert levels(counter)[("SEAT", EVENING)] == (80, None)
    assert [r.cause_kind for r in counter.rows(tables.stock_movements)] == [
        "adjustment",
        *["opening"] * 1_200,
    ]
    with counter.store.reading() as connection:
        assert checks.stock(connection).ok


@pytest.mark.parametrize("bad", [("", None, 1), ("A", None, -1), ("A", None, 10**12)])
def test_one_opening_level_that_cannot_be_stops_all(counter, bad):
    """The file's reader has left such rows out: here nothing is set."""
    with pytest.raises(StockRefused):
        stock.open_levels(counter.store, [("LAMP", None, 3), bad], actor="t")
    assert counter.rows(tables.stock_items) == []
