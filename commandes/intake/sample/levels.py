"""The stock of the sample shop: opening levels, and what its coming orders hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zlib import crc32

from sqlalchemy import bindparam, delete, func, select, update

from commandes.intake import stock
from commandes.intake.sample.articles import ARTICLES
from commandes.store import tables, to_micros

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from commandes.store import Writer

_AT_ONCE = 500
_OPENED = "sample:"
_STORE = "BOU-"  # what stands on a shelf
_ALERT, _ALERT_OF_A_DATE = 5, 2
# One in so many is nearly gone; the article that most are waiting for is oversold.
_ONE_IN, _OVERSOLD = 9, 2


def open_stock(writer: Writer, seed: int) -> None:
    """Give the samples their levels, per sku and per coming date; once.

    A shop whose stock somebody opened already keeps its own.
    """
    items = tables.stock_items.c
    if writer.connection.scalar(select(items.id).limit(1)) is not None:
        return
    for ids in _waiting(writer.connection, writer.now):
        stock.take_out(writer, ids)
    _add_the_rest(writer)
    found = writer.connection.execute(
        select(items.id, items.sku, items.service_at, items.on_hand).order_by(
            items.sku, func.coalesce(items.service_at, 0), items.id
        )
    ).all()
    short = min((row for row in found if row.service_at is None), key=_on_hand).id
    levels = [
        (row, -_OVERSOLD if row.id == short else _left(row, place, seed))
        for place, row in enumerate(found)
    ]
    _open(writer, levels)
    writer.record(None, "stock_opened", {"items": len(levels)})


def forget(writer: Writer) -> None:
    """Take the samples' opening levels back; what nobody else moved goes."""
    movements, items = tables.stock_movements.c, tables.stock_items.c
    touched = stock.take_back(writer, movements.cause_id.startswith(_OPENED))
    others = select(movements.id).where(movements.stock_item_id == items.id).exists()
    if touched:
        writer.connection.execute(
            delete(tables.stock_items).where(items.id == bindparam("item"), ~others),
            [{"item": item} for item in touched],
        )


def _on_hand(row: Row[Any, Any, Any, Any]) -> tuple[int, str]:
    return row.on_hand, row.sku


def _waiting(connection: Connection, now: datetime) -> Iterator[list[int]]:
    """The orders that still hold their articles, seats, covers and slots."""
    orders, lines = tables.orders.c, tables.order_lines.c
    coming = lines.service_at > now
    parcel = lines.service_at.is_(None) & orders.status.in_(("new", "in_progress"))
    ids = connection.scalars(
        select(orders.id)
        .join_from(tables.orders, tables.order_lines, lines.order_id == orders.id)
        .where(
            orders.source == "sample",
            orders.module != "pricing",
            orders.status != "cancelled",
            coming | parcel,
        )
        .distinct()
        .order_by(orders.id)
    ).all()
    for first in range(0, len(ids), _AT_ONCE):
        yield list(ids[first : first + _AT_ONCE])


def _add_the_rest(writer: Writer) -> None:
    """The articles of the shop that no waiting order holds."""
    items = tables.stock_items.c
    known = set(
        writer.connection.scalars(select(items.sku).where(items.service_at.is_(None)))
    )
    new = [a for a in ARTICLES if a.sku.startswith(_STORE) and a.sku not in known]
    ids = writer.ids(tables.stock_items, len(new))
    writer.insert_rows(
        tables.stock_items,
        ["id", "sku", "title", "on_hand"],
        [(id_, one.sku, one.title, 0) for id_, one in zip(ids, new, strict=True)],
    )


def _left(row: Row[Any, Any, Any, Any], place: int, seed: int) -> int:
    """What is on hand of an item: the same for the same seed."""
    draw = crc32(f"{seed}:{row.sku}:{place}".encode())
    alert, most = (_ALERT, 90) if row.service_at is None else (_ALERT_OF_A_DATE, 20)
    if place % _ONE_IN == 0:
        return 1 + draw % alert
    return alert + 1 + draw % most


def _open(
    writer: Writer,
    levels: list[tuple[Row[Any, Any, Any, Any], int]],
) -> None:
    """Bring each item to its level by an opening movement."""
    at = to_micros(writer.now)
    ids = writer.ids(tables.stock_movements, len(levels))
    columns = ["id", "stock_item_id", "at", "quantity", "cause_kind", "cause_id"]
    writer.insert_rows(
        tables.stock_movements,
        [*columns, "actor"],
        [
            (
                *(id_, row.id, at, level - row.on_hand),
                *("opening", f"{_OPENED}{id_}", writer.actor),
            )
            for id_, (row, level) in zip(ids, levels, strict=True)
        ],
    )
    items = tables.stock_items.c
    writer.connection.execute(
        update(tables.stock_items)
        .where(items.id == bindparam("item"))
        .values(on_hand=bindparam("level"), alert_level=bindparam("alert")),
        [
            {
                "item": row.id,
                "level": level,
                "alert": _ALERT if row.service_at is None else _ALERT_OF_A_DATE,
            }
            for row, level in levels
        ],
    )
