"""From rows of text to the frames of `Incoming`, each row accepted or explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from commandes.intake import balance, lines, orders, payments, rows
from commandes.intake.frames import LINES, REJECTS, ROWS, Incoming
from commandes.intake.reasons import REASONS
from commandes.intake.rows import KEY, REASON

if TYPE_CHECKING:
    from commandes.intake.plan import Plan

_ROUGH = ("no_number", "credit_note", "repeated")  # these speak of no other row
_NARROW = ("row", "number", KEY, REASON, "#total", "currency", "@placed_at")
_PRICES = ("gross_", "total_")
_SUMS = (*_PRICES, "line_tax_", "line_shipping_", "line_fees_")


def normalise(raw: pl.DataFrame, plan: Plan) -> Incoming:
    """The orders of a file's rows.

    Args:
        raw: one row per data row of the file: `row`, `fault`, and the text of each
            field that has a column, named by the field's code.
        plan: how the file is to be read.
    """
    full = rows.prepared(raw, plan)
    del raw
    file_lines, has = lines.read(full, plan)
    full = _with_line_reasons(full, file_lines)
    full = _with_repeats(full, plan)
    if plan.total_given:
        full = _spread(full)
    heads = _heads(full, plan)
    file_rows = full.select(c for c in _NARROW if c in full.columns)
    del full  # most of a big file's memory
    found = orders.read(heads, plan)
    del heads
    file_rows = _with_order_reasons(file_rows, found, plan)
    kept = file_rows.filter(pl.col(REASON).is_null())
    found = found.join(kept.select(KEY).unique(), on=KEY, how="semi")
    found = _placed_first(found.sort("row"), kept, plan)
    found = found.with_row_index("order").with_columns(pl.col(KEY).alias("source_id"))
    return _incoming(file_rows, found, file_lines, has, plan)


def _with_line_reasons(file_rows: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """A row is refused for what its (first bad) line says."""
    bad = found.filter(pl.col(REASON).is_not_null())
    if bad.is_empty():
        return file_rows
    first = bad.unique("row", keep="first", maintain_order=True)
    told = first.select("row", pl.col(REASON).alias("of_line"))
    joined = file_rows.join(told, on="row", how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce(REASON, "of_line").alias(REASON)).drop(
        "of_line"
    )


def _with_repeats(file_rows: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Refuse the rows of an order that stood higher up already.

    Only where a row says that an order begins: its own row, or the row that holds the
    order's fields. Lines that repeat these fields cannot be told apart.
    """
    if plan.profile.rows == "lines":
        return file_rows
    begins = pl.col("number").is_not_null()
    if plan.profile.rows == "first_row":
        begins &= pl.col("placed_at").is_not_null() & _tells_order(plan)
    heads = file_rows.filter(begins)
    if heads[KEY].n_unique() == heads.height:
        return file_rows
    again = begins.cast(pl.Int64).cum_sum().over(KEY) > 1
    return file_rows.with_columns(
        pl.when(again & pl.col("number").is_not_null())
        .then(pl.coalesce(REASON, pl.lit("repeated")))
        .otherwise(REASON)
        .alias(REASON)
    )


def _spread(file_rows: pl.DataFrame) -> pl.DataFrame:
    """One bad row refuses its whole order, each of the others for that."""
    bad = file_rows.filter(pl.col(REASON).is_not_null() & ~pl.col(REASON).is_in(_ROUGH))
    if bad.is_empty():
        return file_rows
    with_bad = pl.col(KEY).is_in(bad[KEY].drop_nulls().unique().implode())
    return file_rows.with_columns(
        pl.when(with_bad & pl.col(REASON).is_null())
        .then(pl.lit("other_row"))
        .otherwise(REASON)
        .alias(REASON)
    )


