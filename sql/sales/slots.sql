-- The slots of bookings: booked in the period and not given back, and still
-- free.
-- One row per service and day.
-- Parameters: those of filtered_orders; the period is that of the sale: the
--   first payment, or what $dated says; $timezone text
-- Columns: title, day, booked, slots_left (null: no stock is kept of them),
--   occupancy (hundredths of a per cent of booked and left, null with it)
with kept as (
    select id
    from sold_orders(
        $statuses, $payments, $modules, $tags, $dated, $search, $archived,
        $refunds_to_do, $carts, $traits
    )
    where
        module = 'booking'
        and status <> 'cancelled'
        and is_within(sold_at, $from_at, $to_at)
),

taken as (
    select
        coalesce(lines.details ->> 'service', lines.title) as title,
        lines.sku,
        lines.service_at,
        sum(
            lines.quantity - lines.refunded_quantity - lines.cancelled_quantity
        ) as booked
    from order_lines as lines
    inner join kept on kept.id = lines.order_id
    where lines.service_at is not null
    group by all
),

days as (
    select
        taken.title,
        timezone($timezone, taken.service_at)::date as day,
        cast(sum(taken.booked) as bigint) as booked,
        cast(sum(items.on_hand) as bigint) as slots_left
    from taken
    left join stock_items as items
        on items.sku = taken.sku and items.service_at = taken.service_at
    group by all
)

select
    title,
    day,
    booked,
    slots_left,
    cast(round(
        10_000 * booked
        / nullif(booked + if(slots_left < 0, 0, slots_left), 0)
    ) as bigint) as occupancy
from days
order by day, title
