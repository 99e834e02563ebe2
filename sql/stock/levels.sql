-- The stock of each sku, per date for events, services and slots.
-- One row per sku and date, by sku; at most $size of them.
-- Parameters: $search varchar list (folded words; null: all), $wanted text
--   (null: all; oversold, low, coming), $now timestamptz, $size integer
-- Columns: id, sku, service_at, title, on_hand, alert_level, oversold, low,
--   held
with shown as (
    select *, fold(sku) as sku_key
    from stock_items
    where
        has_words(fold(concat_ws(' ', sku, title)), $search)
        and case $wanted
            when 'oversold' then on_hand < 0
            when 'low' then on_hand <= alert_level
            when 'coming' then service_at >= $now::timestamptz
            else true
        end
    order by sku_key, service_at nulls first, id
    limit $size
),

-- What orders hold of a date; of what has none, it would be all ever sold.
held as (
    select lines.sku, lines.service_at, sum(
        lines.quantity - lines.refunded_quantity - lines.cancelled_quantity
    ) as units
    from order_lines as lines
    inner join orders on orders.id = lines.order_id
    where
        (lines.sku, lines.service_at) in (select (sku, service_at) from shown)
        and not is_open_cart(orders.is_cart, orders.payment_status)
    group by lines.sku, lines.service_at
),

-- Levels that came by file have no title of their own.
named as (
    select sku, arg_max(title, id) as title
    from order_lines
    where sku in (select sku from shown where title is null)
    group by sku
)

select
    shown.id,
    shown.sku,
    shown.service_at,
    coalesce(shown.title, named.title) as title,
    shown.on_hand,
    shown.alert_level,
    shown.on_hand < 0 as oversold,
    coalesce(shown.on_hand <= shown.alert_level, false) as low,
    case when shown.service_at is not null
        then cast(coalesce(held.units, 0) as bigint) end as held
from shown
left join held using (sku, service_at)
left join named on named.sku = shown.sku
order by shown.sku_key, shown.service_at nulls first, shown.id
