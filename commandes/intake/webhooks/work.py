"""What a delivery says is done: once, in the transaction that notes that it was.

A delivery that cannot be done now (the order that it pays has not come yet, the store
is busy) is tried again, later each time; what is wrong with it is kept for people.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import DecimalException
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select, update

from commandes.actions import received
from commandes.actions.orders import Order
from commandes.errors import (
    CommandesError,
    OrderNotFound,
    PaymentRefused,
    StoreError,
    StoreFull,
    StoreLocked,
    StoreUnreachable,
)
from commandes.intake import merge, prepare, profiles, read, withdraw
from commandes.intake.merging import currency, forgotten, silence
from commandes.intake.merging.forgotten import ErasedMeanwhile
from commandes.intake.webhooks import (
    NAMES,
    deliveries,
    orders,
    shopify,
    stripe,
    woocommerce,
)
from commandes.intake.webhooks.told import (
    NothingTold,
    OrderTold,
    PaymentTold,
    RefundTold,
    Unreadable,
    body_of,
    joined,
)
from commandes.store import Within, tables
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Row

    from commandes.intake.frames import Incoming
    from commandes.intake.webhooks.told import Reading, Told
    from commandes.settings import Settings
    from commandes.store import Store, Writer

log = logging.getLogger("commandes.webhooks")

ACTOR = "webhooks"
# How long a delivery rests after each attempt; after the last one it has failed.
PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 30, 120, 600, 3_600, 4 * 3_600, 12 * 3_600, 24 * 3_600)
)
READERS: dict[str, Callable[[str, Reading], Told]] = {
    "shopify": shopify.read,
    "woocommerce": woocommerce.read,
    "stripe": stripe.read,
    "orders": orders.read,
}
_UNKNOWN = "Exception"
_MADE = ("/create", ".created")


@dataclass(frozen=True)
class Outcome:
    """How a delivery ended: its state, why, and the order that it was about."""

    state: str
    problem: str = ""
    detail: str = ""
    order_id: int | None = None


def work(store: Store, *, ended: Callable[[], bool] = lambda: False) -> int:
    """Do what waits, oldest first; returns how many deliveries were done.

    Args:
        ended: whether to end after the delivery in hand.

    Raises:
        StoreError: the store takes nothing now; all that waits goes on waiting.
    """
    done = 0
    while not ended():
        found = deliveries.due(store, datetime.now(UTC))
        if found is None:
            break
        done += process(store, found) == "done"
        store.give_way()
    return done


def process(store: Store, delivery_id: int) -> str:
    """Do what one delivery says; its state afterwards.

    Raises:
        StoreError: the store takes nothing now.
    """
    with store.reading() as connection:
        row = _row(connection, delivery_id)
    if row is None:
        return ""
    try:
        told = READERS[row.endpoint](row.topic, body_of(row.body))
        outcome = _do(store, row, told)
    except (StoreLocked, StoreFull, StoreUnreachable):
        raise
    except Unreadable as error:
        outcome = _note(store, row, Outcome("failed", "Unreadable", str(error)))
    except OrderNotFound as error:
        # Its sentence holds what the platform wrote for a number.
        outcome = _again(store, row, error.code, "")
    except StoreError as error:
        # One delivery that the store cannot hold must not stop the others.
        outcome = _again(store, row, error.code, "")
    except DecimalException:
        outcome = _note(store, row, Outcome("failed", "Unreadable", "amount"))
    except CommandesError as error:
        outcome = _note(store, row, Outcome("failed", error.code, error.message))
    except Exception as error:  # noqa: BLE001 (one delivery must not stop the others)
        # Its text may stand in the trace.
        log.error("delivery %s: %s", row.id, type(error).__name__)  # noqa: TRY400
        outcome = _again(store, row, _UNKNOWN, type(error).__name__)
    return outcome.state


def _row(connection: Connection, delivery_id: int) -> Row[Any] | None:
    """A delivery that still waits."""
    t = tables.deliveries
    waits = (t.c.id == delivery_id) & (t.c.state == "waiting")
    return connection.execute(select(t).where(waits)).first()


def _do(store: Store, row: Row[Any], told: Told) -> Outcome:
    if isinstance(told, NothingTold):
        return _note(store, row, Outcome("skipped", told.reason))
    if isinstance(told, OrderTold):
        while True:
            try:
                return _order(store, row, told)
            except ErasedMeanwhile:
                continue
    return _money(store, row, told)


def _order(store: Store, row: Row[Any], told: OrderTold) -> Outcome:
    """Merge the order as a file of one order would be."""
    profile = profiles.builtin()[told.profile]
    settings = store.settings
    incoming = read.read_rows(
        told.rows,
        NAMES[row.endpoint],
        profile=profile,
        defaults=read.Defaults(settings.currency, settings.timezone),
    )
    ready = forgotten.blanked(store, currency.without_others(store, incoming))
    incoming = ready.incoming
    if incoming.rejects.height or incoming.orders.height != 1:
        # Not a part of it either: nobody would see what is missing.
        rejects = incoming.rejects.select("number", "reason").head(1)
        said = joined(rejects.row(0), ": ") if rejects.height else ""
        return _note(store, row, Outcome("failed", "rejected", said))
    (batch,) = prepare.batches(incoming, merge.BATCH)
    source_id = incoming.orders["source_id"][0]
    c = tables.orders.c
    with store.writing(ACTOR, action="receive_delivery") as writer:
        if _row(writer.connection, row.id) is None:
            return Outcome("")  # another process was faster
        known = _known(writer.connection, incoming)
        if _is_older(writer.connection, row, told, incoming, known):
            return _set(writer, row, Outcome("skipped", "older"), told)
        if _is_told(writer.connection, row, incoming, known):
            return _set(writer, row, Outcome("skipped", "known"), told)
        into = _import(writer, settings, row.endpoint, incoming.source, told.profile)
        silence.remember(writer, incoming.told)
        merge.merge_into(writer, into, batch, ready)
        order_id = writer.connection.scalar(
            select(c.id).where(c.source == incoming.source, c.source_id == source_id)
        )
        return _set(writer, row, Outcome("done", order_id=order_id), told)


def _known(connection: Connection, incoming: Incoming) -> Any:  # noqa: ANN401 (a row, or None)
    """The order of the source that the store has already; None: it is new."""
    o, values = tables.orders.c, tables.import_values.c
    return connection.execute(
        select(o.id, o.is_cart, values.fields)
        .join_from(
            tables.orders, tables.import_values, values.order_id == o.id, isouter=True
        )
        .where(o.source == incoming.source)
        .where(o.source_id == incoming.orders["source_id"][0])
    ).first()


def _newest(connection: Connection, row: Row[Any], told: OrderTold | RefundTold) -> Any:  # noqa: ANN401 (a row, or None)
    """The delivery that says most lately how the same order or refund is."""
    c = tables.deliveries.c
    # A refund that failed before anybody knew of it has changed nothing.
    states = ("done", "skipped") if isinstance(told, RefundTold) else ("done",)
    return connection.execute(
        select(c.told_at, c.topic)
        .where(c.endpoint == row.endpoint, c.subject == told.subject)
        .where(c.state.in_(states), c.told_at.is_not(None))
        .order_by(c.told_at.desc())
        .limit(1)
    ).first()


def _is_older(
    connection: Connection,
    row: Row[Any],
    told: OrderTold,
    incoming: Incoming,
    known: Any,  # noqa: ANN401 (a row, or None)
) -> bool:
    """Whether a delivery that was done already knew better."""
    newest = _newest(connection, row, told)
    if newest is None or told.at is None:
        return False
    if told.at != newest.told_at:
        return bool(told.at < newest.told_at)
    # Of the same second: it was made before it became anything else, and money that
    # has moved has not moved back.
    made = row.topic != newest.topic and row.topic.endswith(_MADE)
    return made or (known is not None and _is_less(connection, incoming, known))


def _is_less(connection: Connection, incoming: Incoming, known: Row[Any]) -> bool:
    """Whether less was paid, or given back, than the source had told before."""
    c = tables.payments.c
    theirs = (c.order_id == known.id) & (c.origin == "platform")
    paid = select(func.sum(c.amount)).where(theirs, c.voided_at.is_(None))
    back = json.loads(known.fields or "{}").get("refunded", 0)
    return bool(
        incoming.payments["amount"].sum() < (connection.scalar(paid) or 0)
        or incoming.refunds["amount"].sum() < back
    )


def _is_told(
    connection: Connection,
    row: Row[Any],
    incoming: Incoming,
    known: Any,  # noqa: ANN401 (a row, or None)
) -> bool:
    """Whether it says nothing new: the cart of an order, the money of another's.

    Raises:
        PaymentRefused: its payment is that of a checkout on which people acted.
    """
    if known is not None and not known.is_cart and incoming.orders["is_cart"][0]:
        return True
    references = incoming.payments["reference"].drop_nulls().to_list()
    found = received.order_of(connection, stripe.PROVIDER, references)
    if found is None:
        return False
    c = tables.orders.c
    other = connection.execute(select(c.source, c.number).where(c.id == found)).one()
    if other.source == incoming.source:
        return False
    if row.endpoint == "stripe":
        return True
    if other.source == "stripe" and not withdraw.is_untouched(connection, found):
        detail = _("son paiement est déjà celui de {number}, que quelqu’un a traitée")
        raise PaymentRefused(
            number=incoming.orders["number"][0],
            detail=detail.format(number=other.number),
        )
    return False


def _import(
    writer: Writer, settings: Settings, endpoint: str, source: str, profile: str
) -> Row[Any]:
    """The import that the day's deliveries of one kind are kept under."""
    t = tables.imports
    day = writer.now.astimezone(settings.zone).date()
    moves = settings.webhooks_move_stock
    digest = f"webhook:{profile}:{day}:{int(moves)}"
    connection = writer.connection
    found = (t.c.file_digest == digest) & (t.c.state == "done")
    import_id = connection.scalar(select(func.max(t.c.id)).where(found))
    if import_id is None:
        import_id = writer.insert(
            t,
            file_name=f"{NAMES[endpoint]} {day}",
            file_digest=digest,
            format="webhook",
            profile=profile,
            source=source,
            state="done",
            moves_stock=moves,
            actor=ACTOR,
            started_at=writer.now,
            rows_read=0,
            rows_imported=0,
            rows_rejected=0,
            orders_new=0,
            orders_updated=0,
            orders_unchanged=0,
            batches_done=0,
            batches_total=0,
            totals=json.dumps({}),
        )
    connection.execute(
        update(t)
        .where(t.c.id == import_id)
        .values(
            finished_at=writer.now,
            rows_read=t.c.rows_read + 1,
            rows_imported=t.c.rows_imported + 1,
            batches_total=t.c.batches_total + 1,
        )
    )
    return connection.execute(select(t).where(t.c.id == import_id)).one()


