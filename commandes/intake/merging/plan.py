"""One order that a later file tells otherwise: what changes, and what stays ours.

A field changes only where the file's value has changed since the last import and where
nobody has changed it here meanwhile. Planning reads nothing and writes nothing, so
that the dry run and the import decide alike.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from commandes import rules
from commandes.intake.merging import silence
from commandes.intake.merging.lines import LinesPlan, plan_lines
from commandes.intake.merging.money import (
    PaymentsPlan,
    RefundsPlan,
    plan_payments,
    plan_refunds,
    standing,
)
from commandes.intake.prepare import FIELDS
from commandes.store import to_micros

if TYPE_CHECKING:
    from collections.abc import Mapping

    from commandes.intake.merging.known import KnownOrder

    Rows = list[dict[str, Any]]

INSTANTS = ("placed_at", "begun_at", "abandoned_at", "cancelled_at")


@dataclass(frozen=True)
class Told:
    """An order as the file tells it: a row of Batch.orders and rows of its children."""

    order: dict[str, Any]
    lines: Rows
    payments: Rows
    refunds: Rows
    tags: Rows
    shipments: Rows
    notes: Rows


@dataclass(frozen=True)
class Plan:
    """All that an import changes on one order; instants in microseconds.

    Attributes:
        fields: the order's own fields that change, as the store holds them.
        payment_status: what follows from payments and refunds afterwards.
        tags: names to put on.
        shipments: new parcels; `parcels` are known ones that the file tells anew.
        imported: what to remember as told by the file (JSON).
    """

    known: KnownOrder
    told: Told
    fields: dict[str, Any]
    payment_status: str
    lines: LinesPlan
    payments: PaymentsPlan
    refunds: RefundsPlan
    tags: list[str]
    shipments: Rows
    parcels: dict[int, dict[str, Any]]
    notes: Rows
    imported: str

    @property
    def touched(self) -> list[str]:
        """What changes, by name: the order's fields and its parts."""
        parts = {
            "lines": self.lines.changes,
            "payments": self.payments.changes,
            "refunds": self.refunds.changes,
            "tags": bool(self.tags),
            "shipments": bool(self.shipments or self.parcels),
            "notes": bool(self.notes),
        }
        return sorted([*self.fields, *(name for name, some in parts.items() if some)])

    @property
    def is_news(self) -> bool:
        """Whether the file tells anything that it did not tell before."""
        return bool(json.loads(self.imported) != self.known.last)


def plan_order(
    known: KnownOrder, told: Told, gone: frozenset[str] = frozenset()
) -> Plan:
    """What the file changes on an order that the store has.

    Args:
        gone: columns that the last import of the order had, and that this file has not.
    """
    news = json.loads(told.order["imported"])
    last = known.last
    silent: frozenset[str] = frozenset()
    if gone:
        order, news, silent = silence.completed(
            known, told.order, news, gone, _compared(known, told)
        )
        told = replace(told, order=order)
        if "lines" in silent:
            told = replace(told, lines=known.lines)
    fields = {
        name: value
        for name, value in _fields(known, told, news).items()
        if name not in silent
    }
    status = fields.get("status", known.row.status)
    lines = LinesPlan()
    is_cart = fields.get("is_cart", known.row.is_cart)
    if (news.get("lines"), status, is_cart) != (
        last.get("lines"),
        known.row.status,
        known.row.is_cart,
    ):
        lines = plan_lines(
            known,
            told.lines,
            status=status,
            is_cart=is_cart,
            taken_back=_takes_back(known, told, gone),
        )
    payments, refunds = _money(known, told, news)
    shipments, parcels = _shipments(known, told, news)
    return Plan(
        known=known,
        told=told,
        fields=fields,
        payment_status=_payment_status(known, fields, payments, refunds),
        lines=lines,
        payments=payments,
        refunds=refunds,
        tags=_tags(known, told),
        shipments=shipments,
        parcels=parcels,
        notes=[row for row in told.notes if row["text"] not in known.notes],
        imported=json.dumps(news, ensure_ascii=False, separators=(",", ":")),
    )


def _takes_back(known: KnownOrder, told: Told, gone: frozenset[str]) -> bool:
    """Whether the file takes refunded units back: with their money, or without any."""
    if gone & {"refunded", "refunded_quantity", "payment"}:
        return False
    refunded = told.order["told_refunded"]
    return bool(refunded == 0 or refunded < known.last.get("refunded", 0))


