"""The conversations of all orders, and what of the post waits for a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, select

from commandes.reports import masking
from commandes.store import facts, tables

if TYPE_CHECKING:
    from datetime import datetime

    from commandes.store import Store

_MOST_PROBLEMS = 100


@dataclass(frozen=True)
class Thread:
    """The conversation about one order.

    Attributes:
        order_id: the order's.
        customer: their name, else their e-mail.
        subject: of the last message; `state`, `direction` and `at` are its own too.
        count: how many messages it has.
        unread: how many of the customer's nobody has read.
    """

    order_id: int
    number: str
    source: str
    customer: str | None
    subject: str
    state: str
    direction: str
    at: datetime
    count: int
    unread: int


@dataclass(frozen=True)
class Conversations:
    """Some conversations, and how many there are.

    Attributes:
        threads: unread ones first, then the latest.
        count: of all conversations.
        unread: conversations with a message that nobody has read.
    """

    threads: tuple[Thread, ...]
    count: int
    unread: int


@dataclass(frozen=True)
class Problem:
    """A message whose sending failed or was not confirmed, for a person to decide."""

    id: int
    order_id: int
    number: str
    customer: str | None
    subject: str
    state: str
    error: str | None
    at: datetime


@dataclass(frozen=True)
class Post:
    """How the post stands.

    Attributes:
        waiting: messages that wait to be sent.
        trouble: why the mail server takes nothing; empty when it does.
        mailbox: why the mailbox cannot be read; empty when it can.
        unseen: e-mails that lie unseen in the mailbox, of no known order.
    """

    waiting: int
    trouble: str
    mailbox: str
    unseen: int


def conversations(store: Store, limit: int = 50) -> Conversations:
    """The conversations of all orders, up to a limit."""
    m, o = tables.messages.c, tables.orders.c
    # Both are read from an index alone, whatever the texts weigh. Messages are
    # numbered as they come: the highest id is the last one.
    each = (
        select(m.order_id, func.max(m.id).label("last"), func.count().label("many"))
        .group_by(m.order_id)
        .subquery()
    )
    waiting = (
        select(m.order_id, func.count().label("unread"))
        .where(m.state == "received", m.read_at.is_(None))
        .group_by(m.order_id)
        .subquery()
    )
    unread = func.coalesce(waiting.c.unread, 0).label("unread")
    unread_first = case((unread > 0, 0), else_=1)
    first = (
        select(each, unread, unread_first.label("place"))
        .join_from(each, waiting, waiting.c.order_id == each.c.order_id, isouter=True)
        .order_by(unread_first, each.c.last.desc())
        .limit(limit)
        .subquery()
    )
    statement = (
        select(
            *(first.c.order_id, first.c.many, first.c.unread),
            *(o.number, o.source, o.customer_name, o.email),
            *(m.subject, m.state, m.direction, m.at),
        )
        .join_from(first, tables.messages, m.id == first.c.last)
        .join(tables.orders, o.id == first.c.order_id)
        .order_by(first.c.place, first.c.last.desc())
    )
    with store.reading("orders/conversations") as connection:
        rows = connection.execute(statement).all()
        count = connection.scalar(select(func.count()).select_from(each))
        unread_count = connection.scalar(select(func.count()).select_from(waiting))
    threads = tuple(_thread(row) for row in rows)
    return Conversations(threads, count or 0, unread_count or 0)


def _thread(row: Any) -> Thread:  # noqa: ANN401 (a row of the question above)
    return Thread(
        order_id=row.order_id,
        number=row.number,
        source=row.source,
        customer=masking.name(row.customer_name or row.email),
        subject=masking.text(row.subject, row.customer_name, row.email),
        state=row.state,
        direction=row.direction,
        at=row.at,
        count=int(row.many),
        unread=int(row.unread),
    )


def problems(store: Store) -> tuple[Problem, ...]:
    """Messages that failed or are in doubt, oldest first; the first hundred."""
    m, o = tables.messages.c, tables.orders.c
    statement = (
        select(
            *(m.id, m.order_id, m.subject, m.state, m.error, m.at),
            *(o.number, o.customer_name, o.email),
        )
        .join_from(tables.messages, tables.orders, o.id == m.order_id)
        .where(m.state.in_(("uncertain", "failed")))
        .order_by(m.id)
        .limit(_MOST_PROBLEMS)
    )
    with store.reading("orders/conversations") as connection:
        rows = connection.execute(statement).all()
    return tuple(
        Problem(
            id=row.id,
            order_id=row.order_id,
            number=row.number,
            customer=masking.name(row.customer_name or row.email),
            subject=masking.text(row.subject, row.customer_name, row.email),
            state=row.state,
            error=row.error and masking.text(row.error, row.email),
            at=row.at,
        )
        for row in rows
    )


def post(store: Store) -> Post:
    """How the post stands: what waits, and what the servers said."""
    m = tables.messages.c
    going = select(func.count()).where(m.state.in_(("queued", "sending")))
    with store.reading("orders/conversations") as connection:
        return Post(
            waiting=connection.scalar(going.select_from(tables.messages)) or 0,
            trouble=facts.read(connection, facts.OUTBOX_TROUBLE),
            mailbox=facts.read(connection, facts.INBOX_TROUBLE),
            unseen=int(facts.read(connection, facts.INBOX_UNSEEN) or 0),
        )
