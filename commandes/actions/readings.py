"""The log of readings: who looked at customers' data or took it away, and how much.

One row per order opened and per file made; the list itself, which shows a name per
order, is not logged row by row. No data of customers stands in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from commandes.store import tables
from commandes.words import N_

if TYPE_CHECKING:
    from commandes.store import Store

KINDS = {
    "order": N_("Commande ouverte"),
    "conversation": N_("Conversation ouverte"),
    "export": N_("Export de commandes"),
    "documents": N_("Bons de livraison"),
    "customer": N_("Données d’un client consultées"),
    "customer_export": N_("Données d’un client exportées"),
}


def note(
    store: Store, kind: str, orders: int = 1, *, order_id: int | None = None, actor: str
) -> None:
    """Keep that somebody read data of so many orders.

    Args:
        kind: a code of KINDS.
        order_id: of the one that was opened.
    """
    if kind not in KINDS:
        raise KeyError(kind)
    with store.writing(actor, action="note_reading") as writer:
        writer.insert(
            tables.readings,
            at=writer.now,
            actor=writer.actor,
            kind=kind,
            orders=orders,
            order_id=order_id,
        )
