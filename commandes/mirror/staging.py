"""Staging: raw rows of the store, as the files that fill the mirror read them.

A rebuild stages the whole store in temporary tables, following stages the touched
orders as Arrow tables; `sql/mirror/fill_*.sql` reads `staged_*` either way.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlalchemy import BigInteger, bindparam, case, select, type_coerce

from commandes.store import tables
from commandes.store.tables import Instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement, Select

# The columns read of each table of the store, under their own names.
COLUMNS: dict[str, tuple[str, ...]] = {
    "orders": (
        *("id", "source", "source_id", "number", "module", "status"),
        *("payment_status", "is_cart", "cart_id", "channel", "currency"),
        *("subtotal", "discount", "discount_codes", "shipping", "fees", "tip"),
        *("tax", "tax_included", "total", "gift_card", "customer_name", "email"),
        *("phone", "marketing_consent", "billing_address", "shipping_address"),
        "ip_address",
        *("placed_at", "begun_at", "abandoned_at", "cancelled_at", "archived_at"),
        "version",
    ),
    "order_lines": (
        *("id", "order_id", "position", "sku", "title", "variant", "quantity"),
        *("unit_price", "discount", "tax_rate", "tax", "total"),
        *("refunded_quantity", "cancelled_quantity", "restocked_quantity"),
        *("service_at", "details"),
    ),
    "payments": (
        *("id", "order_id", "at", "at_given", "amount", "means", "provider"),
        *("reference", "kind", "origin", "voided_at"),
    ),
    "refunds": (
        *("id", "order_id", "amount", "shipping_amount", "reason", "restock"),
        *("origin", "marked_at", "state", "done_at", "done_amount", "provider"),
        *("reference", "voided_at"),
    ),
    "order_tags": ("order_id", "tag_id"),
    "shipments": ("id", "order_id", "carrier", "removed_at"),
    "events": ("seq", "order_id", "at", "actor", "kind", "payload"),
    "stock_items": ("id", "sku", "service_at", "title", "on_hand", "alert_level"),
    "tags": ("id", "name", "color"),
}

# The entries of the journal whose payload the mirror reads: which letter it was.
LETTERS = ("cart_reminded", "message_sent", "message_decided")

# Tables that are staged and filled whole at each step: they are small.
SMALL = ("tags", "stock_items")

# Tables of what belongs to an order, beside the orders themselves.
OF_AN_ORDER = ("order_lines", "payments", "refunds", "order_tags", "shipments")

# The files that fill the mirror; each reads staged tables only.
FILLS = ("orders", "order_lines", "payments", "refunds")


def _raw(column: ColumnElement[Any]) -> ColumnElement[Any]:
    # An instant stays the integer that it is in the store.
    if isinstance(column.type, Instant):
        return type_coerce(column, BigInteger()).label(column.key)
    if column.key == "payload":
        told = tables.events.c.kind.in_(LETTERS)
        return case((told, column), else_="").label(column.key)
    return column


@cache
def rows(table: str) -> Select[Any]:
    """The statement that reads all rows of a table of the store, raw."""
    of = tables.metadata.tables[table]
    return select(*(_raw(of.c[name]) for name in COLUMNS[table]))


@cache
def rows_of(table: str) -> Select[Any]:
    """The statement that reads the rows of some orders (`order_ids`), raw."""
    of = tables.metadata.tables[table]
    owner = of.c.id if table == "orders" else of.c.order_id
    return rows(table).where(owner.in_(bindparam("order_ids", expanding=True)))


def _arrow_type(column: ColumnElement[Any]) -> pa.DataType:
    if isinstance(column.type, Instant):
        return pa.int64()
    kind = column.type.python_type
    return {bool: pa.bool_(), int: pa.int64()}.get(kind, pa.string())


@cache
def arrow_schema(table: str) -> pa.Schema:
    """The Arrow types of a staged table: integers, booleans and text."""
    of = tables.metadata.tables[table]
    return pa.schema([(name, _arrow_type(of.c[name])) for name in COLUMNS[table]])


def arrow_table(table: str, found: Iterable[Sequence[Any]]) -> pa.Table:
    """Rows as the store gives them, as an Arrow table for DuckDB to read."""
    schema = arrow_schema(table)
    columns = list(zip(*found, strict=True)) or [()] * len(schema)
    arrays = [pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
