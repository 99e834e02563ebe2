"""Carts: the sweep of those left without payment, and the one reminder of each.

Only what its source declares a cart (`is_cart`) is ever touched: an order placed with
a bank transfer, a cheque or cash on delivery waits for its payment, however long.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, exists, func, or_, select, type_coerce, update

from commandes import words
from commandes.actions import messages, objections, orders
from commandes.actions.orders import Done, Order, act
from commandes.errors import ReminderRefused
from commandes.store import Receipt, tables
from commandes.words import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement, Connection, Row, Select

    from commandes.settings import Settings
    from commandes.store import Store, Writer

SWEEPER = "sweep"
# Carts of one transaction: nobody waits long for it.
BATCH = 500
# A reminder comes while the cart is still remembered.
OLDEST = timedelta(days=30)
REMINDED = "cart_reminded"

# Why a cart gets no reminder, in the order in which it is looked at.
REASONS = {
    "no_cart": N_("ce n’est pas un panier"),
    "paid": N_("il a été payé entre-temps"),
    "cancelled": N_("il est annulé"),
    "reminded": N_("il a déjà été relancé"),
    "running": N_("il est encore en cours"),
    "too_old": N_("il date de plus de 30 jours"),
    "no_email": N_("le client n’a pas d’e-mail"),
    "objected": N_("le client ne veut pas de relance"),
    "bought_since": N_("le client a acheté depuis"),
    "newer_cart": N_("le client a laissé un panier plus récent"),
    "no_consent": N_("le client n’a ni accepté les offres ni déjà acheté"),
}


@dataclass(frozen=True)
class Swept:
    """What a sweep did, or would do: the numbers of the carts left, oldest first."""

    orders: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many."""
        return len(self.orders)


def sweep(
    store: Store,
    *,
    delay: int | None = None,
    actor: str = SWEEPER,
    now: datetime | None = None,
    batch: int = BATCH,
    ended: Callable[[], bool] = lambda: False,
    key: str | None = None,
) -> Swept:
    """Mark the carts as abandoned that had no payment within the delay.

    Any number of processes may do it at once: each batch looks again at its carts
    under the write lock. A payment that comes later undoes it (`payment_status`);
    that the cart was left stays known by `abandoned_at`.

    Args:
        delay: minutes; None: the setting cart_delay.
        now: None: this moment.
        ended: whether to end after the batch in hand.
        key: the idempotency key; each batch has its own, made of it. The same one
            answers what the first sweep did and marks nothing more.
    """
    swept: list[str] = []
    number = 0
    while not ended() and (key or due(store, delay=delay, now=now, limit=1).count):
        of_batch = f"{key}:{number}" if key else None
        receipt = sweep_batch(
            store, delay=delay, now=now, size=batch, actor=actor, key=of_batch
        )
        if not receipt.took_effect:
            break
        swept += receipt.result["orders"]
        number += 1
        store.give_way()
    return Swept(tuple(swept))


def due(
    store: Store,
    *,
    delay: int | None = None,
    now: datetime | None = None,
    limit: int | None = None,
) -> Swept:
    """The carts that a sweep would mark; nothing is changed."""
    minutes = store.settings.cart_delay if delay is None else delay
    with store.reading("carts/due") as connection:
        rows = connection.execute(_due(minutes, now or datetime.now(UTC), limit))
        return Swept(tuple(row.number for row in rows))


