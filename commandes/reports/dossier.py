"""All that is kept about one customer, over all modules: what they may ask for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from commandes.reports import detail
from commandes.store import tables

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from commandes.reports.detail import OrderDetail
    from commandes.store import Store


@dataclass(frozen=True)
class Dossier:
    """One customer, known by an e-mail.

    Attributes:
        email: as it was asked for.
        made_at: of when this is.
        orders: theirs, oldest first, with everything that hangs on them.
        told: per order id, what a file last told of it, as it is remembered.
        objected: whether they want no reminders (kept as a keyed digest).
    """

    email: str
    made_at: datetime
    orders: tuple[OrderDetail, ...]
    told: dict[int, dict[str, Any]]
    objected: bool

    def is_empty(self) -> bool:
        """Whether nothing is kept."""
        return not (self.orders or self.objected)

    def as_json(self, zone: ZoneInfo) -> dict[str, Any]:
        """For machines: money in minor units, instants in ISO 8601 of the zone."""
        return {
            "email": self.email,
            "made_at": self.made_at.astimezone(zone).isoformat(),
            "no_reminders": self.objected,
            "orders": [
                order.as_json(zone) | {"last_imported": self.told.get(order.id)}
                for order in self.orders
            ],
        }


def dossier(store: Store, email: str) -> Dossier:
    """All that is kept about the customer with this e-mail, whatever its case."""
    email = email.strip()
    c, values = tables.orders.c, tables.import_values.c
    mail = func.lower(c.email).in_({email, email.lower()} - {""})
    with store.reading("customers/dossier") as connection:
        ids = list(connection.scalars(select(c.id).where(mail).order_by(c.id)))
        told = {
            order_id: json.loads(fields)
            for order_id, fields in connection.execute(
                select(values.order_id, values.fields).where(values.order_id.in_(ids))
            )
        }
        # The digest that actions.objections keeps.
        whose = store.sign("objection", email.lower())
        objected = connection.scalar(
            select(tables.objections.c.at).where(tables.objections.c.digest == whose)
        )
    return Dossier(
        email=email,
        made_at=datetime.now(UTC),
        orders=tuple(detail.order_by_id(store, id_) for id_ in ids),
        told=told,
        objected=objected is not None,
    )
