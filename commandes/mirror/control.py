"""I6: the mirror says what the store says, group by group."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, cast, func, select, type_coerce

from commandes.errors import MirrorError
from commandes.store import journal, tables
from commandes.store.checks import Check
from commandes.words import _

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Subquery, Table

    from commandes.mirror.mirror import Mirror
    from commandes.mirror.snapshot import Snapshot
    from commandes.store import Store

# A store that others write to meanwhile is looked at again.
_TRIES = 50

_KEY = ("month", "status", "payment_status", "currency")


def check(mirror: Mirror, store: Store) -> Check:
    """Compare counts and sums per month, status, payment and currency.

    Where they agree, the mirror’s own counts are compared with its orders, too.

    Raises:
        MirrorError: the store never stood still for as long as the look took.
    """
    for _attempt in range(_TRIES):
        with mirror.snapshot() as snapshot, store.reading() as connection:
            if journal.head(connection).seq == snapshot.seq:
                ours = snapshot.ask("mirror/control").to_dicts()
                found = _compare(ours, _groups(connection))
                return _counted(snapshot, found) if found.ok else found
    raise MirrorError(detail=_("la base change sans cesse"))


def _compare(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> Check:
    mirror = {tuple(row[name] for name in _KEY): row for row in ours}
    store = {tuple(row[name] for name in _KEY): row for row in theirs}
    bad = ""
    for key in sorted(mirror.keys() | store.keys()):
        if mirror.get(key) != store.get(key):
            where = " ".join(f"{n}={v}" for n, v in zip(_KEY, key, strict=True))
            bad = f"{where}: {_said(mirror.get(key))} ≠ {_said(store.get(key))}"
            break
    orders = sum(row["orders"] for row in store.values())
    return Check("I6", not bad, orders, bad)


def _counted(snapshot: Snapshot, found: Check) -> Check:
    """The same, where what was counted beforehand is what there is; else the first."""
    wrong = snapshot.ask("mirror/miscounted").to_dicts()
    if not wrong:
        return found
    where = " ".join(f"{name}={value}" for name, value in wrong[0].items())
    return replace(found, ok=False, first_bad=f"order_counts: {where}")


def _said(row: dict[str, Any] | None) -> str:
    if row is None:
        return "-"
    return " ".join(f"{name} {row[name]}" for name in row if name not in _KEY)


def _groups(connection: Connection) -> list[dict[str, Any]]:
    """The store's own answer to sql/mirror/control.sql."""
    o = tables.orders.c
    lines = _per_order(tables.order_lines, "quantity")
    paid = _per_order(tables.payments, "amount")
    refunded = _per_order(tables.refunds, "amount")
    keys = (_month(connection), o.status, o.payment_status, o.currency)
    statement = (
        select(
            *keys,
            func.count().label("orders"),
            _sum(o.total).label("total"),
            _sum(paid.c.amount).label("paid"),
            _sum(refunded.c.amount).label("refunded"),
            _sum(lines.c.rows).label("lines"),
            _sum(lines.c.amount).label("quantity"),
        )
        .select_from(
            tables.orders.outerjoin(lines, lines.c.order_id == o.id)
            .outerjoin(paid, paid.c.order_id == o.id)
            .outerjoin(refunded, refunded.c.order_id == o.id)
        )
        .group_by(*(key.name for key in keys))
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def _sum(value: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(func.coalesce(func.sum(value), 0), BigInteger)


def _per_order(table: Table, amount: str) -> Subquery:
    """Rows and sum per order, of what was not taken back."""
    statement = select(
        table.c.order_id,
        func.count().label("rows"),
        func.sum(table.c[amount]).label("amount"),
    ).group_by(table.c.order_id)
    if "voided_at" in table.c:
        statement = statement.where(table.c.voided_at.is_(None))
    return statement.subquery()


def _month(connection: Connection) -> ColumnElement[Any]:
    """The month in UTC of an order's instant, as 2026-03."""
    micros = type_coerce(tables.orders.c.placed_at, BigInteger())
    # Whole seconds, rounded down: before 1970 too.
    second = (micros - ((micros % 1_000_000) + 1_000_000) % 1_000_000) // 1_000_000
    if connection.dialect.name == "sqlite":
        return func.strftime("%Y-%m", second, "unixepoch").label("month")
    at = func.timezone("UTC", func.to_timestamp(second))
    return func.to_char(at, "YYYY-MM").label("month")
