"""A big order file in Shopify's layout, made of sample orders: two lines each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl

from commandes.intake import sample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LINES = 2
_MADE_AT = datetime(2026, 11, 1, tzinfo=UTC)
_ADDRESS = pl.Struct(
    dict.fromkeys(("name", "line1", "city", "zip", "country"), pl.String)
)

# Shopify's 79 headers; a column that no order fills stays empty, as in its files.
HEADERS = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,"
    "Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,"
    "Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,"
    "Lineitem taxable,Lineitem fulfillment status,Billing Name,Billing Street,"
    "Billing Address1,Billing Address2,Billing Company,Billing City,Billing Zip,"
    "Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,"
    "Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,"
    "Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,"
    "Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,"
    "Outstanding Balance,Employee,Location,Device ID,Id,Tags,Risk Level,Source,"
    "Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,Tax 2 Value,Tax 3 Name,"
    "Tax 3 Value,Tax 4 Name,Tax 4 Value,Tax 5 Name,Tax 5 Value,Phone,Receipt Number,"
    "Duties,Billing Province Name,Shipping Province Name,Payment ID,"
    "Payment Terms Name,Next Payment Due At,Payment References"
).split(",")


def write(path: Path, orders: int) -> None:
    """Write the file of so many orders, each with two lines."""
    found, height = [], 0
    for chunk in _chunks(orders):
        found.append(chunk)
        height += chunk.height
        if height >= orders * LINES:
            break
    pl.concat(found).head(orders * LINES).write_csv(path)


def _chunks(orders: int) -> Iterator[pl.DataFrame]:
    # Some half of the sample orders are no cart and have two lines at least.
    several = 3 * orders
    for made in sample.make(several, 1, now=_MADE_AT, timezone="Europe/Paris"):
        kept = made.lines.group_by("source_id").agg(pl.len().alias("count"))
        kept = kept.filter(pl.col("count") >= LINES).select("source_id")
        wanted = made.orders.filter(~pl.col("is_cart")).join(
            kept, on="source_id", how="semi"
        )
        yield _rows(wanted, made.lines.filter(pl.col("position") <= LINES), made)


def _rows(
    orders: pl.DataFrame, lines: pl.DataFrame, made: sample.Incoming
) -> pl.DataFrame:
    """The rows of the file: the order's own fields on its first line only."""
    sums = lines.group_by("source_id").agg(pl.col("total").sum().alias("sold"))
    paid = made.payments.group_by("source_id").agg(
        pl.col("at").min().alias("paid_at"), pl.col("means", "reference").first()
    )
    back = made.refunds.select("source_id", returned=pl.lit(value=True)).unique()
    tags = made.tags.group_by("source_id").agg(
        pl.col("name").sort().str.join(", ").alias("tags")
    )
    for more in (sums, paid, back, tags):
        orders = orders.join(more, on="source_id", how="left", maintain_order="left")
    first = orders.select("source_id", **_of_order()).with_columns(
        position=pl.lit(1).cast(pl.Int64)
    )
    own = lines.join(orders.select("source_id"), on="source_id", how="semi")
    rows = own.join(
        first, on=["source_id", "position"], how="left", maintain_order="left"
    )
    rows = rows.select(
        pl.all().exclude("source_id", *lines.columns),
        **{
            "Name": "#" + pl.col("source_id"),
            "Lineitem quantity": "quantity",
            "Lineitem name": pl.concat_str(
                "title", "variant", separator=" - ", ignore_nulls=True
            ),
            "Lineitem price": _money("unit_price"),
            "Lineitem sku": "sku",
            "Lineitem requires shipping": pl.lit("true"),
            "Lineitem taxable": pl.lit("true"),
            "Lineitem fulfillment status": pl.lit("fulfilled"),
            "Lineitem discount": _money("discount"),
        },
    )
    empty = [pl.lit(None, pl.String).alias(n) for n in HEADERS if n not in rows.columns]
    return rows.with_columns(empty).select(HEADERS)


def _of_order() -> dict[str, pl.Expr]:
    """The columns of an order's first row."""
    status, total = pl.col("status"), pl.col("sold") + pl.col("shipping")
    is_paid = pl.col("paid_at").is_not_null()
    nothing = pl.lit(None, pl.String)
    told = {
        "Email": pl.col("email"),
        "Financial Status": pl.when(is_paid & pl.col("returned"))
        .then(pl.lit("refunded"))
        .when(is_paid)
        .then(pl.lit("paid"))
        .otherwise(pl.lit("pending")),
        "Paid at": _moment("paid_at"),
        "Fulfillment Status": pl.when(status == "done")
        .then(pl.lit("fulfilled"))
        .otherwise(pl.lit("unfulfilled")),
        "Accepts Marketing": pl.when("marketing_consent")
        .then(pl.lit("yes"))
        .otherwise(pl.lit("no")),
        "Currency": pl.col("currency"),
        "Subtotal": _money("sold"),
        "Shipping": _money("shipping"),
        "Taxes": _money("tax"),
        "Total": _amount(total),
        "Shipping Method": pl.lit("Colissimo"),
        "Created at": _moment("placed_at"),
        "Cancelled at": _moment("cancelled_at"),
        "Payment Method": pl.col("means"),
        "Payment Reference": pl.col("reference"),
        "Refunded Amount": _amount(
            pl.when(is_paid & pl.col("returned")).then(total).otherwise(0)
        ),
        "Id": pl.lit("5") + pl.col("source_id").str.zfill(12),
        "Tags": pl.col("tags"),
        "Source": pl.lit("web"),
        "Phone": pl.when(pl.col("phone").is_not_null())
        .then("'" + pl.col("phone"))
        .otherwise(nothing),
    }
    for side in ("Billing", "Shipping"):
        address = pl.col(f"{side.lower()}_address").str.json_decode(_ADDRESS).struct
        told |= {
            f"{side} Name": address.field("name"),
            f"{side} Street": address.field("line1"),
            f"{side} Address1": address.field("line1"),
            f"{side} City": address.field("city"),
            f"{side} Zip": "'" + address.field("zip"),
            f"{side} Country": address.field("country"),
        }
    return told


def _amount(minor: pl.Expr) -> pl.Expr:
    """Two decimals for every currency: what is measured is the reading."""
    return (minor / 100).round(2).cast(pl.Decimal(18, 2)).cast(pl.String)


def _money(column: str) -> pl.Expr:
    return _amount(pl.col(column))


def _moment(column: str) -> pl.Expr:
    shown = pl.from_epoch(pl.col(column), time_unit="us").dt.replace_time_zone("UTC")
    return shown.dt.convert_time_zone("Europe/Paris").dt.strftime(
        "%Y-%m-%d %H:%M:%S %z"
    )
