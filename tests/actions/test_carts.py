"""The sweep of carts: which it marks, exactly once, and what undoes it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from dump import broken_rules, dump
from shop import Shop
from sqlalchemy import select

from commandes.actions import carts, notes, payments, status
from commandes.actions.orders import Order
from commandes.errors import ImportNotWithdrawable
from commandes.intake import withdraw
from commandes.mirror import Mirror
from commandes.store import tables

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CART = {"is_cart": True, "payment_pending": True}


def begun(minutes: float) -> dict[str, object]:
    """A cart begun so many minutes before now."""
    at = NOW - timedelta(minutes=minutes)
    return {**CART, "at": at, "begun_at": at}


def states(store) -> dict[str, str]:
    with store.reading() as connection:
        c = tables.orders.c
        rows = connection.execute(select(c.number, c.payment_status)).all()
    return {row.number: row.payment_status for row in rows}


def row(store, number):
    with store.reading() as connection:
        c = tables.orders.c
        return connection.execute(select(tables.orders).where(c.number == number)).one()


def entries(store, kind="abandoned"):
    with store.reading() as connection:
        c = tables.events.c
        return connection.execute(
            select(c.order_id, c.actor, c.payload).where(c.kind == kind)
        ).all()


def test_a_cart_is_left_when_its_delay_is_over(any_store):
    """At the last instant of the delay it is not, just after it is; the rest stays."""
    shop = Shop(any_store)
    shop.order("young", **begun(59))
    shop.order("on the dot", **begun(60))
    shop.order("old", **begun(60.001))
    shop.order("without a beginning", **CART, at=NOW - 2 * HOUR)
    shop.order("cancelled", **begun(600) | {"status": "cancelled"})
    shop.order("paid", **begun(600), paid=1000)
    shop.order("deposit", **begun(600), paid=[{"amount": 10, "kind": "deposit"}])
    shop.order("order", at=NOW - 48 * HOUR)
    shop.order("transfer", at=NOW - 168 * HOUR, payment_pending=True)
    before = states(any_store)

    swept = carts.sweep(any_store, now=NOW)

    left = ["without a beginning", "old"]
    assert sorted(swept.orders) == sorted(left)
    assert states(any_store) == before | dict.fromkeys(left, "abandoned")
    assert row(any_store, "old").abandoned_at == NOW - timedelta(minutes=0.001)
    assert row(any_store, "transfer").abandoned_at is None
    assert sorted(entry.order_id for entry in entries(any_store)) == [3, 4]
    assert {entry.actor for entry in entries(any_store)} == {"sweep"}
    assert {entry.payload for entry in entries(any_store)} == {
        '{"payment": "abandoned", "delay": 60}'
    }
    assert broken_rules(any_store) == {}


def test_sweeping_again_changes_nothing(any_store):
    """Neither the same sweep nor a look at what is due leaves a trace."""
    shop = Shop(any_store)
    shop.order("1", **begun(90))
    looked = dump(any_store)
    assert carts.due(any_store, now=NOW).orders == ("1",)
    assert dump(any_store) == looked

    carts.sweep(any_store, now=NOW)
    swept = dump(any_store)

    assert carts.sweep(any_store, now=NOW).orders == ()
    assert carts.due(any_store, now=NOW).orders == ()
    assert dump(any_store) == swept


def test_a_key_sweeps_once(any_store):
    """The same key answers the same and marks nothing that came since."""
    shop = Shop(any_store)
    shop.order("1", **begun(90))
    shop.order("2", **begun(80))
    first = carts.sweep(any_store, now=NOW, batch=1, key="k")
    assert first.orders == ("1", "2")
    shop.order("3", **begun(70))

    assert carts.sweep(any_store, now=NOW, batch=1, key="k") == first
    assert carts.due(any_store, now=NOW).orders == ("3",)


def test_another_delay_and_small_batches(any_store):
    """The delay given counts, not the setting; batches end where nothing is due."""
    shop = Shop(any_store)
    shop.bring(
        shop.incoming([{"number": str(n), **begun(10 * n)} for n in range(1, 8)])
    )

    swept = carts.sweep(any_store, delay=15, now=NOW, batch=2)

    assert swept.orders == ("7", "6", "5", "4", "3", "2")
    assert states(any_store)["1"] == "pending"
    assert len(entries(any_store)) == 6


def test_several_processes_mark_a_cart_once(any_store):
    """Eight at once: each cart has one entry."""
    shop = Shop(any_store)
    shop.bring(shop.incoming([{"number": str(n), **begun(90)} for n in range(40)]))
    swept: list[str] = []

    def sweep() -> None:
        swept.extend(carts.sweep(any_store, now=NOW, batch=7).orders)

    threads = [threading.Thread(target=sweep) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(swept) == sorted(str(n) for n in range(40))
    assert len(entries(any_store)) == 40
    assert broken_rules(any_store) == {}


def test_a_payment_undoes_it_and_its_end_brings_it_back(any_store):
    """The payment status follows; that the cart was left stays known."""
    shop = Shop(any_store)
    shop.order("1", **begun(90))
    carts.sweep(any_store, now=NOW)
    left_at = row(any_store, "1").abandoned_at

    receipt = payments.pay(any_store, Order("1"), actor="Inès")
    assert states(any_store) == {"1": "paid"}
    assert row(any_store, "1").abandoned_at == left_at
    assert carts.sweep(any_store, now=NOW).count == 0

    payments.void(any_store, Order("1"), receipt.result["payment"], actor="Inès")
    assert states(any_store) == {"1": "abandoned"}

    # A deposit: it is no abandoned cart any more, the rest is on its way.
    payments.pay(any_store, Order("1"), amount=100, actor="Inès")
    assert states(any_store) == {"1": "pending"}
    assert broken_rules(any_store) == {}


@pytest.mark.parametrize("told_left", [True, False])
def test_a_file_that_brings_a_payment_undoes_it(shop, settings, told_left):
    """Swept here or told by the file: paid it is an order, left it was all the same."""
    at = NOW - 3 * HOUR
    cart = {"at": at, "begun_at": at, **CART}
    shop.order("1", **cart, abandoned_at=at + HOUR if told_left else None)
    carts.sweep(shop.store, now=NOW)
    assert row(shop.store, "1").abandoned_at == at + HOUR

    done = {"at": at, "begun_at": at, "is_cart": False}
    shop.order("1", **done, paid=[{"amount": 1000, "at": NOW}])

    found = row(shop.store, "1")
    assert (found.payment_status, found.is_cart) == ("paid", False)
    assert found.abandoned_at == at + HOUR
    mirror = Mirror(shop.store, settings)
    with mirror.snapshot() as snap:
        orders = snap.ask("mirror/control")
    mirror.close()
    assert orders["payment_status"].to_list() == ["paid"]


def test_a_cart_that_becomes_a_bank_transfer_is_abandoned_no_more(shop):
    """Placed after all, it waits for its payment like any order."""
    at = NOW - 3 * HOUR
    shop.order("1", at=at, begun_at=at, **CART)
    carts.sweep(shop.store, now=NOW)

    shop.order("1", at=NOW, begun_at=at, is_cart=False, payment_pending=True)

    assert states(shop.store) == {"1": "pending"}
    assert carts.sweep(shop.store, now=NOW + 1000 * HOUR).count == 0
    status.archive(shop.store, Order("1"), actor="Inès")
    assert states(shop.store) == {"1": "pending"}


def test_the_sweep_is_nobody_s_act(any_store):
    """It keeps neither an import from being taken back nor a person from acting."""
    shop = Shop(any_store)
    shop.order("1", **begun(90))
    carts.sweep(any_store, now=NOW)

    noted = notes.note(any_store, Order("1", version=1), "Rappeler", actor="Inès")
    assert noted.changed
    with pytest.raises(ImportNotWithdrawable):
        withdraw.withdraw(any_store, 1, actor="Inès")

    shop.order("2", **begun(90))
    carts.sweep(any_store, now=NOW)
    assert withdraw.withdraw(any_store, 2, actor="Inès").changed
    assert broken_rules(any_store) == {}
