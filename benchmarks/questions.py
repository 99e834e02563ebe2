"""The list and the sales, against the same answers by SQL written by hand."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeVar

import duckdb

from benchmarks import reports
from benchmarks.timing import compared, most, ratio_row, ratios, seconds, turns
from commandes.reports import orders
from commandes.reports.filters import OrderFilter
from commandes.reports.sales import sales

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import polars as pl

    from benchmarks.timing import Row
    from commandes.mirror import Mirror, Snapshot

T = TypeVar("T")

_SPRING = "timestamptz '2026-03-01 00:00:00+01'"
_SUMMER = "timestamptz '2026-06-01 00:00:00+02'"
_PERIOD = {"first": date(2026, 3, 1), "last": date(2026, 5, 31)}


@dataclass(frozen=True)
class Asked:
    """A filter of ours, and the condition that a person would write for it.

    Attributes:
        facet: whose own condition it is: that facet's counts leave it out.
    """

    wanted: OrderFilter
    condition: str = "true"
    facet: str = ""


FILTERS = {
    "no filter": Asked(OrderFilter()),
    "status": Asked(OrderFilter(statuses=("new",)), "status = 'new'", "status"),
    "payment": Asked(
        OrderFilter(payments=("paid",)), "payment_status = 'paid'", "payment_status"
    ),
    "module": Asked(OrderFilter(modules=("events",)), "module = 'events'", "module"),
    "period, placed": Asked(
        OrderFilter(**_PERIOD), f"placed_at >= {_SPRING} and placed_at < {_SUMMER}"
    ),
    "period, paid": Asked(
        OrderFilter(**_PERIOD, dated="paid"),
        "id in (select order_id from payments where voided_at is null "
        f"and paid_at >= {_SPRING} and paid_at < {_SUMMER})",
    ),
    "tag": Asked(OrderFilter(tags=("VIP",)), "list_contains(tags, 'VIP')", "tag"),
    "search": Asked(OrderFilter(search="martin"), "contains(search_text, 'martin')"),
}

_ACTIVE = "archived_at is null"
_PAGE = """
select id, source, number, module, status, payment_status, is_cart, currency, total,
    paid, refunded, refunds_to_do, customer_name, customer_key, email, placed_at,
    first_service_at, archived_at, line_count, quantity, titles, tags, carriers, version
from orders where {where} order by placed_at desc, id desc limit 51
"""
_TOTALS = """
select currency, count(*) as orders, sum(total)::bigint as total,
    count(*) filter (where status = 'cancelled' and not is_cart) as cancelled,
    sum(total) filter (where status = 'cancelled' and not is_cart)::bigint as lost,
    count(*) filter (where is_cart and payment_status = 'abandoned') as abandoned,
    sum(total) filter (where is_cart and payment_status = 'abandoned')::bigint as left_
from orders where {where} group by currency
"""
_COUNTS = """
select {columns}, count(*) as orders
from orders where {where} group by grouping sets ({sets})
"""
_TAGS = """
select tag, count(*) as orders
from (select unnest(tags) as tag from orders where {where}) group by tag
"""
_ARCHIVED = """
select archived_at is null as active, count(*) as orders
from orders where {where} group by active
"""
_FACETS = ("status", "payment_status", "module")
_SALES = """
with moves as (
    select order_id, paid_at as moment, amount as gross, 0 as refunds, 0 as n,
        true as pays, false as gives
    from payments where voided_at is null
    union all
    select order_id, refunded_at, 0, amount, 0, false, true
    from refunds where voided_at is null
    union all
    select id, first_paid_at, 0, 0, 1, false, false
    from orders where first_paid_at is not null
)
select date_trunc('{by}', timezone('Europe/Paris', moment))::date as period, currency,
    sum(n)::bigint as orders, sum(gross)::bigint as gross,
    sum(refunds)::bigint as refunds, sum(gross - refunds)::bigint as net,
    count(distinct order_id) filter (pays) as paid_orders,
    count(distinct order_id) filter (gives) as refunded_orders,
    count(distinct order_id) filter (pays or gives) as moved_orders
