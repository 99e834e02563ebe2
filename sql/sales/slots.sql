-- The slots of bookings: taken and not given back, and what is still free.
-- One row per service and day.
-- Parameters: those of filtered_orders but $dated, the period being that of the
--   slots themselves; $timezone text
-- Columns: title, day, booked, slots_left (null: no stock is kept of them),
--   occupancy (hundredths of a per cent of all taken and left, null with it)
with slots as (
    select
        sku, service_at,
        -- Of what has no reference, the name says which service it is.
        if(sku is null, service, null) as unnumbered,
        max(id) as last_id,
        arg_max(service, id) as title,
        sum(units) as units,
        sum(if(is_kept, units, 0)) as booked
    from (
        select
            lines.id, sku, service_at, is_kept,
            told(details, 'service', title) as service,
            if(
                status = 'cancelled' or is_open_cart(is_cart, payment_status),
                0,
                quantity - refunded_quantity - cancelled_quantity
            ) as units
        from order_lines as lines
        inner join module_orders(
            'booking', $statuses, $payments, $modules, $tags, 'placed', $search,
            $archived, $refunds_to_do, $carts, $traits
        ) as orders on orders.id = order_id
    )
    group by 1, 2, 3
),

taken as (
    select sku, service_at, title, units, booked
    from slots
    where units > 0 and is_within(service_at, $from_at, $to_at)
),

offered as (
    select named.sku, items.service_at, items.on_hand, named.title
    from stock_items as items
    inner join (
        select sku, arg_max(title, last_id) as title
        from slots
        group by sku
    ) as named on named.sku = items.sku
    where is_within(items.service_at, $from_at, $to_at)
),

days as (
    select
        coalesce(offered.title, taken.title) as title,
        timezone($timezone, service_at)::date as day,
        cast(sum(coalesce(taken.booked, 0)) as bigint) as booked,
        cast(sum(offered.on_hand) as bigint) as slots_left,
        sum(coalesce(taken.units, 0) + greatest(offered.on_hand, 0)) as slots
    from taken
    full join offered using (sku, service_at)
    group by all
)

select
    title,
    day,
    booked,
    slots_left,
    cast(round(
        10_000 * booked / nullif(if(slots_left is null, null, slots), 0)
    ) as bigint) as occupancy
from days
order by day, title
