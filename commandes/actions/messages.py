"""Messages with the customer: saved first, sent afterwards by the outbox worker."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from email.utils import make_msgid
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from commandes.actions.orders import Done, Order, act
from commandes.errors import MessageRefused
from commandes.store import tables
from commandes.words import N_, _

if TYPE_CHECKING:
    from sqlalchemy import Row

    from commandes.store import Receipt, Store, Writer

ANOTHER_ADDRESS = N_(
    "l’adresse a changé, le lien de désabonnement est celui d’une autre"
)
LONGEST_SUBJECT = 250
LONGEST_BODY = 50_000
# RFC 5322 in the form that all programs write; what else is claimed is not kept.
_MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,250}>")


def as_text(text: str) -> str:
    """A text that any database and any e-mail can hold: no control characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs")
    )


def as_line(text: str) -> str:
    """The same on one line: a subject never carries another header."""
    return as_text(" ".join(text.split()))


def is_message_id(text: str | None) -> bool:
    """Whether a text is a Message-ID that a header can repeat safely."""
    return text is not None and _MESSAGE_ID.fullmatch(text) is not None


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
        MessageRefused: the customer has no e-mail, or subject or body is blank or
            too long.
    """
    subject, body = as_line(subject), as_text(body)

    def work(writer: Writer, found: Row[Any]) -> Done:
        checked(found, subject, body)
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


def checked(order: Row[Any], subject: str, body: str) -> tuple[str, str]:
    """Subject and body of a message to the customer of an order, as they are kept.

    Raises:
        MessageRefused: as for `message`.
    """
    subject, body, detail = as_line(subject), as_text(body), ""
    if not subject or not body.strip():
        detail = _("l’objet et le texte sont nécessaires")
    elif len(subject) > LONGEST_SUBJECT or len(body) > LONGEST_BODY:
        detail = _("l’objet ou le texte est trop long")
    elif not order.email:
        detail = _("le client n’a pas d’e-mail")
    if detail:
        raise MessageRefused(number=order.number, detail=detail)
    return subject, body


def queue(
    writer: Writer,
    order: Row[Any],
    subject: str,
    body: str,
    *,
    unsubscribe_url: str | None = None,
) -> int:
    """Put a message to the order's customer into the outbox; returns its id.

    It answers the customer's last message, so that their mail program shows both
    together.

    Args:
        unsubscribe_url: of what the customer did not ask for, the way out.
    """
    c = tables.messages.c
    last = writer.connection.scalar(
        select(c.message_id)
        .where(c.order_id == order.id, c.direction == "in")
        .order_by(c.id.desc())
        .limit(1)
    )
    return writer.insert(
        tables.messages,
        order_id=order.id,
        direction="out",
        recipient=order.email,
        subject=as_line(subject),
        body=as_text(body),
        state="queued",
        message_id=make_msgid(domain="commandes.invalid"),
        in_reply_to=last,
        actor=writer.actor,
        at=writer.now,
        state_at=writer.now,
        unsubscribe_url=unsubscribe_url,
    )


def retry(
    store: Store,
    order: Order,
    message_id: int,
    *,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Send a message again that failed, to the address that the order has now.

    Raises:
        MessageRefused: the order has no such message, or no e-mail any more.
    """

    def work(writer: Writer, found: Row[Any]) -> Done:
        waiting = _of_order(writer, found, message_id)
        if waiting.state != "failed":
            return Done(message=_("Ce message n’est pas en échec."))
        _queue_again(writer, found, waiting)
        return Done("message_retried", payload={"message": message_id})

    arguments: dict[str, object] = {"message": message_id}
    return act(
        store, "retry_message", order, work, arguments=arguments, actor=actor, key=key
    )


