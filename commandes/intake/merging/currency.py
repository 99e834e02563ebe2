"""An order's currency never changes: a file that tells another one is refused there.

Marks, payments and refunds of an order are amounts in its currency's minor unit; told
in another one, they would mean something else.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
from sqlalchemy import select

from commandes.intake.frames import REJECTS
from commandes.intake.reasons import REASONS
from commandes.store import tables

if TYPE_CHECKING:
    from commandes.intake.frames import Incoming
    from commandes.store import Store

_AT_ONCE = 5_000
_CHILDREN = ("lines", "payments", "refunds", "tags", "shipments", "notes")


def knows(store: Store, source: str) -> bool:
    """Whether the store has any order of a source."""
    one = select(tables.orders.c.id).where(tables.orders.c.source == source).limit(1)
    with store.reading() as connection:
        return connection.scalar(one) is not None


def without_others(store: Store, incoming: Incoming) -> Incoming:
    """What came in, the rows of orders that are known in another currency refused."""
    other = _others(store, incoming)
    if not other:
        return incoming
    wanted = pl.col("source_id").is_in(other)
    numbers = incoming.orders.filter(wanted).select("source_id", "number")
    rows = incoming.rows.filter(wanted)
    if rows.is_empty():  # no file is behind: an order counts as a row
        rows = incoming.orders.with_row_index("row", 1).filter(wanted)
    refused = (
        rows.select("source_id", "row")
        .join(numbers, on="source_id")
        .with_columns(reason=pl.lit(REASONS["other_currency"]))
        .select(*REJECTS)
        .cast(REJECTS)  # type: ignore[arg-type]
    )
    left = {
        name: getattr(incoming, name).filter(~wanted) for name in ("orders", *_CHILDREN)
    }
    return replace(
        incoming,
        rows_imported=incoming.rows_imported - refused.height,
        rejects=pl.concat([incoming.rejects, refused]).sort("row"),
        **left,
    )


def _others(store: Store, incoming: Incoming) -> list[str]:
    """The ids of the orders that the store has in another currency."""
    if not knows(store, incoming.source):
        return []
    c = tables.orders.c
    told = dict(incoming.orders.select("source_id", "currency").iter_rows())
    ids = list(told)
    found = []
    for first in range(0, len(ids), _AT_ONCE):
        some = ids[first : first + _AT_ONCE]
        statement = select(c.source_id, c.currency).where(
            c.source == incoming.source, c.source_id.in_(some)
        )
        with store.reading() as connection:
            rows = connection.execute(statement).all()
        found += [id_ for id_, currency in rows if currency != told[id_]]
    return found
