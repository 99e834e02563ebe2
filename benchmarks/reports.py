"""The reports, against the same answers by SQL written by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from benchmarks.timing import compared, most, ratio_row
from commandes.reports import modules
from commandes.reports.articles import articles
from commandes.reports.asking import parameters
from commandes.reports.breakdown import breakdown
from commandes.reports.bridge import bridge
from commandes.reports.carts import carts
from commandes.reports.customers import customers
from commandes.reports.filters import OrderFilter
from commandes.reports.hours import hours
from commandes.reports.transactions import transactions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import polars as pl

    from benchmarks.timing import Row
    from commandes.mirror import Mirror, Snapshot

ALL = OrderFilter(dated="paid", archived="all")
# A moment of each comparison: the sample's, and one with nothing to come.
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_NEVER = datetime(9000, 1, 1, tzinfo=UTC)
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
            sum(moves.refunds)::bigint as refunds,
            sum(n)::bigint as sold_orders,
            sum(if(discount <> 0, n, 0))::bigint as discounts_orders,
            sum(if(shipping <> 0, n, 0))::bigint as shipping_orders,
            sum(if(fees <> 0, n, 0))::bigint as fees_orders,
            sum(if(tip <> 0, n, 0))::bigint as tips_orders,
            sum(if(not tax_included and tax <> 0, n, 0))::bigint as tax_added_orders,
            count(distinct if(moves.refunds <> 0, order_id, null)) as refunded_orders,
            count(distinct if(n = 0, order_id, null)) as moved_orders
        from moves join orders on orders.id = order_id group by all order by all
        """,
        (
            *("articles", "sold", "cashed", "refunds", "sold_orders"),
            *("discounts_orders", "refunded_orders", "moved_orders"),
        ),
    ),
    "payments and refunds, one by one": Report(
        lambda snap: transactions(snap, ALL, limit=1_001),
        """
        with moves as (
            select order_id, id as payment_id, null as refund_id, paid_at as moment,
                amount, means, provider, reference, null as reason
            from payments where voided_at is null
            union all
            select order_id, null, id, refunded_at, -amount, null, provider, reference,
                reason
            from refunds where voided_at is null
        )
        select moment, number, source, module, placed_at,
            coalesce(customer_name, email) as customer, currency, amount,
            moves.means, provider, reference, reason
        from moves join orders on orders.id = order_id
        order by moment desc, order_id desc, payment_id desc, refund_id desc
        limit 1001
        """,
        ("amount",),
    ),
    "basket and refund rate": Report(
        lambda snap: snap.ask(
            "sales/figures",
            parameters(snap, ALL) | {"by": "month", "timezone": "Europe/Paris"},
        ),
        f"""
        with taxes as (
            select order_id, sum(order_lines.tax) as of_lines
            from order_lines join orders on orders.id = order_id
            where first_paid_at is not null and not tax_included group by all
        )
        select date_trunc('month', {_LOCAL.format("first_paid_at")})::date as period,
            currency, count(*) filter (total <> 0) as baskets,
            (sum(subtotal - discount + if(tax_included, 0, coalesce(of_lines, tax, 0)))
                filter (total <> 0))::bigint as basket_sum,
            sum(paid)::bigint as sale_gross, sum(refunded)::bigint as sale_refunds
        from orders left join taxes on order_id = orders.id
        where first_paid_at is not null group by all order by all
        """,
        ("baskets", "basket_sum", "sale_gross", "sale_refunds"),
    ),
    "seats": Report(
        lambda snap: modules.seats(snap, ALL, now=_NEVER),
        """
        with seats as (
            select coalesce(details ->> 'event', title) as event, service_at, sku,
                sum(order_lines.quantity) as sold,
                sum(refunded_quantity + cancelled_quantity) as freed
            from order_lines join orders on orders.id = order_id
            where module = 'events' and first_paid_at is not null group by all
        ), items as (
            select event, items.service_at, sum(on_hand)::bigint as seats_left
            from stock_items as items
            join (select sku, max(event) as event from seats group by sku) using (sku)
            group by all
        )
        select event, service_at, sum(sold)::bigint as sold,
            sum(freed)::bigint as freed, any_value(seats_left) as seats_left
        from seats left join items using (event, service_at)
        group by all order by service_at, event
        """,
        ("sold", "freed", "seats_left"),
    ),
    "covers": Report(
        lambda snap: modules.covers(snap, ALL),
        f"""
        with tables as (
            select order_id, {_LOCAL.format("service_at")} as moment,
                max(round(coalesce(
                    try_cast(details ->> 'covers' as integer), order_lines.quantity
                ) * (order_lines.quantity - refunded_quantity - cancelled_quantity)
                    / order_lines.quantity)::bigint) as covers
            from order_lines join orders on orders.id = order_id
            where module = 'restaurant' and status <> 'cancelled'
                and payment_status <> 'refunded' and service_at is not null
                and not (is_cart and payment_status <> 'paid')
                and order_lines.quantity > refunded_quantity + cancelled_quantity
            group by order_id, service_at
        )
        select moment::date as day,
            if(date_part('hour', moment) < 16, 'lunch', 'dinner') as service,
            count(distinct order_id) as orders, sum(covers)::bigint as covers
        from tables group by all order by all
        """,
        ("orders", "covers"),
    ),
    "slots": Report(
        lambda snap: modules.slots(snap, ALL),
        f"""
        with taken as (
            select sku, service_at,
                max(coalesce(details ->> 'service', title)) as title,
                sum(if(status = 'cancelled'
                    or (is_cart and payment_status not in ('paid', 'refunded')), 0,
                    order_lines.quantity - refunded_quantity - cancelled_quantity
                ))::bigint as booked
            from order_lines join orders on orders.id = order_id
            where module = 'booking' and service_at is not null group by all
        ), offered as (
            select sku, items.service_at, on_hand, names.title
            from stock_items as items
            join (select sku, max(title) as title from taken group by sku) as names
                using (sku)
            where items.service_at is not null
        )
        select coalesce(offered.title, taken.title) as title,
            ({_LOCAL.format("service_at")})::date as day,
            sum(coalesce(booked, 0))::bigint as booked,
            sum(on_hand)::bigint as slots_left
        from (from taken where booked > 0) as taken
        full join offered using (sku, service_at)
        group by all order by day, title
        """,
        ("booked", "slots_left"),
    ),
    "plans": Report(
        lambda snap: modules.plans(snap, ALL),
        """
        with plans as (
            select order_id, arg_min(coalesce(details ->> 'plan', title), position)
                as plan
            from order_lines join orders on orders.id = order_id
            where module = 'pricing' group by all
        ), paid as (
            select order_id, arg_min(kind, (paid_at, id)) as first_kind,
                count(*) filter (kind = 'renewal') as renewed, sum(amount) as gross
            from payments where voided_at is null group by all
        )
        select plan, currency, count(*) filter (first_kind <> 'renewal') as new,
            sum(renewed)::bigint as renewed, sum(gross)::bigint as gross
        from plans join paid using (order_id) join orders on orders.id = order_id
        group by all order by gross desc, plan, currency
        """,
        ("new", "renewed", "gross"),
    ),
    "cashed for services to come": Report(
        lambda snap: modules.to_serve(snap, ALL, now=_NOW),
        f"""
        with kept as (
            select id, currency, paid - refunded as cashed from orders
            where last_service_at > '{_NOW}' and status <> 'cancelled'
                and paid > refunded
        ), weighed as (
            select kept.*, position,
                quantity - refunded_quantity - cancelled_quantity as units,
                units > 0 and service_at > '{_NOW}' as comes,
                greatest(0, total) * units / quantity as given,
                sum(given) over (partition by kept.id) as given_sum,
                if(given_sum = 0, least(1, units), given) as weight,
                if(given_sum = 0, sum(least(1, units)) over (partition by kept.id),
                    given_sum) as whole
            from order_lines join kept on kept.id = order_id
        ), shared as (
            select *, floor(cashed * weight / whole) as share,
                cashed - sum(share) over (partition by id) as over_,
                row_number() over (
                    partition by id order by cashed * weight / whole - share desc,
                    position
                ) as place
            from weighed
        )
        select currency, count(distinct id) as orders,
            sum(share + if(place <= over_, 1, 0))::bigint as cashed
        from shared where comes group by all order by all
        """,
        ("orders", "cashed"),
    ),
    "abandoned carts": Report(
        lambda snap: carts(snap, ALL, "month", now=_NEVER),
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
            select *, moment + interval 60 minute < timestamptz '{_NEVER}' as is_over,
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
