"""Indexes over some rows only, as each database writes them.

Beside the tables because SQLAlchemy loads both databases for them, as long as a tenth
of a small command: for who makes the tables or compares them, and nobody else.
"""

from sqlalchemy import Index, text

from commandes.store.tables import metadata, orders, payments, refunds

__all__ = ["metadata"]

# The sweep looks at these carts alone, every minute.
Index(
    "ix_orders_running_carts",
    orders.c.begun_at,
    sqlite_where=text("is_cart = 1 and abandoned_at is null"),
    postgresql_where=text("is_cart and abandoned_at is null"),
)

# What a provider calls them is looked up by each of its deliveries.
for _table in (payments, refunds):
    Index(
        f"ix_{_table.name}_reference",
        _table.c.reference,
        sqlite_where=text("reference is not null"),
        postgresql_where=text("reference is not null"),
    )
