"""R1: a process that does random actions is killed at random, again and again.

What it acknowledged is there, once and whole; what it was doing is there or is not.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections import Counter

import pytest
from children import place
from dump import broken_rules
from sqlalchemy import func, select, text

from commandes.mirror import Mirror
from commandes.reports.verify import verify
from commandes.store import open_store, tables

KILLS = int(os.environ.get("PROOF_KILLS", "50"))
# The words of a receipt that say how many units went into stock, or out of it.
MOVED = {"restocked": 1, "taken_out": -1}


def test_kills_lose_nothing_and_leave_nothing_half_done(any_filled, children):
    """After each kill the rules hold, and every acknowledged action is there once."""
    chance = random.Random(KILLS)  # noqa: S311 (no secret)
    told = any_filled.data_dir.parent / "told"
    os.mkfifo(told)
    acknowledged: dict[str, dict] = {}
    store = open_store(any_filled)
    before = set(_receipts(store))
    store.close()
    for seed in range(KILLS):
        new = _until_killed(children, any_filled, seed, told, chance)
        store = open_store(any_filled)
        _wait_for_the_dead(store)
        assert broken_rules(store) == {}
        # What the kill met between its commit and its word: one action at most.
        unheard = _receipts(store).keys() - new.keys() - acknowledged.keys() - before
        assert len(unheard) <= 1
        new |= {key: {"key": key, **_receipts(store)[key]} for key in unheard}
        _check(store, new)
        acknowledged |= new
        store.close()

    changes = [answer for answer in acknowledged.values() if answer.get("changed")]
    assert len(changes) > 2 * KILLS
    store = open_store(any_filled)
    _check(store, acknowledged)
    mirror = Mirror(store, any_filled)
    assert verify(store, mirror).ok
    mirror.close()
    store.close()


def _until_killed(children, settings, seed, told, chance):
    """Let a process act until it is killed; what it told."""
    job = place(settings) | {"seed": seed, "told": str(told)}
    process = children.start("act_at_random", **job)
    with told.open() as pipe:
        # So many actions, on a busy machine too, and a moment of the next ones.
        lines = [pipe.readline() for _action in range(chance.randint(2, 8))]
        time.sleep(chance.uniform(0, 0.02))
        os.kill(process, signal.SIGKILL)
        lines += pipe.readlines()
    assert children.wait(process) == -signal.SIGKILL
    answers = [json.loads(line) for line in lines]
    return {answer["key"]: answer for answer in answers}


def _wait_for_the_dead(store):
    """PostgreSQL ends by itself what it had been told before the kill."""
    if not store.settings.database_url:
        return
    at_work = text(
        "select count(*) from pg_stat_activity where datname = current_database() "
        "and pid <> pg_backend_pid() and backend_type = 'client backend' "
        "and state <> 'idle'"
    )
    with store.reading() as connection:
        for _moment in range(1000):
            if not connection.scalar(at_work):
                return
            time.sleep(0.01)
    pytest.fail("a killed process is still at work")


def _receipts(store):
    c = tables.receipts.c
    with store.reading() as connection:
        rows = connection.execute(select(c.key, c.result))
        return {key: json.loads(result) for key, result in rows}


def _check(store, acknowledged):
    """The store has each of these once: its receipt, its entry, its movements."""
    kept = _receipts(store)
    moves = tables.stock_movements.c
    with store.reading() as connection:
        entries = Counter(connection.scalars(select(tables.events.c.actor)))
        moved = dict(
            iter(
                connection.execute(
                    select(moves.actor, func.sum(moves.quantity)).group_by(moves.actor)
                )
            )
        )
    for key, answer in acknowledged.items():
        if "refused" in answer:
            assert (key in kept, entries[key], key in moved) == (False, 0, False)
            continue
        changed, result = answer["changed"], answer["result"]
        assert (kept[key]["changed"], kept[key]["result"]) == (changed, result)
        assert entries[key] == changed
        for word, sign in MOVED.items():
            if word in result:
                assert moved.get(key, 0) == sign * result[word]
