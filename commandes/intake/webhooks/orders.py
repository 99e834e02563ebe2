"""Orders of any other program, in the words of Commandes (Standard Webhooks).

`data` is one order: the codes of the column profiles as names, `lines` its articles.
docs/webhooks.md describes it, with a client.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from commandes.intake import fields
from commandes.intake.ndjsonfile import flat
from commandes.intake.webhooks.told import NothingTold, OrderTold, Unreadable
from commandes.store.tables import writable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from commandes.intake.webhooks.told import Reading, Told

TOPICS = frozenset({"order.created", "order.updated", "cart.created", "cart.updated"})
_LINES = "lines"
_NAME = re.compile(r"[a-z][a-z_.]{0,39}")


def read(topic: str, body: Reading) -> Told:
    """What a delivery says.

    Raises:
        Unreadable: it lacks what every order has, or has what no order has.
    """
    if topic not in TOPICS:
        return NothingTold("topic")
    order = body.part("data")
    number = order.needed("number")
    order.needed("placed_at")
    order.moment("placed_at")
    if topic.startswith("order."):
        # An order is told whole: without it, what it had would be taken away.
        order.needed("payment")
        if not order.parts(_LINES):
            raise Unreadable("data.lines")
    own = {name: value for name, value in order.values.items() if name != _LINES}
    row = _checked(own, "order", "data")
    if topic.startswith("cart."):
        row["is_cart"] = "yes"
    lines = [_checked(line.values, "line", line.where) for line in order.parts(_LINES)]
    rows = [row | line for line in lines] or [row]
    at = body.told_at("timestamp")
    return OrderTold("commandes", rows, row.get("source_id") or number, at)


def _checked(values: Mapping[str, Any], level: str, where: str) -> dict[str, str]:
    """The values as text by the codes of the fields, of one level alone."""
    row = dict(flat(values))
    for code in row:
        if fields.field(code) is None or fields.level(code) != level:
            # A name may be anything, somebody's too.
            known = code if _NAME.fullmatch(code) else "?"
            raise Unreadable(f"{where}.{known}")
    return {code: writable(value) for code, value in row.items()}
