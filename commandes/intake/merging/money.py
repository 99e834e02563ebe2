"""What a later file changes on an order's payments and refunds, each counted once.

A payment or refund that was marked here and that the file tells later is the same
money. Whatever the file says, the refunds of an order never exceed its payments.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from commandes import rules
from commandes.store import to_micros

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Row

    from commandes.intake.merging.known import KnownOrder

    Payment = Mapping[str, Any]

_FACTS = ("at", "at_given", "means", "provider", "reference", "kind")


@dataclass(frozen=True)
class PaymentsPlan:
    """Changes of an order's payments; instants in microseconds.

    Attributes:
        inserts: columns of each new payment of the source.
        updates: what the file says anew, by id.
        voids: ids of payments that the file no longer has.
        paid: what stands afterwards, in minor units; None without any payment.
    """

    inserts: list[dict[str, Any]] = field(default_factory=list)
    updates: dict[int, dict[str, Any]] = field(default_factory=dict)
    voids: list[int] = field(default_factory=list)
    paid: int | None = None

    @property
    def changes(self) -> bool:
        """Whether any payment changes."""
        return bool(self.inserts or self.updates or self.voids)


@dataclass(frozen=True)
class RefundsPlan:
    """Changes of an order's refunds, amounts in minor units.

    Attributes:
        settled: ids of the marks made here that the file says are done.
        platform: what the source refunded beyond what is known.
        voids: ids of the source's refunds that no longer stand.
        refunded: what stands afterwards.
        beyond: what the file claims beyond the payments; it is not recorded.
    """

    settled: tuple[int, ...] = ()
    platform: int = 0
    voids: tuple[int, ...] = ()
    refunded: int = 0
    beyond: int = 0

    @property
    def changes(self) -> bool:
        """Whether any refund changes."""
        return bool(self.settled or self.platform or self.voids)


def standing(known: KnownOrder) -> PaymentsPlan:
    """No change: the payments as they stand."""
    amounts = [row.amount for row in known.payments]
    return PaymentsPlan(paid=sum(amounts) if amounts else None)


def plan_payments(known: KnownOrder, told: Sequence[Payment]) -> PaymentsPlan:
    """Bring the source's payments to the file's; those marked here cover their part."""
    theirs = [row for row in known.payments if row.origin == "platform"]
    plan = PaymentsPlan()
    amounts = [row.amount for row in known.payments if row.origin == "here"]
    noted, left = list(amounts), []
    for payment in told:
        same = _same(theirs, payment, payment["amount"])
        if same is None:
            left.append(payment)
        else:
            amounts.append(_keep(plan, theirs, same, payment))
    if len(left) < len(told):
        noted = _told_too(noted, [payment["amount"] for payment in left])
    ours = sum(noted)
    for payment in left:
        covered = min(ours, payment["amount"])
        ours -= covered
        rest = payment["amount"] - covered
        if covered and not rest:
            continue
        same = _same(theirs, payment, rest)
        if same is None:
            amounts.append(rest)
            plan.inserts.append({**payment, "amount": rest, "origin": "platform"})
        else:
            amounts.append(_keep(plan, theirs, same, payment))
    plan.voids.extend(row.id for row in theirs)
    paid = sum(amounts) if amounts else None
    return PaymentsPlan(plan.inserts, plan.updates, plan.voids, paid)


def _told_too(noted: Sequence[int], left: Sequence[int]) -> list[int]:
    """Those of the payments noted here that a file may tell beside its known ones.

    A file that tells its second payment tells that one alone: a bigger one noted here
    is another. The equal ones are the same, then the bigger ones first.
    """
    rest, found = sum(left), []
    equal = Counter(left)
    for amount in sorted(noted, key=lambda amount: (not equal[amount], -amount)):
        if amount <= rest:
            rest -= amount
            found.append(amount)
    return found


def _same(theirs: Sequence[Row[Any]], payment: Payment, amount: int) -> Row[Any] | None:
    """The payment of the source that this one is: the same day's before another's."""
    same = [row for row in theirs if row.amount == amount]
    same.sort(key=lambda row: (to_micros(row.at) != payment["at"], row.id))
    return same[0] if same else None


def _keep(
    plan: PaymentsPlan, theirs: list[Row[Any]], same: Row[Any], payment: Payment
) -> int:
    theirs.remove(same)
    present = {**same._asdict(), "at": to_micros(same.at)}
    if any(present[name] != payment[name] for name in _FACTS):
        plan.updates[same.id] = {name: payment[name] for name in _FACTS}
    return int(same.amount)


def plan_refunds(
    known: KnownOrder, told: int, *, paid: int, lowered: bool
) -> RefundsPlan:
    """Settle the marks made here, record the excess as the source's own refund.

    Args:
        told: all that the file says was refunded.
        paid: the payments that stand after this import.
        lowered: whether the file says less than it did before.
    """
    theirs = [row for row in known.refunds if row.origin == "platform"]
    here = [row for row in known.refunds if row.origin == "here"]
    platform = sum(row.amount for row in theirs)
    done = sum(row.amount for row in here if row.state == "done")
    voids: tuple[int, ...] = ()
    if lowered and platform > max(told - done, 0):
        voids, platform = tuple(row.id for row in theirs), 0
    outcome = rules.settle_refund(
        told,
        platform=platform,
        done_here=done,
        open_marks=[(row.id, row.amount) for row in here if row.state == "to_do"],
        paid=paid,
    )
    stands = platform + sum(row.amount for row in here) + outcome.platform
    return RefundsPlan(outcome.settled, outcome.platform, voids, stands, outcome.beyond)
