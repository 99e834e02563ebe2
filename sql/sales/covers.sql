-- The covers of a restaurant, cancelled and refunded tables left out; dinner is
-- from 16 h. Lines of one table repeat its covers: the largest counts; those
-- that name none are of the tables of their reservation.
-- One row per day and service.
-- Parameters: those of filtered_orders but $dated, the period being that of the
--   services themselves; $timezone text
-- Columns: day, service (lunch, dinner), orders, covers
with kept as (
    select id
    from filtered_orders(
        $statuses, $payments, $modules, $tags, null, null, 'placed', $search,
        $archived, $refunds_to_do, $carts, $traits
    )
    where
        module = 'restaurant'
        and status <> 'cancelled'
        and payment_status <> 'refunded'
        and not is_open_cart(is_cart, payment_status)
),

tables as (
    select
        lines.order_id, lines.service_at,
        nullif(lines.facts[1], '') as named,
        max(cast(round(
            greatest(0, coalesce(
                try_cast(lines.facts[2] as integer), lines.quantity
            )) * units / lines.quantity
        ) as bigint)) as covers
    from (
        select
            *, fact(details, ['table', 'covers']) as facts,
            kept_units(
                quantity, refunded_quantity, cancelled_quantity
            ) as units
        from order_lines
    ) as lines
    inner join kept on kept.id = lines.order_id
    where
        lines.quantity > 0 and units > 0
        and is_within(lines.service_at, $from_at, $to_at)
    group by all
),

reservations as (
    select
        order_id, service_at,
        greatest(
            coalesce(sum(covers) filter (named is not null), 0),
            coalesce(max(covers) filter (named is null), 0)
        ) as covers
    from tables
    group by order_id, service_at
),

-- Many come at one time: it is turned into a day once.
times as (
    select service_at, timezone($timezone, service_at) as at_time
    from reservations
    group by service_at
),

-- An order with two tables at one service counts once.
services as (
    select
        reservations.order_id,
        times.at_time::date as day,
        date_part('hour', times.at_time) >= 16 as is_dinner,
        sum(reservations.covers) as covers
    from reservations
    inner join times on times.service_at = reservations.service_at
    group by all
)

select
    day, if(is_dinner, 'dinner', 'lunch') as service,
    count(*) as orders, cast(sum(covers) as bigint) as covers
from services
group by day, is_dinner
order by day, is_dinner