def sweep_batch(
    store: Store,
    *,
    delay: int | None = None,
    now: datetime | None = None,
    size: int = BATCH,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Mark the oldest of the carts that are due, in one transaction.

    Args:
        delay: minutes; None: the setting cart_delay.
        now: None: the moment of the transaction.
        size: the most carts that are marked.
    """
    minutes = store.settings.cart_delay if delay is None else delay

    def work(writer: Writer) -> Receipt:
        rows = writer.connection.execute(_due(minutes, now or writer.now, size)).all()
        if rows:
            _abandon(writer, [row.id for row in rows], minutes)
        return Receipt(
            *("", "", "sweep"),
            changed=bool(rows),
            message="" if rows else _("Aucun panier n’est à marquer."),
            result={"orders": [row.number for row in rows]},
        )

    arguments: dict[str, object] = {"delay": minutes, "now": str(now), "size": size}
    return store.perform("sweep", arguments, work, actor=actor, key=key)


def _due(delay: int, now: datetime, limit: int | None) -> Select[Any]:
    """Carts without any payment that stands, begun longer ago than the delay."""
    c, paid = tables.orders.c, tables.payments.c
    before = now - timedelta(minutes=delay)
    return (
        select(c.id, c.number)
        .where(
            c.is_cart,
            c.abandoned_at.is_(None),
            c.status != "cancelled",
            or_(c.begun_at < before, c.begun_at.is_(None) & (c.placed_at < before)),
            ~exists().where(paid.order_id == c.id, paid.voided_at.is_(None)),
        )
        .order_by(c.begun_at, c.id)
        .limit(limit)
    )


def _abandon(writer: Writer, ids: list[int], delay: int) -> None:
    """Mark carts: they count as abandoned from the end of their delay on."""
    c = tables.orders.c
    begun = type_coerce(func.coalesce(c.begun_at, c.placed_at), BigInteger)
    writer.connection.execute(
        update(tables.orders)
        .where(c.id.in_(ids))
        .values(
            abandoned_at=begun + delay * 60_000_000,
            payment_status="abandoned",
            version=c.version + 1,
        )
    )
    payload = json.dumps({"payment": "abandoned", "delay": delay})
    writer.record_many([(id_, payload) for id_ in ids], "abandoned")


def remind(
    store: Store,
    order: Order,
    subject: str,
    body: str,
    *,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Remind a customer of the cart they left; once per cart, whatever the key.

    Args:
        subject, body: with variables in braces (reports.templates.VARIABLES); the
            body must name {desabonnement}, the way out.

    Raises:
        ReminderRefused: the cart is not to be reminded of (REASONS), the text lacks
            its way out, or a setting is missing that its links need.
        MessageRefused: subject or body is blank or too long.
    """

    def work(writer: Writer, found: Row[Any]) -> Done:
        connection = writer.connection
        reason = refusal(connection, writer, found, store.settings, writer.now)
        if reason:
            raise ReminderRefused(number=found.number, detail=_(REASONS[reason]))
        way_out = _way_out(writer, found, store.settings, body)
        values = _values(writer.connection, found, store.settings, way_out)
        text = words.fill(body, values)
        if "panier" in text.empty:
            detail = _("aucun lien ne ramène au panier, réglez COMMANDES_SHOP_URL")
            raise ReminderRefused(number=found.number, detail=detail)
        message = messages.queue(
            writer,
            found,
            *messages.checked(found, words.fill(subject, values).text, text.text),
            unsubscribe_url=way_out,
        )
        return Done(REMINDED, payload={"message": message})

    arguments: dict[str, object] = {"subject": subject, "body": body}
    return act(store, "remind", order, work, arguments=arguments, actor=actor, key=key)


def missing_setting(settings: Settings) -> str:
    """What must be set before anybody can be reminded; empty when all is."""
    if settings.public_url:
        return ""
    return _(
        "le lien de désabonnement a besoin d’une adresse publique, réglez "
        "COMMANDES_PUBLIC_URL"
    )


def refusal(
    connection: Connection,
    signer: Store | Writer,
    cart: Row[Any],
    settings: Settings,
    now: datetime,
    *,
    queued: bool = False,
) -> str:
    """Why a cart is not to be reminded of, a code of REASONS; empty when it is.

    Args:
        queued: whether its reminder waits in the outbox already.
    """
    begun = cart.begun_at or cart.placed_at
    age = now - begun
    bought = _first_payments(connection, cart)
    cases = {
        "no_cart": not cart.is_cart,
        "paid": orders.paid(connection, cart.id) is not None,
        "cancelled": cart.status == "cancelled",
        "reminded": not queued and _reminded(connection, cart.id),
        "running": age <= timedelta(minutes=settings.cart_delay),
        "too_old": age > OLDEST,
        "no_email": not cart.email,
        "objected": objections.known(connection, signer, cart.email),
        "bought_since": any(at > begun for at in bought)
        or _ordered_since(connection, cart, begun),
        "newer_cart": _left_since(connection, cart, begun),
        "no_consent": not cart.marketing_consent and not bought,
    }
    return next((reason for reason in REASONS if cases[reason]), "")


def overtaken(store: Store, order_id: int, recipient: str) -> str:
    """Why a reminder that waits in the outbox must not leave any more; empty: it may.

    Whatever would refuse it now: paid or cancelled meanwhile, bought elsewhere, too
    old, or the customer objected.
    """
    now = datetime.now(UTC)
    with store.reading() as connection:
        found = select(tables.orders).where(tables.orders.c.id == order_id)
        cart = connection.execute(found).one()
        reason = refusal(connection, store, cart, store.settings, now, queued=True)
        if not reason and objections.known(connection, store, recipient):
            reason = "objected"
    return (
        _("Relance non envoyée : {reason}.").format(reason=_(REASONS[reason]))
        if reason
        else ""
    )


def _reminded(connection: Connection, order_id: int) -> bool:
    c = tables.events.c
    found = select(c.seq).where(c.order_id == order_id, c.kind == REMINDED).limit(1)
    return connection.scalar(found) is not None


def _first_payments(connection: Connection, cart: Row[Any]) -> list[datetime]:
    """When each other order of the same e-mail was first paid."""
    if not cart.email:
        return []
    c, paid = tables.orders.c, tables.payments.c
    first = (
        select(func.min(paid.at))
        .join_from(tables.payments, tables.orders, c.id == paid.order_id)
        .where(_same_customer(cart), c.id != cart.id, paid.voided_at.is_(None))
        .group_by(c.id)
    )
    return list(connection.scalars(first))


def _ordered_since(connection: Connection, cart: Row[Any], begun: datetime) -> bool:
    """Whether an order stands that came of this cart, or that they placed since."""
    c = tables.orders.c
    came_of = (c.source == cart.source) & (c.cart_id == cart.cart_id)
    placed = _same_customer(cart) & (c.placed_at > begun)
    found = select(c.id).where(
        c.id != cart.id,
        c.is_cart.is_(False),
        c.status != "cancelled",
        or_(came_of, placed) if cart.cart_id else placed,
    )
    return connection.scalar(found.limit(1)) is not None


def _left_since(connection: Connection, cart: Row[Any], begun: datetime) -> bool:
    """Whether they left another cart later: one person gets one reminder, of that."""
    c, paid = tables.orders.c, tables.payments.c
    at = func.coalesce(c.begun_at, c.placed_at)
    found = select(c.id).where(
        _same_customer(cart),
        c.id != cart.id,
        c.is_cart,
        c.status != "cancelled",
        or_(at > begun, (at == begun) & (c.id > cart.id)),
        ~exists().where(paid.order_id == c.id, paid.voided_at.is_(None)),
    )
    return connection.scalar(found.limit(1)) is not None


def _same_customer(cart: Row[Any]) -> ColumnElement[bool]:
    return func.lower(tables.orders.c.email) == func.lower(cart.email)


def _way_out(writer: Writer, cart: Row[Any], settings: Settings, body: str) -> str:
    """The address at which one click ends the reminders to this customer."""
    detail = missing_setting(settings)
    if not detail and "desabonnement" not in words.fill(body, {}).unknown:
        detail = _("le texte n’a pas le lien {name}").format(name="{desabonnement}")
    if detail:
        raise ReminderRefused(number=cart.number, detail=detail)
    token = objections.token(writer, cart.email)
    return f"{settings.public_url}/api/unsubscribe/{token}"


def _values(
    connection: Connection, cart: Row[Any], settings: Settings, way_out: str
) -> dict[str, str]:
    """What the variables stand for, in the shop's language."""
    lines = orders.lines(connection, cart.id)
    with words.speaking(settings.language):
        return {
            "commande": cart.number,
            "client": cart.customer_name or _("Madame, Monsieur"),
            "total": words.money(cart.total, cart.currency),
            "boutique": settings.shop_name,
            "suivi": "",
            "articles": words.articles((line.quantity, line.title) for line in lines),
            "panier": cart.cart_url or settings.shop_url,
            "desabonnement": way_out,
        }
