-- The articles of the orders sold in the period.
-- One row per sku (where there is none: per title), module and currency, best
-- first.
-- Parameters: those of filtered_orders; the period is that of the sale: the
--   first payment, or what $dated says; $limit integer
-- Columns: sku, title, module, currency, orders, quantity, refunded_quantity,
--   total (minor units)
with kept as (
    select id, currency, module
    from sold_orders(
        $statuses, $payments, $modules, $tags, $dated, $search, $archived,
        $refunds_to_do, $carts, $traits
    )
    where is_within(sold_at, $from_at, $to_at)
)

select
    nullif(max(lines.sku), '') as sku,
    arg_max(lines.title, lines.id) as title,
    kept.module::varchar as module,
    kept.currency,
    cast(count(distinct lines.order_id) as bigint) as orders,
    cast(sum(lines.quantity) as bigint) as quantity,
    cast(sum(lines.refunded_quantity) as bigint) as refunded_quantity,
    cast(sum(lines.total) as bigint) as total
from order_lines as lines
inner join kept on kept.id = lines.order_id
group by
    article_key(lines.sku, lines.title),
    kept.module,
    kept.currency
order by
    total desc, title, article_key(lines.sku, lines.title), kept.currency
limit $limit
