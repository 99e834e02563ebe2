"""All that a mirror holds, for comparing it with another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from commandes.mirror import Mirror

TABLES = (
    *("orders", "order_lines", "payments", "refunds", "events", "tags"),
    *("stock_items", "mirror_state", "order_counts"),
)
# When it was made is each file's own.
_BUT = {"mirror_state": "exclude (born)"}
# A state is the sum of its rows, however many they are.
_SUMMED = """
select * exclude (orders, total), sum(orders)::bigint, sum(total)::bigint
from order_counts group by all having sum(orders) <> 0
"""

Rows = dict[str, list[tuple[Any, ...]]]


def read_all(mirror: Mirror) -> Rows:
    """Every row of every table of an up-to-date mirror, in an order of its own."""
    with mirror.snapshot() as snapshot:
        return {
            table: snapshot._with_cursor(
                lambda cursor, table=table: sorted(
                    cursor.sql(_asked(table)).pl().rows(),
                    key=repr,
                )
            )
            for table in TABLES
        }


def _asked(table: str) -> str:
    if table == "order_counts":
        return _SUMMED
    return f"from {table} select * {_BUT.get(table, '')}"
