"""The sum of an order: the file's own words put so that it adds up.

subtotal - discount + shipping + fees + tip + (tax, unless included) = total.
Platforms differ: a subtotal may be before or after the discount, prices may contain
the tax, a gift card may have been taken off the total. What adds up is what is meant;
where nothing does, the file keeps its own total and the gap is counted.
"""

from __future__ import annotations

import polars as pl

from commandes.intake import numbers
from commandes.intake.plan import Plan, number

PARTS = ("subtotal", "discount", "shipping", "fees", "tip", "tax", "total", "gift_card")


def balanced(orders: pl.DataFrame, sums: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Orders with PARTS as Int64 in minor units, `tax_included` and `gap`.

    Args:
        orders: `order`, `factor` and the exact decimals of the parts that the file has.
        sums: per `order`, the sums of its lines (gross_, total_, line_tax_, …).
    """
    orders = orders.join(sums, on="order", how="left", maintain_order="left")
    orders = orders.with_columns(**_told(orders, plan))
    orders = orders.with_columns(
        rest=pl.sum_horizontal("shipping", "fees", "tip"),
        taxed=pl.col("tax").fill_null(0),
    )
    if not plan.total_given:
        return _summed(orders, plan)
    return _matched(orders, plan)


def _told(orders: pl.DataFrame, plan: Plan) -> dict[str, pl.Expr]:
    """Each part in minor units as the file gives it; null where it does not."""
    told: dict[str, pl.Expr] = {}
    for part in PARTS:
        told[part] = pl.lit(None, pl.Int64)
        if part in plan.columns:
            exact = pl.col(number(part))
            sign_less = part in ("discount", "gift_card")
            exact = exact.abs() if sign_less else exact
            told[part] = numbers.minor(exact, pl.col("factor"))
    if "line_tax_" in orders.columns:
        told["tax"] = pl.coalesce(told["tax"], "line_tax_")
    for part, own in (("shipping", "line_shipping_"), ("fees", "line_fees_")):
        if own in orders.columns:
            told[part] = pl.sum_horizontal(told[part], own)
        told[part] = told[part].fill_null(0)
    line_discount = pl.col("gross_") - pl.col("total_")
    told["discount"] = pl.coalesce(told["discount"], line_discount).fill_null(0)
    for part in ("tip", "gift_card"):
        told[part] = told[part].fill_null(0)
    return told


def _summed(orders: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Orders whose total the file does not give: it is made from the lines."""
    after = plan.profile.subtotal == "after_discount"
    given = pl.col("subtotal") + (pl.col("discount") if after else 0)
    added = pl.lit(0) if plan.profile.tax_included is not False else pl.col("taxed")
    return orders.with_columns(
        subtotal=pl.coalesce(given, "gross_").fill_null(0),
        tax_included=pl.lit(plan.profile.tax_included is not False),
        gap=pl.lit(0, pl.Int64),
    ).with_columns(
        total=pl.col("subtotal") - pl.col("discount") + pl.col("rest") + added
    )


def _matched(orders: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Orders whose total the file gives, each read in the way that adds up."""
    given = "subtotal" in plan.columns
    ways = _ways(plan, given=given)
    # Where neither is told, the articles cost what the rest leaves of the total.
    left = pl.col("total") + pl.col("discount") - pl.col("rest")
    goods = pl.coalesce("subtotal", "gross_", left).fill_null(0)
    # Without a subtotal of the file, the lines' own sum is before the discount.
    after = goods + pl.col("discount") if given else goods
    before_of = {"before_discount": goods, "after_discount": after}
    sums = {
        way: before_of[way[0]]
        - pl.col("discount")
        + pl.col("rest")
        + (0 if way[1] else pl.col("taxed"))
        for way in ways
    }
    choice: list[pl.Expr] = []
    for gift in (False, True):
        for place, way in enumerate(ways):
            total = pl.col("total") + (pl.col("gift_card") if gift else 0)
            found = pl.lit(place + gift * len(ways))
            choice.append(pl.when(sums[way] == total).then(found))
    orders = orders.with_columns(pl.coalesce(*choice, -1).alias("way"), goods=goods)
    usual = _usual(orders, ways)
    orders = orders.with_columns(
        total=pl.coalesce("total", sums[ways[usual]])
        + pl.when(pl.col("way") >= len(ways)).then("gift_card").otherwise(0),
        way=pl.when(pl.col("way") < 0).then(usual).otherwise(pl.col("way") % len(ways)),
    )
    orders = orders.with_columns(
        subtotal=_by_way({w: before_of[w[0]] for w in ways}),
        tax_included=_by_way({w: pl.lit(w[1]) for w in ways}),
    )
    return _with_gap(orders, plan)


def _ways(plan: Plan, *, given: bool) -> list[tuple[str, bool]]:
    """(what the subtotal is, whether prices contain the tax), the likeliest first."""
    told = plan.profile.subtotal
    subtotals = ["before_discount", "after_discount"] if told == "auto" else [told]
    included = plan.profile.tax_included
    taxes = [True, False] if included is None else [included]
    return [(s, t) for s in (subtotals if given else subtotals[:1]) for t in taxes]


def _usual(orders: pl.DataFrame, ways: list[tuple[str, bool]]) -> int:
    """The way of most taxed orders of the file, for those where nothing adds up."""
    sure = orders.filter((pl.col("way") >= 0) & (pl.col("taxed") != 0))["way"]
    if not sure.len():
        return 0
    return int((sure % len(ways)).mode().min())  # type: ignore[arg-type]


def _by_way(values: dict[tuple[str, bool], pl.Expr]) -> pl.Expr:
    return pl.coalesce(
        pl.when(pl.col("way") == place).then(value)
        for place, value in enumerate(values.values())
    )


def _with_gap(orders: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Orders with what their parts and their total differ by.

    Where the file names a discount code and no amount, the discount is what is missing.
    """
    parts = (
        pl.col("subtotal")
        - pl.col("discount")
        + pl.col("rest")
        + pl.when("tax_included").then(0).otherwise("taxed")
    )
    orders = orders.with_columns(gap=parts - pl.col("total"))
    if "discount" in plan.columns or "discount_codes" not in plan.columns:
        return orders
    missing = pl.col("discount_codes").is_not_null() & (pl.col("gap") > 0)
    found = pl.when(missing).then("gap").otherwise(0)
    return orders.with_columns(
        discount=pl.col("discount") + found, gap=pl.col("gap") - found
    )
