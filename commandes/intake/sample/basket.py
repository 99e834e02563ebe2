"""The lines of sample orders, and what they come to.

Prices include tax. A code's discount is taken line by line, so that for every order
subtotal = sum of (line total + line discount), discount = sum of line discounts,
tax = sum of line taxes (none on shipping, fees and tip), and
total = subtotal - discount + shipping + fees + tip.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from commandes.intake.sample.articles import (
    ARTICLES,
    EXTRAS,
    HEADS,
    PLAN_COUNT,
    SEATS,
)
from commandes.intake.sample.cast import (
    EVENTS,
    RESTAURANT,
    STORE,
    Cast,
    Plan,
    fate_is,
)
from commandes.intake.sample.channels import POS
from commandes.intake.sample.services import event_of
from commandes.rules import MODULES

if TYPE_CHECKING:
    from commandes.intake.sample.draws import Draws, Floats, Ints

PRICES = np.array([article.price for article in ARTICLES], np.int64)
TAX_RATES = np.array([article.tax_rate for article in ARTICLES], np.int64)
MOST_LINES = 8

# What a euro cent is in minor units of each of cast.CURRENCIES, and to what prices
# are rounded there (also minor units).
_RATES = np.array((1, 0.95, 0.86, 1.62, 34.0))
_STEPS = np.array((1, 5, 5, 10, 100))

_LINE_COUNTS = np.array(
    (
        (0.30, 0.28, 0.20, 0.12, 0.06, 0.04),
        (0.70, 0.30, 0, 0, 0, 0),
        (0.80, 0.20, 0, 0, 0, 0),
        (0.50, 0.30, 0.20, 0, 0, 0),
        (0.70, 0.30, 0, 0, 0, 0),
    )
)
# Units of a first line, from 1; and of the others.
_HEAD_UNITS = np.array(
    (
        (0.80, 0.15, 0.05, 0, 0, 0, 0, 0),
        (0.25, 0.50, 0.10, 0.15, 0, 0, 0, 0),
        (1, 0, 0, 0, 0, 0, 0, 0),
        (0.05, 0.45, 0.12, 0.20, 0.06, 0.07, 0.02, 0.03),
        (0.95, 0.05, 0, 0, 0, 0, 0, 0),
    )
)
_EXTRA_UNITS = np.array(
    ((0.80, 0.15, 0.05), (0.7, 0.3, 0), (1, 0, 0), (0.6, 0.4, 0), (1, 0, 0))
)
_SEAT_WEIGHTS = (0.55, 0.2, 0.15, 0.1)

# Code, per cent; PARRAIN5 takes 5 euros off the first line instead.
CODES = (
    ("BIENVENUE10", 10),
    ("FIDELITE5", 5),
    ("PARRAIN5", 0),
    ("PRESSE50", 50),
    ("NOEL15", 15),
    ("ETE20", 20),
)
NO_CODE = -1
_PERCENTS = np.array([percent for _, percent in CODES] + [0])
_GIFT_CODE = 2
_GIFT_CENTS = 500
_CODE_SHARES = np.array((0.16, 0.05, 0.08, 0.04, 0.06))
_CODE_WEIGHTS = (0.5, 0.25, 0.2, 0.05)

# Relay, home, express, in euro cents.
SHIPPING_PRICES = np.array((390, 590, 1290))
SHIPPING_WEIGHTS = (0.45, 0.45, 0.1)
RELAY, HOME, EXPRESS = range(3)
_FREE_FROM = 6000
_FEE_PER_TICKET = 150
_TIP_PERCENT, _TIP_STEP = 6, 50


@dataclass(frozen=True)
class Basket:
    """The lines of some orders, order by order; arrays with one item per line.

    Attributes:
        row: position of the order among these orders.
        position: from 1.
        article: position in ARTICLES.
        starts: where each order's lines begin (one item per order).
    """

    row: Ints
    position: Ints
    article: Ints
    quantity: Ints
    unit_price: Ints
    discount: Ints
    total: Ints
    tax: Ints
    starts: Ints

    def per_order(self, values: Ints) -> Ints:
        """The sum of a line's values over each order."""
        return np.add.reduceat(values, self.starts)


@dataclass(frozen=True)
class Bill:
    """The sums of some orders; `code` is a position in CODES or NO_CODE."""

    subtotal: Ints
    discount: Ints
    code: Ints
    shipping: Ints
    shipping_method: Ints
    fees: Ints
    tip: Ints
    tax: Ints
    total: Ints


def in_currency(cents: Ints, currency: Ints) -> Ints:
    """Euro cents as a round price in minor units of a currency."""
    steps = _STEPS[currency]
    price: Ints = np.round(cents * _RATES[currency] / steps).astype(np.int64) * steps
    return price


def fill(plan: Plan, cast: Cast, service_day: Ints) -> tuple[Basket, Ints]:
    """The lines of these orders, and the discount code of each order."""
    draws, index = plan.draws, cast.index
    count = 1 + draws.choose_in("lines", index, _LINE_COUNTS[cast.module])
    starts = count.cumsum() - count
    row = np.repeat(np.arange(len(index)), count)
    position = np.arange(len(row)) - starts[row] + 1

    article = _articles(draws, cast, service_day, row, position)
    quantity = _quantities(draws, cast, row, position)
    unit = in_currency(PRICES[article], cast.currency[row])
    gross = unit * quantity
    code = _codes(plan, cast)
    discount = _discounts(cast, code, row, position, gross)
    total = gross - discount
    rate = TAX_RATES[article]
    tax = _share(total, rate, 10_000 + rate)
    basket = Basket(
        row, position, article, quantity, unit, discount, total, tax, starts
    )
    return basket, code


