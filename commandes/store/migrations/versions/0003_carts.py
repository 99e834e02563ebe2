"""Reminders of carts: the way back, the way out, and who wants none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Bring the store to this revision."""
    op.add_column("orders", sa.Column("cart_url", sa.Text(), nullable=True))
    op.add_column("messages", sa.Column("unsubscribe_url", sa.Text(), nullable=True))
    op.create_table(
        "objections",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_objections")),
    )
    op.create_index(
        "ix_orders_running_carts",
        "orders",
        ["begun_at"],
        sqlite_where=sa.text("is_cart = 1 and abandoned_at is null"),
        postgresql_where=sa.text("is_cart and abandoned_at is null"),
    )
    op.create_index("ix_orders_email_key", "orders", [sa.text("lower(email)")])
