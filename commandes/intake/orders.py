"""The fields of orders, from the row of each that holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from commandes.intake import moments, profiles, texts
from commandes.intake.fields import of_kind
from commandes.intake.frames import NOTES, ORDERS, SHIPMENTS, TAGS
from commandes.intake.plan import Plan, below_zero, first_reason, moment, number, unread
from commandes.intake.rows import (
    KEY,
    REASON,
    currency_cases,
    date_cases,
    total_cases,
    with_currency,
    with_placed,
)
from commandes.rules import MODULES
from commandes.store.tables import ADDRESS_FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping

_MONEY = tuple(c for c in of_kind("money", "order") if c != "total")
_SIGNED = ("discount", "refunded", "gift_card", "outstanding")
_OTHER_DATES = tuple(c for c in of_kind("moment", "order") if c != "placed_at")
_HTTPS = "https://"


def read(heads: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Orders with their dates, codes and the REASON that speaks against each.

    Adds `placed_at`, `status`, `state` (of payment), `module`, `is_cart` and the
    instants of the other dates; `currency` as an ISO code.
    """
    profile = plan.profile
    if profile.rows != "lines":
        heads = with_currency(with_placed(heads, plan), plan)
    dates = plan.mapped(*_OTHER_DATES)
    heads = heads.with_columns(
        moments.instants(heads[c], profile.dates, plan.timezone).alias(moment(c))
        for c in dates
    )
    codes = {
        "module": _translated("module", plan, profile.modules, MODULES, profile.module),
        "status": _status(plan),
        "state": _translated(
            "payment", plan, profile.payment, profiles.PAYMENTS, "unpaid"
        ),
    }
    heads = heads.with_columns(**codes)
    money = plan.mapped(*_MONEY)
    reason = first_reason(
        *date_cases(plan),
        (unread(dates, "@"), "bad_other_date"),
        *currency_cases(),
        *total_cases(plan),
        (unread(money, "#"), "bad_amount"),
        (below_zero([c for c in money if c not in _SIGNED]), "negative_amount"),
        (pl.col("module").is_null(), "unknown_module"),
        (pl.col("status").is_null(), "unknown_status"),
        (pl.col("state").is_null(), "unknown_payment"),
    )
    return _with_states(heads.with_columns(reason.alias(REASON)), plan)


def _translated(
    code: str,
    plan: Plan,
    table: Mapping[str, str],
    ours: tuple[str, ...],
    empty: str,
) -> pl.Expr:
    text = pl.col(code) if code in plan.columns else pl.lit(None, pl.String)
    own = dict(zip(ours, ours, strict=True))
    return texts.translated(text, {**own, "": empty, **table})


def _status(plan: Plan) -> pl.Expr:
    table = plan.profile.status
    told = _translated("status", plan, table, profiles.STATUSES, "new")
    if "fulfilled_at" not in plan.columns:
        return told
    silent = pl.col("fulfilled_at").is_not_null()
    if "status" in plan.columns:
        silent &= pl.col("status").is_null()
    return pl.when(silent).then(pl.lit("done")).otherwise(told)


def _instant(code: str, plan: Plan) -> pl.Expr:
    return pl.col(moment(code)) if code in plan.columns else pl.lit(None, pl.Int64)


