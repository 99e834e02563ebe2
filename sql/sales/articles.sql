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
),

sold as (
    select
        nullif(max(lines.sku), '') as sku,
        kept.module,
        kept.currency,
        max(lines.id) as last_id,
        count(distinct lines.order_id) as orders,
        sum(lines.quantity) as quantity,
        sum(lines.refunded_quantity) as refunded_quantity,
        sum(lines.total) as total
    from order_lines as lines
    inner join kept on kept.id = lines.order_id
    group by
        article_key(lines.sku, lines.title),
        kept.module,
        kept.currency
)

-- An article is called as its last line says; looked up, that takes less time.
select
    sold.sku,
    lines.title,
    sold.module::varchar as module,
    sold.currency,
    cast(sold.orders as bigint) as orders,
    cast(sold.quantity as bigint) as quantity,
    cast(sold.refunded_quantity as bigint) as refunded_quantity,
    cast(sold.total as bigint) as total
from sold
inner join order_lines as lines on lines.id = sold.last_id
order by
    sold.total desc,
    lines.title,
    article_key(sold.sku, lines.title),
    sold.module,
    sold.currency
limit $limit
