"""R2: a process that ends after any statement of any action leaves all or nothing."""

from __future__ import annotations

import inspect
from importlib import import_module
from itertools import count
from pkgutil import iter_modules

import pytest
from dump import broken_rules
from every_action import CASES, shape
from wire import STOPPED, everything

from commandes import actions
from commandes.store import open_store

# One action on many orders: each of its orders goes through an action of its own.
WITHOUT_CASE = {
    "commandes.actions.bulk.run",
    "commandes.actions.bulk.undo",
    "commandes.actions.carts.sweep",
    "commandes.actions.orders.act",
    "commandes.actions.orders.together",
    "commandes.actions.closing.close_all",
    "commandes.actions.parcels.run",
    "commandes.actions.tag_list.delete",
    "commandes.actions.tag_list.rename",
}


def test_every_action_has_its_case():
    """A new action is crashed and starved like the others, or this test names it."""
    modules = [
        import_module(f"commandes.actions.{module.name}")
        for module in iter_modules(actions.__path__)
    ]
    known = {
        f"{module.__name__}.{name}"
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and {"store", "actor", "key"} <= inspect.signature(function).parameters.keys()
        and not name.startswith("_")
    }
    cases = {f"{c.function.__module__}.{c.function.__name__}" for c in CASES}

    assert known - cases == WITHOUT_CASE


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_crash_after_any_statement_is_before_or_after(
    case, filled, undisturbed, children
):
    """Never between: what the action does is there with its commit, and whole."""
    before = everything(filled)
    job = {"folder": str(filled.data_dir), "case": CASES.index(case)}
    for step in count(1):
        assert children.wait(children.start("stop_after", **job, step=step)) == STOPPED
        after = everything(filled)
        if after != before:
            break
    store, in_peace = open_store(filled), open_store(undisturbed)
    case.do(in_peace, "k")
    again = case.do(store, "k")

    assert step > len(("lock", "head", "receipt", "entry"))
    assert broken_rules(store) == {}
    assert shape(store) == shape(in_peace)
    assert (again.changed, again.receipt) == (False, "k")
    assert everything(filled) == after
    store.close()
    in_peace.close()