def _with_states(heads: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """What status, payment and dates say together."""
    state, begun = pl.col("state"), _instant("begun_at", plan)
    cart = (pl.col("status") == "cart") | state.is_in(["cart", "abandoned"])
    if "is_cart" in plan.columns:
        cart |= texts.flag(pl.col("is_cart")).fill_null(value=False)
    heads = heads.with_columns(
        is_cart=cart, placed_at=pl.coalesce(pl.col("@placed_at"), begun)
    )
    cancelled = (pl.col("status") == "cancelled") | _instant(
        "cancelled_at", plan
    ).is_not_null()
    # The source gives a date of payment only to what was paid.
    dated = (state == "unpaid") & _instant("paid_at", plan).is_not_null()
    left = (state == "abandoned") | _instant("abandoned_at", plan).is_not_null()
    is_cart, placed_at = pl.col("is_cart"), pl.col("placed_at")
    paid = state.is_in(["paid", "refunded", "partially_refunded"])
    return heads.with_columns(
        cancelled_at=pl.when(cancelled).then(
            pl.coalesce(_instant("cancelled_at", plan), placed_at)
        ),
        begun_at=pl.when(is_cart).then(pl.coalesce(begun, placed_at)).otherwise(begun),
        abandoned_at=pl.when(is_cart & left & ~paid).then(
            pl.coalesce(_instant("abandoned_at", plan), begun, placed_at)
        ),
        payment_pending=state.is_in(["pending", "cart"])
        | (is_cart & (state == "unpaid") & ~left),
        status=pl.when(cancelled)
        .then(pl.lit("cancelled"))
        .otherwise(pl.col("status").replace("cart", "new")),
        state=pl.when(dated).then(pl.lit("paid")).otherwise(state),
    )


def framed(orders: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """The frame ORDERS of orders that are balanced and settled."""
    nothing = pl.lit(None, pl.String)
    plain = ("cart_id", "channel", "discount_codes", "ip_address", "user_agent")
    told = {c: pl.col(c) if c in plan.columns else nothing for c in (*plain, "email")}
    name = _name("customer_name", "customer_", plan)
    consent = pl.lit(None, pl.Boolean)
    if "marketing_consent" in plan.columns:
        consent = texts.flag(pl.col("marketing_consent"))
    cart_url = nothing
    if "cart_url" in plan.columns:
        cart_url = _https(pl.col("cart_url"))
    phones = plan.mapped("phone", "billing.phone", "shipping.phone")
    return orders.select(
        **{c: pl.col(c) if c in orders.columns else nothing for c in ORDERS}
        | told
        | {
            "customer_name": pl.coalesce(
                name,
                _name("billing.name", "billing.", plan),
                _name("shipping.name", "shipping.", plan),
            ),
            "phone": pl.coalesce(phones) if phones else nothing,
            "cart_url": cart_url,
            "marketing_consent": consent,
            "billing_address": _address("billing", plan),
            "shipping_address": _address("shipping", plan),
        }
    ).cast(ORDERS)  # type: ignore[arg-type]


def _https(link: pl.Expr) -> pl.Expr:
    """A link that may be shown and sent; nothing for what is no https address."""
    return pl.when(link.str.to_lowercase().str.starts_with(_HTTPS)).then(link)


def _name(whole: str, prefix: str, plan: Plan) -> pl.Expr:
    """A full name: as given, or first and last name together."""
    told = [pl.col(c) for c in plan.mapped(whole)]
    parts = plan.mapped(f"{prefix}first_name", f"{prefix}last_name")
    if parts:
        both = pl.concat_str(parts, separator=" ", ignore_nulls=True)
        told.append(pl.when(both.str.len_bytes() > 0).then(both))
    return pl.coalesce(told) if told else pl.lit(None, pl.String)


def _address(which: str, plan: Plan) -> pl.Expr:
    parts = {
        part: pl.col(f"{which}.{part}")
        for part in ADDRESS_FIELDS
        if f"{which}.{part}" in plan.columns
    }
    name = _name(f"{which}.name", f"{which}.", plan)
    if plan.mapped(f"{which}.name", f"{which}.first_name", f"{which}.last_name"):
        parts = {"name": name} | {k: v for k, v in parts.items() if k != "name"}
    return texts.objects(parts) if parts else pl.lit(None, pl.String)


def tags(orders: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """The frame TAGS: each tag of an order once, in the file's order."""
    if "tags" not in plan.columns:
        return pl.DataFrame(schema=TAGS)
    names = pl.col("tags").str.split(plan.profile.tag_separator)
    return (
        orders.filter(pl.col("tags").is_not_null())
        .select("source_id", names.alias("name"))
        .explode("name")
        .with_columns(pl.col("name").str.strip_chars())
        .filter(pl.col("name").str.len_bytes() > 0)
        .unique(maintain_order=True)
    )


def shipments(orders: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """The frame SHIPMENTS; a link that is not https is left out."""
    if "tracking_number" not in plan.columns:
        return pl.DataFrame(schema=SHIPMENTS)
    nothing = pl.lit(None, pl.String)
    carrier = pl.col("tracking_carrier") if plan.mapped("tracking_carrier") else nothing
    url = nothing
    if plan.mapped("tracking_url"):
        url = _https(pl.col("tracking_url"))
    return (
        orders.filter(pl.col("tracking_number").is_not_null())
        .select(
            "source_id",
            carrier=carrier,
            number="tracking_number",
            url=url,
            at=_instant("fulfilled_at", plan),
        )
        .cast(SHIPMENTS)  # type: ignore[arg-type]
    )


def notes(orders: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """The frame NOTES: the customer's words, then the team's."""
    authors = {"note": "client", "private_note": plan.profile.source}
    pieces = [pl.DataFrame(schema=NOTES | {"order": pl.UInt32})]
    pieces += [
        orders.filter(pl.col(code).is_not_null()).select(
            "source_id",
            author=pl.lit(authors[code]),
            text=code,
            order=pl.col("order").cast(pl.UInt32),
        )
        for code in plan.mapped(*authors)
    ]
    return pl.concat(pieces).sort("order", maintain_order=True).drop("order")


__all__ = ["KEY", "framed", "notes", "number", "read", "shipments", "tags"]
