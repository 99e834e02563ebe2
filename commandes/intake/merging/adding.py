"""Orders that the store does not have, inserted in bulk with all that is theirs."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, Any

import polars as pl

from commandes.intake import stock
from commandes.store import tables, to_micros

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Table

    from commandes.intake.prepare import Batch
    from commandes.store import Writer

    Cells = dict[str, Iterable[Any]]

# Tables whose rows have an id of their own, the orders apart.
_NUMBERED = (
    tables.order_lines,
    tables.payments,
    tables.refunds,
    tables.shipments,
    tables.notes,
)


def add_orders(
    writer: Writer,
    source: str,
    import_id: int,
    batch: Batch,
    places: Sequence[int],
    tag_ids: Mapping[str, int],
    *,
    moves_stock: bool,
) -> None:
    """Insert the batch's orders at these places; one journal entry for each.

    Args:
        tag_ids: the id of each tag that the batch names.
        moves_stock: whether their articles leave the stock.
    """
    ids = writer.ids(tables.orders, len(places))
    rows = _cells(batch, dict(zip(places, ids, strict=True)))
    of_import: Cells = {"import_id": repeat(import_id)}
    named = of_import | {"id": ids, "source": repeat(source)}
    _insert(writer, tables.orders, rows["orders"] | named)
    _insert(writer, tables.import_values, rows["import_values"] | of_import)
    for table in _NUMBERED:
        own = rows[table.name]
        numbers = writer.ids(table, len(own["order_id"]))
        _insert(writer, table, own | {"id": numbers})
    _add_tags(writer, rows["order_tags"], tag_ids)
    facts = rows["events"]
    payloads = (f'{{"import":{import_id},{text}}}' for text in facts["payload"])
    writer.record_many(zip(facts["order_id"], payloads, strict=True), "imported")
    if moves_stock:
        stock.take_out(writer, ids)


def _add_tags(
    writer: Writer, tags: Mapping[str, list[Any]], tag_ids: Mapping[str, int]
) -> None:
    """Tag each order once, however the file writes a tag's name."""
    at = to_micros(writer.now)
    pairs = zip(tags["order_id"], tags["name"], strict=True)
    rows = dict.fromkeys((order_id, tag_ids[name], at) for order_id, name in pairs)
    writer.insert_rows(tables.order_tags, ["order_id", "tag_id", "at"], list(rows))


def _cells(batch: Batch, ids: Mapping[int, int]) -> dict[str, dict[str, list[Any]]]:
    """The columns of each table for these places, `order_id` instead of the place."""
    found = {}
    for name, frame in batch.rows.items():
        own = frame
        if len(ids) < batch.orders.height:
            own = frame.filter(pl.col("place").is_in(list(ids)))
        cells = {column.name: column.to_list() for column in own.get_columns()}
        cells["order_id"] = [ids[place] for place in cells.pop("place")]
        found[name] = cells
    return found


def _insert(writer: Writer, table: Table, cells: Mapping[str, Iterable[Any]]) -> None:
    """Insert rows given by columns, those of the table that are given."""
    columns = [column.name for column in table.c if column.name in cells]
    rows = list(zip(*(cells[name] for name in columns), strict=False))
    writer.insert_rows(table, columns, rows)