def _heads(file_rows: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """The row of each order that holds its fields."""
    good = file_rows.filter(pl.col(REASON).is_null())
    if plan.profile.rows == "first_row":
        good = good.filter(pl.col("placed_at").is_not_null())
        # Where no row of an order tells its money or state, the first one is its head.
        good = good.sort(_tells_order(plan), descending=True, maintain_order=True)
    return good.unique(KEY, keep="first", maintain_order=True)


def _tells_order(plan: Plan) -> pl.Expr:
    """Whether a row holds the order's own fields, and not a further line's alone.

    Platforms repeat the number, the e-mail and the date on the lines below the first,
    but neither what the order costs nor its state.
    """
    told = plan.mapped("total", "subtotal", "payment", "currency")
    if not told:
        return pl.lit(value=True)
    return pl.any_horizontal(pl.col(code).is_not_null() for code in told)


def _with_order_reasons(
    file_rows: pl.DataFrame, found: pl.DataFrame, plan: Plan
) -> pl.DataFrame:
    """Refuse all rows of an order refused, without head, or contradicting itself."""
    money = ["#total", "currency"] if "#total" in found.columns else []
    told = [KEY, REASON, *money]
    names = {REASON: "of_order", "#total": "head_total", "currency": "head_currency"}
    heads = found.select(told).rename({k: v for k, v in names.items() if k in told})
    heads = heads.with_columns(known=pl.lit(value=True))
    joined = file_rows.join(heads, on=KEY, how="left", maintain_order="left")
    of_order = pl.coalesce(
        "of_order", pl.when(pl.col("known").is_null()).then(pl.lit("no_date"))
    )
    joined = joined.with_columns(pl.coalesce(REASON, of_order).alias(REASON))
    if plan.profile.rows == "lines" and plan.total_given:
        joined = _with_contradictions(joined)
    return joined.drop("of_order", "known")


def _with_contradictions(joined: pl.DataFrame) -> pl.DataFrame:
    """An order whose rows give two totals, or two currencies, is refused whole."""
    good = joined.filter(pl.col(REASON).is_null())
    cases = {
        "currencies": pl.col("currency") != pl.col("head_currency"),
        "contradiction": pl.col("#total").ne_missing(pl.col("head_total")),
    }
    for code, differs in cases.items():
        bad = good.filter(differs)[KEY].unique()
        if bad.len():
            joined = joined.with_columns(
                pl.when(pl.col(REASON).is_null() & pl.col(KEY).is_in(bad.implode()))
                .then(pl.lit(code))
                .otherwise(REASON)
                .alias(REASON)
            )
    return joined


def _placed_first(found: pl.DataFrame, kept: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """An order whose rows carry several dates was placed at the earliest."""
    if plan.profile.rows != "lines":
        return found
    earliest = kept.group_by(KEY).agg(pl.col("@placed_at").min().alias("earliest"))
    found = found.join(earliest, on=KEY, how="left", maintain_order="left")
    return found.with_columns(placed_at=pl.coalesce("earliest", "placed_at"))


def _incoming(
    file_rows: pl.DataFrame,
    found: pl.DataFrame,
    file_lines: pl.DataFrame,
    has: list[str],
    plan: Plan,
) -> Incoming:
    from commandes.intake.numbers import factors

    found = found.with_columns(factor=factors("currency"))
    good = file_rows.filter(pl.col(REASON).is_null()).select("row")
    own = file_lines.drop(REASON).join(good, on="row", how="semi")
    own = own.join(
        found.select(KEY, "order", "source_id", "factor"),
        on=KEY,
        how="inner",
        maintain_order="left",
    )
    own = lines.in_minor_units(own.sort("order", maintain_order=True), has)
    sums = own.group_by("order").agg(_sum(n) for n in _SUMS if n in own.columns)
    found = payments.settled(balance.balanced(found, sums, plan), plan)
    own = _with_lone_price(own, found)
    rejected = file_rows.filter(pl.col(REASON).is_not_null())
    return Incoming(
        source=plan.profile.source,
        format=plan.profile.format,
        profile=plan.profile.name,
        rows_read=file_rows.height,
        rows_imported=good.height,
        orders=orders.framed(found, plan),
        lines=lines.framed(own, has, plan).select(*LINES),
        payments=payments.payments(found, plan),
        refunds=payments.refunds(found, plan),
        tags=orders.tags(found, plan),
        shipments=orders.shipments(found, plan),
        notes=orders.notes(found, plan),
        rejects=_rejects(rejected),
        rows=file_rows.filter(pl.col(REASON).is_null())
        .select(pl.col(KEY).alias("source_id"), "row")
        .cast(ROWS),  # type: ignore[arg-type]
        gaps=found.filter((pl.col("gap") != 0) | pl.col("back_gap")).height,
        told=tuple(sorted(plan.columns)),
        adds_only=plan.profile.adds_only,
    )


def _sum(name: str) -> pl.Expr:
    """The sum of a column; null where every value, or a price, is not told."""
    values = pl.col(name)
    told = values.is_not_null()
    return pl.when(told.all() if name in _PRICES else told.any()).then(values.sum())


def _with_lone_price(own: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Lines that know whether all was refunded, and what a lone line costs.

    A file without prices still tells that of an order's only line: the subtotal.
    """
    facts = found.select(
        "order",
        "subtotal",
        all_back=(pl.col("back") > 0) & (pl.col("back") >= pl.col("total")),
    )
    own = own.join(facts, on="order", how="left", maintain_order="left")
    lone = pl.col("total_").is_null() & (pl.len().over("order") == 1)
    price = pl.when(lone).then("subtotal")
    each = (pl.col("subtotal") / pl.col("quantity_")).round().cast(pl.Int64)
    return own.with_columns(
        gross_=pl.coalesce("gross_", price),
        total_=pl.coalesce("total_", price),
        unit_=pl.coalesce("unit_", pl.when(lone).then(each)),
    )


def _rejects(rejected: pl.DataFrame) -> pl.DataFrame:
    """The frame REJECTS: each reason as its French sentence, shown through gettext."""
    return rejected.select(
        "row", "number", pl.col(REASON).replace_strict(REASONS).alias("reason")
    ).cast(REJECTS)  # type: ignore[arg-type]
