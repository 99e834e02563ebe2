"""What is always true of orders, free of any database: codes, money, derived states."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MODULES = ("store", "events", "pricing", "restaurant", "booking")
STATUSES = ("new", "in_progress", "done", "cancelled")
PAYMENT_STATUSES = ("unpaid", "paid", "refunded", "abandoned", "pending")
PAYMENT_KINDS = ("full", "deposit", "balance", "instalment", "renewal")

# Names of the colours a tag may have; ui/theme.py knows how each looks.
TAG_COLORS = ("red", "orange", "yellow", "green", "teal", "blue", "violet", "grey")

# ISO 4217: the currencies whose minor unit is not a hundredth.
_WITHOUT_DECIMALS = frozenset(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split()
)
_WITH_THREE_DECIMALS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())


def minor_digits(currency: str) -> int:
    """How many decimals a currency has (ISO 4217): EUR 2, JPY 0, TND 3."""
    if currency in _WITHOUT_DECIMALS:
        return 0
    return 3 if currency in _WITH_THREE_DECIMALS else 2


def to_minor(amount: Decimal, currency: str) -> int:
    """An amount in minor units, halves away from zero: 11.005 EUR is 1101."""
    scaled = amount.scaleb(minor_digits(currency))
    return int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def to_major(minor: int, currency: str) -> Decimal:
    """An amount in whole units with the currency's decimals: 1101 EUR is 11.01."""
    return Decimal(minor).scaleb(-minor_digits(currency))


def payment_status(
    *, total: int, paid: int | None, refunded: int, pending: bool, abandoned: bool
) -> str:
    """The payment status that follows from an order's payments and refunds.

    Args:
        total: what the order costs, in minor units.
        paid: the sum of the payments that stand; None when there is none at all
            (an order of 0 is paid by a payment of 0).
        refunded: the sum of the refunds that stand.
        pending: whether the source announced a payment on its way.
        abandoned: whether it is a cart that was left; a payment makes up for that.
    """
    if refunded > 0 and refunded >= (paid or 0):
        return "refunded"
    if paid is not None and paid >= total:
        return "paid"
    if abandoned and paid is None:
        return "abandoned"
    return "pending" if pending else "unpaid"


_FOLDS = str.maketrans(
    {
        "œ": "oe",
        "æ": "ae",
        "ß": "ss",
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",
        "’": "'",
    }
)


def fold(text: str) -> str:
    """A text as search and sort see it: no accents, no case, œ as oe, ß as ss."""
    lowered = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(c for c in lowered if not unicodedata.combining(c))
    # Korean comes apart with the accents: it is put together again.
    return unicodedata.normalize("NFC", plain.translate(_FOLDS))


@dataclass(frozen=True)
class RefundSettlement:
    """What a refund total told by a source means for what is known here.

    Attributes:
        settled: ids of the marks made here that the source's refund settles.
        platform: the amount to record as refunded by the source, in minor units.
        beyond: what the source claims beyond the payments; reported, never recorded.
    """

    settled: tuple[int, ...]
    platform: int
    beyond: int


def settle_refund(
    told: int,
    *,
    platform: int,
    done_here: int,
    open_marks: Sequence[tuple[int, int]],
    paid: int,
) -> RefundSettlement:
    """How a refund known to both sides counts once.

    Args:
        told: all that the source says it has refunded on the order.
        platform: what is recorded already as refunded by the source.
        done_here: refunds marked here whose real refund is done.
        open_marks: (id, amount) of the marks made here still to do, oldest first.
        paid: the payments that stand.
    """
    remaining = told - platform - done_here
    settled = []
    for mark, amount in open_marks:
        if amount <= remaining:
            settled.append(mark)
        remaining -= min(amount, max(remaining, 0))
    known = platform + done_here + sum(amount for _, amount in open_marks)
    allowed = min(max(remaining, 0), max(paid - known, 0))
    return RefundSettlement(tuple(settled), allowed, max(remaining, 0) - allowed)


@dataclass(frozen=True)
class LineState:
    """A line as a refund sees it; quantities in units, amounts in minor units.

    Attributes:
        refunded: units refunded, by marks made here or by the source.
        marked: of these, those of the marks made here that stand.
        given: what these marks give back of the line.
    """

    id: int
    quantity: int
    refunded: int
    cancelled: int
    restocked: int
    source_returned: int
    total: int
    marked: int = 0
    given: int = 0

    @property
    def refundable(self) -> int:
        """Units that can still be refunded, cancelled ones included."""
        return self.quantity - self.refunded

    @property
    def room_in_stock(self) -> int:
        """Units that have not come back yet, here or at the source."""
        return self.quantity - self.restocked - self.source_returned


@dataclass(frozen=True)
class LineRefund:
    """What a refund takes of a line, and how many of its units are back in stock.

    Attributes:
        restocked: units that come back with the refund.
        already: units that cancelling had brought back; the refund takes them over.
    """

    line_id: int
    quantity: int
    amount: int
    restocked: int
    already: int


@dataclass(frozen=True)
class RefundDecision:
    """What a refund does: the amount with its shipping part, and its lines."""

    amount: int
    shipping: int
    lines: tuple[LineRefund, ...]