def _money(store: Store, row: Row[Any], told: PaymentTold | RefundTold) -> Outcome:
    """Note a payment or a refund of an order that another source brought."""
    with store.writing(ACTOR, action="receive_delivery") as writer:
        if _row(writer.connection, row.id) is None:
            return Outcome("")
        if isinstance(told, PaymentTold):
            order, note = _named(writer.connection, told.order), received.payment
        else:
            if _is_older_refund(writer.connection, row, told):
                return _set(writer, row, Outcome("skipped", "older"), told)
            order = _paid_by(writer.connection, told)
            note = received.refund_failed if told.failed else received.refund
        receipt = note(Within(store, writer), order, told.money, actor=ACTOR)
        state, problem = ("done", "") if receipt.changed else ("skipped", "known")
        outcome = Outcome(state, problem, order_id=order.id)
        return _set(
            writer, row, outcome, told if isinstance(told, RefundTold) else None
        )


def _is_older_refund(connection: Connection, row: Row[Any], told: RefundTold) -> bool:
    """Whether a later event said how it ended; of the same second, a failure did."""
    newest = _newest(connection, row, told)
    if newest is None or told.at > newest.told_at:
        return False
    c = tables.refunds.c
    stands = (c.reference == told.subject) & c.voided_at.is_(None)
    return bool(
        told.at < newest.told_at
        or not (told.failed or connection.scalar(select(func.count()).where(stands)))
    )


