-- The seats of events: sold in the period, freed again, and what each date has.
-- One row per event and date: sold in the period, or to come and not sold in
-- it, where it reaches to this moment or is theirs.
-- Parameters: those of filtered_orders; the period is that of the sale (first
--   payment, or what $dated says: service is each seat's own); $now timestamptz
-- Columns: event, service_at, sold, freed, seats_left (null: no stock is kept)
with seats as (
    select
        sku, service_at,
        if(sku <> '', null, told(details, 'event', title)) as told,
        sold_at is not null and is_within(
            if($dated = 'service', service_at, sold_at), $from_at, $to_at
        ) as is_sold,
        -- What the last line tells: to read each of them takes twice as long.
        max(lines.id) as last_id,
        arg_max_null(details, lines.id) as details,
        arg_max(title, lines.id) as title,
        sum(quantity) as sold,
        sum(refunded_quantity + cancelled_quantity) as freed
    from order_lines as lines
    inner join module_orders(
        'events', $statuses, $payments, $modules, $tags, $dated, $search,
        $archived, $refunds_to_do, $carts, $traits
    ) as orders on orders.id = order_id
    group by 1, 2, 3, 4
),

-- The seats of one reference and date are of the event that was told last.
named (sku, service_at, event) as (
    select sku, service_at, arg_max(told(details, 'event', title), last_id)
    from seats
    where sku <> ''
    group by 1, 2
),

sold as (
    select
        coalesce(named.event, seats.told) as event, seats.service_at,
        sum(seats.sold) as sold, sum(seats.freed) as freed
    from seats
    left join named
        on named.sku = seats.sku
        and named.service_at is not distinct from seats.service_at
    where seats.is_sold
    group by 1, 2
),

-- All that a date has left, whichever of its seats were sold.
left_over as (
    select
        coalesce(named.event, one.event, items.title, items.sku) as event,
        items.service_at,
        sum(items.on_hand) as seats_left
    from stock_items as items
    inner join (
        select sku, if(min(event) = max(event), min(event), null) as event
        from named
        group by sku
    ) as one on one.sku = items.sku
    left join named
        on named.sku = items.sku
        and named.service_at is not distinct from items.service_at
    group by 1, 2
)

select
    coalesce(sold.event, here.event) as event,
    coalesce(sold.service_at, here.service_at) as service_at,
    cast(coalesce(sold.sold, 0) as bigint) as sold,
    cast(coalesce(sold.freed, 0) as bigint) as freed,
    cast(here.seats_left as bigint) as seats_left
from sold
full join left_over as here
    on here.event = sold.event
    and here.service_at is not distinct from sold.service_at
where
    sold.event is not null or here.service_at > $now and is_within(
        if($dated = 'service', here.service_at, $now), $from_at, $to_at
    )
order by service_at nulls last, event
