"""The payments of sample orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from commandes.intake.sample.basket import in_currency
from commandes.intake.sample.cast import STORE
from commandes.intake.sample.channels import POS
from commandes.intake.sample.columns import digits, pick
from commandes.intake.sample.endings import AT_ONCE, later
from commandes.intake.sample.seasons import DAY, HOUR, MINUTE
from commandes.rules import PAYMENT_KINDS

if TYPE_CHECKING:
    from commandes.intake.sample.basket import Bill
    from commandes.intake.sample.cast import Cast, Plan
    from commandes.intake.sample.draws import Bools, Ints
    from commandes.intake.sample.endings import Ending

# Means, provider, what its references begin with and how many digits follow.
MEANS = (
    ("Carte bancaire", "Stripe", "pi_", 16),
    ("PayPal", "PayPal", "PAYID-", 14),
    ("Apple Pay", "Stripe", "pi_", 16),
    ("Carte bancaire", "SumUp", "SU-", 10),
    ("Espèces", None, None, 0),
    ("Virement", None, "VIR-", 8),
    ("Chèque", None, "CHQ-", 7),
    ("Carte cadeau", None, "CC-", 8),
    ("Prélèvement SEPA", "GoCardless", "PM", 10),
    ("Gratuit", None, None, 0),
)
STRIPE, PAYPAL, APPLE, SUMUP, CASH, TRANSFER, CHEQUE, GIFT, DEBIT, NOTHING = range(
    len(MEANS)
)
FULL, DEPOSIT, BALANCE, INSTALMENT, RENEWAL = range(len(PAYMENT_KINDS))

_ONLINE_WEIGHTS = (0.66, 0.24, 0.1)
_COUNTER_WEIGHTS = (0, 0, 0, 0.75, 0.25)
_GIFT_SHARE, _GIFT_CENTS = 0.03, 2500
_INSTALMENTS, _MOST_RENEWALS = 3, 24
# No order has as many payments.
_MOST_PAYMENTS = 64


@dataclass(frozen=True)
class Payments:
    """The payments of some orders, order by order; one item per payment.

    Attributes:
        row: position of the order among these orders.
        means: position in MEANS.
        kind: position in rules.PAYMENT_KINDS.
    """

    row: Ints
    at: Ints
    amount: Ints
    means: Ints
    kind: Ints

    def per_order(self, orders: int) -> tuple[Ints, Ints]:
        """Of each order: how many payments it has, and their sum."""
        count = np.bincount(self.row, minlength=orders).astype(np.int64)
        paid = np.zeros(orders, np.int64)
        np.add.at(paid, self.row, self.amount)
        return count, paid


def gift_cards(plan: Plan, cast: Cast, bill: Bill, ending: Ending) -> Ints:
    """What of each order was paid with a gift card."""
    gift = in_currency(np.full_like(bill.total, _GIFT_CENTS), cast.currency)
    uses = plan.draws.chance("gift-card", cast.index, _GIFT_SHARE)
    uses &= ending.is_fate(*AT_ONCE) & (cast.module == STORE)
    return np.where(uses, np.minimum(gift, bill.total), 0)


def pay(
    plan: Plan,
    cast: Cast,
    channel: Ints,
    bill: Bill,
    ending: Ending,
    service_at: Ints,
    gift: Ints,
) -> Payments:
    """The payments of these orders up to the plan's `now`."""
    draws, index, total = plan.draws, cast.index, bill.total
    online = draws.choose("means", index, _ONLINE_WEIGHTS)
    counter = draws.choose("counter", index, _COUNTER_WEIGHTS)
    once = np.where(channel == POS, counter, online)
    once = np.where(total == 0, NOTHING, once)
    paper = np.where(draws.chance("cheque", index, 0.25), CHEQUE, TRANSFER)
    arrives = later(cast.placed, 2 + 7 * draws.uniform("arrives", index))
    served = service_at + draws.between("bill", index, 60, 120) * MINUTE
    deposit = np.maximum(total * 3 // 10, 1)
    balance = later(service_at, -3 * draws.uniform("balance", index) ** 2)
    balance = np.maximum(balance, cast.placed + HOUR)

    at_once = ending.is_fate(*AT_ONCE)
    by_part = ending.is_fate("deposit")
    by_card = at_once & ((gift < total) | (total == 0))
    card = np.full_like(once, GIFT)
    pieces = [
        _Piece(at_once & (gift > 0), ending.paid_at, gift, card, FULL),
        _Piece(by_card, ending.paid_at, total - gift, once, FULL),
        _Piece(ending.is_fate("transfer"), arrives, total, paper, FULL),
        _Piece(ending.is_fate("on_site"), served, total, counter, FULL),
        _Piece(by_part, ending.paid_at, deposit, online, DEPOSIT),
        _Piece(by_part, balance, total - deposit, online, BALANCE),
        *_instalments(cast, bill, ending, online),
        *_renewals(plan, cast, bill, ending),
    ]
    return _collect(pieces, plan.now)


class _Piece(NamedTuple):
    """One payment of each of the chosen orders; arrays with one item per order."""

    chosen: Bools
    at: Ints
    amount: Ints
    means: Ints
    kind: int


def _collect(pieces: list[_Piece], now: int) -> Payments:
    """The pieces that are due by now, order by order and by date."""
    rows = [np.flatnonzero(piece.chosen & (piece.at <= now)) for piece in pieces]
    due = list(zip(rows, pieces, strict=True))
    row = np.concatenate(rows)
    at = np.concatenate([piece.at[row] for row, piece in due])
    by = np.lexsort((at, row))
    return Payments(
        row=row[by],
        at=at[by],
        amount=np.concatenate([piece.amount[row] for row, piece in due])[by],
        means=np.concatenate([piece.means[row] for row, piece in due])[by],
        kind=np.repeat([piece.kind for piece in pieces], list(map(len, rows)))[by],
    )


def _months_later(at: Ints, months: int) -> Ints:
    """The same day and time so many months later; at most the month's last day."""
    moment = at.astype("datetime64[us]")
    month = moment.astype("datetime64[M]")
    within = moment - month.astype("datetime64[us]")
    target = (month + months).astype("datetime64[us]")
    following = (month + months + 1).astype("datetime64[us]")
    room = following - target - np.timedelta64(DAY, "us")
    day = within // np.timedelta64(DAY, "us") * np.timedelta64(DAY, "us")
    moved: Ints = (target + np.minimum(day, room) + (within - day)).astype(np.int64)
    return moved


def _instalments(cast: Cast, bill: Bill, ending: Ending, online: Ints) -> list[_Piece]:
    chosen = ending.is_fate("instalments")
    part = bill.total // _INSTALMENTS
    first = bill.total - (_INSTALMENTS - 1) * part
    return [
        _Piece(chosen, ending.paid_at, first, online, INSTALMENT),
        *(
            _Piece(chosen, _months_later(cast.placed, k), part, online, INSTALMENT)
            for k in range(1, _INSTALMENTS)
        ),
    ]


def _renewals(plan: Plan, cast: Cast, bill: Bill, ending: Ending) -> list[_Piece]:
    chosen = ending.is_fate("renewals")
    months = plan.draws.waiting("months", cast.index, 9, _MOST_RENEWALS)
    means = np.where(plan.draws.chance("debit", cast.index, 0.4), DEBIT, STRIPE)
    return [
        _Piece(chosen, ending.paid_at, bill.total, means, FULL),
        *(
            _Piece(
                chosen & (months >= k),
                _months_later(cast.placed, k),
                bill.total,
                means,
                RENEWAL,
            )
            for k in range(1, _MOST_RENEWALS + 1)
        ),
    ]


def payment_frame(plan: Plan, cast: Cast, payments: Payments) -> pl.DataFrame:
    """The payments as frames.PAYMENTS, with the order's row instead of its id."""
    number = cast.index[payments.row] * _MOST_PAYMENTS
    first = np.searchsorted(payments.row, payments.row)
    number += np.arange(len(payments.row)) - first
    prefix = pick([prefix for _, _, prefix, _ in MEANS], payments.means)
    lengths = np.array([length for *_, length in MEANS])[payments.means]
    figures = digits(plan.draws, "reference", number, 16)
    return pl.DataFrame(
        {
            "row": payments.row,
            "at": payments.at,
            "at_given": np.full(len(payments.row), fill_value=True),
            "amount": payments.amount,
            "means": pick([means for means, *_ in MEANS], payments.means),
            "provider": pick([provider for _, provider, *_ in MEANS], payments.means),
            "reference": prefix + figures.str.slice(0, pl.Series(lengths)),
            "kind": pick(PAYMENT_KINDS, payments.kind),
        }
    )
