"""One order with everything, read from the store: the truth at this moment."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from commandes.errors import OrderAmbiguous, OrderNotFound
from commandes.reports import detail_json, masking, parts
from commandes.reports.browsers import named
from commandes.store import tables

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from _typeshed import DataclassInstance
    from sqlalchemy import Connection, Row, Table

    from commandes.store import Store


@dataclass(frozen=True)
class OrderDetail:
    """One order with everything; see `reports.parts` for what it is made of.

    Attributes:
        payment: the payment status, a code of rules.PAYMENT_STATUSES.
        version: counts the changes; an action may ask for it.
        activity: the journal's entries about this order, oldest first.
        source_dates: the dates its source gives, marked as such, oldest first.
    """

    id: int
    source: str
    source_id: str
    number: str
    module: str
    status: str
    payment: str
    payment_pending: bool
    is_cart: bool
    channel: str | None
    currency: str
    placed_at: datetime
    begun_at: datetime | None
    abandoned_at: datetime | None
    cancelled_at: datetime | None
    archived_at: datetime | None
    erased_at: datetime | None
    version: int
    customer: parts.Customer
    sums: parts.Sums
    lines: tuple[parts.Line, ...]
    payments: tuple[parts.Payment, ...]
    refunds: tuple[parts.Refund, ...]
    shipments: tuple[parts.Shipment, ...]
    messages: tuple[parts.Message, ...]
    notes: tuple[parts.Note, ...]
    tags: tuple[parts.Tag, ...]
    activity: tuple[parts.Activity, ...]
    source_dates: tuple[parts.Activity, ...]

    @property
    def is_open_cart(self) -> bool:
        """Whether it is a cart that nobody paid out: the macro of the same name."""
        return self.is_cart and self.payment not in ("paid", "refunded")

    @property
    def timeline(self) -> tuple[parts.Activity, ...]:
        """Everything that happened, journal and source together, oldest first."""
        return tuple(
            sorted(
                (*self.source_dates, *self.activity),
                key=lambda entry: (entry.at, entry.seq or 0),
            )
        )

    def waiting_about(self, shipment_id: int) -> int | None:
        """The id of the message that tells of a parcel and still waits to be sent."""
        waiting = {m.id for m in self.messages if m.state == "queued"}
        told = (
            entry.payload.get("message")
            for entry in reversed(self.activity)
            if shipment_id
            in (entry.payload.get("shipment"), *entry.payload.get("shipments", ()))
        )
        return next((message for message in told if message in waiting), None)

    def as_json(self, zone: ZoneInfo) -> dict[str, Any]:
        """What `commandes show --json` prints; instants in ISO 8601 of the zone."""
        return detail_json.of(self, zone)


def order(store: Store, number: str, source: str | None = None) -> OrderDetail:
    """The order with this number, as its source writes it.

    Raises:
        OrderNotFound: no order has the number.
        OrderAmbiguous: orders of several sources have it.
    """
    c = tables.orders.c
    statement = select(tables.orders).where(c.number == number)
    if source is not None:
        statement = statement.where(c.source == source)
    with store.reading("orders/detail") as connection:
        rows = connection.execute(statement.order_by(c.source, c.id)).all()
        if not rows:
            raise OrderNotFound(number=number)
        if len(rows) > 1:
            sources = ", ".join(sorted({row.source for row in rows}))
            raise OrderAmbiguous(number=number, sources=sources)
        return masking.order(_read(connection, rows[0]))


def order_by_id(store: Store, order_id: int) -> OrderDetail:
    """The order with this id.

    Raises:
        OrderNotFound: there is none (any more).
    """
    with store.reading("orders/detail") as connection:
        row = connection.execute(
            select(tables.orders).where(tables.orders.c.id == order_id)
        ).first()
        if row is None:
            raise OrderNotFound(number=order_id)
        return masking.order(_read(connection, row))


def _read(connection: Connection, row: Row[Any]) -> OrderDetail:
    payments = tuple(
        parts.Payment(**_chosen(payment, parts.Payment))
        for payment in _of(connection, tables.payments, row.id)
    )
    lines = tuple(
        parts.Line(**_chosen(line, parts.Line) | {"details": _json(line.details)})
        for line in _of(connection, tables.order_lines, row.id, by="position")
    )
    refunds = _refunds(connection, row.id, {line.id: line.sku for line in lines})
    activity = _activity(connection, row.id)
    return OrderDetail(
        **{name: getattr(row, name) for name in _ORDER},
        payment=row.payment_status,
        customer=_customer(row),
        sums=_sums(row, payments, refunds),
        lines=lines,
        payments=payments,
        refunds=refunds,
        shipments=tuple(
            parts.Shipment(**_chosen(shipment, parts.Shipment))
            for shipment in _of(connection, tables.shipments, row.id)
            if shipment.removed_at is None
        ),
        messages=tuple(
            parts.Message(**_chosen(message, parts.Message))
            for message in _of(connection, tables.messages, row.id)
        ),
        notes=tuple(
            parts.Note(**_chosen(note, parts.Note))
            for note in _of(connection, tables.notes, row.id)
        ),
        tags=_tags(connection, row.id),
        activity=activity,
        source_dates=_source_dates(row.source, activity),
    )


_ORDER = (
    "id source source_id number module status payment_pending is_cart channel currency "
    "placed_at begun_at abandoned_at cancelled_at archived_at erased_at version"
).split()


def _chosen(row: Row[Any], part: type[DataclassInstance]) -> dict[str, Any]:
    """The columns of a row that a part has."""
    names = {field.name for field in fields(part)}
    return {name: value for name, value in row._mapping.items() if name in names}  # noqa: SLF001 (a row's public mapping)


def _of(
    connection: Connection, table: Table, order_id: int, *, by: str = "id"
) -> list[Row[Any]]:
    c = table.c
    statement = select(table).where(c.order_id == order_id).order_by(c[by], c.id)
    return list(connection.execute(statement))


def _customer(row: Row[Any]) -> parts.Customer:
    browser, system = named(row.user_agent)
    return parts.Customer(
        name=row.customer_name,
        email=row.email,
        phone=row.phone,
        marketing_consent=row.marketing_consent,
        billing=_json(row.billing_address) or None,
        shipping=_json(row.shipping_address) or None,
        ip_address=row.ip_address,
        user_agent=row.user_agent,
        browser=browser,
        system=system,
    )


def _sums(
    row: Row[Any],
    payments: tuple[parts.Payment, ...],
    refunds: tuple[parts.Refund, ...],
) -> parts.Sums:
    paid = sum(p.amount for p in payments if p.voided_at is None)
    refunded = sum(r.amount for r in refunds if r.voided_at is None)
    return parts.Sums(**_chosen(row, parts.Sums), paid=paid, refunded=refunded)


def _refunds(
    connection: Connection, order_id: int, skus: dict[int, str | None]
) -> tuple[parts.Refund, ...]:
    r, c = tables.refunds.c, tables.refund_lines.c
    statement = (
        select(tables.refund_lines)
        .join(tables.refunds, r.id == c.refund_id)
        .where(r.order_id == order_id)
        .order_by(c.id)
    )
    units: dict[int, list[parts.RefundLine]] = {}
    for row in connection.execute(statement):
        unit = parts.RefundLine(
            **_chosen(row, parts.RefundLine), sku=skus.get(row.line_id)
        )
        units.setdefault(row.refund_id, []).append(unit)
    return tuple(
        parts.Refund(**_chosen(row, parts.Refund), lines=tuple(units.get(row.id, ())))
        for row in _of(connection, tables.refunds, order_id)
    )


def _tags(connection: Connection, order_id: int) -> tuple[parts.Tag, ...]:
    c, t = tables.order_tags.c, tables.tags.c
    statement = (
        select(t.name, t.color)
        .join(tables.order_tags, c.tag_id == t.id)
        .where(c.order_id == order_id)
        .order_by(t.name_key)
    )
    return tuple(
        parts.Tag(row.name, row.color) for row in connection.execute(statement)
    )


def _activity(connection: Connection, order_id: int) -> tuple[parts.Activity, ...]:
    c = tables.events.c
    statement = select(tables.events).where(c.order_id == order_id).order_by(c.seq)
    return tuple(
        parts.Activity(row.seq, row.at, row.actor, row.kind, _json(row.payload))
        for row in connection.execute(statement)
    )


def _source_dates(
    source: str, activity: tuple[parts.Activity, ...]
) -> tuple[parts.Activity, ...]:
    """The dates that the source's files gave; of a later import where it says more."""
    dates: dict[str, str] = {}
    for entry in activity:
        dates |= entry.payload.get("dates") or {}
    found = [
        parts.Activity(None, datetime.fromisoformat(at), source, kind, {}, True)  # noqa: FBT003 (from_file)
        for kind, at in dates.items()
        if at
    ]
    return tuple(sorted(found, key=lambda entry: entry.at))


def _json(text: str | None) -> dict[str, Any]:
    return json.loads(text) if text else {}
