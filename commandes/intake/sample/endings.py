"""What became of each order by now: paid, cancelled, refunded, abandoned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from commandes.intake.sample.cast import FREE, PRICING, RESTAURANT, STORE, fate_is
from commandes.intake.sample.channels import by_browser
from commandes.intake.sample.script import FATES
from commandes.intake.sample.seasons import ABSENT, DAY, MINUTE, SECOND
from commandes.rules import STATUSES

if TYPE_CHECKING:
    from commandes.intake.sample.cast import Cast, Plan
    from commandes.intake.sample.draws import Bools, Draws, Floats, Ints

SETTLED, UNPAID, DROPPED = map(FATES.index, ("settled", "unpaid", "dropped"))
PART_REFUNDS = ("refund_here_part", "refund_platform_part")
PLATFORM_REFUNDS = ("refund_platform", "refund_platform_part")
REFUNDS = ("cancelled", "refund_here", *PART_REFUNDS, "refund_platform")
AT_ONCE = ("settled", "recovered", *REFUNDS)
NEW, IN_PROGRESS, DONE, CANCELLED = range(len(STATUSES))

# A cart counts as abandoned after the default of the setting cart_delay.
_CART_DELAY = 60 * MINUTE
_UNPAID_KEPT = 20 * DAY
_ARCHIVED_AFTER = 180 * DAY
_CARTS_ARCHIVED_AFTER = 60 * DAY


@dataclass(frozen=True)
class Ending:
    """How orders ended; instants in microseconds, ABSENT where there is none.

    Attributes:
        fate: position in FATES, as it came out.
        paid_at: when a payment made at once was made.
        marked_at: when the refund was marked.
        given_back_at: when it was really made.
    """

    fate: Ints
    paid_at: Ints
    marked_at: Ints
    given_back_at: Ints
    cancelled_at: Ints
    begun_at: Ints
    abandoned_at: Ints

    def is_fate(self, *names: str) -> Bools:
        """Whether each order has one of these fates."""
        return fate_is(self.fate, *names)


def later(at: Ints, days: Floats) -> Ints:
    """Instants so many days later, in whole seconds."""
    return at + (days * DAY).astype(np.int64) // SECOND * SECOND


def conclude(
    plan: Plan, cast: Cast, channel: Ints, total: Ints, service_at: Ints
) -> Ending:
    """What became of these orders by the plan's `now`."""
    draws, index, now = plan.draws, cast.index, plan.now
    fate = np.where(
        (total == 0) & ~fate_is(cast.fate, "cart", "dropped"), SETTLED, cast.fate
    )
    seconds = draws.between("pay-seconds", index, 5, 180)
    paid_at = np.minimum(cast.placed + seconds * SECOND, now)

    said = cast.scripted(plan, (case.marked for case in plan.cases))
    marked = _marked(plan, cast, fate, paid_at, said)
    refunded = fate_is(fate, *REFUNDS)
    fate = np.where(refunded & (marked > now), SETTLED, fate)
    given_back = later(marked, 2 + 7 * draws.uniform("give-back", index))
    given_back = plan.seasons.opening(given_back, draws.uniform("given-at", index))
    given_back = np.where(fate_is(fate, *PLATFORM_REFUNDS), marked, given_back)
    given_back = np.where((given_back > now) | (said != FREE), ABSENT, given_back)
    refunded = fate_is(fate, *REFUNDS)

    fate, dropped_at = _drops(draws, cast, fate, service_at, now)
    # A free order that was not dropped after all has nothing left to pay.
    fate = np.where((total == 0) & fate_is(fate, "unpaid"), SETTLED, fate)
    cancelled_at = np.where(fate_is(fate, "cancelled"), marked, dropped_at)
    begun, abandoned = _checkouts(draws, cast, channel, fate, now)
    return Ending(
        fate=fate,
        paid_at=paid_at,
        marked_at=np.where(refunded, marked, ABSENT),
        given_back_at=np.where(refunded, given_back, ABSENT),
        cancelled_at=cancelled_at,
        begun_at=begun,
        abandoned_at=abandoned,
    )


def _marked(plan: Plan, cast: Cast, fate: Ints, paid_at: Ints, said: Floats) -> Ints:
    lag = 24 * plan.draws.uniform("refund-lag", cast.index) ** 1.5
    lag = np.where(fate_is(fate, "cancelled"), lag / 5, lag)
    eve = later(np.full_like(paid_at, plan.now), -1 - np.where(said == FREE, 0, said))
    after = np.where(said == FREE, later(paid_at, lag), eve)
    return plan.seasons.opening(after, plan.draws.uniform("marked-at", cast.index))


