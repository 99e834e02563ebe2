"""Orders of a file as rows of the store's tables, worked out for many at once.

What is missing are the ids: they are known within the writing transaction only. Frames
are shaped for thousands of orders, since each step on a frame has a price of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from commandes.intake import frames
from commandes.store import tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Table


def shaped(
    orders: pl.DataFrame, children: Mapping[str, pl.DataFrame]
) -> dict[str, pl.DataFrame]:
    """Rows by table, with `place`; columns in the table's order, without ids.

    Args:
        orders: as `prepare.Batch` has them.
        children: as `prepare.Batch` has them.

    Returns:
        orders, import_values, order_lines, payments, refunds, shipments and notes;
        order_tags with the tag's `name`; events with `payload`.
    """
    own = [name for name in frames.ORDERS if name != "source_id"]
    refunds = children["refunds"].with_columns(
        shipping_amount=pl.lit(0),
        done_amount=pl.when(pl.col("state") == "done").then("amount"),
    )
    placed = orders.select("place", at="placed_at")
    notes = children["notes"].join(placed, on="place", maintain_order="left")
    platform = pl.lit("platform").alias("origin")
    rows = {
        tables.orders: orders.select(
            "place", "source_id", *own, "payment_status", version=pl.lit(1)
        ),
        tables.order_lines: _lines(orders, children["lines"]),
        tables.payments: children["payments"].with_columns(platform),
        tables.refunds: refunds,
        tables.shipments: children["shipments"].with_columns(platform),
        tables.notes: notes,
    }
    return {table.name: _in_order(table, frame) for table, frame in rows.items()} | {
        "import_values": orders.select("place", fields="imported"),
        "order_tags": children["tags"].select("place", "name"),
        "events": orders.select("place", _payload().alias("payload")),
    }


def _in_order(table: Table, rows: pl.DataFrame) -> pl.DataFrame:
    """The table's columns, those left out that are empty throughout."""
    filled = {s.name for s in rows.get_columns() if s.null_count() < rows.height}
    return rows.select("place", *(c.name for c in table.c if c.name in filled))


def _lines(orders: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Lines; what the source took back never comes back to stock here.

    `merging.lines.new_line` says the same of one line; a test holds them together.
    """
    cancelled = orders.select("place", cancelled=pl.col("status") == "cancelled")
    back = pl.col("refunded_quantity").clip(0, pl.col("quantity"))
    dropped = pl.when("cancelled").then(pl.col("quantity") - back).otherwise(0)
    rows = lines.join(cancelled, on="place", how="left", maintain_order="left")
    return rows.with_columns(
        refunded_quantity=back,
        cancelled_quantity=dropped,
        restocked_quantity=pl.lit(0),
        source_returned_quantity=back + dropped,
    )


def _payload() -> pl.Expr:
    """The journal's facts but the import's number: no personal data."""
    return pl.concat_str(
        pl.lit('"status":"'),
        "status",
        pl.lit('","payment":"'),
        "payment_status",
        pl.lit('","total":'),
        "total",
        pl.lit(',"currency":"'),
        "currency",
        pl.lit('","dates":'),
        "dates",
    )