def decide(
    store: Store,
    order: Order,
    message_id: int,
    *,
    sent: bool,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Say what became of a message whose sending was not confirmed.

    Args:
        sent: it arrived; otherwise it is sent again.

    Raises:
        MessageRefused: the order has no such message, or no e-mail any more.
    """

    def work(writer: Writer, found: Row[Any]) -> Done:
        doubtful = _of_order(writer, found, message_id)
        if doubtful.state != "uncertain":
            return Done(message=_("L’envoi de ce message n’est pas en doute."))
        if sent:
            _change(writer, message_id, state="sent", state_at=writer.now, error=None)
        else:
            _queue_again(writer, found, doubtful)
        state = "sent" if sent else "queued"
        return Done("message_decided", payload={"message": message_id, "state": state})

    arguments: dict[str, object] = {"message": message_id, "sent": sent}
    return act(
        store, "decide_message", order, work, arguments=arguments, actor=actor, key=key
    )


def withdraw(
    store: Store,
    order: Order,
    message_id: int,
    *,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Keep a message that still waits from being sent; the thread shows that it was.

    Raises:
        MessageRefused: the order has no such message, or it waits no more.
    """

    def work(writer: Writer, found: Row[Any]) -> Done:
        waiting = _of_order(writer, found, message_id)
        if waiting.state == "withdrawn":
            return Done(message=_("Ce message est déjà retiré."))
        if waiting.state != "queued":
            detail = _("il n’est plus en attente d’envoi")
            raise MessageRefused(number=found.number, detail=detail)
        _change(writer, message_id, state="withdrawn", state_at=writer.now)
        return Done("message_withdrawn", payload={"message": message_id})

    arguments: dict[str, object] = {"message": message_id}
    return act(
        store,
        "withdraw_message",
        order,
        work,
        arguments=arguments,
        actor=actor,
        key=key,
    )


def _of_order(writer: Writer, order: Row[Any], message_id: int) -> Row[Any]:
    c = tables.messages.c
    found = writer.connection.execute(
        select(tables.messages).where(
            c.id == message_id, c.order_id == order.id, c.direction == "out"
        )
    ).first()
    if found is None:
        raise MessageRefused(
            number=order.number, detail=_("la commande n’a pas ce message")
        )
    return found


def _queue_again(writer: Writer, order: Row[Any], message: Row[Any]) -> None:
    if not order.email:
        raise MessageRefused(
            number=order.number, detail=_("le client n’a pas d’e-mail")
        )
    if message.unsubscribe_url and message.recipient != order.email:
        raise MessageRefused(number=order.number, detail=_(ANOTHER_ADDRESS))
    _change(
        writer,
        message.id,
        state="queued",
        state_at=writer.now,
        recipient=order.email,
        attempts=0,
        error=None,
    )


def _change(writer: Writer, message_id: int, **values: object) -> None:
    c = tables.messages.c
    writer.connection.execute(
        update(tables.messages).where(c.id == message_id).values(**values)
    )


def mark_read(
    store: Store,
    order: Order,
    *,
    last: int,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Mark the customer's messages of a thread as read, up to the last one shown.

    Args:
        last: the id of that message; what came after it stays unread.
    """

    def work(writer: Writer, found: Row[Any]) -> Done:
        c = tables.messages.c
        read = writer.connection.execute(
            update(tables.messages)
            .where(
                c.order_id == found.id,
                c.direction == "in",
                c.read_at.is_(None),
                c.id <= last,
            )
            .values(read_at=writer.now)
        ).rowcount
        if not read:
            return Done(message=_("Tout est déjà lu."))
        return Done("messages_read", payload={"last": last})

    arguments: dict[str, object] = {"last": last}
    return act(
        store, "read_messages", order, work, arguments=arguments, actor=actor, key=key
    )


@dataclass(frozen=True)
class Reply:
    """A message of the customer, as it was read from the mailbox.

    Attributes:
        message_id: the e-mail's own; the same one is kept once.
        sender: the address it says it comes from.
        in_reply_to: the Message-ID that it answers.
    """

    message_id: str
    sender: str
    subject: str
    body: str
    in_reply_to: str | None = None


def receive(store: Store, order: Order, reply: Reply, *, actor: str) -> Receipt:
    """Keep what a customer wrote, unread, in the thread of an order; once.

    No key: it would be kept, and name the customer's mail server.
    """

    def work(writer: Writer, found: Row[Any]) -> Done:
        c = tables.messages.c
        known = select(c.id).where(c.message_id == reply.message_id)
        if writer.connection.scalar(known) is not None:
            return Done(message=_("Cette réponse est déjà dans une conversation."))
        new = writer.insert(
            tables.messages,
            order_id=found.id,
            direction="in",
            sender=as_line(reply.sender),
            subject=as_line(reply.subject)[:LONGEST_SUBJECT],
            body=as_text(reply.body)[:LONGEST_BODY],
            state="received",
            message_id=reply.message_id,
            in_reply_to=reply.in_reply_to,
            actor=writer.actor,
            at=writer.now,
            state_at=writer.now,
        )
        return Done("message_received", payload={"message": new})

    arguments: dict[str, object] = {"message_id": reply.message_id}
    return act(store, "receive_message", order, work, arguments=arguments, actor=actor)
