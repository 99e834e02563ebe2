"""A shop that platforms tell of their orders."""

from __future__ import annotations

import webhook_bodies as bodies
from sqlalchemy import func, select, update

from commandes.intake.webhooks import deliveries, work
from commandes.intake.webhooks.signatures import Envelope
from commandes.store import tables
from commandes.store.checks import of_the_store


class Hooks:
    """What platforms send, and what becomes of it."""

    def __init__(self, store):
        self.store = store
        self.sent = 0

    def send(self, endpoint, topic, told, delivery=None):
        """A verified delivery; whether it is new."""
        self.sent += 1
        envelope = Envelope(delivery or f"d{self.sent}", topic)
        body = told if isinstance(told, bytes) else bodies.as_bytes(told)
        return deliveries.keep(self.store, endpoint, envelope, body, actor="t")

    def stripe(self, topic, about, *, later=0):
        """An event of Stripe, made so many seconds later than others."""
        event = bodies.stripe_event(topic, about, f"evt_{self.sent}")
        event["created"] += later
        return self.send("stripe", topic, event)

    def work(self):
        """Do what waits; the states of all deliveries, oldest first."""
        work.work(self.store)
        return [(row.state, row.problem) for row in self.rows()]

    def rows(self):
        with self.store.reading() as connection:
            t = tables.deliveries
            return connection.execute(select(t).order_by(t.c.id)).all()

    def orders(self):
        with self.store.reading() as connection:
            t = tables.orders
            return connection.execute(select(t).order_by(t.c.id)).all()

    def sums(self, number):
        """What was paid for an order, and what went back, in minor units."""
        found = []
        with self.store.reading() as connection:
            for table in (tables.payments, tables.refunds):
                statement = (
                    select(func.coalesce(func.sum(table.c.amount), 0))
                    .join_from(
                        table, tables.orders, tables.orders.c.id == table.c.order_id
                    )
                    .where(
                        tables.orders.c.number == number, table.c.voided_at.is_(None)
                    )
                )
                found.append(int(connection.scalar(statement)))
        return tuple(found)

    def rest(self):
        """Let every pause be over."""
        with self.store.writing("t") as writer:
            writer.connection.execute(
                update(tables.deliveries).values(next_at=writer.now)
            )

    def holds(self):
        """Whether I1 to I5 hold."""
        with self.store.reading() as connection:
            checks = of_the_store(connection, self.store.key)
        return all(check.ok for check in checks)
