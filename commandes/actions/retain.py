"""How long personal data is kept: what is older goes by itself, batch by batch.

Settings say how long (COMMANDES_KEEP_…). An order is old when all its own dates are:
placing, service, payments. One whose real refund is still to be made stays, and so
does one with a message on its way.
"""

from __future__ import annotations

import calendar
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, select, update

from commandes import personal
from commandes.actions import erase
from commandes.store import set_info, tables

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from sqlalchemy import ColumnElement, Connection, Select

    from commandes.settings import Settings
    from commandes.store import Store, Writer

ACTOR = "retention"
# The fact of the store that says for which day all was done.
DONE_ON = "retained_on"
# Months for which it is kept who read customers' data.
KEEP_READINGS = 12
BATCH = 1_000


@dataclass(frozen=True)
class Due:
    """What the settings let go at a moment.

    Attributes:
        customers_before: orders whose dates all lie before it are erased; None: kept.
        ips_before: IP addresses of orders placed before it are shortened.
        orders: how many orders are to be erased.
        held: how many are as old, but kept: their refund or message is under way.
        addresses: how many IP addresses are to be shortened.
        readings: entries of the log of readings to be forgotten.
    """

    customers_before: datetime | None
    ips_before: datetime | None
    orders: int
    held: int
    addresses: int
    readings: int

    @property
    def is_nothing(self) -> bool:
        """Whether all is done."""
        return not (self.orders or self.addresses or self.readings)


def months_before(now: datetime, months: int) -> datetime:
    """The same day and time so many months before; the month's last day if need be."""
    years, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    day = min(now.day, calendar.monthrange(years, month + 1)[1])
    return now.replace(year=years, month=month + 1, day=day)


def ip_cutoff(settings: Settings, now: datetime) -> datetime | None:
    """Orders placed before it have shortened IP addresses; None: all are kept."""
    months = settings.keep_ip_months
    return months_before(now, months) if months else None


def customer_cutoff(settings: Settings, now: datetime) -> datetime | None:
    """Orders whose dates all lie before it are erased; None: all are kept."""
    months = settings.keep_customers_months
    return months_before(now, months) if months else None


def due(store: Store, now: datetime | None = None) -> Due:
    """What the next run would touch; nothing is written."""
    now = now or datetime.now(UTC)
    customers = customer_cutoff(store.settings, now)
    ips = ip_cutoff(store.settings, now)
    count = select(func.count()).select_from(tables.orders)
    with store.reading("customers/due") as connection:

        def many(*conditions: ColumnElement[bool]) -> int:
            return connection.scalar(count.where(*conditions)) or 0

        old = _old(customers) if customers else None
        free = many(old, ~_held()) if old is not None else 0
        return Due(
            customers_before=customers,
            ips_before=ips,
            orders=free,
            held=many(old, _held()) if old is not None else 0,
            addresses=many(_is_long(ips)) if ips else 0,
            readings=connection.scalar(select(func.count()).where(_old_reading(now)))
            or 0,
        )


def run(
    store: Store,
    *,
    now: datetime | None = None,
    ended: Callable[[], bool] = lambda: False,
    actor: str = ACTOR,
) -> Due:
    """Let go what is older than the settings say; answers what went.

    Each batch is a transaction of its own with an entry for each order; a run that is
    stopped goes on the next time.
    """
    moment = now or datetime.now(UTC)
    planned = due(store, moment)
    orders = addresses = 0
    while planned.customers_before and not ended():
        many = _erase_batch(store, planned.customers_before, actor)
        orders += many
        store.give_way()
        if many < BATCH:
            break
    if orders:
        _bare_receipts(store, actor)
    while planned.ips_before and not ended():
        many = _shorten_batch(store, planned.ips_before, actor)
        addresses += many
        store.give_way()
        if many < BATCH:
            break
    readings = _forget_readings(store, moment, actor)
    return Due(
        planned.customers_before,
        planned.ips_before,
        orders,
        planned.held,
        addresses,
        readings,
    )


def is_due(store: Store, today: date) -> bool:
    """Whether no process has done the day's run yet; this one has it then."""
    c = tables.store_info.c
    known = select(c.value).where(c.name == DONE_ON)
    with store.reading() as connection:
        if connection.scalar(known) == today.isoformat():
            return False
    with store.writing(ACTOR, action="retain") as writer:
        if writer.connection.scalar(known) == today.isoformat():
            return False
        set_info(writer, DONE_ON, today.isoformat())
    return True


