"""Payments and refunds of orders, from the state that a file gives them."""

from __future__ import annotations

import polars as pl

from commandes.intake import numbers
from commandes.intake.frames import PAYMENTS, REFUNDS
from commandes.intake.plan import Plan, moment, number
from commandes.rules import PAYMENT_KINDS

GIFT_CARD = "gift_card"
_WHOLE = ("paid", "refunded", "partially_refunded")


def settled(orders: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Orders with `paid` (null: no payment), `by_card`, `claimed`, `back`, `back_gap`.

    `by_card` is the part paid by gift card. `claimed` is what the file says was
    refunded, `back` no more of it than was paid; `back_gap`: it claims more than that,
    or does not say.

    Args:
        orders: `total`, `gift_card`, `state` (a code of profiles.PAYMENTS), `factor`.
    """
    total = pl.col("total")
    told = {c: _told(c, plan) for c in ("refunded", "outstanding", "deposit")}
    deposit = pl.coalesce(total - told["outstanding"], told["deposit"])
    state = pl.col("state")
    # A file that says "refunded" of less than the total says what had been paid.
    given = pl.when((state == "refunded") & (told["refunded"] > 0)).then(
        pl.min_horizontal(told["refunded"], total)
    )
    paid = (
        pl.when(state.is_in(_WHOLE))
        .then(given.fill_null(total) if "refunded" in plan.columns else total)
        .when(state == "partially_paid")
        .then(deposit.clip(0, total))
        .otherwise(None)
    )
    card = pl.col("gift_card").clip(0, total)
    partly = state.is_in(["unpaid", "pending", "partially_paid"])
    orders = orders.with_columns(
        paid=pl.when(partly & (card > 0))
        .then(pl.max_horizontal(paid.fill_null(0), card))
        .when((state == "partially_paid") & (paid == 0))
        .then(None)
        .otherwise(paid)
    )
    claimed = (
        pl.when(state == "refunded")
        .then(pl.when(told["refunded"] > 0).then(told["refunded"]).otherwise("paid"))
        .otherwise(told["refunded"])
        .fill_null(0)
    )
    silent = (state == "partially_refunded") & (claimed == 0)
    return orders.with_columns(
        claimed=claimed,
        by_card=pl.min_horizontal(card, pl.col("paid").fill_null(0)),
        back=pl.min_horizontal(claimed, pl.col("paid").fill_null(0)),
        back_gap=silent | (claimed > pl.col("paid").fill_null(0)),
    )


def _told(code: str, plan: Plan) -> pl.Expr:
    if code not in plan.columns:
        return pl.lit(None, pl.Int64)
    return numbers.minor(pl.col(number(code)).abs(), pl.col("factor"))


def payments(orders: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """The frame PAYMENTS: what a gift card paid, then the rest."""
    given = pl.lit(None, pl.Int64)
    if "paid_at" in plan.columns:
        given = pl.col(moment("paid_at"))
    full = pl.col("paid") >= pl.col("total")
    common = {
        "source_id": pl.col("source_id"),
        "at": pl.coalesce(given, "placed_at"),
        "at_given": given.is_not_null(),
        "kind": pl.coalesce(
            _kind(plan), pl.when(full).then(pl.lit("full")).otherwise(pl.lit("deposit"))
        ),
    }
    nothing = pl.lit(None, pl.String)
    means = {
        name: pl.col(code) if code in plan.columns else nothing
        for name, code in (
            ("means", "payment_means"),
            ("provider", "payment_provider"),
            ("reference", "payment_reference"),
        )
    }
    by_card = orders.filter(pl.col("by_card") > 0).select(
        **common,
        amount="by_card",
        means=pl.lit(GIFT_CARD),
        provider=nothing,
        reference=nothing,
        order="order",
    )
    left = pl.col("paid") - pl.col("by_card")
    # An order of nothing is paid by a payment of nothing.
    due = pl.col("paid").is_not_null() & ((left > 0) | (pl.col("by_card") == 0))
    rest = orders.filter(due).select(**common, amount=left, **means, order="order")
    both = pl.concat([by_card.select(rest.columns), rest])
    return both.sort("order", maintain_order=True).select(*PAYMENTS).cast(PAYMENTS)  # type: ignore[arg-type]


def _kind(plan: Plan) -> pl.Expr:
    if "payment_kind" not in plan.columns:
        return pl.lit(None, pl.String)
    told = pl.col("payment_kind").str.to_lowercase()
    return pl.when(told.is_in(PAYMENT_KINDS)).then(told)


def refunds(orders: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """The frame REFUNDS: one per order, all that is claimed as refunded, already done.

    The merge records no more of it than was paid, and reports the rest.
    """
    at = pl.lit(None, pl.Int64)
    if "refunded_at" in plan.columns:
        at = pl.col(moment("refunded_at"))
    return (
        orders.filter(pl.col("claimed") > 0)
        .select(
            "source_id",
            amount="claimed",
            marked_at=at,
            state=pl.lit("done"),
            origin=pl.lit("platform"),
            reason=pl.lit(None, pl.String),
            restock=pl.lit(None, pl.Boolean),
            provider=pl.lit(None, pl.String),
            reference=pl.lit(None, pl.String),
            done_at=at,
        )
        .cast(REFUNDS)  # type: ignore[arg-type]
    )
