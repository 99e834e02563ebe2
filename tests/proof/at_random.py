"""Random actions on the orders of the filled shop, for processes that get killed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from commandes.actions import (
    messages,
    notes,
    payments,
    refunds,
    status,
    stock,
    tags,
    tracking,
)
from commandes.actions.orders import Order
from commandes.errors import CommandesError

if TYPE_CHECKING:
    import random

    from commandes.store import Receipt, Store


def one_action(store: Store, chance: random.Random, key: str) -> dict[str, Any]:
    """Do one action under a key, which is its actor too; what it answered.

    Returns:
        `key`, `changed` and `result` of the receipt; `refused` alone where it was.
    """
    act = chance.choice(_ACTS)
    order = Order(str(chance.randint(1, 8)))
    try:
        receipt = act(store, order, chance, {"actor": key, "key": key})
    except CommandesError as error:
        return {"key": key, "refused": error.code}
    return {"key": key, "changed": receipt.changed, "result": receipt.result}


def _refund(
    store: Store, order: Order, chance: random.Random, who: dict[str, Any]
) -> Receipt:
    asked = chance.choice(
        (
            {"lines": {"LAMP": 1}},
            {"lines": {"LAMP": 1}, "restock": False},
            {"lines": {"PEN": 1}, "shipping": True},
            {"amount": chance.randint(1, 400)},
            {},
        )
    )
    return refunds.refund(store, order, **asked, **who)


_ACTS = (
    _refund,
    _refund,
    lambda s, o, _c, who: refunds.unrefund(s, o, **who),
    lambda s, o, _c, who: refunds.unrefund(s, o, **who),
    lambda s, o, c, who: status.cancel(s, o, restock=c.choice((None, False)), **who),
    lambda s, o, _c, who: status.restore(s, o, **who),
    lambda s, o, c, who: status.set_status(s, o, c.choice(status.SETTABLE), **who),
    lambda s, o, _c, who: status.archive(s, o, **who),
    lambda s, o, _c, who: status.unarchive(s, o, **who),
    lambda s, o, c, who: payments.pay(s, o, amount=c.randint(1, 500), **who),
    lambda s, o, c, who: payments.void(s, o, c.randint(1, 9), **who),
    lambda s, o, c, who: tags.tag(s, o, c.choice(("VIP", "Urgent")), **who),
    lambda s, o, c, who: tags.untag(s, o, c.choice(("VIP", "Urgent")), **who),
    lambda s, o, _c, who: notes.note(s, o, "Rappeler", **who),
    lambda s, o, c, who: tracking.track(
        s, o, carrier="UPS", number=str(c.randint(1, 99)), **who
    ),
    lambda s, o, _c, who: messages.message(s, o, "Bonjour", "Merci.", **who),
    lambda s, _o, c, who: stock.adjust(s, "LAMP", c.randint(-3, 3), "compté", **who),
)
