"""What providers call payments and refunds is looked up by their deliveries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Bring the store to this revision."""
    named = sa.text("reference is not null")
    for table in ("payments", "refunds"):
        op.create_index(
            f"ix_{table}_reference",
            table,
            ["reference"],
            sqlite_where=named,
            postgresql_where=named,
        )
