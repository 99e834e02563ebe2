-- The covers of a restaurant, cancelled tables left out; dinner is from 16 h.
-- One row per day and service.
-- Parameters: those of filtered_orders; the period is that of the sale: the
--   first payment, or what $dated says; $timezone text
-- Columns: day, service (lunch, dinner), orders, covers
with kept as (
    select id
    from sold_orders(
        $statuses, $payments, $modules, $tags, $dated, $search, $archived,
        $refunds_to_do, $carts, $traits
    )
    where
        module = 'restaurant'
        and status <> 'cancelled'
        and is_within(sold_at, $from_at, $to_at)
),

tables as (
    select
        lines.order_id,
        timezone($timezone, min(lines.service_at)) as at_time,
        max(coalesce(
            try_cast(lines.details ->> 'covers' as integer), lines.quantity
        )) as covers
    from order_lines as lines
    inner join kept on kept.id = lines.order_id
    where lines.service_at is not null
    group by lines.order_id
)

select
    at_time::date as day,
    if(date_part('hour', at_time) < 16, 'lunch', 'dinner') as service,
    cast(count(*) as bigint) as orders,
    cast(sum(covers) as bigint) as covers
from tables
group by all
order by day, service desc
