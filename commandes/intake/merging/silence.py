"""What a later file leaves out: a column that is missing is not an empty column.

The columns that the last import of an order had are remembered by their digest; of
what a file without some of them says, only the rest is taken.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from commandes.intake.fields import level
from commandes.store import facts, set_info

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    from commandes.intake.merging.known import KnownOrder
    from commandes.store import Writer

# The columns of a profile that tell a field of an order, where they are not its own.
_TELL = {
    # Where no column gives the customer's name, an address does.
    "customer_name": ("customer_", "billing.", "shipping."),
    "billing_address": ("billing.",),
    "shipping_address": ("shipping.", "billing."),
    "tags": ("tags",),
    "shipments": ("tracking_number", "tracking_carrier", "tracking_url"),
    "notes": ("note", "private_note"),
}
_PLAIN = (
    *("channel", "discount_codes", "email", "phone", "marketing_consent"),
    *("ip_address", "user_agent", "cart_id", "cart_url", "begun_at"),
    "abandoned_at",
)
# The parts of an order's sum: they add up only together.
_SUM = (
    *("subtotal", "discount", "shipping", "fees", "tip", "tax", "tax_included"),
    *("total", "gift_card"),
)
_MONEY = (
    *("payment", "paid_at", "payment_means", "payment_provider"),
    *("payment_reference", "payment_kind", "outstanding", "deposit"),
)


def digest(columns: Iterable[str]) -> str:
    """A short name of a file's columns, kept with each order that it tells."""
    text = ",".join(sorted(columns))
    return hashlib.sha256(text.encode()).hexdigest()[:8] if text else ""


def remember(writer: Writer, columns: Iterable[str]) -> None:
    """Keep which columns a digest stands for."""
    if name := digest(columns):
        set_info(writer, f"columns:{name}", ",".join(sorted(columns)))


def missing(
    connection: Connection, before: str | None, columns: Iterable[str]
) -> frozenset[str]:
    """The columns that the last import of an order had, and that a file has not."""
    if not before or before == digest(columns):
        return frozenset()
    kept = facts.read(connection, f"columns:{before}")
    return frozenset(filter(None, kept.split(","))) - frozenset(columns)


def completed(
    known: KnownOrder,
    order: dict[str, Any],
    news: dict[str, Any],
    gone: frozenset[str],
    sums: Mapping[str, tuple[int, int]],
) -> tuple[dict[str, Any], dict[str, Any], frozenset[str]]:
    """What a file without some columns says, completed by what was told before.

    Args:
        order: the order as the file tells it; `news` its values, as they are kept.
        gone: the columns that are missing.
        sums: of lines and payments, (told now, known) as far as both can be compared.

    Returns:
        Order and values, and the names of fields that the file does not tell.
    """
    last = known.last
    silent = {name for name in _PLAIN if name in gone}
    for name, tellers in _TELL.items():
        if any(code.startswith(tellers) for code in gone):
            silent.add(name)
    if gone & {*_SUM, "line_shipping", "line_fees", "line_tax", "line_discount"} and (
        news.get("total") == last.get("total")
    ):
        silent.update(_SUM)
    if "cancelled_at" in gone and last.get("cancelled_at") is not None:
        silent.update(("status", "cancelled_at"))
    for name, lost in (
        ("lines", {code for code in gone if level(code) == "line"}),
        ("payments", gone & set(_MONEY)),
    ):
        now, before = sums[name]
        if lost and now == before:
            silent.add(name)
    order = dict(order)
    if gone & {"refunded", "payment"}:
        told = max(order["told_refunded"], last.get("refunded", 0))
        order["told_refunded"] = news["refunded"] = told
    kept = {name: last[name] for name in silent if name in last}
    news = {name: value for name, value in news.items() if name not in silent} | kept
    # The next file is compared with what is known, not with this one.
    news["told"] = last["told"]
    return order, news, frozenset(silent)
