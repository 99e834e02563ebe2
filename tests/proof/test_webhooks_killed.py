"""R15: whenever a process dies, a delivery answered is kept, and it is done once."""

from __future__ import annotations

import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest
import webhook_bodies as bodies
from dump import broken_rules
from every_action import shape
from sqlalchemy import select
from wire import STOPPED, Tripwire, everything

from commandes.intake.webhooks import deliveries, work
from commandes.intake.webhooks.signatures import Envelope
from commandes.store import open_store, tables

TOLD = (
    ("shopify", "orders/create", bodies.shopify_order()),
    ("shopify", "orders/updated", bodies.shopify_refunded("10.00", note="x")),
    (
        "stripe",
        "refund.created",
        bodies.stripe_event(
            "refund.created", bodies.stripe_refund(payment_intent="pi_known"), "evt"
        ),
    ),
)
# The program of a worker that ends, without a word, after a call of its driver.
_WORK = """
import sys
sys.path[:0] = {paths!r}
from every_action import ENVIRONMENT
from wire import Tripwire
from commandes import settings
from commandes.intake.webhooks import work
from commandes.store import open_store
folder, step = sys.argv[1], int(sys.argv[2])
store = open_store(settings.read(ENVIRONMENT | {{"COMMANDES_DATA_DIR": folder}}))
wire = Tripwire()
wire.spy_on(store)
wire.stop_after(step)
work.work(store)
"""


def _send(store):
    for place, (endpoint, topic, told) in enumerate(TOLD):
        body, envelope = bodies.as_bytes(told), Envelope(f"k{place}", topic)
        deliveries.keep(store, endpoint, envelope, body, actor="t")


def _states(store):
    c = tables.deliveries.c
    with store.reading() as connection:
        rows = connection.execute(
            select(c.delivery, c.state, c.attempts).order_by(c.id)
        ).all()
    return [tuple(row) for row in rows if row.delivery.startswith("k")]


def test_a_kill_before_the_answer_keeps_it_or_does_not(filled, children):
    """The platform sends again what was not answered: it stands there once."""
    before = everything(filled)
    job = {"folder": str(filled.data_dir)}
    for step in count(1):
        assert children.wait(children.start("keep", **job, step=step)) == STOPPED
        if everything(filled) != before:
            break
    store = open_store(filled)
    envelope = Envelope("killed", "orders/create")

    # Kept, and its answer never sent: the same delivery comes again.
    assert not deliveries.keep(store, "shopify", envelope, b"{}", actor="t")
    assert step > len(("begin", "head", "look", "insert"))
    assert broken_rules(store) == {}
    store.close()


@pytest.mark.parametrize("part", range(8))
def test_a_worker_that_dies_leaves_each_delivery_done_or_waiting(
    filled, undisturbed, part
):
    """Another worker ends in the same store as if nobody had died."""
    in_peace, store = open_store(undisturbed), open_store(filled)
    _send(in_peace)
    wire = Tripwire()
    wire.spy_on(in_peace)
    work.work(in_peace)
    calls = wire.calls
    _send(store)
    store.close()
    # All over the work, the last ones around its commits.
    step = calls * (part + 1) // 9 if part < 5 else calls - (part - 5)
    here = Path(__file__).parent
    paths = [str(here), str(here.parent)]
    ended = subprocess.run(
        [
            *(sys.executable, "-c", _WORK.format(paths=paths)),
            *(str(filled.data_dir), str(step)),
        ],
        check=False,
    )

    assert ended.returncode == STOPPED
    store = open_store(filled)
    assert broken_rules(store) == {}
    assert {state for _name, state, _tries in _states(store)} <= {"waiting", "done"}
    work.work(store)
    assert _states(store) == _states(in_peace)
    assert shape(store) == shape(in_peace)
    assert broken_rules(store) == {}
    store.close()
    in_peace.close()
