"""The reports, against the same answers by SQL written by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.timing import compared, most, ratio_row
from commandes.reports.articles import articles
from commandes.reports.breakdown import breakdown
from commandes.reports.bridge import bridge
from commandes.reports.carts import carts
from commandes.reports.customers import customers
from commandes.reports.filters import OrderFilter
from commandes.reports.hours import hours

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import polars as pl

    from benchmarks.timing import Row
    from commandes.mirror import Mirror, Snapshot

ALL = OrderFilter(dated="paid", archived="all")
_LOCAL = "timezone('Europe/Paris', {})"
# All payments, refunds and first payments of orders, as a person would write them.
_MOVES = """
with moves as (
    select order_id, paid_at as moment, 0 as n, amount as gross, 0 as refunds
    from payments where voided_at is null
    union all
    select order_id, refunded_at, 0, 0, amount from refunds where voided_at is null
    union all
    select id, first_paid_at, 1, 0, 0 from orders where first_paid_at is not null
)
"""
_PAID = """
with moves as (
    select order_id, paid_at as moment, 0 as n, amount as gross
    from payments where voided_at is null
    union all
    select id, first_paid_at, 1, 0 from orders where first_paid_at is not null
)
"""


@dataclass(frozen=True)
class Report:
    """One of our reports, the hand's query for it, and the columns whose sums agree."""

    ask: Callable[[Snapshot], pl.DataFrame]
    by_hand: str
    sums: tuple[str, ...]


REPORTS = {
    "sales by country": Report(
        lambda snap: breakdown(snap, ALL, "country"),
        _MOVES
        + """
        select country, currency, sum(n)::bigint as orders,
            sum(gross)::bigint as gross, sum(refunds)::bigint as refunds,
            sum(gross - refunds)::bigint as net,
            count(distinct order_id) filter (n = 0) as moved_orders
        from moves join orders on orders.id = order_id group by all order by net desc
        """,
        ("orders", "gross", "refunds", "net", "moved_orders"),
    ),
    "best articles": Report(
        lambda snap: articles(snap, ALL, limit=100_000),
        """
        select sku, max(order_lines.title) as title, module, currency,
            count(distinct order_id) as orders, sum(order_lines.quantity)::bigint
                as quantity,
            sum(refunded_quantity)::bigint as refunded_quantity,
            sum(order_lines.total)::bigint as total
        from order_lines join orders on orders.id = order_id
        where first_paid_at is not null
        group by sku, module, currency order by total desc
        """,
        ("orders", "quantity", "total"),
    ),
    "weekday by hour": Report(
        lambda snap: hours(snap, ALL),
        _PAID
        + f"""
        select isodow({_LOCAL.format("moment")}) as weekday,
            date_part('hour', {_LOCAL.format("moment")}) as hour, currency,
            sum(n)::bigint as orders, sum(gross)::bigint as gross,
            count(distinct order_id) filter (n = 0) as paid_orders
        from moves join orders on orders.id = order_id group by all order by all
        """,
        ("orders", "gross", "paid_orders"),
    ),
    "new and returning customers": Report(
        lambda snap: customers(snap, ALL, "month"),
        _PAID
        + f""", known as (
            select *, nullif(lower(trim(email)), '') as who from orders
        ), firsts as (
            select who, arg_min(id, (first_paid_at, id)) as first_id
            from known where first_paid_at is not null and who is not null
            group by all
        )
        select date_trunc('month', {_LOCAL.format("moment")})::date as period,
            currency,
            (sum(n) filter (first_id = known.id))::bigint as new_orders,
            (sum(n) filter (first_id <> known.id))::bigint as returning_orders,
            (sum(n) filter (who is null))::bigint as unknown_orders,
            (sum(gross) filter (first_id = known.id))::bigint as new_gross,
            (sum(gross) filter (first_id <> known.id))::bigint as returning_gross,
            (sum(gross) filter (who is null))::bigint as unknown_gross
        from moves join known on known.id = order_id
        left join firsts using (who)
        group by all order by all
        """,
        (
            *("new_orders", "returning_orders", "unknown_orders"),
            *("new_gross", "returning_gross", "unknown_gross"),
        ),
    ),
    "bridge": Report(
        lambda snap: bridge(snap, ALL),
        _MOVES
        + """
        select currency, sum(n * subtotal)::bigint as articles,
            sum(n * discount)::bigint as discounts,
            sum(n * shipping)::bigint as shipping,
            sum(n * fees)::bigint as fees, sum(n * tip)::bigint as tips,
            sum(n * if(tax_included, 0, coalesce(tax, 0)))::bigint as tax_added,
            sum(n * total)::bigint as sold, sum(gross)::bigint as cashed,
            sum(moves.refunds)::bigint as refunds
        from moves join orders on orders.id = order_id group by all order by all
        """,
        ("articles", "sold", "cashed", "refunds"),
    ),
    "abandoned carts": Report(
        lambda snap: carts(snap, ALL, "month"),
        f"""
        with begun as (
            select *, coalesce(begun_at, placed_at) as moment,
                case when is_cart then first_paid_at
                    when first_paid_at is null then placed_at
                    when placed_at > begun_at then least(first_paid_at, placed_at)
                    else first_paid_at end as ended
            from orders
            where is_cart or begun_at is not null
        ), judged as (
            select *, moment + interval 60 minute < now() as is_over,
                ended is null or ended > moment + interval 60 minute as is_left
            from begun
        )
        , elsewhere as (
            select distinct judged.id
            from judged join orders as other
                on lower(trim(other.email)) = lower(trim(judged.email))
            where is_over and is_left and judged.first_paid_at is null
                and other.id <> judged.id and other.first_paid_at > moment
                and other.first_paid_at <= moment + interval 30 day
        )
        select date_trunc('month', {_LOCAL.format("moment")})::date as period,
            currency, count(*) filter (is_over) as begun,
            count(*) filter (is_over and is_left) as abandoned,
            (sum(total) filter (is_over and is_left))::bigint as abandoned_value,
            abandoned / begun as rate,
            count(*) filter (is_over and is_left and first_paid_at is not null)
                as recovered,
            (sum(paid) filter (is_over and is_left and first_paid_at is not null)
                )::bigint as recovered_value,
            count(elsewhere.id) as recovered_elsewhere,
            (sum(total) filter (elsewhere.id is not null))::bigint as elsewhere_value,
            count(*) filter (not is_over) as running
        from judged left join elsewhere using (id)
        group by all order by all
        """,
        (
            *("begun", "abandoned", "abandoned_value", "recovered"),
            *("recovered_value", "recovered_elsewhere"),
        ),
    ),
}


def measure(
    mirror: Mirror,
    snapshot: Snapshot,
    count: int,
    ask: Callable[[str], pl.DataFrame],
) -> Iterator[Row]:
    """Each report beside the hand's query on the same file."""

    def ours(report: Report) -> dict[str, int]:
        mirror.answers.forget()
        return _sums(report.ask(snapshot), report.sums)

    for name, report in REPORTS.items():
        found = compared(
            lambda report=report: ours(report),
            lambda report=report: _sums(ask(report.by_hand), report.sums),
            name,
            count,
        )
        yield ratio_row(f"report: {name}", count, found, most=most(count))


def _sums(found: pl.DataFrame, names: tuple[str, ...]) -> dict[str, int]:
    return {name: int(found[name].sum()) for name in names}