from moves join orders on orders.id = order_id
group by all order by all
"""


def by_hand(ask: Callable[[str], pl.DataFrame], asked: Asked) -> dict[str, int]:
    """The page, the totals and every facet's counts; how many orders they are of."""
    where = f"{_ACTIVE} and {asked.condition}"
    ask(_PAGE.format(where=where))
    totals = ask(_TOTALS.format(where=where))
    of_others = [facet for facet in _FACETS if facet != asked.facet]
    _counts(ask, of_others, where)
    if asked.facet in _FACETS:
        _counts(ask, [asked.facet], _ACTIVE)
    tags = ask(_TAGS.format(where=_ACTIVE if asked.facet == "tag" else where))
    archived = ask(_ARCHIVED.format(where=asked.condition))
    if asked.wanted.search:
        ask(_TOTALS.format(where=f"archived_at is not null and {asked.condition}"))
    return {
        "orders": int(totals["orders"].sum()),
        "tagged": int(tags["orders"].sum()),
        "archived": int(archived["orders"].sum()),
    }


def _counts(ask: Callable[[str], pl.DataFrame], columns: list[str], where: str) -> None:
    sets = ", ".join(f"({column})" for column in columns)
    ask(_COUNTS.format(columns=", ".join(columns), sets=sets, where=where))


def ours(snapshot: Snapshot, wanted: OrderFilter) -> dict[str, int]:
    """The same answers as the list asks for them."""
    orders.page(snapshot, wanted)
    summary = orders.summary(snapshot, wanted)
    facets = orders.facets(snapshot, wanted)
    return {
        "orders": summary.count,
        "tagged": sum(facets.tag.values()),
        "archived": facets.archived["no"] + facets.archived["yes"],
    }


def page_seconds(mirror: Mirror) -> float:
    """The median time of the first page, in seconds."""
    with mirror.snapshot() as snapshot:
        orders.page(snapshot, OrderFilter())
        ask = anew(mirror, lambda: orders.page(snapshot, OrderFilter()))
        return statistics.median(seconds(ask) for _ in range(21))


def anew(mirror: Mirror, work: Callable[[], T]) -> Callable[[], T]:
    """The same work without what the mirror keeps of answers."""

    def asked() -> T:
        mirror.answers.forget()
        return work()

    return asked


def measure(mirror: Mirror, count: int, copy: Path) -> Iterator[Row]:
    """The list and the sales on one mirror file (`copy`, for the hand's own use)."""
    hand = duckdb.connect(copy, read_only=True)
    hand.execute(f"set threads = {mirror.settings.mirror_threads:d}")
    hand.execute("set TimeZone = 'UTC'")

    def ask(text: str) -> pl.DataFrame:
        return hand.sql(text).pl()

    with mirror.snapshot() as snapshot:
        for name, asked in FILTERS.items():
            work = f"list page + counts + totals: {name}"
            found = compared(
                anew(mirror, lambda asked=asked: ours(snapshot, asked.wanted)),
                lambda asked=asked: by_hand(ask, asked),
                work,
                count,
            )
            yield ratio_row(work, count, found, most=most(count))
        yield _deep(mirror, snapshot, count)
        for by in ("day", "month"):
            work = f"sales by {by}"
            found = compared(
                anew(mirror, lambda by=by: _sums(sales(snapshot, reports.ALL, by))),
                lambda by=by: _sums(ask(_SALES.format(by=by))),
                work,
                count,
            )
            yield ratio_row(work, count, found, most=most(count))
        yield from reports.measure(mirror, snapshot, count, ask)
    hand.close()


def _deep(mirror: Mirror, snapshot: Snapshot, count: int) -> Row:
    """A page in the middle of the list beside the first one: pages have places."""
    middle = OrderFilter(last=_middle(snapshot))
    place = orders.page(snapshot, middle).next
    first = anew(mirror, lambda: orders.page(snapshot, OrderFilter()))
    deep = anew(mirror, lambda: orders.page(snapshot, OrderFilter(), after=place))
    work = "a page in the middle of the list, against the first"
    return ratio_row(work, count, ratios(deep, first, turns(count, 9)), most=1.5)


def _middle(snapshot: Snapshot) -> date:
    """A day between the first and the last of the orders."""
    last, first = (
        orders.page(snapshot, OrderFilter(), sort=sort, size=1).rows["placed_at"][0]
        for sort in ("newest", "oldest")
    )
    return (first + (last - first) / 2).date()


def _sums(found: pl.DataFrame) -> dict[str, int]:
    names = ("orders", "gross", "refunds", "net", "paid_orders", "moved_orders")
    return {name: found[name].sum() for name in names}
