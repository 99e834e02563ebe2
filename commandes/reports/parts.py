"""The parts of one order with everything: what `reports.detail` reads and answers.

Money is in minor units of the order's currency; instants are aware, in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Customer:
    """Who ordered; None is what the source does not give.

    Attributes:
        billing: an address, fields of store.tables.ADDRESS_FIELDS.
        shipping: an address, the same fields.
        user_agent: as the browser wrote it.
        browser: its name and version, read from the user agent: Firefox 140.
        system: the system it ran on: Windows 10.
    """

    name: str | None
    email: str | None
    phone: str | None
    marketing_consent: bool | None
    billing: dict[str, str] | None
    shipping: dict[str, str] | None
    ip_address: str | None
    user_agent: str | None
    browser: str | None
    system: str | None


@dataclass(frozen=True)
class Line:
    """One article; `tax_rate` in hundredths of a per cent, `details` of the module."""

    id: int
    position: int
    sku: str | None
    title: str
    variant: str | None
    quantity: int
    unit_price: int
    discount: int
    tax_rate: int | None
    tax: int | None
    total: int
    refunded_quantity: int
    cancelled_quantity: int
    restocked_quantity: int
    service_at: datetime | None
    details: dict[str, Any]


@dataclass(frozen=True)
class Payment:
    """A payment; `at_given` False: the order's date stands in for an unknown one."""

    id: int
    at: datetime
    at_given: bool
    amount: int
    means: str | None
    provider: str | None
    reference: str | None
    kind: str
    origin: str
    voided_at: datetime | None


@dataclass(frozen=True)
class RefundLine:
    """The units of one article in a refund."""

    line_id: int
    sku: str | None
    quantity: int
    amount: int
    restocked_quantity: int


@dataclass(frozen=True)
class Refund:
    """A refund mark; `state` is that of the real refund (to_do, done)."""

    id: int
    amount: int
    shipping_amount: int
    reason: str | None
    restock: bool | None
    origin: str
    marked_at: datetime | None
    state: str
    done_at: datetime | None
    done_amount: int | None
    provider: str | None
    reference: str | None
    voided_at: datetime | None
    lines: tuple[RefundLine, ...]


@dataclass(frozen=True)
class Shipment:
    """A parcel that still stands."""

    id: int
    carrier: str | None
    number: str
    url: str | None
    origin: str
    at: datetime | None


@dataclass(frozen=True)
class Message:
    """A message of the conversation; direction `out` or `in`.

    Attributes:
        sender: of what came in: the address it says it comes from.
        read_at: when someone read what came in; None: nobody has.
    """

    id: int
    direction: str
    sender: str | None
    recipient: str | None
    subject: str
    body: str
    state: str
    error: str | None
    actor: str
    at: datetime
    state_at: datetime
    read_at: datetime | None


@dataclass(frozen=True)
class Note:
    """A note of the team, or of the customer (author `client`)."""

    id: int
    at: datetime
    author: str
    text: str


@dataclass(frozen=True)
class Tag:
    """A tag on the order; `color` is a name of rules.TAG_COLORS."""

    name: str
    color: str


@dataclass(frozen=True)
class Activity:
    """Something that happened.

    Attributes:
        seq: its number in the journal; None for a date of the source.
        kind: the journal's kind; for a source's date placed, paid, cancelled,
            refunded or abandoned.
        from_file: whether the source says so, not our journal (« d’après le fichier »).
    """

    seq: int | None
    at: datetime
    actor: str
    kind: str
    payload: dict[str, Any]
    from_file: bool = False


@dataclass(frozen=True)
class Sums:
    """How the total is made up, in minor units.

    Attributes:
        subtotal: articles before discounts.
        discount: all discounts, positive.
        tax: None when the source does not say.
        tax_included: whether the prices hold the tax already.
        gift_card: what a gift card paid of the total.
        paid: payments that stand.
        refunded: refunds that stand.
    """

    subtotal: int
    discount: int
    discount_codes: str | None
    shipping: int
    fees: int
    tip: int
    tax: int | None
    tax_included: bool
    total: int
    gift_card: int
    paid: int
    refunded: int

    @property
    def gap(self) -> int:
        """What the total has beyond its parts; 0 when they add up."""
        added = self.subtotal - self.discount + self.shipping + self.fees + self.tip
        if not self.tax_included:
            added += self.tax or 0
        return self.total - added
