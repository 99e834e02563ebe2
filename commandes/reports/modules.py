"""What each module lives on: seats, covers, slots, plans, services still to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commandes.reports import periods
from commandes.reports.asking import parameters

if TYPE_CHECKING:
    from datetime import date, datetime

    import polars as pl

    from commandes.mirror import Snapshot
    from commandes.reports.filters import OrderFilter


def seats(
    snap: Snapshot,
    wanted: OrderFilter,
    *,
    today: date | None = None,
    now: datetime | None = None,
) -> pl.DataFrame:
    """Seats per event and date: sold, freed by refunds and cancellations, left.

    A date still to come stands there without a sale too, where the period reaches to
    this moment, or is about the dates themselves.

    Args:
        now: None: this moment.

    Returns:
        event, service_at (UTC), sold, freed, seats_left (null where no stock is kept):
        Int64.
    """
    given = parameters(snap, wanted, today) | {"now": now or periods.this_minute()}
    return snap.ask("sales/seats", given)


def covers(
    snap: Snapshot, wanted: OrderFilter, *, today: date | None = None
) -> pl.DataFrame:
    """Covers per day and service; a table's service is dinner from 16 h.

    Lines of one table repeat its covers: the largest counts, and the tables of a
    reservation add up.

    The filter's period is about the services, whatever its `dated`; whole refunds and
    cancellations leave the figure, as the units of a line do that were given back.

    Returns:
        day (Date), service (`lunch`, `dinner`), orders, covers: Int64.
    """
    return snap.ask("sales/covers", _in_zone(snap, wanted, today))


def slots(
    snap: Snapshot, wanted: OrderFilter, *, today: date | None = None
) -> pl.DataFrame:
    """Slots per service and day: booked, left, and their occupancy.

    The filter's period is about the slots, whatever its `dated`: a day with slots that
    nobody booked is among them.

    Returns:
        title, day (Date), booked, slots_left (null where no stock is kept), occupancy
        (hundredths of a per cent of what all orders hold and what is left): Int64.
    """
    return snap.ask("sales/slots", _in_zone(snap, wanted, today))


def plans(
    snap: Snapshot, wanted: OrderFilter, *, today: date | None = None
) -> pl.DataFrame:
    """Plans: new subscriptions, renewals paid, and what they brought.

    An order whose first payment is a renewal began elsewhere and is no new one.

    Returns:
        plan, currency, new, renewed, gross: Int64, minor units.
    """
    return snap.ask("sales/plans", parameters(snap, wanted, today))


def to_serve(
    snap: Snapshot, wanted: OrderFilter, *, now: datetime | None = None
) -> pl.DataFrame:
    """What was cashed, less what was given back, for services still to come.

    The filter's period is left aside. Of an order with other lines or with services
    that are over, the part of the lines still to come counts, to the cent.

    Returns:
        currency, orders, cashed: Int64, minor units.
    """
    given = parameters(snap, wanted)
    for name in ("from_at", "to_at", "dated"):
        del given[name]
    return snap.ask("sales/to_serve", given | {"now": now or periods.this_minute()})


def _in_zone(
    snap: Snapshot, wanted: OrderFilter, today: date | None
) -> dict[str, object]:
    given = parameters(snap, wanted, today) | {"timezone": snap.zone.key}
    del given["dated"]
    return given