def _drops(
    draws: Draws, cast: Cast, fate: Ints, service_at: Ints, now: int
) -> tuple[Ints, Ints]:
    """The fates once old unpaid orders are dropped, and when they were."""
    given_up = fate_is(fate, "unpaid") & (cast.placed < now - _UNPAID_KEPT)
    given_up &= draws.chance("given-up", cast.index, 0.9)
    fate = np.where(given_up, DROPPED, fate)
    at = later(cast.placed, 0.1 + 14 * draws.uniform("drop", cast.index))
    at = np.where(service_at == ABSENT, at, np.minimum(at, service_at))
    dropped = fate_is(fate, "dropped")
    fate = np.where(dropped & (at > now), UNPAID, fate)
    return fate, np.where(dropped & (at <= now), at, ABSENT)


def _checkouts(
    draws: Draws, cast: Cast, channel: Ints, fate: Ints, now: int
) -> tuple[Ints, Ints]:
    """When checkouts were begun and abandoned; a bank transfer is not a checkout."""
    index, placed = cast.index, cast.placed
    cart, recovered = fate_is(fate, "cart"), fate_is(fate, "recovered")
    quick = fate_is(fate, *AT_ONCE) & ~recovered
    quick &= by_browser(channel) & (cast.module != RESTAURANT)
    # Most who buy do so from the article's own page: no cart was begun.
    quick &= draws.chance("cart-first", index, 0.28)
    minutes = draws.between("checkout", index, 1, 20) * MINUTE
    away = later(placed, -(0.08 + 4 * draws.uniform("away", index) ** 2))
    begun = np.where(quick, placed - minutes, ABSENT)
    begun = np.where(recovered, away, np.where(cart, placed, begun))
    swept = begun + _CART_DELAY + draws.between("sweep", index, 0, 300) * SECOND
    left = recovered | (cart & (swept <= now))
    return begun, np.where(left, swept, ABSENT)


def statuses(
    plan: Plan, cast: Cast, ending: Ending, service_at: Ints, *, owed: Bools
) -> Ints:
    """Where each order stands; `owed` says whether something is left to pay."""
    draws, index = plan.draws, cast.index
    age = plan.now - cast.placed
    recent, known = age < DAY, age < 4 * DAY
    fresh = draws.choose("fresh", index, (0.85, 0.15))
    young = draws.choose("young", index, (0.1, 0.7, 0.2))
    late = draws.choose("late", index, (0, 0.015, 0.985))
    shipped = np.where(recent, fresh, np.where(known, young, late))

    served = np.where(draws.chance("unclosed", index, 0.01), IN_PROGRESS, DONE)
    ahead = np.where(owed & (age < 2 * DAY) | recent, NEW, IN_PROGRESS)
    service = np.where(service_at <= plan.now, served, ahead)

    running = ending.is_fate("renewals", "instalments") & (age < 150 * DAY)
    plans = np.where(recent, NEW, np.where(running, IN_PROGRESS, DONE))

    status = np.where(cast.module == STORE, shipped, service)
    status = np.where(cast.module == PRICING, plans, status)
    unpaid = owed & ending.is_fate("unpaid", "transfer", "cart")
    status = np.where(unpaid, NEW, status)
    given_back = ending.is_fate("refund_here", "refund_platform")
    status = np.where(given_back, DONE, status)
    return np.where(ending.cancelled_at > ABSENT, CANCELLED, status)


def archived(plan: Plan, cast: Cast, status: Ints, service_at: Ints) -> Ints:
    """When orders were archived, ABSENT for those that were not."""
    cart = fate_is(cast.fate, "cart")
    kept = np.where(cart, _CARTS_ARCHIVED_AFTER, _ARCHIVED_AFTER)
    closed = cart | (status == DONE) | (status == CANCELLED)
    old = np.maximum(cast.placed, service_at) < plan.now - kept
    tidy = plan.draws.chance("archive", cast.index, 0.85)
    share = plan.draws.uniform("archived", cast.index)
    at = later(np.maximum(cast.placed, service_at) + kept, 28 * share)
    at = plan.seasons.opening(at, share)
    return np.where(closed & old & tidy & (at <= plan.now), at, ABSENT)
