"""Orders that the store does not have, inserted in bulk with all that is theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from commandes.intake import stock
from commandes.store import tables, to_micros

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Table

    from commandes.intake.prepare import Batch
    from commandes.store import Writer

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
    rows = _with_ids(batch, dict(zip(places, ids, strict=True)))
    of_import = pl.lit(import_id).alias("import_id")
    _insert(
        writer,
        tables.orders,
        rows["orders"].with_columns(of_import, id="order_id", source=pl.lit(source)),
    )
    _insert(writer, tables.import_values, rows["import_values"].with_columns(of_import))
    for table in _NUMBERED:
        own = rows[table.name]
        numbers = writer.ids(table, own.height)
        ids_of = pl.int_range(numbers.start, numbers.stop).alias("id")
        _insert(writer, table, own.with_columns(ids_of))
    _add_tags(writer, rows["order_tags"], tag_ids)
    start, end = pl.lit(f'{{"import":{import_id},'), pl.lit("}")
    payload = pl.concat_str(start, "payload", end)
    entries = rows["events"].select("order_id", payload)
    writer.record_many(entries.rows(), "imported")
    if moves_stock:
        stock.take_out(writer, ids)


def _add_tags(writer: Writer, tags: pl.DataFrame, tag_ids: Mapping[str, int]) -> None:
    """Tag each order once, however the file writes a tag's name."""
    at = to_micros(writer.now)
    pairs = tags.select("order_id", "name").iter_rows()
    rows = dict.fromkeys((order_id, tag_ids[name], at) for order_id, name in pairs)
    writer.insert_rows(tables.order_tags, ["order_id", "tag_id", "at"], list(rows))


def _with_ids(batch: Batch, ids: Mapping[int, int]) -> dict[str, pl.DataFrame]:
    """The rows of each table for these places, `order_id` instead of the place."""
    given = pl.DataFrame({"place": list(ids), "order_id": list(ids.values())})
    return {
        name: rows.join(given, on="place", maintain_order="left").drop("place")
        for name, rows in batch.rows.items()
    }


def _insert(writer: Writer, table: Table, rows: pl.DataFrame) -> None:
    """Insert rows, those of the table's columns that are given."""
    columns = [column.name for column in table.c if column.name in rows.columns]
    writer.insert_rows(table, columns, rows.select(columns).rows())
