"""Several real refunds noted at once: each mark in a transaction of its own."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from commandes.actions import refunds
from commandes.actions.orders import Order
from commandes.errors import CommandesError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from commandes.store import Store


@dataclass(frozen=True)
class Mark:
    """A mark as a screen shows it: its own id, its order's id and number."""

    id: int
    order_id: int
    number: str


@dataclass(frozen=True)
class Closed:
    """What became of one mark; `said` is why it stays as it is, empty otherwise."""

    mark: Mark
    said: str = ""


def close_all(
    store: Store,
    marks: Sequence[Mark],
    *,
    at: datetime | None = None,
    provider: str = "",
    reference: str = "",
    actor: str,
    key: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Closed, ...]:
    """Note that the real refunds of these marks were made, each of its whole amount.

    A mark that somebody closed or took back meanwhile is left alone and said.

    Args:
        at: when they were made; None: now.
        key: the batch's idempotency key; each mark has its own, made of it.
    """
    key = key or secrets.token_urlsafe(16)
    closed = []
    for count, mark in enumerate(marks, start=1):
        said = ""
        try:
            refunds.close(
                store,
                Order(mark.number, id=mark.order_id),
                refund_id=mark.id,
                at=at,
                provider=provider,
                reference=reference,
                actor=actor,
                key=f"{key}:{mark.id}",
            )
        except CommandesError as error:
            said = error.message
        closed.append(Closed(mark, said))
        store.give_way()
        if progress:
            progress(count, len(marks))
    return tuple(closed)
