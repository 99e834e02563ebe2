"""Who looked at customers' data, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from commandes.store import tables

if TYPE_CHECKING:
    from datetime import datetime

    from commandes.store import Store

_MOST = 1_000


@dataclass(frozen=True)
class Reading:
    """One reading; `kind` is a code of actions.readings.KINDS.

    Attributes:
        number: of the order that was opened; None for several, or one that is gone.
    """

    at: datetime
    actor: str
    kind: str
    orders: int
    number: str | None


def readings(store: Store, limit: int = _MOST) -> tuple[Reading, ...]:
    """The latest readings."""
    c, o = tables.readings.c, tables.orders.c
    statement = (
        select(c.at, c.actor, c.kind, c.orders, o.number)
        .join_from(tables.readings, tables.orders, o.id == c.order_id, isouter=True)
        .order_by(c.id.desc())
        .limit(limit)
    )
    with store.reading("customers/readings") as connection:
        return tuple(Reading(*row) for row in connection.execute(statement))