def _named(connection: Connection, number: str) -> Order:
    """The order that a shop named to its provider, by number or by the source's id.

    Raises:
        OrderNotFound: it has not come yet, or several have the number.
    """
    c = tables.orders.c
    wanted = or_(c.number == number, c.source_id == number)
    ids = connection.scalars(select(c.id).where(wanted, ~c.is_cart).limit(2)).all()
    if len(ids) != 1:
        raise OrderNotFound(number=number)
    return Order(number, id=ids[0])


def _paid_by(connection: Connection, told: RefundTold) -> Order:
    """The order that one of these payments paid.

    Raises:
        OrderNotFound: no payment here bears the reference.
    """
    order_id = received.order_of(connection, told.money.provider, told.payments)
    if order_id is None:
        raise OrderNotFound(number=told.money.reference)
    return Order(id=order_id)


def _again(store: Store, row: Row[Any], problem: str, detail: str) -> Outcome:
    """Have it rest and tried again, or note that it failed."""
    if row.attempts < len(PAUSES):
        return _note(store, row, Outcome("waiting", problem, detail))
    return _note(store, row, Outcome("failed", problem, detail))


def _note(store: Store, row: Row[Any], outcome: Outcome) -> Outcome:
    with store.writing(ACTOR, action="receive_delivery") as writer:
        if _row(writer.connection, row.id) is None:
            return Outcome("")
        return _set(writer, row, outcome)


def _set(
    writer: Writer,
    row: Row[Any],
    outcome: Outcome,
    told: OrderTold | RefundTold | None = None,
) -> Outcome:
    """Keep how it ended; what was read holds personal data, and goes."""
    t = tables.deliveries
    values: dict[str, Any] = {
        "state": outcome.state,
        "problem": outcome.problem or None,
        "detail": outcome.detail or None,
        "order_id": outcome.order_id,
        "attempts": row.attempts + 1,
        "next_at": None,
        "done_at": writer.now,
    }
    if told is not None:
        values |= {"subject": told.subject, "told_at": told.at}
    if outcome.state == "waiting":
        pause = PAUSES[row.attempts]
        values |= {"next_at": writer.now + pause, "done_at": None}
    elif outcome.state != "failed":
        values["body"] = None
    writer.connection.execute(update(t).where(t.c.id == row.id).values(values))
    return outcome
