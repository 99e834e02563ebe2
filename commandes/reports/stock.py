"""Stock: the level of each sku and date, and the movements that made it.

Levels are asked of the mirror; movements are read from the store, where they stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy import BigInteger, exists, func, select, type_coerce

from commandes.errors import BadFilter
from commandes.reports import periods
from commandes.rules import fold
from commandes.store import tables
from commandes.words import N_

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from sqlalchemy import Select

    from commandes.mirror import Snapshot
    from commandes.store import Store

# What the list can be narrowed to, as the URL names it.
WANTED = {
    "oversold": N_("Vendu au-delà du stock"),
    "low": N_("Niveau d’alerte atteint"),
    "coming": N_("Dates à venir"),
}
# What the platform where orders come from knows already.
KNOWN_THERE = ("order", "import", "exchange", "opening")
_SLICE = 20_000


@dataclass(frozen=True)
class Counts:
    """How many levels there are, by the codes of WANTED and in all (`every`)."""

    every: int
    oversold: int
    low: int
    coming: int


@dataclass(frozen=True)
class Movement:
    """Units that went into stock (out of it, when negative), and why.

    Attributes:
        cause: a code of words.CAUSE_WORDS.
        number: of the order that moved them; None for what people did by hand.
    """

    id: int
    at: datetime
    quantity: int
    cause: str
    actor: str
    reason: str | None
    order_id: int | None
    number: str | None
    source: str | None


def levels(
    snap: Snapshot,
    *,
    wanted: str | None = None,
    search: str = "",
    size: int = 500,
    now: datetime | None = None,
) -> pl.DataFrame:
    """The levels of each sku, per date for events, services and slots.

    Args:
        wanted: a code of WANTED; None: all.
        search: words; all of them must occur in sku and title.
        size: how many at most.
        now: from which dates are to come; None: this instant.

    Returns:
        The columns of sql/stock/levels.sql.

    Raises:
        BadFilter: another `wanted`.
    """
    if wanted is not None and wanted not in WANTED:
        raise BadFilter(name="level", value=wanted, choices=", ".join(WANTED))
    given = _given(search, now) | {"wanted": wanted, "size": size}
    return snap.ask("stock/levels", given)


def counts(snap: Snapshot, *, search: str = "", now: datetime | None = None) -> Counts:
    """How many levels a search finds, and how many of them ask for a look."""
    found = snap.ask("stock/counts", _given(search, now))
    return Counts(**found.row(0, named=True))


def unopened(store: Store, ids: Sequence[int]) -> frozenset[int]:
    """Those of these stock items that orders alone have moved: nobody said a level."""
    i, m = tables.stock_items.c, tables.stock_movements.c
    # Asked by cause alone: openings are few, movements many.
    said = select(m.stock_item_id).where(m.cause_kind.in_(("opening", "adjustment")))
    moved = select(i.id).where(
        i.id.in_(list(ids)), exists().where(m.stock_item_id == i.id)
    )
    with store.reading("stock/unopened") as connection:
        known = set(connection.scalars(said.distinct()))
        return frozenset(connection.scalars(moved)) - known


def _given(search: str, now: datetime | None) -> dict[str, object]:
    clean = search.encode(errors="replace").decode()
    moment = now or periods.this_minute()
    return {"search": fold(clean).split() or None, "now": moment}


def movements(
    store: Store, item_id: int, *, most: int = 500
) -> tuple[int, tuple[Movement, ...]]:
    """How many movements a stock item has, and the last of them, newest first."""
    m, o = tables.stock_movements.c, tables.orders.c
    statement = (
        select(tables.stock_movements, o.number, o.source)
        .join_from(tables.stock_movements, tables.orders, _of_order(), isouter=True)
        .where(m.stock_item_id == item_id)
        .order_by(m.id.desc())
        .limit(most)
    )
    count = select(func.count()).select_from(tables.stock_movements)
    with store.reading("stock/movements") as connection:
        rows = connection.execute(statement).all()
        total = connection.scalar(count.where(m.stock_item_id == item_id)) or 0
    return total, tuple(
        Movement(
            id=row.id,
            at=row.at,
            quantity=row.quantity,
            cause=row.cause_kind,
            actor=row.actor,
            reason=row.reason,
            order_id=row.order_id,
            number=row.number,
            source=row.source,
        )
        for row in rows
    )


def _of_order() -> Any:  # noqa: ANN401 (a condition of SQLAlchemy's)
    return tables.orders.c.id == tables.stock_movements.c.order_id


def carried(
    store: Store,
    zone: ZoneInfo,
    first: date | None,
    last: date | None,
    *,
    everything: bool = False,
) -> Iterator[pl.DataFrame]:
    """The movements of a period, to carry back to the platform, in slices.

    Args:
        zone: the shop's time zone, whose days are meant.
        first: first day; None is an open end.
        last: last day, inclusive; None is an open end.
        everything: those that the platform knows too: sales, openings.

    Yields:
        Frames of the columns of reports.export.columns.MOVEMENTS, oldest first.
    """
    m = tables.stock_movements.c
    statement = _carried()
    if first is not None:
        statement = statement.where(m.at >= periods.start(first, zone))
    if last is not None:
        statement = statement.where(m.at < periods.end(last, zone))
    if not everything:
        statement = statement.where(m.cause_kind.not_in(KNOWN_THERE))
    with store.reading("stock/movements") as connection:
        found = connection.execution_options(yield_per=_SLICE).execute(statement)
        for rows in found.partitions():
            yield pl.DataFrame(
                [tuple(row) for row in rows], schema=_SCHEMA, orient="row"
            ).with_columns(
                pl.col("at", "service_at")
                .cast(pl.Datetime("us"))
                .dt.replace_time_zone("UTC")
            )


def _carried() -> Select[Any]:
    m, i, o = tables.stock_movements.c, tables.stock_items.c, tables.orders.c
    line = tables.order_lines.c
    title = (
        select(line.title).where(line.id == m.line_id).correlate(tables.stock_movements)
    )
    return (
        select(
            type_coerce(m.at, BigInteger).label("at"),
            i.sku,
            type_coerce(i.service_at, BigInteger).label("service_at"),
            func.coalesce(title.scalar_subquery(), i.title).label("title"),
            m.quantity,
            m.cause_kind,
            o.number,
            o.source,
            m.actor,
            m.reason,
        )
        .join_from(tables.stock_movements, tables.stock_items, i.id == m.stock_item_id)
        .join(tables.orders, _of_order(), isouter=True)
        .order_by(m.id)
    )


_SCHEMA: dict[str, type[pl.DataType]] = {
    "at": pl.Int64,
    "sku": pl.String,
    "service_at": pl.Int64,
    "title": pl.String,
    "quantity": pl.Int64,
    "cause": pl.String,
    "number": pl.String,
    "source": pl.String,
    "actor": pl.String,
    "reason": pl.String,
}