def _old(before: datetime) -> ColumnElement[bool]:
    """Orders not erased yet whose dates all lie before an instant."""
    o, lines, paid = tables.orders.c, tables.order_lines.c, tables.payments.c
    served = select(lines.id).where(lines.order_id == o.id, lines.service_at >= before)
    later = select(paid.id).where(paid.order_id == o.id, paid.at >= before)
    return (
        (o.placed_at < before)
        & o.erased_at.is_(None)
        & ~served.exists()
        & ~later.exists()
    )


def _held() -> ColumnElement[bool]:
    """Orders about which something is still under way with the customer."""
    o, refunds, messages = tables.orders.c, tables.refunds.c, tables.messages.c
    to_do = select(refunds.id).where(
        refunds.order_id == o.id,
        refunds.state == "to_do",
        refunds.voided_at.is_(None),
    )
    going = select(messages.id).where(
        messages.order_id == o.id, messages.state.in_(("queued", "sending"))
    )
    return to_do.exists() | going.exists()


def _erase_batch(store: Store, before: datetime, actor: str) -> int:
    c = tables.orders.c
    wanted: Select[Any] = (
        select(tables.orders).where(_old(before), ~_held()).order_by(c.id).limit(BATCH)
    )
    with store.writing(actor, action="retain") as writer:
        rows = list(writer.connection.execute(wanted))
        if rows:
            erase.blank(writer, rows)
            set_info(writer, erase.TO_CLEAN, writer.now.isoformat())
    return len(rows)


def _bare_receipts(store: Store, actor: str) -> None:
    c = tables.orders.c
    with store.writing(actor, action="retain") as writer:
        numbers = select(c.number).where(c.erased_at.is_not(None))
        erase.bare_receipts(writer, set(writer.connection.scalars(numbers)))


def _is_long(before: datetime) -> ColumnElement[bool]:
    """Orders placed before an instant whose IP address is whole."""
    c = tables.orders.c
    whole = ~c.ip_address.like("%.0") & ~c.ip_address.like("%::")
    return (c.placed_at < before) & c.ip_address.is_not(None) & whole


def _long(
    connection: Connection, before: datetime, limit: int
) -> list[tuple[int, str | None]]:
    """Some of these orders, each with the short form of its address."""
    c = tables.orders.c
    statement = (
        select(c.id, c.ip_address).where(_is_long(before)).order_by(c.id).limit(limit)
    )
    return [
        (id_, personal.short_ip(given)) for id_, given in connection.execute(statement)
    ]


def _shorten_batch(store: Store, before: datetime, actor: str) -> int:
    with store.writing(actor, action="retain") as writer:
        found = _long(writer.connection, before, BATCH)
        if not found:
            return 0
        c, values = tables.orders.c, tables.import_values
        writer.connection.execute(
            update(tables.orders)
            .where(c.id == bindparam("row_id"))
            .values(ip_address=bindparam("short"), version=c.version + 1),
            [{"row_id": id_, "short": short} for id_, short in found],
        )
        ids = [id_ for id_, _short in found]
        told = writer.connection.execute(
            select(values).where(values.c.order_id.in_(ids))
        )
        _shorten_told(writer, [(row.order_id, row.fields) for row in told])
        writer.record_many([(id_, "{}") for id_ in ids], "ip_addresses_shortened")
        set_info(writer, erase.TO_CLEAN, writer.now.isoformat())
    return len(found)


def _shorten_told(writer: Writer, told: list[tuple[int, str]]) -> None:
    """What files told last says no more than the order itself."""
    changed = []
    for order_id, text in told:
        fields = json.loads(text)
        if fields.get("ip_address"):
            short = personal.short_ip(fields.pop("ip_address"))
            fields |= {"ip_address": short} if short else {}
            new = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
            changed.append({"row_id": order_id, "new": new})
    if changed:
        table = tables.import_values
        writer.connection.execute(
            update(table)
            .where(table.c.order_id == bindparam("row_id"))
            .values(fields=bindparam("new")),
            changed,
        )


def _old_reading(now: datetime) -> ColumnElement[bool]:
    return tables.readings.c.at < months_before(now, KEEP_READINGS)


def _forget_readings(store: Store, now: datetime, actor: str) -> int:
    some = select(tables.readings.c.id).where(_old_reading(now)).limit(1)
    with store.reading() as connection:
        if connection.scalar(some) is None:
            return 0
    with store.writing(actor, action="retain") as writer:
        return writer.connection.execute(
            delete(tables.readings).where(_old_reading(now))
        ).rowcount
