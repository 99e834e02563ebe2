"""Messages to the customer: saved first, sent afterwards by the outbox worker."""

from __future__ import annotations

from email.utils import make_msgid
from typing import TYPE_CHECKING, Any

from commandes.actions.orders import Done, Order, act
from commandes.errors import MessageRefused
from commandes.store import tables
from commandes.words import _

if TYPE_CHECKING:
    from sqlalchemy import Row

    from commandes.store import Receipt, Store, Writer


def message(
    store: Store,
    order: Order,
    subject: str,
    body: str,
    *,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Write to the customer of an order; the message waits in the outbox.

    Raises:
        MessageRefused: the customer has no e-mail, or subject or body is blank.
    """
    # One line: a subject never carries another header.
    subject = " ".join(subject.split())

    def work(writer: Writer, found: Row[Any]) -> Done:
        if not subject or not body.strip():
            raise MessageRefused(
                number=found.number, detail=_("l’objet et le texte sont nécessaires")
            )
        if not found.email:
            raise MessageRefused(
                number=found.number, detail=_("le client n’a pas d’e-mail")
            )
        message_id = queue(writer, found, subject, body)
        return Done("message_queued", payload={"message": message_id})

    return act(
        store,
        "message",
        order,
        work,
        arguments={"subject": subject, "body": body},
        actor=actor,
        key=key,
    )


def queue(writer: Writer, order: Row[Any], subject: str, body: str) -> int:
    """Put a message to the order's customer into the outbox; returns its id."""
    return writer.insert(
        tables.messages,
        order_id=order.id,
        direction="out",
        recipient=order.email,
        subject=subject,
        body=body,
        state="queued",
        message_id=make_msgid(domain="commandes.invalid"),
        actor=writer.actor,
        at=writer.now,
        state_at=writer.now,
    )