def _compared(known: KnownOrder, told: Told) -> dict[str, tuple[int, int]]:
    """Units of the lines and sum of the payments, told now and known."""
    theirs = [row.amount for row in known.payments if row.origin == "platform"]
    return {
        "lines": (
            sum(row["quantity"] for row in told.lines),
            sum(row["quantity"] for row in known.lines),
        ),
        "payments": (sum(row["amount"] for row in told.payments), sum(theirs)),
    }


def _current(known: KnownOrder, name: str) -> Any:  # noqa: ANN401 (any column's value)
    value = getattr(known.row, name)
    return to_micros(value) if name in INSTANTS and value is not None else value


def _fields(known: KnownOrder, told: Told, news: Mapping[str, Any]) -> dict[str, Any]:
    """The order's own fields that the file changes and that nobody changed here."""
    changed = {
        name: told.order[name]
        for name in FIELDS
        if news.get(name) != known.last.get(name)
        and _current(known, name) == known.last.get(name)
        and _current(known, name) != told.order[name]
    }
    # A status comes with its date: neither is the file's when the other is ours.
    if "status" in changed:
        changed["cancelled_at"] = told.order["cancelled_at"]
    elif known.row.status != "cancelled":
        changed.pop("cancelled_at", None)
    if changed.get("cancelled_at", 0) == _current(known, "cancelled_at"):
        del changed["cancelled_at"]
    return changed


def _money(
    known: KnownOrder, told: Told, news: dict[str, Any]
) -> tuple[PaymentsPlan, RefundsPlan]:
    """Payments and refunds together, so that these never exceed those.

    A payment that the file takes back while refunds depend on it stays, and is taken
    up again by the next import.
    """
    payments = stands = standing(known)
    told_paid = sum(row["amount"] for row in told.payments)
    if news.get("payments") != known.last.get("payments") or told_paid > (
        stands.paid or 0
    ):
        payments = plan_payments(known, told.payments)
    refunds = _refunds(known, told, payments.paid or 0)
    if refunds.refunded > (payments.paid or 0):
        news |= {k: v for k, v in known.last.items() if k == "payments"}
        payments, refunds = stands, _refunds(known, told, stands.paid or 0)
    return payments, refunds


def _refunds(known: KnownOrder, told: Told, paid: int) -> RefundsPlan:
    refunded = sum(row.amount for row in known.refunds)
    total, before = told.order["told_refunded"], known.last.get("refunded", 0)
    if total == before and total <= refunded:
        return RefundsPlan(refunded=refunded)
    return plan_refunds(known, total, paid=paid, lowered=total < before)


def _payment_status(
    known: KnownOrder,
    fields: Mapping[str, Any],
    payments: PaymentsPlan,
    refunds: RefundsPlan,
) -> str:
    row = known.row
    return rules.payment_status(
        total=fields.get("total", row.total),
        paid=payments.paid,
        refunded=refunds.refunded,
        pending=fields.get("payment_pending", row.payment_pending),
        abandoned=fields.get("abandoned_at", row.abandoned_at) is not None,
    )


def _tags(known: KnownOrder, told: Told) -> list[str]:
    """Tags that the file has newly; those taken off here stay off."""
    before = {rules.fold(name) for name in known.last.get("tags") or []}
    new = {rules.fold(row["name"]): row["name"] for row in reversed(told.tags)}
    return sorted(name for key, name in new.items() if key not in before | known.tags)


def _shipments(
    known: KnownOrder, told: Told, news: Mapping[str, Any]
) -> tuple[Rows, dict[int, dict[str, Any]]]:
    """New parcels, and what the file says anew of its own; ours stay as they are."""
    new: dict[str, dict[str, Any]] = {}
    anew: dict[int, dict[str, Any]] = {}
    if news.get("shipments") == known.last.get("shipments"):
        return [], anew
    present = {row.number: row for row in known.shipments}
    for parcel in told.shipments:
        row = present.get(parcel["number"])
        if row is None:
            new[parcel["number"]] = parcel
        elif row.origin == "platform" and row.removed_at is None:
            at = None if row.at is None else to_micros(row.at)
            facts = {name: parcel[name] for name in ("carrier", "url", "at")}
            if facts != {"carrier": row.carrier, "url": row.url, "at": at}:
                anew[row.id] = facts
    return list(new.values()), anew
