"""What every way in produces: frames of orders, lines, payments, refunds and the rest.

Readers of files and the maker of sample orders end here, the merge begins here.
Money is Int64 in minor units, an instant is Int64 microseconds since 1970 in UTC,
JSON is text. All frames but the rejects join on `source_id`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

ORDERS = {
    "source_id": pl.String,
    "number": pl.String,
    "module": pl.String,  # a code of rules.MODULES
    "status": pl.String,  # a code of rules.STATUSES
    "payment_pending": pl.Boolean,  # the source announces a payment on its way
    "is_cart": pl.Boolean,
    "cart_id": pl.String,
    "channel": pl.String,
    "currency": pl.String,  # ISO 4217
    "subtotal": pl.Int64,  # before discounts
    "discount": pl.Int64,  # positive
    "discount_codes": pl.String,
    "shipping": pl.Int64,
    "fees": pl.Int64,
    "tip": pl.Int64,
    "tax": pl.Int64,  # null: the source does not say
    "tax_included": pl.Boolean,
    "total": pl.Int64,
    "gift_card": pl.Int64,
    "customer_name": pl.String,
    "email": pl.String,
    "phone": pl.String,
    "marketing_consent": pl.Boolean,
    "billing_address": pl.String,  # JSON object of store.tables.ADDRESS_FIELDS
    "shipping_address": pl.String,
    "ip_address": pl.String,
    "user_agent": pl.String,
    "placed_at": pl.Int64,
    "begun_at": pl.Int64,
    "abandoned_at": pl.Int64,
    "cancelled_at": pl.Int64,
    "archived_at": pl.Int64,  # sample orders only; a file never archives
}

LINES = {
    "source_id": pl.String,
    "position": pl.Int64,  # from 1
    "sku": pl.String,
    "title": pl.String,
    "variant": pl.String,
    "quantity": pl.Int64,
    "unit_price": pl.Int64,
    "discount": pl.Int64,
    "tax_rate": pl.Int64,  # hundredths of a per cent
    "tax": pl.Int64,
    "total": pl.Int64,  # after the line's discount, computed before rounding
    "refunded_quantity": pl.Int64,
    "service_at": pl.Int64,
    "details": pl.String,  # JSON of the module's own facts
}

PAYMENTS = {
    "source_id": pl.String,
    "at": pl.Int64,
    "at_given": pl.Boolean,  # False: the order's date stands in
    "amount": pl.Int64,
    "means": pl.String,
    "provider": pl.String,
    "reference": pl.String,
    "kind": pl.String,  # full deposit balance instalment renewal
}

REFUNDS = {
    "source_id": pl.String,
    "amount": pl.Int64,  # of a file: one row per order, all that was refunded
    "marked_at": pl.Int64,  # null when the file gives no date
    "state": pl.String,  # done for a file; samples also to_do
    "origin": pl.String,  # platform for a file; samples also here
    "reason": pl.String,
    "restock": pl.Boolean,
    "provider": pl.String,
    "reference": pl.String,
    "done_at": pl.Int64,
}

TAGS = {"source_id": pl.String, "name": pl.String}
SHIPMENTS = {
    "source_id": pl.String,
    "carrier": pl.String,
    "number": pl.String,
    "url": pl.String,
    "at": pl.Int64,
}
NOTES = {"source_id": pl.String, "author": pl.String, "text": pl.String}

# `row` counts the file's data rows from 1 (the header is not one).
REJECTS = {"row": pl.Int64, "number": pl.String, "reason": pl.String}

# Which rows of the file an order was told by.
ROWS = {"source_id": pl.String, "row": pl.Int64}


def _empty(schema: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    return pl.DataFrame(schema=schema)


@dataclass(frozen=True)
class Incoming:
    """One file (or one set of samples), read and checked, ready to be merged.

    Attributes:
        source: where the orders come from; with `source_id` it names an order.
        format: the format recognised, for people and the record.
        profile: the name of the column profile used.
        rows_read: data rows of the file; always rows_imported + len(rejects).
        rows_imported: rows that became lines or orders.
        orders: one row per order, in the file's order, columns of ORDERS.
        rows: the file's rows of each order; none where no file is behind.
        gaps: number of orders whose parts do not add up to their total.
        told: the codes of the columns that the file has; () where no file is behind.
        reading: a digest of the profile and the defaults that it was read with.
        adds_only: whether orders that are known stay as they are.
    """

    source: str
    format: str
    profile: str
    rows_read: int
    rows_imported: int
    orders: pl.DataFrame
    lines: pl.DataFrame
    payments: pl.DataFrame = field(default_factory=lambda: _empty(PAYMENTS))
    refunds: pl.DataFrame = field(default_factory=lambda: _empty(REFUNDS))
    tags: pl.DataFrame = field(default_factory=lambda: _empty(TAGS))
    shipments: pl.DataFrame = field(default_factory=lambda: _empty(SHIPMENTS))
    notes: pl.DataFrame = field(default_factory=lambda: _empty(NOTES))
    rejects: pl.DataFrame = field(default_factory=lambda: _empty(REJECTS))
    rows: pl.DataFrame = field(default_factory=lambda: _empty(ROWS))
    gaps: int = 0
    told: tuple[str, ...] = ()
    reading: str = ""
    adds_only: bool = False

    @property
    def rows_rejected(self) -> int:
        """Rows of the file that were refused, each with its reason."""
        return self.rejects.height
