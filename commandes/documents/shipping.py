"""Which orders of a selection are shipped: goods of the shop, still to be delivered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, select

from commandes.store import tables
from commandes.words import N_, _, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commandes.store import Store

_AT_ONCE = 500

# Why an order is not shipped, the first that holds.
LEFT_OUT = {
    "gone": N_("n’existe plus"),
    "cart": N_("panier"),
    "cancelled": N_("annulée"),
    "module": N_("billet, réservation ou abonnement : rien ne s’expédie"),
    "delivered": N_("tout est remboursé ou annulé"),
}


@dataclass(frozen=True)
class Shipped:
    """The orders of a selection that are shipped, and how many others, by reason.

    Attributes:
        ids: in the order of the selection.
        left_out: how many orders by code of LEFT_OUT.
    """

    ids: tuple[int, ...]
    left_out: Counter[str]

    def said(self) -> str:
        """How many are left out and why, in one sentence; empty when none is."""
        count = self.left_out.total()
        if not count:
            return ""
        reasons = ", ".join(
            f"{n} × {_(LEFT_OUT[code])}" for code, n in self.left_out.most_common()
        )
        head = plural(
            "{n} commande laissée de côté", "{n} commandes laissées de côté", count
        )
        return f"{head} : {reasons}."


def shipped(store: Store, ids: Sequence[int]) -> Shipped:
    """Part a selection into what is shipped and what is not."""
    kept, left_out = [], Counter[str]()
    for first in range(0, len(ids), _AT_ONCE):
        some = ids[first : first + _AT_ONCE]
        known = _known(store, some)
        for order_id in some:
            reason = _reason(known.get(order_id))
            if reason is None:
                kept.append(order_id)
            else:
                left_out[reason] += 1
    return Shipped(tuple(kept), left_out)


def due(line: Any) -> Any:  # noqa: ANN401 (a line, or the columns of all)
    """The units of a line that are to be delivered; of the table: the expression."""
    return line.quantity - line.refunded_quantity - line.cancelled_quantity


def _known(store: Store, ids: Sequence[int]) -> dict[int, Any]:
    o, lines = tables.orders.c, tables.order_lines.c
    statement = select(
        *(o.id, o.module, o.is_cart, o.status),
        exists().where(lines.order_id == o.id).label("has_lines"),
        exists().where(and_(lines.order_id == o.id, due(lines) > 0)).label("has_due"),
    ).where(o.id.in_(list(ids)))
    with store.reading("orders/shipped") as connection:
        return {row.id: row for row in connection.execute(statement)}


def _reason(order: Any | None) -> str | None:  # noqa: ANN401 (a row)
    if order is None:
        return "gone"
    if order.is_cart:
        return "cart"
    if order.status == "cancelled":
        return "cancelled"
    if order.module != "store":
        return "module"
    return "delivered" if order.has_lines and not order.has_due else None
