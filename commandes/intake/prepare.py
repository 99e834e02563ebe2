"""Frames made ready for the merge: derived states, last imported values, batches."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from commandes.intake import frames
from commandes.intake.merging import silence
from commandes.intake.merging.shape import shaped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from concurrent.futures import Future

    from commandes.intake.frames import Incoming

# Fields of an order that a later file may change; `values` keeps each as last imported.
FIELDS = tuple(
    name for name in frames.ORDERS if name not in ("source_id", "archived_at")
)

# Orders that are made ready together: enough that the steps' own price is small.
PART = 20_000

CHILDREN = ("lines", "payments", "refunds", "tags", "shipments", "notes")


@dataclass(frozen=True)
class Batch:
    """Some orders of a file with all that belongs to them, in the file's order.

    `orders` has the columns of frames.ORDERS and `place` (0, 1, … in the file),
    `paid` (null without payment), `refunded` (at most what was paid),
    `told_refunded` (what the file says), `payment_status`, `dates` (JSON, the source's
    own dates) and `imported` (JSON, the value of each field). The children have
    `place` instead of `source_id`; refunds beyond the payments are cut. `rows` are
    those of the store's tables for orders that it does not have (see shape.shaped).
    `told` are the codes of the file's columns; `adds_only` as in frames.Incoming.
    """

    orders: pl.DataFrame
    lines: pl.DataFrame
    payments: pl.DataFrame
    refunds: pl.DataFrame
    tags: pl.DataFrame
    shipments: pl.DataFrame
    notes: pl.DataFrame
    rows: Mapping[str, pl.DataFrame]
    told: tuple[str, ...] = ()
    adds_only: bool = False


def payment_status() -> pl.Expr:
    """`rules.payment_status` for a whole frame; a test holds the two together."""
    paid = pl.col("paid")
    refunded = pl.col("refunded")
    return (
        pl.when((refunded > 0) & (refunded >= paid.fill_null(0)))
        .then(pl.lit("refunded"))
        .when(paid.is_not_null() & (paid >= pl.col("total")))
        .then(pl.lit("paid"))
        .when(pl.col("is_cart") & pl.col("abandoned_at").is_not_null() & paid.is_null())
        .then(pl.lit("abandoned"))
        .when(pl.col("payment_pending"))
        .then(pl.lit("pending"))
        .otherwise(pl.lit("unpaid"))
    )


def _iso(column: str) -> pl.Expr:
    instant = pl.from_epoch(pl.col(column), time_unit="us")
    return instant.dt.strftime("%Y-%m-%dT%H:%M:%S+00:00")


def _json(*values: str | pl.Expr) -> pl.Expr:
    """A JSON object of these columns; what is null is left out."""
    text = pl.struct(*values).struct.json_encode()
    # Within a text every quote is escaped: a bare one begins a name.
    return text.str.replace_all(r'"[a-z_]+":null,?', "").str.replace(r",\}$", "}")


def _digests(
    children: pl.DataFrame, places: pl.Series, columns: list[str]
) -> pl.Series:
    """One digest per place of what its children say, whatever their order."""
    texts = (
        children.select("place", pl.struct(columns).struct.json_encode().alias("text"))
        .sort("place", "text")
        .group_by("place", maintain_order=True)
        .agg(pl.col("text").str.join("\n"))
    )
    digests = [""] * places.len()
    first = places[0]
    for place, text in texts.iter_rows():
        digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        digests[place - first] = digest
    return pl.Series(digests, dtype=pl.String)


def _placed(incoming: Incoming) -> tuple[pl.DataFrame, dict[str, pl.DataFrame]]:
    """The orders with their `place`, the children by place instead of source id."""
    orders = incoming.orders.with_row_index("place").with_columns(
        pl.col("place").cast(pl.Int64)
    )
    places = orders.select("place", "source_id")
    placed = {}
    for name in CHILDREN:
        child: pl.DataFrame = getattr(incoming, name)
        placed[name] = (
            child.join(places, on="source_id", how="inner")
            .drop("source_id")
            .sort("place", maintain_order=True)
        )
    return orders, placed


def _first(children: pl.DataFrame, column: str, name: str) -> pl.DataFrame:
    """The earliest instant per order among its children."""
    return children.group_by("place").agg(pl.col(column).min().alias(name))


def _sum(children: pl.DataFrame, name: str) -> pl.DataFrame:
    return children.group_by("place").agg(pl.col("amount").sum().alias(name))


def _within_payments(refunds: pl.DataFrame, paid: pl.DataFrame) -> pl.DataFrame:
    """The refunds cut to what was paid: never more goes back than came in."""
    before = pl.col("amount").cum_sum().over("place") - pl.col("amount")
    left = (pl.col("paid").fill_null(0) - before).clip(lower_bound=0)
    return (
        refunds.join(paid, on="place", how="left", maintain_order="left")
        .with_columns(pl.min_horizontal("amount", left).alias("amount"))
        .filter(pl.col("amount") > 0)
        .drop("paid")
    )


def _with_states(
    orders: pl.DataFrame, children: dict[str, pl.DataFrame], told: pl.DataFrame
) -> pl.DataFrame:
    """The orders with the sums of their money and their payment status."""
    payments, refunds = children["payments"], children["refunds"]
    tags = (
        children["tags"]
        .sort("place", "name")
        .group_by("place", maintain_order=True)
        .agg(pl.col("name").alias("tags"))
    )
    for more in (
        _sum(payments, "paid"),
        _sum(refunds, "refunded"),
        _sum(told, "told_refunded"),
        _first(payments.filter(pl.col("at_given")), "at", "paid_date"),
        _first(told, "marked_at", "refund_date"),
        tags,
    ):
        orders = orders.join(more, on="place", how="left", maintain_order="left")
    return orders.with_columns(
        pl.col("refunded", "told_refunded").fill_null(0)
    ).with_columns(payment_status().alias("payment_status"))


def _with_last_values(
    orders: pl.DataFrame, children: dict[str, pl.DataFrame], told: str
) -> pl.DataFrame:
    """The orders with `imported` and `dates`, as the merge keeps and records them."""
    lines = [name for name in frames.LINES if name not in ("source_id", "position")]
    payments = [name for name in frames.PAYMENTS if name != "source_id"]
    compared = {
        "lines": lines,
        "payments": payments,
        "shipments": ["number", "carrier", "url", "at"],
        "notes": ["text"],
    }
    orders = orders.with_columns(
        _digests(children[name], orders["place"], columns).alias(name)
        for name, columns in compared.items()
    )
    refunded = pl.col("told_refunded").alias("refunded")
    columns = pl.lit(told or None, pl.String).alias("told")
    dates = {
        "placed": "placed_at",
        "paid": "paid_date",
        "cancelled": "cancelled_at",
        "refunded": "refund_date",
        "abandoned": "abandoned_at",
    }
    return orders.with_columns(
        _json(*FIELDS, refunded, "tags", columns, *compared).alias("imported"),
        _json(*[_iso(column).alias(name) for name, column in dates.items()]).alias(
            "dates"
        ),
    ).drop(*compared, "tags", "paid_date", "refund_date")


def batches(incoming: Incoming, size: int, *, first: int = 0) -> Iterator[Batch]:
    """The orders from place `first` on, in batches of `size` or less.

    They are made ready part by part, the next part while one is merged; the first is
    one batch, so that the merge begins soon.
    """
    orders, children = _placed(incoming)

    def part(start: int) -> Batch:
        count = size if start == first else PART
        wanted = orders.slice(start, count)
        ready = _ready(wanted, _slices(children, start, count), incoming.told)
        return replace(ready, adds_only=incoming.adds_only)

    left = orders.height - first
    starts = [first, *range(first + size, orders.height, PART)] if left > 0 else []
    with ThreadPoolExecutor(1) as beside:
        coming: Future[Batch] | None = None
        for start in (*starts, None):
            ready = coming
            coming = None if start is None else beside.submit(part, start)
            if ready is not None:
                yield from _cut(ready.result(), size)


def _ready(
    orders: pl.DataFrame, children: dict[str, pl.DataFrame], told_by: tuple[str, ...]
) -> Batch:
    """Some orders as one batch, states and last imported values worked out."""
    told = children["refunds"]
    paid = _sum(children["payments"], "paid")
    children = {**children, "refunds": _within_payments(told, paid)}
    orders = _with_states(orders, children, told)
    orders = _with_last_values(orders, children, silence.digest(told_by))
    rows = shaped(orders, children)
    lines, payments, refunds, tags, shipments, notes = (
        children[name] for name in CHILDREN
    )
    return Batch(
        orders, lines, payments, refunds, tags, shipments, notes, rows, told_by
    )


def _cut(part: Batch, size: int) -> Iterator[Batch]:
    for start in range(0, part.orders.height, size):
        yield piece(part, start, size)


def piece(batch: Batch, start: int, size: int) -> Batch:
    """Of a batch, `size` orders or less from its order `start` (0, 1, …) on."""
    orders = batch.orders.slice(start, size)
    place = orders["place"][0]
    children = {name: getattr(batch, name) for name in CHILDREN}
    cut = _slices(children, place, size)
    return replace(
        batch,
        orders=orders,
        lines=cut["lines"],
        payments=cut["payments"],
        refunds=cut["refunds"],
        tags=cut["tags"],
        shipments=cut["shipments"],
        notes=cut["notes"],
        rows=_slices(batch.rows, place, size),
    )


def _slices(
    children: Mapping[str, pl.DataFrame], place: int, size: int
) -> dict[str, pl.DataFrame]:
    """The rows of the places from `place` on, so many places."""
    found = {}
    for name, rows in children.items():
        places = rows["place"].to_numpy()
        begin, end = places.searchsorted([place, place + size]).tolist()
        found[name] = rows.slice(begin, end - begin)
    return found
