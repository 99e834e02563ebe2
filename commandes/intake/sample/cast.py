"""Who orders what kind of thing when: the orders before their articles."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from commandes.intake.sample import seasons
from commandes.intake.sample.draws import Draws
from commandes.intake.sample.script import CASES, FATE_SHARES, FATES, Case
from commandes.intake.sample.seasons import DAY, SECOND, Seasons
from commandes.intake.sample.words import ABROAD
from commandes.rules import MODULES
from commandes.store.tables import to_micros

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from commandes.intake.sample.draws import Bools, Floats, Ints

# An answer left open: a case without one, an order that is no case.
FREE = -(2**31)

_CUSTOMERS_PER_ORDER = 0.6
_FEWEST_CUSTOMERS = 60
# The share of scripted cases among the orders is at most one in so many.
_ORDERS_PER_CASE = 4
# How far a rounded instant may stray from its rank, in orders.
_STRAY = 3

CURRENCIES = ("EUR", "CHF", "GBP", "JPY", "TND")
_MONEY_OF = {"CH": "CHF", "GB": "GBP", "JP": "JPY", "TN": "TND"}
# The currency (a position in CURRENCIES) of the customer with this number modulo 100.
_CURRENCY = np.array(
    [CURRENCIES.index(_MONEY_OF.get(ABROAD.get(k, "FR"), "EUR")) for k in range(100)]
)

# One row per module, one column per fate.
_FATE_SHARES = np.array(
    [[FATE_SHARES[module].get(fate, 0.0) for fate in FATES] for module in MODULES]
)

STORE, EVENTS, PRICING, RESTAURANT, BOOKING = range(len(MODULES))


def fate_is(fate: Ints, *names: str) -> Bools:
    """Whether each order has one of these fates."""
    return np.isin(fate, [FATES.index(name) for name in names])


@dataclass(frozen=True)
class Plan:
    """A whole set of samples, before any order of it is made.

    Attributes:
        now: the end of the period, in microseconds.
        cases: the scripted cases, oldest first, each placed at `case_at` (in
            microseconds) and coming as order `case_index` (from 0) of the set.
    """

    orders: int
    draws: Draws
    now: int
    timezone: str
    seasons: Seasons
    customers: int
    cases: tuple[Case, ...]
    case_at: Ints
    case_index: Ints

    @property
    def others(self) -> int:
        """How many orders are left to chance."""
        return self.orders - len(self.cases)

    def placed(self, rank: Ints) -> Ints:
        """When the orders left to chance are placed, by their rank among them."""
        share = (rank + self.draws.uniform("placed", rank)) / max(self.others, 1)
        return self.seasons.at(share)


@dataclass(frozen=True)
class Cast:
    """Some orders of a plan; arrays with one item per order.

    Attributes:
        index: rank in the whole set, from 0; every draw is about it.
        case: rank of the scripted case, or -1.
        module: position in rules.MODULES.
        fate: position in FATES.
        customer: number of the customer; small ones come back often.
        currency: position in CURRENCIES.
    """

    index: Ints
    case: Ints
    placed: Ints
    module: Ints
    fate: Ints
    customer: Ints
    currency: Ints

    def scripted(self, plan: Plan, values: Iterable[float | None]) -> Floats:
        """What the script says of each order, `FREE` where it says nothing."""
        table = np.array([FREE if v is None else v for v in values] + [FREE], float)
        # -1 is the last row: nothing said.
        return table[self.case] if plan.cases else np.full(len(self.case), FREE, float)


def draft(orders: int, seed: int, now: datetime, timezone: str) -> Plan:
    """The plan of a set of samples: where the scripted cases fall among the others."""
    cases = sorted(CASES[: orders // _ORDERS_PER_CASE], key=lambda case: -case.age)
    end = to_micros(now)
    case_at = np.array([end - int(c.age * DAY) for c in cases], np.int64)
    case_at = case_at // SECOND * SECOND
    plan = Plan(
        orders=orders,
        draws=Draws(seed),
        now=end,
        timezone=timezone,
        seasons=seasons.seasons(now, timezone),
        customers=max(int(orders * _CUSTOMERS_PER_ORDER), _FEWEST_CUSTOMERS),
        cases=tuple(cases),
        case_at=case_at,
        case_index=np.empty(0, np.int64),
    )
    before = np.array([_placed_before(plan, int(at)) for at in case_at], np.int64)
    return replace(plan, case_index=before + np.arange(len(cases)))


def _placed_before(plan: Plan, at: int) -> int:
    """How many of the orders left to chance are placed before an instant."""
    near = int(plan.seasons.share(at) * plan.others)
    low = max(near - _STRAY, 0)
    ranks = np.arange(low, min(near + _STRAY, plan.others), dtype=np.int64)
    return low + int((plan.placed(ranks) < at).sum())


def assign(plan: Plan, index: Ints) -> Cast:
    """The orders with these ranks in the set."""
    before = np.searchsorted(plan.case_index, index, side="right").astype(np.int64)
    is_case = np.isin(index, plan.case_index)
    case = np.where(is_case, before - 1, -1)
    placed = plan.placed(index - before)
    if plan.cases:
        placed = np.where(is_case, plan.case_at[case], placed)
    chosen = Cast(index, case, placed, case, case, case, case)

    draws = plan.draws
    module = draws.choose_in("module", index, plan.seasons.shares_of_modules(placed))
    module = _or_scripted(
        module, chosen.scripted(plan, (MODULES.index(c.module) for c in plan.cases))
    )
    fate = draws.choose_in("fate", index, _FATE_SHARES[module])
    fate = _or_scripted(
        fate, chosen.scripted(plan, (FATES.index(c.fate) for c in plan.cases))
    )
    customer = _or_scripted(
        draws.popular("customer", index, plan.customers, 1.6),
        chosen.scripted(plan, (c.customer for c in plan.cases)),
    )
    currency = _CURRENCY[customer % len(_CURRENCY)]
    return Cast(index, case, placed, module, fate, customer, currency)


def _or_scripted(drawn: Ints, said: Floats) -> Ints:
    return np.where(said == FREE, drawn, said).astype(np.int64)
