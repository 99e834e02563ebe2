"""Fill an empty store with sample orders, and know that it did."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from commandes.errors import StoreNotEmpty
from commandes.intake import merge, prepare, sample
from commandes.intake.sample import levels
from commandes.store import set_info, tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from commandes.store import Store


def fill(
    store: Store,
    orders: int,
    seed: int,
    *,
    actor: str,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Bring sample orders in; a store that has its samples already stays as it is.

    A run that was killed goes on where it stopped.

    Returns:
        How many sample orders the store holds.

    Raises:
        StoreNotEmpty: the store holds orders that are no samples.
    """
    with store.reading() as connection:
        c = tables.orders.c
        if connection.scalar(select(c.id).where(c.source != "sample").limit(1)):
            raise StoreNotEmpty
        present = int(
            connection.scalar(select(func.count()).select_from(tables.orders)) or 0
        )
        running = connection.execute(
            select(tables.imports.c.started_at, tables.imports.c.file_digest).where(
                tables.imports.c.source == "sample",
                tables.imports.c.state == "running",
            )
        ).first()
    if present and running is None:
        return present
    now = running.started_at if running else datetime.now(UTC)
    identity = running.file_digest if running else f"{orders}:{seed}"
    orders, seed = (int(part) for part in identity.split(":"))
    with store.writing(actor, action="sample") as writer:
        set_info(writer, "sample", "1")
    _bring(store, orders, seed, now, actor, identity, progress)
    return orders


def _bring(
    store: Store,
    orders: int,
    seed: int,
    now: datetime,
    actor: str,
    identity: str,
    progress: Callable[[int, int], None] | None,
) -> None:
    import_id = done = brought = 0
    for chunk in sample.make(orders, seed, now=now, timezone=store.settings.timezone):
        if not import_id:
            import_id, done, _ = merge.begin(
                store, chunk, orders, "sample", identity, actor, now=now
            )
        first = max(0, done - brought)
        for batch in prepare.batches(chunk, merge.BATCH, first=first):
            place = brought + int(batch.orders["place"][0])
            merge.merge_batch(store, import_id, batch, place, actor=actor)
            if progress:
                progress(place + batch.orders.height, orders)
        brought += chunk.orders.height
    if import_id:
        with store.writing(actor, action="sample") as writer:
            levels.open_stock(writer, seed)
        merge.finish(store, import_id, actor)
