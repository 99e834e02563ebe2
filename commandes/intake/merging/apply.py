"""The planned changes of a batch's known orders, written in bulk."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, update

from commandes import rules
from commandes.intake import stock
from commandes.intake.merging.plan import INSTANTS
from commandes.intake.prepare import FIELDS
from commandes.intake.stock import Move
from commandes.store import from_micros, tables, to_micros

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Table

    from commandes.intake.merging.plan import Plan
    from commandes.store import Writer

    Values = Mapping[str, Any]

# Columns that hold an instant, in any table that is changed here.
_INSTANTS = {*INSTANTS, "at", "service_at", "done_at", "voided_at"}


def apply(
    writer: Writer,
    plans: Sequence[Plan],
    import_id: int,
    tag_ids: Mapping[str, int],
) -> None:
    """Write what the plans change, and remember what the file told of each order."""
    changing = [plan for plan in plans if plan.touched]
    _orders(writer, changing)
    _lines(writer, changing)
    _payments(writer, changing)
    _refunds(writer, changing)
    _extras(writer, changing, tag_ids)
    _remember(writer, plans, import_id)
    writer.record_many(
        [(plan.known.row.id, _payload(plan, import_id)) for plan in changing], "updated"
    )


def _update(writer: Writer, table: Table, rows: Sequence[tuple[int, Values]]) -> None:
    """Update rows by id; all of them change the same columns."""
    if not rows:
        return
    columns = list(rows[0][1])
    statement = (
        update(table)
        .where(table.c.id == bindparam("row_id"))
        .values({name: bindparam(f"new_{name}") for name in columns})
    )
    writer.connection.execute(
        statement,
        [
            {"row_id": id_, **{f"new_{k}": _held(k, v) for k, v in values.items()}}
            for id_, values in rows
        ],
    )


def _held(name: str, value: Any) -> Any:  # noqa: ANN401 (any column's value)
    return from_micros(value) if name in _INSTANTS and isinstance(value, int) else value


def _insert(writer: Writer, table: Table, rows: Sequence[Values]) -> range:
    """Insert rows, instants in microseconds; all of them have the same columns."""
    ids = writer.ids(table, len(rows))
    if rows:
        columns = list(rows[0])
        values = [
            (id_, *(row[name] for name in columns))
            for id_, row in zip(ids, rows, strict=True)
        ]
        writer.insert_rows(table, ["id", *columns], values)
    return ids


def _orders(writer: Writer, plans: Sequence[Plan]) -> None:
    rows = []
    for plan in plans:
        row = plan.known.row._asdict()
        for name in INSTANTS:
            row[name] = None if row[name] is None else to_micros(row[name])
        values = {name: plan.fields.get(name, row[name]) for name in FIELDS}
        values["payment_status"] = plan.payment_status
        values["version"] = row["version"] + 1
        rows.append((row["id"], values))
    _update(writer, tables.orders, rows)


def _lines(writer: Writer, plans: Sequence[Plan]) -> None:
    table = tables.order_lines
    _update(writer, table, [it for plan in plans for it in plan.lines.updates.items()])
    gone = [id_ for plan in plans for id_ in plan.lines.deletes]
    writer.delete_rows(table, gone)
    new = [
        (plan, {"order_id": plan.known.row.id, **values})
        for plan in plans
        for values in plan.lines.inserts
    ]
    ids = _insert(writer, table, [values for _plan, values in new])
    moves = [move for plan in plans for move in plan.lines.moves]
    for line_id, (plan, values) in zip(ids, new, strict=True):
        units = values["quantity"] - values["source_returned_quantity"]
        if plan.lines.holds_stock and values["sku"] is not None and units:
            moves.append(
                Move(
                    order_id=plan.known.row.id,
                    line_id=line_id,
                    units=-units,
                    cause_kind="order",
                    cause_id=str(plan.known.row.id),
                    sku=values["sku"],
                    service_at=values["service_at"],
                    title=values["title"],
                )
            )
    stock.move(writer, moves)


def _payments(writer: Writer, plans: Sequence[Plan]) -> None:
    table = tables.payments
    _update(
        writer, table, [it for plan in plans for it in plan.payments.updates.items()]
    )
    voids = [id_ for plan in plans for id_ in plan.payments.voids]
    _update(writer, table, [(id_, {"voided_at": writer.now}) for id_ in voids])
    _insert(
        writer,
        table,
        [
            {"order_id": plan.known.row.id, **_without_place(payment)}
            for plan in plans
            for payment in plan.payments.inserts
        ],
    )


def _without_place(row: Values) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "place"}


def _refunds(writer: Writer, plans: Sequence[Plan]) -> None:
    table = tables.refunds
    settled, voids, new = [], [], []
    for plan in plans:
        told = plan.told.refunds[0] if plan.told.refunds else {}
        marked_at = told.get("marked_at")
        amounts = {row.id: row.amount for row in plan.known.refunds}
        for mark in plan.refunds.settled:
            values = {
                "state": "done",
                "done_at": marked_at or to_micros(writer.now),
                "done_amount": amounts[mark],
                "reference": told.get("reference") or "fichier",
            }
            settled.append((mark, values))
        voids += [(mark, {"voided_at": writer.now}) for mark in plan.refunds.voids]
        if plan.refunds.platform:
            new.append(_platform_refund(plan, told))
    _update(writer, table, settled)
    _update(writer, table, voids)
    _insert(writer, table, new)


def _platform_refund(plan: Plan, told: Values) -> dict[str, Any]:
    amount = plan.refunds.platform
    return {
        "order_id": plan.known.row.id,
        "amount": amount,
        "shipping_amount": 0,
        "origin": "platform",
        "marked_at": told.get("marked_at"),
        "state": "done",
        "done_at": told.get("done_at") or told.get("marked_at"),
        "done_amount": amount,
        "provider": told.get("provider"),
        "reference": told.get("reference"),
    }


def _extras(writer: Writer, plans: Sequence[Plan], tag_ids: Mapping[str, int]) -> None:
    at = to_micros(writer.now)
    writer.insert_rows(
        tables.order_tags,
        ["order_id", "tag_id", "at"],
        [(p.known.row.id, tag_ids[name], at) for p in plans for name in p.tags],
    )
    parcels = [item for plan in plans for item in plan.parcels.items()]
    _update(writer, tables.shipments, parcels)
    _insert(
        writer,
        tables.shipments,
        [
            {
                "order_id": plan.known.row.id,
                "origin": "platform",
                **_without_place(parcel),
            }
            for plan in plans
            for parcel in plan.shipments
        ],
    )
    _insert(
        writer,
        tables.notes,
        [
            {
                "order_id": plan.known.row.id,
                "at": plan.told.order["placed_at"],
                **_without_place(note),
            }
            for plan in plans
            for note in plan.notes
        ],
    )


def _remember(writer: Writer, plans: Sequence[Plan], import_id: int) -> None:
    """Keep what the file told; an order that it did not change stays its import's."""
    values = tables.import_values
    touched = [plan for plan in plans if plan.touched]
    writer.connection.execute(
        values.delete().where(
            values.c.order_id.in_([plan.known.row.id for plan in touched])
        )
    )
    writer.insert_rows(
        values,
        ["order_id", "import_id", "fields"],
        [(plan.known.row.id, import_id, plan.imported) for plan in touched],
    )
    told = [plan for plan in plans if not plan.touched and plan.is_news]
    if told:
        writer.connection.execute(
            update(values)
            .where(values.c.order_id == bindparam("row_id"))
            .values(fields=bindparam("told")),
            [{"row_id": plan.known.row.id, "told": plan.imported} for plan in told],
        )


def _payload(plan: Plan, import_id: int) -> str:
    """The journal's facts: names of fields and codes, no personal data."""
    payload: dict[str, object] = {
        "import": import_id,
        "changed": plan.touched,
        "payment": plan.payment_status,
        "dates": json.loads(plan.told.order["dates"]),
    }
    for name in ("status", "total"):
        if name in plan.fields:
            payload[name] = plan.fields[name]
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))


def tags(writer: Writer, names: Sequence[str]) -> dict[str, int]:
    """The ids of these tags; those that do not exist are created."""
    if not names:
        return {}
    c = tables.tags.c
    by_key = dict(writer.connection.execute(select(c.name_key, c.id)).all())
    for name in names:
        if rules.fold(name) not in by_key:
            by_key[rules.fold(name)] = writer.insert(
                tables.tags,
                name=name,
                name_key=rules.fold(name),
                color=rules.TAG_COLORS[len(by_key) % len(rules.TAG_COLORS)],
            )
    return {name: by_key[rules.fold(name)] for name in names}
