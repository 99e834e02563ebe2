"""A small model of one order in plain Python: units one by one, amounts as fractions.

It shares nothing with the package: no counter, no rule, no rounding of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

REFUND, CANCEL = "refund", "cancel"


def cents(amount: Fraction) -> int:
    """A fraction of cents as whole ones, halves up."""
    exact = Decimal(amount.numerator) / Decimal(amount.denominator)
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@dataclass
class Unit:
    """One thing that was sold: which mark refunds it, and who brought it back."""

    sku: str
    mark: int | None = None
    back: str = ""


@dataclass
class Mark:
    """One refund: all of its money, and the part of it that is for each sku's units."""

    amount: int
    shipping: int = 0
    parts: dict[str, int] = field(default_factory=dict)
    state: str = "to_do"  # done, gone


@dataclass
class Payment:
    amount: int
    noted_here: bool
    stands: bool = True


@dataclass
class Sold:
    """An order of articles (sku, price) less a discount, with shipping."""

    prices: dict[str, int]
    discount: int
    shipping: int
    units: list[Unit] = field(default_factory=list)
    marks: dict[int, Mark] = field(default_factory=dict)
    payments: dict[int, Payment] = field(default_factory=dict)
    by_source: int = 0
    told: int = 0
    cancelled: bool = False
    freed: bool = False

    @property
    def articles(self) -> int:
        return sum(self.prices[unit.sku] for unit in self.units) - self.discount

    @property
    def total(self) -> int:
        return self.articles + self.shipping

    @property
    def paid(self) -> int:
        return sum(p.amount for p in self.payments.values() if p.stands)

    @property
    def standing(self) -> list[Mark]:
        return [mark for mark in self.marks.values() if mark.state != "gone"]

    @property
    def refunded(self) -> int:
        return self.by_source + sum(mark.amount for mark in self.standing)

    @property
    def left(self) -> int:
        return self.paid - self.refunded

    @property
    def payment_status(self) -> str:
        if self.refunded > 0 and self.paid <= self.refunded:
            return "refunded"
        noted = any(payment.stands for payment in self.payments.values())
        return "paid" if noted and self.paid >= self.total else "unpaid"

    def of(self, sku: str) -> list[Unit]:
        return [unit for unit in self.units if unit.sku == sku]

    def refundable(self, sku: str) -> list[Unit]:
        """Units that can be refunded; those back since a cancellation go first."""
        free = [unit for unit in self.of(sku) if unit.mark is None]
        return sorted(free, key=lambda unit: unit.back != CANCEL)

    def worth(self, sku: str) -> int:
        """What a line is worth: its share of the articles, up to and less before it."""
        skus = list(self.prices)
        gross = {s: self.prices[s] * len(self.of(s)) for s in skus}
        upto = [sum(gross[s] for s in skus[: n + 1]) for n in range(len(skus))]
        share = [cents(Fraction(self.articles * part, upto[-1])) for part in upto]
        place = skus.index(sku)
        return share[place] - (share[place - 1] if place else 0)

    def part(self, sku: str, count: int) -> int:
        """What some more units of a line come to: all parts make its worth."""
        of_sku = self.of(sku)
        refunded = sum(unit.mark is not None for unit in of_sku) + count
        upto = cents(Fraction(self.worth(sku) * refunded, len(of_sku)))
        return max(0, upto - sum(mark.parts.get(sku, 0) for mark in self.standing))

    def refund(
        self,
        id_: int,
        counts: dict[str, int],
        *,
        back: bool,
        shipping: bool = False,
        everything: bool = False,
        amount: int | None = None,
    ) -> Mark:
        """Refund units; what they and the shipping come to, or all that is left."""
        parts = {sku: self.part(sku, count) for sku, count in counts.items()}
        unshipped = self.shipping - sum(mark.shipping for mark in self.standing)
        ship = unshipped if shipping or everything else 0
        if everything:
            amount = self.left
        elif amount is None:
            amount = min(sum(parts.values()) + ship, self.left)
        self.marks[id_] = Mark(amount, min(ship, amount), parts)
        for sku, count in counts.items():
            for unit in self.refundable(sku)[:count]:
                unit.mark = id_
                if back and not unit.back:
                    unit.back = REFUND
        return self.marks[id_]

    def unrefund(self, id_: int) -> None:
        """Its units are the order's again: held, unless a cancellation frees them."""
        self.marks[id_].state = "gone"
        for unit in self.units:
            if unit.mark == id_:
                unit.mark = None
                unit.back = CANCEL if self.cancelled and self.freed else ""

    def cancel(self, *, back: bool) -> None:
        self.cancelled, self.freed = True, back
        for unit in self.units:
            if unit.mark is None and back:
                unit.back = CANCEL

    def restore(self) -> None:
        self.cancelled = False
        for unit in self.units:
            if unit.mark is None:
                unit.back = ""

    def source_refunded(self, told: int) -> None:
        """The source says all that it refunded: what is known already is not added.

        Told again, it settles nothing anew, unless a mark was taken back since.
        """
        if told == self.told and told <= self.refunded:
            return
        self.told = told
        done = sum(mark.amount for mark in self.standing if mark.state == "done")
        still = told - self.by_source - done
        self.by_source += max(0, min(told, self.paid) - self.refunded)
        for mark in self.standing:
            if mark.state == "to_do":
                if mark.amount > still:
                    break
                mark.state = "done"
                still -= mark.amount
