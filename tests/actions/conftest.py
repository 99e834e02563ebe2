"""An order of three lamps and a pen with shipping, paid; on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from shop import Shop
from sqlalchemy import select

from commandes.actions.orders import Order
from commandes.store import tables

if TYPE_CHECKING:
    from commandes.store import Store

LAMPS = {"sku": "LAMP", "title": "Lampe", "price": 1000, "quantity": 3}
PEN = {"sku": "PEN", "title": "Stylo", "price": 333, "quantity": 1}
TOTAL = 3 * 1000 + 333 + 500


class Counter:
    """A shop with one paid order, number 1, and what can be read back of it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.shop = Shop(store)
        self.shop.order("1", lines=[LAMPS, PEN], shipping=500, paid=TOTAL)
        self.order = Order("1")

    def on_hand(self, sku: str) -> int:
        with self.store.reading() as connection:
            c = tables.stock_items.c
            return connection.scalar(select(c.on_hand).where(c.sku == sku)) or 0

    def row(self, number: str = "1") -> Any:
        with self.store.reading() as connection:
            return connection.execute(
                select(tables.orders).where(tables.orders.c.number == number)
            ).one()

    def kinds(self) -> list[str]:
        """The journal's words for what happened to the first order."""
        with self.store.reading() as connection:
            c = tables.events.c
            return list(
                connection.scalars(
                    select(c.kind).where(c.order_id == 1).order_by(c.seq)
                )
            )

    def rows(self, table: Any) -> list[Any]:
        with self.store.reading() as connection:
            return list(connection.execute(select(table).order_by(table.c.id)))


@pytest.fixture
def counter(any_store: Store) -> Counter:
    """The shop's counter, on SQLite and on PostgreSQL."""
    return Counter(any_store)
