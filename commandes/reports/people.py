"""Who may log in, and how those who act are called on screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from commandes.access import Role
from commandes.store import tables

if TYPE_CHECKING:
    from datetime import datetime

    from commandes.store import Store


@dataclass(frozen=True)
class Member:
    """Somebody of the table of people.

    Attributes:
        bound: whether they have logged in once.
        invited_at: aware, as is `last_seen_at`; None: never seen.
    """

    id: int
    email: str
    name: str
    role: Role
    active: bool
    bound: bool
    invited_at: datetime
    last_seen_at: datetime | None


def people(store: Store) -> tuple[Member, ...]:
    """Everybody who was ever invited, by address."""
    with store.reading("people/list") as connection:
        rows = connection.execute(
            select(tables.people).order_by(tables.people.c.email)
        ).all()
    return tuple(
        Member(
            id=row.id,
            email=row.email,
            name=row.name or "",
            role=Role(row.role),
            active=row.active,
            bound=row.subject is not None,
            invited_at=row.invited_at,
            last_seen_at=row.last_seen_at,
        )
        for row in rows
    )


def names(store: Store) -> dict[str, str]:
    """The names of those who act, by what stands for them in the journal."""
    c = tables.people.c
    with store.reading("people/names") as connection:
        rows = connection.execute(select(c.id, c.name, c.email)).all()
    return {f"person:{row.id}": row.name or row.email for row in rows}
