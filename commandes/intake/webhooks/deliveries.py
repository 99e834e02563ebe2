"""Deliveries in the store: kept before they are answered, replayed, cleaned away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from commandes.errors import DeliveryGone
from commandes.intake.webhooks import signatures
from commandes.store import Receipt, tables

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from sqlalchemy import Row

    from commandes.intake.webhooks.signatures import Envelope
    from commandes.store import Store, Writer

STATES = ("waiting", "done", "skipped", "failed")
# How long the text of a delivery that could not be read is kept for a replay, and how
# long it is known that a delivery came: longer than any platform tries again.
KEEP_FAILED = timedelta(days=30)
KEEP = timedelta(days=90)
_MOST = 500


def keep(
    store: Store, endpoint: str, envelope: Envelope, body: bytes, *, actor: str
) -> bool:
    """Keep a verified delivery; the same one again changes nothing.

    Returns:
        Whether it is new.
    """
    c = tables.deliveries.c
    same = (c.endpoint == endpoint) & (c.delivery == envelope.delivery)
    with store.writing(actor, action="receive_delivery") as writer:
        before = writer.connection.execute(
            select(tables.deliveries).where(same)
        ).first()
        if before is not None:
            return _again(writer, before, body)
        writer.insert(
            tables.deliveries,
            endpoint=endpoint,
            delivery=envelope.delivery,
            topic=envelope.topic,
            received_at=writer.now,
            state="waiting",
            attempts=0,
            next_at=writer.now,
            digest=signatures.digest(body),
            body=body.decode(errors="replace"),
        )
    return True


def _again(writer: Writer, before: Row[Any], body: bytes) -> bool:
    """A platform sends a delivery again: read anew where it came to nothing.

    So it did where it failed, and where the import that had it was withdrawn.
    """
    o, t = tables.orders.c, tables.deliveries
    gone = before.order_id is not None and (
        writer.connection.scalar(select(o.id).where(o.id == before.order_id)) is None
    )
    if before.state != "failed" and not gone:
        return False
    writer.connection.execute(
        update(t)
        .where(t.c.id == before.id)
        .values(
            state="waiting",
            attempts=0,
            next_at=writer.now,
            body=body.decode(errors="replace"),
            subject=None,
            told_at=None,
            order_id=None,
        )
    )
    return True


def due(store: Store, now: datetime) -> int | None:
    """The delivery that has waited longest; None: nothing waits."""
    c = tables.deliveries.c
    with store.reading() as connection:
        return connection.scalar(
            select(c.id)
            .where(c.state == "waiting", c.next_at <= now)
            .order_by(c.next_at, c.id)
            .limit(1)
        )


def listed(store: Store, states: Sequence[str] = STATES) -> list[Row[Any]]:
    """The newest deliveries of these states, without what stands in them."""
    t = tables.deliveries
    columns = [one for one in t.c if one is not t.c.body]
    kept = t.c.body.is_not(None).label("kept")
    orders = tables.orders
    with store.reading("webhooks/list") as connection:
        return list(
            connection.execute(
                select(*columns, kept, orders.c.number)
                .join_from(t, orders, orders.c.id == t.c.order_id, isouter=True)
                .where(t.c.state.in_(states))
                .order_by(t.c.received_at.desc(), t.c.id.desc())
                .limit(_MOST)
            )
        )


def counts(store: Store) -> dict[str, int]:
    """How many deliveries there are, by state."""
    c = tables.deliveries.c
    with store.reading("webhooks/list") as connection:
        rows = connection.execute(select(c.state, func.count()).group_by(c.state))
        return dict.fromkeys(STATES, 0) | {state: int(n) for state, n in rows}


def replay(
    store: Store, ids: Sequence[int], *, actor: str, key: str | None = None
) -> Receipt:
    """Have deliveries that failed read again, as soon as the worker comes to them.

    Raises:
        DeliveryGone: none of them can be: their texts are gone, or they did not fail.
    """

    def work(writer: Writer) -> Receipt:
        c = tables.deliveries.c
        again = writer.connection.execute(
            update(tables.deliveries)
            .where(c.id.in_(ids), c.state == "failed", c.body.is_not(None))
            .values(state="waiting", attempts=0, next_at=writer.now)
        ).rowcount
        if not again:
            raise DeliveryGone
        return Receipt("", "", "replay_delivery", changed=True, result={"count": again})

    return store.perform(
        "replay_delivery", {"ids": sorted(ids)}, work, actor=actor, key=key
    )


def clean(store: Store, *, actor: str) -> None:
    """Let go of texts and of deliveries that nobody will ask for any more."""
    t, now = tables.deliveries, datetime.now(UTC)
    spent = (
        (t.c.state == "failed")
        & t.c.body.is_not(None)
        & (t.c.received_at < now - KEEP_FAILED)
    )
    old = (t.c.state != "waiting") & (t.c.received_at < now - KEEP)
    # It is asked each minute: who has nothing to do keeps nobody waiting.
    with store.reading() as connection:
        if connection.scalar(select(t.c.id).where(spent | old).limit(1)) is None:
            return
    with store.writing(actor, action="clean_deliveries") as writer:
        writer.connection.execute(update(t).where(spent).values(body=None))
        writer.delete(t, old)
