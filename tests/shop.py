"""Business verbs over a store, for tests: `shop.order("1", lines=[...], paid=1000)`."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy import select

from commandes.intake import frames, merge
from commandes.store import tables, to_micros

if TYPE_CHECKING:
    from commandes.store import Store

_ORDER: dict[str, Any] = {
    "module": "store",
    "status": "new",
    "payment_pending": False,
    "is_cart": False,
    "currency": "EUR",
    "discount": 0,
    "shipping": 0,
    "fees": 0,
    "tip": 0,
    "tax": 0,
    "tax_included": True,
    "gift_card": 0,
    "customer_name": "Ana Martin",
    "email": "ana@example.org",
}
_LINE: dict[str, Any] = {"quantity": 1, "discount": 0, "refunded_quantity": 0}


class Shop:
    """Business verbs over a store: `shop.order("1", lines=[...], paid=1000)`.

    Orders come in as a file's would (one import each), so that every test's store is
    one that the product itself can make.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.source = "test"
        self._imports = 0

    def order(self, number: str, **told: Any) -> int:
        """Bring one order in (or bring it up to date); returns its id.

        Besides the fields of an order: `at` (aware instant of placing), `lines` (dicts
        of lines; `price` in minor units), `paid` (amount, or dicts of payments),
        `refunded` (amount, or dicts), `tags`, `shipments`, `notes`.
        """
        self.bring(self.incoming([{"number": number, **told}]))
        return self.id_of(number)

    def bring(self, incoming: frames.Incoming) -> merge.ImportReport:
        """Merge frames as an import of a file of their own."""
        self._imports += 1
        return merge.run(
            self.store,
            incoming,
            file_name="test.csv",
            file_digest=f"{self._imports:064d}",
            actor="test",
        )

    def id_of(self, number: str) -> int:
        """The id of the order with this number."""
        with self.store.reading() as connection:
            return connection.execute(
                select(tables.orders.c.id).where(tables.orders.c.number == number)
            ).scalar_one()

    def incoming(self, orders: list[dict[str, Any]]) -> frames.Incoming:
        """Frames of orders told as `order` takes them, each with its `number`."""
        rows: dict[str, list[dict[str, Any]]] = {
            name: []
            for name in (
                "orders",
                "lines",
                "payments",
                "refunds",
                "tags",
                "shipments",
                "notes",
            )
        }
        for told in orders:
            _tell(rows, dict(told))
        count = max(1, len(rows["lines"]))
        made = frames.Incoming(
            source=self.source,
            format="test",
            profile="test",
            rows_read=count,
            rows_imported=count,
            orders=_frame(rows["orders"], frames.ORDERS),
            lines=_frame(rows["lines"], frames.LINES),
        )
        return replace(
            made,
            payments=_frame(rows["payments"], frames.PAYMENTS),
            refunds=_frame(rows["refunds"], frames.REFUNDS),
            tags=_frame(rows["tags"], frames.TAGS),
            shipments=_frame(rows["shipments"], frames.SHIPMENTS),
            notes=_frame(rows["notes"], frames.NOTES),
        )


def _frame(
    rows: list[dict[str, Any]], schema: dict[str, type[pl.DataType]]
) -> pl.DataFrame:
    full = [{name: row.get(name) for name in schema} for row in rows]
    return pl.DataFrame(full, schema=schema)


def _micros(value: Any) -> Any:
    return to_micros(value) if isinstance(value, datetime) else value


def _tell(rows: dict[str, list[dict[str, Any]]], told: dict[str, Any]) -> None:
    number = told["number"]
    key = told.pop("source_id", number)
    at = told.pop("at", datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    lines = told.pop("lines", [{"sku": "LAMP", "title": "Lampe", "price": 1000}])
    paid, refunded = told.pop("paid", None), told.pop("refunded", None)
    for name, column in (("tags", "name"), ("shipments", "number"), ("notes", "text")):
        for value in told.pop(name, []):
            row = value if isinstance(value, dict) else {column: value}
            rows[name].append({"source_id": key, "author": "client", **row})
    subtotal = 0
    for position, line in enumerate(lines, 1):
        row = {**_LINE, "source_id": key, "position": position, **line}
        row["unit_price"] = row.pop("price")
        row["title"] = row.get("title", row.get("sku"))
        row.setdefault("total", row["unit_price"] * row["quantity"] - row["discount"])
        row["service_at"] = _micros(row.get("service_at"))
        if isinstance(row.get("details"), dict):
            row["details"] = json.dumps(row["details"], ensure_ascii=False)
        subtotal += row["unit_price"] * row["quantity"]
        rows["lines"].append(row)
    order = {**_ORDER, "source_id": key, "subtotal": subtotal, "placed_at": at, **told}
    order.setdefault(
        "total",
        order["subtotal"]
        - order["discount"]
        + order["shipping"]
        + order["fees"]
        + order["tip"]
        + (0 if order["tax_included"] else order["tax"]),
    )
    rows["orders"].append({name: _micros(value) for name, value in order.items()})
    payments = paid if isinstance(paid, list) else [] if paid is None else [paid]
    for payment in payments:
        row = payment if isinstance(payment, dict) else {"amount": payment}
        row = {"at": at, "at_given": True, "kind": "full", "means": "card", **row}
        rows["payments"].append(
            {"source_id": key, **row, "at": _micros(row["at"])},
        )
    refunds = refunded if isinstance(refunded, list) else [refunded] if refunded else []
    for refund in refunds:
        row = refund if isinstance(refund, dict) else {"amount": refund}
        row = {"state": "done", "origin": "platform", **row}
        rows["refunds"].append(
            {
                "source_id": key,
                **row,
                "marked_at": _micros(row.get("marked_at")),
                "done_at": _micros(row.get("done_at")),
            }
        )
