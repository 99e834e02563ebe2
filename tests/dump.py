"""What a store says, without the numbers and instants that two runs may not share."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from commandes.store import checks, tables

if TYPE_CHECKING:
    from commandes.store import Store

_CHILDREN = (
    tables.order_lines,
    tables.payments,
    tables.refunds,
    tables.shipments,
    tables.notes,
)


def dump(store: Store) -> dict[str, Any]:
    """Orders by (source, source's id) with all that is theirs; stock by sku."""
    with store.reading() as connection:
        orders = {
            row.id: _order(row) for row in connection.execute(select(tables.orders))
        }
        for table in _CHILDREN:
            for row in connection.execute(select(table)):
                facts = _without(row, "id", "order_id")
                orders[row.order_id][table.name].append(facts)
        names = dict(
            iter(connection.execute(select(tables.tags.c.id, tables.tags.c.name)))
        )
        for row in connection.execute(select(tables.order_tags)):
            orders[row.order_id]["tags"].append(names[row.tag_id])
        for row in connection.execute(select(tables.import_values)):
            orders[row.order_id]["told"] = json.loads(row.fields)
        events = select(tables.events).order_by(tables.events.c.seq)
        for row in connection.execute(events):
            payload = json.loads(row.payload)
            payload.pop("import", None)
            if row.order_id in orders:
                orders[row.order_id]["events"].append((row.kind, payload))
        stock = select(tables.stock_items.c.sku, tables.stock_items.c.on_hand)
        levels = sorted(tuple(row) for row in connection.execute(stock))
    for order in orders.values():
        for name in (*(table.name for table in _CHILDREN), "tags"):
            order[name].sort(key=repr)
    keyed = {(o["source"], o["source_id"]): o for o in orders.values()}
    return {"orders": keyed, "stock": levels}


def _order(row: Any) -> dict[str, Any]:
    children = {table.name: [] for table in _CHILDREN}
    return {**_without(row, "id", "import_id"), **children, "tags": [], "events": []}


def _without(row: Any, *names: str) -> dict[str, Any]:
    return {name: value for name, value in row._asdict().items() if name not in names}


def raw(store: Store) -> list[Any]:
    """Every row of every table, as it is."""
    with store.reading() as connection:
        return [
            sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in tables.metadata.sorted_tables
        ]


def broken_rules(store: Store) -> dict[str, str]:
    """The rules I1 to I5 that do not hold, with the first bad row."""
    with store.reading() as connection:
        found = (
            checks.stock(connection),
            checks.quantities(connection),
            checks.refunds(connection),
            checks.chain(connection, store.key),
            checks.order_of_time(connection),
        )
    return {check.rule: check.first_bad for check in found if not check.ok}
