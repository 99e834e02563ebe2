"""R3: a full disk, a locked store: a clear sentence, and nothing has changed."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest
from dump import broken_rules
from every_action import CASES
from wire import Tripwire, everything

from commandes.errors import StoreFull, StoreLocked
from commandes.store import open_store

FAILURES = {"database or disk is full": StoreFull, "database is locked": StoreLocked}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_whichever_call_fails_nothing_has_changed(case, failure, filled):
    """The first call, the second, … until there is none left: then it is done, once."""
    store = open_store(replace(filled, lock_timeout=0.02))
    wire = Tripwire()
    wire.spy_on(store)
    before = everything(filled)
    for call in count(1):
        wire.fail_at(call, failure)
        answer = case.try_to(store, "k")
        if wire.calls < call:
            break  # it makes no more calls: none failed
        assert isinstance(answer, FAILURES[failure])
        assert "Rien n’a été changé." in str(answer)
        assert everything(filled) == before
    wire.fail_at(0, "")

    assert answer.changed
    assert broken_rules(store) == {}
    assert case.do(store, "k").changed is False
    store.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_beside_a_writer_that_does_not_end_nothing_has_changed(case, filled):
    """A real lock: who waits in vain is told so, and can do it afterwards."""
    patient = open_store(filled)
    hasty = open_store(replace(filled, lock_timeout=0.02))
    before = everything(filled)

    with patient.writing("a long import"), pytest.raises(StoreLocked):
        case.do(hasty, "k")

    assert everything(filled) == before
    assert case.do(hasty, "k").changed
    patient.close()
    hasty.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_on_a_disk_without_room_nothing_has_changed(case, filled, children):
    """A real limit on the files' size, a page more each time until the action fits."""
    job = {"folder": str(filled.data_dir), "case": CASES.index(case)}

    assert children.wait(children.start("act_in_little_room", **job)) == 0

    store = open_store(filled)
    assert broken_rules(store) == {}
    assert case.do(store, "k").changed is False
    store.close()
