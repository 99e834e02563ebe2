"""Staff at work for so many seconds, in a process of their own.

Each line says what an action answered, once it has: what is said was acknowledged.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from commandes import settings as settings_module
from commandes.actions import messages, notes, refunds, status, tags, tracking
from commandes.actions.orders import Order
from commandes.errors import CommandesError, StoreError
from commandes.store import open_store, tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from commandes.store import Receipt, Store

ACTOR = "soak"
NAMES = ("VIP", "Urgent", "Cadeau", "Fragile")
# Seconds between two actions.
_PAUSE = (0.3, 1.7)
# Of a hundred actions, those that are sent twice, as an impatient finger does.
_TWICE = 10


def _paid(store: Store) -> list[tuple[str, str]]:
    """Orders that are paid, each with a reference that it holds."""
    o, line = tables.orders.c, tables.order_lines.c
    with store.reading() as connection:
        found = connection.execute(
            select(o.number, line.sku)
            .join_from(tables.orders, tables.order_lines, line.order_id == o.id)
            .where(o.source == "sample", o.payment_status == "paid")
            .where(o.email.is_not(None), line.sku.is_not(None))
            .order_by(line.id)
        )
        return [(row.number, row.sku) for row in found]


def _acts(
    store: Store, order: Order, sku: str, key: str, chance: random.Random
) -> dict[str, tuple[Callable[[], Receipt], str]]:
    """By its name each action on an order, and what it is known by."""
    who = {"actor": ACTOR, "key": key}
    word, name = f"Essai {key}.", chance.choice(NAMES)
    to = chance.choice(status.SETTABLE)
    return {
        "note": (lambda: notes.note(store, order, word, **who), word),
        "tag": (lambda: tags.tag(store, order, name, **who), name),
        "untag": (lambda: tags.untag(store, order, name, **who), name),
        "status": (lambda: status.set_status(store, order, to, **who), to),
        "refund": (
            lambda: refunds.refund(
                store, order, lines={sku: 1}, restock=True, reason=word, **who
            ),
            word,
        ),
        "track": (
            lambda: tracking.track(store, order, carrier="UPS", number=key, **who),
            key,
        ),
        "message": (
            lambda: messages.message(store, order, "Votre commande", word, **who),
            word,
        ),
    }


def one(
    store: Store, order: Order, sku: str, key: str, chance: random.Random
) -> dict[str, Any]:
    """Do an action under a key; what it answered."""
    acts = _acts(store, order, sku, key, chance)
    name = chance.choice(list(acts))
    act, known_by = acts[name]
    told = {"key": key, "order": order.number, "act": name, "by": known_by}
    try:
        receipt = act()
        if chance.randrange(100) < _TWICE:
            again = act()
            once = (again.changed, again.done_before) == (False, receipt.changed)
            if not once or again.result != receipt.result:
                told["trouble"] = "the second time it was done again"
    except StoreError as error:
        return told | {"trouble": error.code}
    except CommandesError as error:
        return told | {"refused": error.code}
    return told | {"changed": receipt.changed, "result": receipt.result}


def main() -> None:
    """Act until the time is over."""
    until = time.monotonic() + float(sys.argv[1])
    chance = random.Random(7)  # noqa: S311 (no secret)
    store = open_store(settings_module.read())
    paid = _paid(store)
    turn = 0
    while time.monotonic() < until:
        turn += 1
        number, sku = chance.choice(paid)
        key = f"soak-{os.getpid()}-{turn:06d}"
        print(json.dumps(one(store, Order(number, "sample"), sku, key, chance)))
        sys.stdout.flush()
        time.sleep(chance.uniform(*_PAUSE))
    store.close()


if __name__ == "__main__":
    main()
