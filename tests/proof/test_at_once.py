"""R4, R5: many people at one order, and one person who clicks a hundred times."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from children import REFUSED, place
from dump import broken_rules
from shop import Shop
from sqlalchemy import select

from commandes.actions import refunds, status
from commandes.actions.orders import Order
from commandes.cli import main
from commandes.errors import RefundRefused
from commandes.store import open_store, tables

ROUNDS = int(os.environ.get("PROOF_ROUNDS", "20"))
CLICKS = int(os.environ.get("PROOF_CLICKS", "10"))
LAMPS = {"sku": "LAMP", "title": "Lampe", "price": 1000, "quantity": 3}
PEN = {"sku": "PEN", "title": "Stylo", "price": 300, "quantity": 1}
# What is asked of each round's order, and how many of those who ask can have it.
ASKED = (({}, 1), ({"lines": {"LAMP": 1}}, 3), ({"lines": {"LAMP": 1, "PEN": 1}}, 1))


def test_fifty_threads_and_four_processes_restock_each_unit_once(any_store, children):
    """Each has its own key: as many are served as there is something to refund."""
    store = any_store
    shop = Shop(store)
    expected = Counter()
    for number in range(ROUNDS):
        shop.order(str(number), lines=[LAMPS, PEN], paid=3300)
        asked, served = ASKED[number % len(ASKED)]
        outcomes = _all_at_once(store, children, str(number), asked)

        assert Counter(outcomes) == {"refunded": served, "refused": 54 - served}
        units = asked.get("lines", {"LAMP": 3, "PEN": 1})
        expected.update({sku: served * count for sku, count in units.items()})
        assert _levels(store) == expected
    assert broken_rules(store) == {}


def _all_at_once(store, children, number, asked):
    """Four processes and fifty threads wait at the write lock; then it is free."""
    outcomes = []

    def refund(key):
        try:
            refunds.refund(store, Order(number), **asked, actor=key, key=key)
            outcomes.append("refunded")
        except RefundRefused:
            outcomes.append("refused")

    threads = [
        threading.Thread(target=refund, args=(f"thread {number}.{n}",))
        for n in range(50)
    ]
    with store.writing("who holds the lock"):
        started = [
            children.start(
                "refund",
                **place(store.settings),
                key=f"process {number}.{n}",
                number=number,
                **asked,
            )
            for n in range(4)
        ]
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join()
    codes = [children.wait(process) for process in started]
    return outcomes + [{0: "refunded", REFUSED: "refused"}[code] for code in codes]


def _levels(store):
    c = tables.stock_items.c
    with store.reading() as connection:
        return dict(iter(connection.execute(select(c.sku, c.on_hand))))


def test_refunds_and_cancellations_at_once_restock_each_unit_once(any_store):
    """Whoever is first: a unit comes back with the one or with the other."""
    store = any_store
    shop = Shop(store)

    def refund(order):
        refunds.refund(store, order, lines={"LAMP": 1}, actor="Inès")

    def cancel(order):
        status.cancel(store, order, actor="Noé")

    for number in range(ROUNDS):
        shop.order(str(number), lines=[LAMPS, PEN], paid=3300)
        with ThreadPoolExecutor(8) as people:
            acts = [refund, cancel, refund, cancel, refund, cancel, cancel, cancel]
            for done in [people.submit(act, Order(str(number))) for act in acts]:
                done.result()

        assert _levels(store) == {"LAMP": 3 * (number + 1), "PEN": number + 1}
    assert broken_rules(store) == {}


@pytest.mark.parametrize("click", range(CLICKS))
def test_one_key_a_hundred_times_has_one_effect(any_store, click):
    """All the answers are the first one's; one of them says that it did it."""
    store = any_store
    Shop(store).order("1", lines=[LAMPS, PEN], paid=3300)

    def refund(_place):
        return refunds.refund(store, Order("1"), actor="Inès", key=f"click {click}")

    with ThreadPoolExecutor(50) as people:
        receipts = list(people.map(refund, range(100)))

    assert sorted(receipt.changed for receipt in receipts) == [False] * 99 + [True]
    first = receipts[0]
    assert {(r.receipt, r.order, r.action) for r in receipts} == {
        (f"click {click}", "1", "refund")
    }
    assert all(receipt.result == first.result for receipt in receipts)
    assert _levels(store) == {"LAMP": 3, "PEN": 1}
    assert broken_rules(store) == {}


@pytest.fixture
def command(settings, monkeypatch, capsys):
    """Run a command in this process; its exit code and its JSON answer."""
    monkeypatch.setenv("COMMANDES_DATA_DIR", str(settings.data_dir))

    def run(*arguments):
        capsys.readouterr()
        code = main([*arguments, "--json"])
        return code, json.loads(capsys.readouterr().out)

    return run


def test_fifty_commands_at_once_refund_an_order_once(settings, command):
    """One succeeds, 49 say why not, the stock rises once."""
    store = open_store(settings)
    Shop(store).order("1", lines=[LAMPS, PEN], paid=3300)
    with store.writing("who holds the lock"):
        started = [_refund_command(settings, f"k{n}") for n in range(50)]
    answers = [json.loads(process.communicate()[0]) for process in started]
    store.close()

    assert sorted(process.returncode for process in started) == [0] + [1] * 49
    (done,) = [answer for answer in answers if "error" not in answer]
    assert (done["changed"], done["amount"]) == (True, 3300)
    errors = [answer["error"] for answer in answers if "error" in answer]
    assert {error["code"] for error in errors} == {"refund_refused"}
    assert all("il ne reste rien à rembourser" in error["message"] for error in errors)
    code, lamps = command("stock", "LAMP")
    assert (code, lamps["on_hand"], len(lamps["movements"])) == (0, 3, 1)
    assert command("verify")[0] == 0


def _refund_command(settings, key):
    return subprocess.Popen(
        [sys.executable, "-m", "commandes.cli", "refund", "1", "--key", key, "--json"],
        env={**os.environ, "COMMANDES_DATA_DIR": str(settings.data_dir)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def test_a_command_given_a_hundred_times_under_one_key_refunds_once(settings, command):
    """One effect, a hundred times the same receipt."""
    store = open_store(settings)
    Shop(store).order("1", lines=[LAMPS, PEN], paid=3300)
    store.close()

    answers = [command("refund", "1", "--key", "k") for _ in range(100)]

    assert {code for code, _ in answers} == {0}
    assert [answer.pop("changed") for _, answer in answers] == [True] + [False] * 99
    said = [answer.pop("message") for _, answer in answers]
    assert set(said[1:]) == {"C’est déjà fait."}
    assert all(answer == answers[0][1] for _, answer in answers)
    assert command("stock", "LAMP")[1]["on_hand"] == 3
    assert command("verify")[0] == 0
