"""What `commandes show --json` prints of an order (DESIGN §9)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from commandes.reports.detail import OrderDetail


def of(order: OrderDetail, zone: ZoneInfo) -> dict[str, Any]:
    """One JSON object: money in minor units, instants in ISO 8601 of the zone."""
    customer, sums = asdict(order.customer), asdict(order.sums)
    made = {
        "number": order.number,
        "source": order.source,
        "module": order.module,
        "status": order.status,
        "payment": order.payment,
        "is_cart": order.is_cart,
        "channel": order.channel,
        "currency": order.currency,
        "placed_at": order.placed_at,
        "cancelled_at": order.cancelled_at,
        "abandoned_at": order.abandoned_at,
        "archived": order.archived_at is not None,
        "erased_at": order.erased_at,
        "version": order.version,
        "customer": customer.pop("name"),
        # The sums have a `shipping` of their own: what it cost.
        "billing_address": customer.pop("billing"),
        "shipping_address": customer.pop("shipping"),
        **customer,
        **sums,
        "gap": order.sums.gap,
        "tags": [tag.name for tag in order.tags],
        "lines": [asdict(line) for line in order.lines],
        "payments": [asdict(payment) for payment in order.payments],
        "refunds": [asdict(refund) for refund in order.refunds],
        "shipments": [
            {
                "carrier": shipment.carrier,
                "tracking_number": shipment.number,
                "tracking_url": shipment.url,
            }
            for shipment in order.shipments
        ],
        "messages": [asdict(message) for message in order.messages],
        "notes": [asdict(note) for note in order.notes],
        "activity": [
            {
                "seq": entry.seq,
                "at": entry.at,
                "actor": entry.actor,
                "kind": entry.kind,
                "payload": entry.payload,
            }
            for entry in order.activity
        ],
        "source_dates": {entry.kind: entry.at for entry in order.source_dates},
    }
    return {name: _written(value, zone) for name, value in made.items()}


def _written(value: Any, zone: ZoneInfo) -> Any:  # noqa: ANN401 (any JSON value)
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat()
    if isinstance(value, dict):
        return {name: _written(part, zone) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_written(part, zone) for part in value]
    return value
