"""The refunds of sample orders, and the units that they concern."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from commandes.intake.sample.columns import digits, instants, joined, only, pick
from commandes.intake.sample.endings import PART_REFUNDS, PLATFORM_REFUNDS, REFUNDS
from commandes.intake.sample.payments import MEANS, Payments
from commandes.intake.sample.seasons import ABSENT
from commandes.intake.sample.words import REASONS

if TYPE_CHECKING:
    from commandes.intake.sample.basket import Basket, Bill
    from commandes.intake.sample.cast import Cast, Plan
    from commandes.intake.sample.draws import Bools, Ints
    from commandes.intake.sample.endings import Ending

# A gesture, the first of REASONS, gives back one part in so many of the total.
_GESTURE_PART = 5


@dataclass(frozen=True)
class Refunds:
    """What was refunded.

    Attributes:
        amount: per order, 0 where nothing was.
        gesture: per order, whether money was given back without any article.
        quantity: units per line.
    """

    amount: Ints
    gesture: Bools
    quantity: Ints


def refund(
    plan: Plan, cast: Cast, basket: Basket, bill: Bill, ending: Ending
) -> Refunds:
    """All that was paid, or units of the last line, or a gesture."""
    lines = len(basket.row)
    last = np.append(basket.starts[1:], lines) - 1
    held = basket.quantity[last]
    whole = plan.draws.chance("whole-line", cast.index, 0.5)
    units = np.where(whole, held, 1)
    part = basket.total[last] * units // held
    gift = np.maximum(bill.total // _GESTURE_PART, 1)

    refunded = ending.is_fate(*REFUNDS)
    partly = ending.is_fate(*PART_REFUNDS)
    gesture = partly & ((part == 0) | (part >= bill.total))
    amount = np.where(partly, np.where(gesture, gift, part), bill.total)
    everything = (refunded & ~partly)[basket.row]
    quantity = np.where(everything, basket.quantity, 0)
    of_last = np.zeros(lines, np.int64)
    of_last[last] = np.where(partly & ~gesture, units, 0)
    return Refunds(np.where(refunded, amount, 0), gesture, quantity + of_last)


def refund_frame(
    plan: Plan,
    cast: Cast,
    ending: Ending,
    refunds: Refunds,
    payments: Payments,
    service_at: Ints,
) -> pl.DataFrame:
    """The refunds as frames.REFUNDS, with the order's row instead of its id."""
    row = np.flatnonzero(refunds.amount)
    index = cast.index[row]
    platform = ending.is_fate(*PLATFORM_REFUNDS)[row]
    given_back = ending.given_back_at[row]
    done = given_back != ABSENT
    # The last payment of an order is the one that is given back.
    means = payments.means[np.searchsorted(payments.row, row, side="right") - 1]
    providers = [provider for _, provider, *_ in MEANS]
    marked = ending.marked_at[row]
    passed = (service_at[row] != ABSENT) & (service_at[row] < marked)
    gesture = refunds.gesture[row]
    reason = 1 + plan.draws.below("reason", index, len(REASONS) - 1)
    reason = np.where(gesture, 0, reason)
    return pl.DataFrame(
        {
            "row": row,
            "amount": refunds.amount[row],
            "marked_at": marked,
            "state": pick(("to_do", "done"), done.astype(np.int64)),
            "origin": pick(("here", "platform"), platform.astype(np.int64)),
            "reason": pick(REASONS, reason),
            "restock": only(pl.Series(~passed & ~gesture), ~platform),
            "provider": only(pick(providers, means), done),
            "reference": only(
                joined("re_", digits(plan.draws, "refund-reference", index, 16)), done
            ),
            "done_at": instants(given_back),
        }
    )
