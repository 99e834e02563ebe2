-- The seats of events: sold in the period, freed again, and what is left.
-- One row per event and date.
-- Parameters: those of filtered_orders; the period is that of the sale: the
--   first payment, or what $dated says, where service is each seat's own
-- Columns: event, service_at, sold, freed, seats_left (null: no stock is kept
--   of it)
with kept as (
    select id, sold_at
    from sold_orders(
        $statuses, $payments, $modules, $tags, $dated, $search, $archived,
        $refunds_to_do, $carts, $traits
    )
    where module = 'events' and sold_at is not null
),

places as (
    select
        coalesce(lines.details ->> 'event', lines.title) as event,
        lines.service_at,
        lines.sku,
        sum(lines.quantity) as sold,
        sum(lines.refunded_quantity + lines.cancelled_quantity) as freed
    from order_lines as lines
    inner join kept on kept.id = lines.order_id
    where
        is_within(
            if($dated = 'service', lines.service_at, kept.sold_at),
            $from_at,
            $to_at
        )
    group by all
)

select
    places.event,
    places.service_at,
    cast(sum(places.sold) as bigint) as sold,
    cast(sum(places.freed) as bigint) as freed,
    cast(sum(items.on_hand) as bigint) as seats_left
from places
left join stock_items as items
    on
        items.sku = places.sku
        and items.service_at is not distinct from places.service_at
group by places.event, places.service_at
order by places.service_at nulls last, places.event