def line_values(totals: Sequence[int], value: int) -> list[int]:
    """An order's value for its articles shared over its lines, to the last unit.

    Args:
        totals: the lines' own totals, in minor units.
        value: what was charged for all of them: discounts and tax of the order in.

    Returns:
        One amount per line, their sum exactly `value` (all nought when the lines are).
    """
    whole = sum(totals)
    if whole <= 0:
        return [0] * len(totals)
    shares, given, seen = [], 0, 0
    for total in totals:
        seen += total
        upto = (2 * value * seen + whole) // (2 * whole)
        shares.append(upto - given)
        given = upto
    return shares


def part_of_line(line: LineState, value: int, units: int) -> int:
    """The amount of some units of a line, so that all parts add up to its value.

    It is what these units and those refunded before come to, less what the marks gave
    back: also where a mark in between was taken back.

    Args:
        value: what the whole line is worth, in minor units.
        units: the units now refunded.
    """

    def upto(count: int) -> int:
        return (2 * value * count + line.quantity) // (2 * line.quantity)

    by_source = upto(line.refunded - line.marked)
    return max(0, upto(line.refunded + units) - by_source - line.given)


def already_back(line: LineState, units: int, *, brought: int) -> int:
    """How many of the units now refunded cancelling had brought back: these go first.

    Args:
        brought: units that cancelling brought back and that no refund took over.
    """
    return min(units, brought, line.cancelled)


def units_back(line: LineState, units: int, *, brought: int, restock: bool) -> int:
    """How many of the units now refunded come back to stock: none comes back twice."""
    if not restock:
        return 0
    already = already_back(line, units, brought=brought)
    return min(line.room_in_stock, units - already)


@dataclass(frozen=True)
class Charged:
    """What an order's money looks like to a refund, in minor units.

    Attributes:
        articles: what was charged for the lines, discounts and tax in.
        shipping: what was charged for shipping; `shipping_refunded` of it is back.
        paid: the payments that stand.
        refunded: the refunds that stand.
    """

    articles: int
    shipping: int
    shipping_refunded: int
    paid: int
    refunded: int

    @property
    def left(self) -> int:
        """What can still be refunded."""
        return max(0, self.paid - self.refunded)


class Refused(ValueError):  # noqa: N818 (what happened, as in errors.py)
    """A rule says no; its reason is a code of REFUSALS in actions/refunds.py."""

    def __init__(self, reason: str, **facts: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts = facts


def refund(
    charged: Charged,
    lines: Sequence[LineState],
    *,
    wanted: Mapping[int, int] | None = None,
    amount: int | None = None,
    shipping: bool | None = None,
    brought: Mapping[int, int],
    restock: Mapping[int, bool],
) -> RefundDecision:
    """Decide a refund: its amount, its shipping part, and what each line gives back.

    Args:
        wanted: units per line id; None with no amount, or with all that is left:
            everything still refundable; None with a smaller amount: money only.
        amount: in minor units; None proposes it from the lines.
        shipping: whether shipping is refunded; None: only with everything.
        brought: units per line id that cancelling brought back and that no refund
            took over.
        restock: whether the line's units come back to stock.

    Raises:
        Refused: nothing left, more than is left, more units than are refundable, a
            line that is not the order's.
    """
    if charged.left == 0:
        raise Refused("nothing_left")
    everything = wanted is None and (amount is None or amount == charged.left)
    if amount is not None and not 0 < amount <= charged.left:
        raise Refused("amount", left=charged.left)
    units = {line.id: line.refundable for line in lines} if everything else wanted or {}
    if not units.keys() <= {line.id for line in lines}:
        raise Refused("line")
    for line in lines:
        if not 0 <= units.get(line.id, 0) <= line.refundable:
            raise Refused("quantity", line=line.id, left=line.refundable)
    if wanted is not None and not any(units.values()):
        raise Refused("no_units")
    with_shipping = everything if shipping is None else shipping
    unshipped = max(0, charged.shipping - charged.shipping_refunded)
    ship = unshipped if with_shipping else 0
    parts = _parts(charged, lines, units, brought, restock)
    proposed = sum(part.amount for part in parts) + ship
    if everything:
        proposed = max(0, charged.left - (unshipped - ship))
    total = min(proposed, charged.left) if amount is None else amount
    if total == 0:
        raise Refused("nothing_left")
    return RefundDecision(total, min(ship, total), tuple(parts))


def _parts(
    charged: Charged,
    lines: Sequence[LineState],
    units: Mapping[int, int],
    brought: Mapping[int, int],
    restock: Mapping[int, bool],
) -> list[LineRefund]:
    values = line_values([line.total for line in lines], charged.articles)
    return [
        LineRefund(
            line.id,
            units[line.id],
            part_of_line(line, value, units[line.id]),
            units_back(
                line,
                units[line.id],
                brought=brought.get(line.id, 0),
                restock=restock.get(line.id, True),
            ),
            already_back(line, units[line.id], brought=brought.get(line.id, 0)),
        )
        for line, value in zip(lines, values, strict=True)
        if units.get(line.id, 0) > 0
    ]
