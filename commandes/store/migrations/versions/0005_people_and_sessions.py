"""Who is logged in since when, and until when what they logged in with is worth."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Bring the store to this revision."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column(
        "people", sa.Column("sessions_valid_from", sa.BigInteger(), nullable=True)
    )
    op.create_table(
        "login_sessions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person_id", number, nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_sessions")),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_login_sessions_person_id_people"),
        ),
    )
    op.create_index(
        op.f("ix_login_sessions_person_id"), "login_sessions", ["person_id"]
    )
