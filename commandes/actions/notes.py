"""Notes that people leave on an order for one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from commandes.actions.messages import as_text
from commandes.actions.orders import Done, Order, act
from commandes.store import tables
from commandes.words import _

if TYPE_CHECKING:
    from sqlalchemy import Row

    from commandes.store import Receipt, Store, Writer


def note(
    store: Store, order: Order, text: str, *, actor: str, key: str | None = None
) -> Receipt:
    """Leave a note on an order; a blank one changes nothing."""
    text = as_text(text).strip()

    def work(writer: Writer, found: Row[Any]) -> Done:
        if not text:
            return Done(message=_("Une note vide n’est pas gardée."))
        note_id = writer.insert(
            tables.notes,
            order_id=found.id,
            at=writer.now,
            author=writer.actor,
            text=text,
        )
        return Done("noted", payload={"note": note_id})

    return act(
        store, "note", order, work, arguments={"text": text}, actor=actor, key=key
    )
