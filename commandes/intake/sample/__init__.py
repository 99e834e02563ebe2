"""Sample orders: invented, believable, reproducible, over all modules and states.

`make` gives them chunk by chunk, oldest first, so a million of them need no more
memory than twenty thousand. Each order depends on the seed, the number of orders,
`now` and its own rank only: chunks may be of any size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from commandes.intake import frames
from commandes.intake.sample import extras
from commandes.intake.sample.articles import ARTICLES
from commandes.intake.sample.basket import (
    CODES,
    TAX_RATES,
    Basket,
    Bill,
    add_up,
    fill,
)
from commandes.intake.sample.cast import CURRENCIES, Cast, Plan, assign, draft
from commandes.intake.sample.channels import CHANNELS, find_channels
from commandes.intake.sample.columns import instants, joined, only, pick
from commandes.intake.sample.endings import Ending, archived, conclude, statuses
from commandes.intake.sample.facts import details
from commandes.intake.sample.payments import gift_cards, pay, payment_frame
from commandes.intake.sample.people import devices, identities
from commandes.intake.sample.refunds import Refunds, refund, refund_frame
from commandes.intake.sample.services import schedule
from commandes.rules import MODULES, STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from commandes.intake.frames import Incoming
    from commandes.intake.sample.draws import Bools, Ints

SOURCE = "sample"
CHUNK = 20_000
_FIRST_NUMBER = 10_001


def make(
    orders: int, seed: int, *, now: datetime, timezone: str, chunk: int = CHUNK
) -> Iterator[Incoming]:
    """Sample orders of the 24 months before `now`, by date of placing.

    Args:
        orders: how many; some 220 are needed for every case of script.CASES.
        seed: the same one gives the same orders.
        now: aware; nothing but the dates of services lies after it.
        timezone: the shop's, in which evenings, week-ends and services are meant.
        chunk: the most orders that one item holds.

    Yields:
        Items of source, format and profile "sample", each later than the one before.
    """
    plan = draft(orders, seed, now, timezone)
    for start in range(0, orders, chunk):
        index = np.arange(start, min(start + chunk, orders), dtype=np.int64)
        yield _incoming(plan, index)


def _incoming(plan: Plan, index: Ints) -> Incoming:
    who = assign(plan, index)
    channel = find_channels(plan, who)
    day, service_at = schedule(plan, who)
    basket, code = fill(plan, who, day)
    bill = add_up(plan, who, channel, basket, code)
    ending = conclude(plan, who, channel, bill.total, service_at)
    gift = gift_cards(plan, who, bill, ending)
    payments = pay(plan, who, channel, bill, ending, service_at, gift)
    count, paid = payments.per_order(len(index))
    refunds = refund(plan, who, basket, bill, ending)
    owed = (count == 0) | (paid < bill.total)
    status = statuses(plan, who, ending, service_at, owed=owed)

    number = pl.Series(index + _FIRST_NUMBER).cast(pl.String)
    orders = (
        _identity(number, who, ending, status, _pending(ending, count))
        | {"channel": pick(CHANNELS, channel)}
        | _sums(bill, gift)
        | identities(plan, who, channel)
        | devices(plan, who, channel)
        | {"archived_at": instants(archived(plan, who, status, service_at))}
    )
    facts = details(plan, who, basket, day, service_at)
    lines = _lines(basket, refunds, service_at, facts)
    returned = refund_frame(plan, who, ending, refunds, payments, service_at)
    return frames.Incoming(
        source=SOURCE,
        format=SOURCE,
        profile=SOURCE,
        rows_read=lines.height,
        rows_imported=lines.height,
        orders=pl.DataFrame(orders).select(
            pl.col(name).cast(kind) for name, kind in frames.ORDERS.items()
        ),
        lines=_of_orders(lines, number, frames.LINES),
        payments=_of_orders(
            payment_frame(plan, who, payments), number, frames.PAYMENTS
        ),
        refunds=_of_orders(returned, number, frames.REFUNDS),
        tags=_of_orders(extras.tags(plan, who, basket, status), number, frames.TAGS),
        shipments=_of_orders(
            extras.shipments(plan, who, bill, status), number, frames.SHIPMENTS
        ),
        notes=_of_orders(extras.notes(plan, who), number, frames.NOTES),
    )


def _pending(ending: Ending, payments: Ints) -> Bools:
    """Whether a payment is on its way: a transfer, or a checkout still running."""
    announced = ending.is_fate("transfer")
    running = ending.is_fate("cart") & (ending.abandoned_at < ending.begun_at)
    pending: Bools = (payments == 0) & (announced | running)
    return pending


def _of_orders(
    frame: pl.DataFrame, number: pl.Series, schema: Mapping[str, type[pl.DataType]]
) -> pl.DataFrame:
    """A frame about rows as one about orders, with the columns of its schema."""
    named = frame.with_columns(source_id=number.gather(frame["row"]))
    return named.select(pl.col(name).cast(kind) for name, kind in schema.items())


def _identity(
    number: pl.Series, who: Cast, ending: Ending, status: Ints, pending: Bools
) -> dict[str, pl.Series]:
    is_cart = ending.is_fate("cart")
    begun = instants(ending.begun_at)
    return {
        "source_id": number,
        "number": number,
        "module": pick(MODULES, who.module),
        "status": pick(STATUSES, status),
        "payment_pending": pl.Series(pending),
        "is_cart": pl.Series(is_cart),
        "cart_id": only(joined("panier-", number), begun.is_not_null().to_numpy()),
        "cart_url": only(joined("https://example.org/panier/", number), is_cart),
        "currency": pick(CURRENCIES, who.currency),
        "placed_at": pl.Series(who.placed),
        "begun_at": begun,
        "abandoned_at": instants(ending.abandoned_at),
        "cancelled_at": instants(ending.cancelled_at),
    }


def _sums(bill: Bill, gift: Ints) -> dict[str, pl.Series]:
    return {
        "subtotal": pl.Series(bill.subtotal),
        "discount": pl.Series(bill.discount),
        # -1, no code, is the last of the list.
        "discount_codes": pick([*(code for code, _ in CODES), None], bill.code),
        "shipping": pl.Series(bill.shipping),
        "fees": pl.Series(bill.fees),
        "tip": pl.Series(bill.tip),
        "tax": pl.Series(bill.tax),
        "tax_included": pl.Series(np.full(len(gift), fill_value=True)),
        "total": pl.Series(bill.total),
        "gift_card": pl.Series(gift),
    }


def _lines(
    basket: Basket, refunds: Refunds, service_at: Ints, facts: pl.Series
) -> pl.DataFrame:
    article = basket.article
    return pl.DataFrame(
        {
            "row": basket.row,
            "position": basket.position,
            "sku": pick([a.sku for a in ARTICLES], article),
            "title": pick([a.title for a in ARTICLES], article),
            "variant": pick([a.variant for a in ARTICLES], article),
            "quantity": basket.quantity,
            "unit_price": basket.unit_price,
            "discount": basket.discount,
            "tax_rate": TAX_RATES[article],
            "tax": basket.tax,
            "total": basket.total,
            "refunded_quantity": refunds.quantity,
            "service_at": instants(service_at[basket.row]),
            "details": facts,
        }
    )
