"""The rows of a file: which order each belongs to, and which are refused at once."""

from __future__ import annotations

import polars as pl

from commandes.intake import moments, texts
from commandes.intake.currencies import CURRENCIES, SIGNS
from commandes.intake.fields import of_kind
from commandes.intake.plan import (
    ITEM,
    Plan,
    first_reason,
    moment,
    unread,
    with_numbers,
)
from commandes.intake.sheet import FAULT

KEY = "key"  # names an order within the file: its stable id, else its number
REASON = "reason"
NUMBERS = tuple(
    code
    for level in ("order", "line")
    for kind in ("money", "count", "rate")
    for code in of_kind(kind, level)
)


def prepared(raw: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Rows with trimmed text, numbers, KEY, and the REASON of those refused so far."""
    names = [code for code in plan.columns if code in raw.columns]
    long = raw.select(texts.too_long(names)).to_series()
    rows = raw.with_columns(texts.trimmed(names, nul=plan.nul))
    rows = _keyed(rows, plan)
    rows = with_numbers(rows, plan.mapped(*NUMBERS), plan)
    credit = plan.profile.credit_notes
    reason = first_reason(
        (pl.lit(long.fill_null(value=False)), "too_long"),
        (pl.col("number").is_null(), "no_number"),
        (pl.col("number").str.starts_with(credit or "\0"), "credit_note"),
    )
    rows = rows.with_columns(pl.coalesce(FAULT, reason).alias(REASON))
    if plan.profile.rows == "lines":
        rows = _with_repeated(rows, plan)
    return rows


def _keyed(rows: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    if plan.profile.number_once:
        rows = rows.with_columns(pl.col("number").forward_fill())
    key = pl.coalesce([*plan.mapped("source_id"), "number"])
    if plan.profile.number_once and "source_id" in plan.columns:
        key = pl.coalesce(pl.col("source_id").forward_fill(), "number")
    return rows.with_columns(key.alias(KEY))


def _with_repeated(rows: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Order fields that stand on each row are read on each row."""
    rows = with_placed(rows, plan)
    rows = with_currency(rows, plan)
    reason = first_reason(*date_cases(plan), *total_cases(plan), *currency_cases())
    return rows.with_columns(pl.coalesce(REASON, reason).alias(REASON))


def with_placed(rows: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """The rows with the instant of `placed_at`."""
    return with_moment(rows, plan, "placed_at", "placed_time")


def with_moment(rows: pl.DataFrame, plan: Plan, day: str, time: str) -> pl.DataFrame:
    """The rows with the instants of a day's column and its time's, if it has one."""
    formats = plan.profile.dates
    written = rows[day]
    if time in plan.columns:
        formats = moments.with_times(formats)
        written = rows.select(moments.joined(pl.col(day), pl.col(time))).to_series()
        written = written.set(rows[day].is_null(), None)
    instants = moments.instants(written, formats, plan.timezone)
    return rows.with_columns(instants.alias(moment(day)))


def with_currency(rows: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """The rows with `currency` as an ISO code, as the file has it."""
    if "currency" not in plan.columns:
        return rows.with_columns(pl.lit(plan.currency).alias("currency"))
    text = pl.col("currency")
    # A whole amount, such as €30.00, tells its currency by its sign.
    signs = "|".join(SIGNS)
    amount = text.str.extract(f"({signs})").replace(SIGNS)
    code = (
        pl.when(text.str.contains(rf"\d|^(?:{signs})$"))
        .then(amount)
        .otherwise(text.str.to_uppercase())
    )
    return rows.with_columns(code.fill_null(plan.currency).alias("currency"))


def date_cases(plan: Plan) -> list[tuple[pl.Expr, str]]:
    """What may be wrong with the date of an order."""
    begun = plan.mapped("begun_at")
    missing = pl.all_horizontal(pl.col(c).is_null() for c in ("placed_at", *begun))
    return [(missing, "no_date"), (unread(["placed_at"], "@"), "bad_date")]


def total_cases(plan: Plan) -> list[tuple[pl.Expr, str]]:
    """What may be wrong with the total of an order."""
    if not plan.total_given:
        return []
    return [
        (unread(["total"], "#"), "bad_total"),
        ((pl.col("#total") < 0).fill_null(value=False), "negative_total"),
    ]


def currency_cases() -> list[tuple[pl.Expr, str]]:
    """What may be wrong with the currency of an order."""
    return [(~pl.col("currency").is_in(CURRENCIES), "unknown_currency")]


def has_items(plan: Plan) -> bool:
    """Whether this file packs several articles on one row."""
    return any(code.split(".")[0] == ITEM for code in plan.columns)
