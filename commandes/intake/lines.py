"""The lines of orders: exact amounts first, rounded once, at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from commandes.intake import items, moments, numbers, texts
from commandes.intake.fields import level
from commandes.intake.frames import LINES
from commandes.intake.plan import (
    Plan,
    below_zero,
    first_reason,
    moment,
    number,
    unread,
    with_numbers,
)
from commandes.intake.rows import KEY, NUMBERS, REASON, has_items, with_moment

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_UNITS = 10_000_000
NAMELESS = "Article"  # the name of a line to which the file gives none
_MONEY = (
    "unit_price",
    "line_subtotal",
    "line_discount",
    "line_total",
    "line_tax",
    "line_shipping",
    "line_fees",
)
_PRICES = ("unit_price", "line_subtotal", "line_total")
_SIGNS = ("title", "sku", "quantity", *_PRICES)  # a row with one of these has a line
_SUMMED = ("line_tax", "line_shipping", "line_fees")


def read(rows: pl.DataFrame, plan: Plan) -> tuple[pl.DataFrame, list[str]]:
    """The lines that the rows hold, each with the REASON that speaks against it.

    Returns:
        One row per line with `row`, `key`, the text and the numbers of its fields; and
        the codes of the fields that this file has.
    """
    if has_items(plan):
        lines = items.unfolded(rows, plan)
        has = [c for c in lines.columns if c not in ("row", "key", items.PLACE)]
        lines = with_numbers(lines, [c for c in NUMBERS if c in has], plan)
    else:
        has = [c for c in plan.columns if level(c) == "line"]
        present = [c for c in _SIGNS if c in has]
        read_already = [number(c) for c in has if number(c) in rows.columns]
        lines = rows.select("row", KEY, *has, *read_already)
        if plan.profile.rows != "lines" and present:
            lines = lines.filter(pl.any_horizontal(pl.col(present).is_not_null()))
        elif not present:
            lines = lines.clear()
    if "service_at" in has:
        lines = with_moment(lines, plan, "service_at", "service_time")
    if "details.slot_end" in has:
        lines = _with_slot_end(lines, plan)
    return lines.with_columns(_reason(has)), has


def _with_slot_end(lines: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """The end of the slot: an instant, or a time of the day on which it begins."""
    written = lines["details.slot_end"]
    ends = moments.instants(written, plan.profile.dates, plan.timezone)
    if "@service_at" in lines.columns:
        later = moments.on_the_day(written, lines["@service_at"], plan.timezone)
        ends = ends.zip_with(ends.is_not_null(), later)
    return lines.with_columns(ends.alias(moment("details.slot_end")))


def _reason(has: list[str]) -> pl.Expr:
    money = [c for c in _MONEY if c in has]
    prices = [c for c in _PRICES if c in has]
    counts = [c for c in ("quantity", "refunded_quantity") if c in has]
    covers = [c for c in ("details.covers",) if c in has]
    rates = [c for c in ("tax_rate",) if c in has]
    moments_ = [c for c in ("details.slot_end",) if c in has]
    quantity = pl.col("#quantity") if "quantity" in has else pl.lit(1)
    cases = [
        (unread(counts, "#") | _broken(counts), "bad_quantity"),
        (unread(money, "#"), "bad_price"),
        ((quantity <= 0).fill_null(value=False), "no_units"),
        (below_zero([c for c in money if c != "line_discount"]), "negative_price"),
        (unread([*covers, *rates], "#") | _broken(covers), "bad_detail"),
        (unread(moments_, "@"), "bad_detail"),
    ]
    if "quantity" in has:
        cases.append((pl.col("quantity").is_null(), "no_quantity"))
    if prices:
        cases.append((pl.all_horizontal(pl.col(prices).is_null()), "no_price"))
        cases.append(((_gross(has) > numbers.MOST).fill_null(value=False), "bad_price"))
        cases.append(((_net(has) < 0).fill_null(value=False), "negative_price"))
    if "service_at" in has:
        cases.append((unread(["service_at"], "@"), "bad_service"))
    return first_reason(*cases).alias(REASON)


def _broken(codes: Sequence[str]) -> pl.Expr:
    """Whether a count is no whole number, or more than any order has."""
    if not codes:
        return pl.lit(value=False)
    return pl.any_horizontal(
        (
            (pl.col(number(c)) != pl.col(number(c)).floor())
            | (pl.col(number(c)) > MOST_UNITS)
        ).fill_null(value=False)
        for c in codes
    )


def _units(has: list[str]) -> pl.Expr:
    if "quantity" not in has:
        return pl.lit(1, pl.Int64)
    return pl.col("#quantity").cast(pl.Int64)


def _gross(has: list[str]) -> pl.Expr:
    """What the line costs before its discount, exactly."""
    told = []
    if "line_subtotal" in has:
        told.append(pl.col("#line_subtotal"))
    if "unit_price" in has:
        units = _units(has).clip(0, MOST_UNITS).cast(pl.Decimal(38, 0))
        told.append(pl.col("#unit_price") * units)
    if "line_total" in has:
        told.append(pl.col("#line_total") + _discount(has))
    return pl.coalesce(told)


def _discount(has: list[str]) -> pl.Expr:
    if "line_discount" not in has:
        return pl.lit(0).cast(numbers.EXACT)
    return pl.col("#line_discount").abs().fill_null(pl.lit(0).cast(numbers.EXACT))


def _net(has: list[str]) -> pl.Expr:
    """What the line costs after its discount, exactly."""
    net = _gross(has) - _discount(has)
    return pl.coalesce("#line_total", net) if "line_total" in has else net


def in_minor_units(lines: pl.DataFrame, has: list[str]) -> pl.DataFrame:
    """Lines with a `factor` of their currency, with Int64 amounts beside.

    Adds quantity_, gross_, total_, unit_, and line_tax_, line_shipping_, line_fees_
    where the file has them; amounts are null where it gives no price.
    """
    factor = pl.col("factor")
    exact = {"gross_": _gross(has), "total_": _net(has)} if _priced(has) else {}
    lines = lines.with_columns(
        *(numbers.minor(e, factor).alias(name) for name, e in exact.items()),
        *(
            numbers.minor(pl.col(number(c)), factor).alias(f"{c}_")
            for c in _SUMMED
            if c in has
        ),
        _units(has).alias("quantity_"),
    )
    if not exact:
        nothing = pl.lit(None, pl.Int64)
        return lines.with_columns(gross_=nothing, total_=nothing, unit_=nothing)
    each = (pl.col("gross_") / pl.col("quantity_")).round().cast(pl.Int64)
    if "unit_price" in has:
        each = pl.coalesce(numbers.minor(pl.col("#unit_price"), factor), each)
    # A total above price × quantity is no negative discount: it is what was sold.
    gross = pl.max_horizontal("gross_", "total_")
    return lines.with_columns(unit_=each, gross_=gross)


def _priced(has: list[str]) -> bool:
    return any(code in has for code in _PRICES)


def framed(lines: pl.DataFrame, has: list[str], plan: Plan) -> pl.DataFrame:
    """The frame LINES of lines that have minor units, `source_id` and `all_back`."""
    nothing = pl.lit(None, pl.String)
    text = {c: pl.col(c) if c in has else nothing for c in ("sku", "title", "variant")}
    back = pl.lit(0, pl.Int64)
    if "refunded_quantity" in has:
        back = pl.col("#refunded_quantity").cast(pl.Int64).fill_null(0)
    tax = pl.col("line_tax_") if "line_tax" in has else pl.lit(None, pl.Int64)
    rate = pl.lit(None, pl.Int64)
    if "tax_rate" in has:
        rate = numbers.minor(pl.col("#tax_rate"), pl.lit(100))
    at = pl.col("@service_at") if "service_at" in has else pl.lit(None, pl.Int64)
    return lines.select(
        "source_id",
        position=pl.int_range(1, pl.len() + 1).over("source_id"),
        sku=text["sku"],
        title=pl.coalesce(text["title"], text["sku"], pl.lit(NAMELESS)),
        variant=text["variant"],
        quantity="quantity_",
        unit_price=pl.col("unit_").fill_null(0),
        discount=(pl.col("gross_") - pl.col("total_")).fill_null(0),
        tax_rate=rate,
        tax=tax,
        total=pl.col("total_").fill_null(0),
        refunded_quantity=pl.when("all_back")
        .then("quantity_")
        .otherwise(back.clip(0, pl.col("quantity_"))),
        service_at=at,
        details=_details(has, plan),
    ).cast(LINES)  # type: ignore[arg-type]


def _details(has: list[str], plan: Plan) -> pl.Expr:
    """The module's own facts as JSON; days and slots as the zone's clocks show them."""
    facts: dict[str, pl.Expr] = {}
    for code in has:
        name = code.removeprefix("details.")
        if name == code:
            continue
        facts[name] = pl.col(code)
    if "covers" in facts:
        facts["covers"] = pl.col("#details.covers").cast(pl.Int64)
    if "service_at" in has and "event" in facts:
        facts["date"] = _clock("@service_at", plan, "%Y-%m-%d", facts["event"])
    if "slot_end" in facts:
        iso = "%Y-%m-%dT%H:%M:%S%:z"
        end = facts["slot_end"]
        if "service_at" in has:
            facts["slot_start"] = _clock("@service_at", plan, iso, end)
        facts["slot_end"] = _clock("@details.slot_end", plan, iso, end)
    return texts.objects(facts) if facts else pl.lit(None, pl.String)


def _clock(at: str, plan: Plan, pattern: str, beside: pl.Expr) -> pl.Expr:
    moment_ = pl.from_epoch(pl.col(at), time_unit="us").dt.replace_time_zone("UTC")
    shown = moment_.dt.convert_time_zone(plan.timezone).dt.strftime(pattern)
    return pl.when(beside.is_not_null()).then(shown)