def _share(amount: Ints, part: Ints, whole: Ints) -> Ints:
    """Amount × part ÷ whole, halves rounded up."""
    return (2 * amount * part + whole) // (2 * whole)


def _articles(
    draws: Draws, cast: Cast, service_day: Ints, row: Ints, position: Ints
) -> Ints:
    """The articles of lines: an order's first draw, then others of the ring."""
    heads = np.array([HEADS[module] for module in MODULES])[cast.module]
    extras = np.array([EXTRAS[module] for module in MODULES])[cast.module]
    start, count = heads.T
    event = cast.module == EVENTS
    seats = len(SEATS)
    start = np.where(event, start + seats * event_of(draws, service_day), start)
    count = np.where(event, seats, count)
    head = _heads(draws, cast, count)
    # Long enough to leave the variants of one article, short enough never to come
    # back to it within one order.
    stride = np.where(
        cast.module == STORE,
        draws.between("stride", cast.index, 3, count // MOST_LINES),
        1,
    )
    ring = start[row] + (head[row] + (position - 1) * stride[row]) % count[row]
    turn = draws.below("extra", cast.index, extras[:, 1])[row] + position
    extra = extras[row, 0] + turn % extras[row, 1]
    same_ring = np.isin(cast.module, (STORE, EVENTS))[row]
    article: Ints = np.where(same_ring | (position == 1), ring, extra)
    return article


def _heads(draws: Draws, cast: Cast, count: Ints) -> Ints:
    head = draws.popular("head", cast.index, count, 1.6)
    seat = draws.choose("seat", cast.index, _SEAT_WEIGHTS)
    monthly = draws.below("plan", cast.index, PLAN_COUNT)
    head = np.where(cast.module == EVENTS, seat, head)
    head = np.where(fate_is(cast.fate, "renewals"), monthly, head)
    return np.where(fate_is(cast.fate, "instalments"), PLAN_COUNT + monthly, head)


def _quantities(draws: Draws, cast: Cast, row: Ints, position: Ints) -> Ints:
    head = 1 + draws.choose_in("units", cast.index, _HEAD_UNITS[cast.module])
    line = cast.index[row] * MOST_LINES + position
    extra = 1 + draws.choose_in("more-units", line, _EXTRA_UNITS[cast.module[row]])
    return np.where(position == 1, head[row], extra)


def _codes(plan: Plan, cast: Cast) -> Ints:
    draws, index = plan.draws, cast.index
    months = plan.seasons.dates.dt.month().to_numpy()
    month = months[plan.seasons.day(cast.placed)]
    code = draws.choose("code", index, _CODE_WEIGHTS)
    seasonal = draws.chance("seasonal-code", index, 0.5)
    code = np.where(seasonal & np.isin(month, (11, 12)), 4, code)
    code = np.where(seasonal & np.isin(month, (7, 8)), 5, code)
    given = draws.chance("has-code", index, _CODE_SHARES[cast.module])
    return np.where(given, code, NO_CODE)


def _discounts(cast: Cast, code: Ints, row: Ints, position: Ints, gross: Ints) -> Ints:
    percent = _PERCENTS[code][row]
    off = _share(gross, percent, np.full_like(gross, 100))
    gift = in_currency(np.full_like(row, _GIFT_CENTS), cast.currency[row])
    given = (code[row] == _GIFT_CODE) & (position == 1)
    return np.where(given, np.minimum(gift, gross // 2), off)


def add_up(plan: Plan, cast: Cast, channel: Ints, basket: Basket, code: Ints) -> Bill:
    """The sums of these orders."""
    draws, index, currency = plan.draws, cast.index, cast.currency
    discount = basket.per_order(basket.discount)
    goods = basket.per_order(basket.total)
    sent = (cast.module == STORE) & (channel != POS)
    method = draws.choose("shipping", index, SHIPPING_WEIGHTS)
    free = goods >= in_currency(np.full_like(goods, _FREE_FROM), currency)
    owed = sent & (~free | (method == EXPRESS))
    shipping = np.where(owed, in_currency(SHIPPING_PRICES[method], currency), 0)
    tickets = basket.per_order(basket.quantity) * _FEE_PER_TICKET
    charged = (cast.module == EVENTS) & (channel != POS) & (goods > 0)
    fees = np.where(charged, in_currency(tickets, currency), 0)
    tip = _tips(draws, cast, goods)
    return Bill(
        subtotal=goods + discount,
        discount=discount,
        code=np.where(discount > 0, code, NO_CODE),
        shipping=shipping,
        shipping_method=np.where(sent, method, -1),
        fees=fees,
        tip=tip,
        tax=basket.per_order(basket.tax),
        total=goods + shipping + fees + tip,
    )


def _tips(draws: Draws, cast: Cast, goods: Ints) -> Ints:
    step = in_currency(np.full_like(goods, _TIP_STEP), cast.currency)
    tipped: Floats = np.ceil(goods * _TIP_PERCENT / (100 * step))
    gives = draws.chance("tip", cast.index, 0.35) & (cast.module == RESTAURANT)
    gives &= ~fate_is(cast.fate, "unpaid", "dropped")
    return np.where(gives, tipped.astype(np.int64) * step, 0)
