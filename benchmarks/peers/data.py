"""The orders of our store as flat files, and how many of them each question finds."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from pathlib import Path

# As a person who takes them out of any shop would have them: one row per order, local
# time, amounts in minor units.
ORDERS = """
select id, number, module::varchar as module, status::varchar as status,
    payment_status::varchar as payment_status, is_cart,
    archived_at is not null as archived, currency, total, paid, refunded,
    customer_name, email, phone, country,
    timezone('Europe/Paris', placed_at) as placed_at, line_count, quantity,
    array_to_string(titles, ', ') as articles, array_to_string(tags, ', ') as tags
from orders order by placed_at, id
"""
PAYMENTS = """
select row_number() over (order by moment, order_id) as id, order_id,
    timezone('Europe/Paris', moment) as paid_at,
    strftime(timezone('Europe/Paris', moment), '%Y-%m') as month,
    currency, gross, refund
from (
    select order_id, paid_at as moment, amount as gross, 0 as refund
    from payments where voided_at is null
    union all
    select order_id, refunded_at, 0, amount from refunds where voided_at is null
) join orders on orders.id = order_id
order by 1
"""
TAGS = "select id as order_id, unnest(tags) as tag from orders order by 1, 2"
TABLES = {"orders": ORDERS, "payments": PAYMENTS, "order_tags": TAGS}

_SEARCHED = "contains(lower(customer_name), 'martin')"
_TRUTH = f"""
select count(*) as everything, count(*) filter (status = 'new') as new,
    count(*) filter ({_SEARCHED}) as named
from 'orders.parquet'
"""


@dataclass(frozen=True)
class Flat:
    """The flat files of one store.

    Attributes:
        folder: where orders.parquet, payments.parquet and order_tags.parquet are.
        count: how many orders.
        new: how many have the status `new`.
        named: how many customers' names hold « martin ».
        sold: the sums of what was cashed and refunded, all currencies' minor units.
        seconds: how long writing the Parquet files took.
    """

    folder: Path
    count: int
    new: int
    named: int
    sold: tuple[int, int]
    seconds: float

    @property
    def deep(self) -> int:
        """The number of a page deep in the list, of fifty orders each."""
        return 500 if self.count >= 100_000 else 100

    def table(self, name: str) -> str:
        """A table as DuckDB reads it, instants as text."""
        replaced = {"orders": "placed_at", "payments": "paid_at"}.get(name)
        instants = f"replace (strftime({replaced}, '%Y-%m-%d %H:%M:%S') as {replaced})"
        shown = f"* {instants}" if replaced else "*"
        return f"select {shown} from '{self.folder / name}.parquet'"


def flat(mirror_file: Path, folder: Path, clock) -> Flat:
    """Write the flat files of a mirror that nobody has open.

    Args:
        mirror_file: a mirror of ours.
        folder: where to; emptied first.
        clock: measures a call in seconds.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with duckdb.connect(mirror_file, read_only=True) as con:

        def write() -> None:
            for name, query in TABLES.items():
                path = folder / f"{name}.parquet"
                con.execute(f"copy ({query}) to '{path}' (format parquet)")

        spent = clock(write)
        truth = _TRUTH.replace("orders.parquet", str(folder / "orders.parquet"))
        counts = con.execute(truth).fetchone()
        paid = f"'{folder / 'payments.parquet'}'"
        sums = f"select sum(gross)::bigint, sum(refund)::bigint from {paid}"
        sold = con.execute(sums).fetchone()
    return Flat(folder, *counts, sold, spent)
