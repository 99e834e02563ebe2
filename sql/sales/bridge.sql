-- From articles to net sales: how what was sold becomes what was cashed and
-- kept. articles - discounts + shipping + fees + tips + tax_added + gap =
-- sold; sold - not_cashed_yet + cashed_of_others = cashed; cashed - refunds =
-- net.
-- One row per currency.
-- Parameters: those of filtered_orders; the period is that of the movements,
--   or of the orders where $dated is placed or service; $refunds_by text
--   (mark, sale, done)
-- Columns: currency, articles, discounts, shipping, fees, tips, tax_added,
--   gap, sold, not_cashed_yet, cashed_of_others, cashed, refunds, net (minor
--   units), sold_orders, discounts_orders, shipping_orders, fees_orders,
--   tips_orders, tax_added_orders, paid_orders, refunded_orders, moved_orders
with moves as (
    select
        *,
        if(tax_included, 0, coalesce(tax, 0)) as added,
        is_within(sold_at, $from_at, $to_at) as is_sold
    from sales_moves(
        $statuses, $payments, $modules, $tags, $dated, $search, $archived,
        $refunds_to_do, $carts, $traits, $refunds_by,
        $from_at, $to_at
    )
),

sums as (
    select
        currency,
        sum(n * subtotal) as articles,
        sum(n * discount) as discounts,
        sum(n * shipping) as shipping,
        sum(n * fees) as fees,
        sum(n * tip) as tips,
        sum(n * added) as tax_added,
        sum(n * total) as sold,
        sum(gross) as cashed,
        sum(if(is_sold, gross, 0)) as of_sold,
        sum(refunds) as refunds,
        sum(n) as sold_orders,
        sum(if(discount <> 0, n, 0)) as discounts_orders,
        sum(if(shipping <> 0, n, 0)) as shipping_orders,
        sum(if(fees <> 0, n, 0)) as fees_orders,
        sum(if(tip <> 0, n, 0)) as tips_orders,
        sum(if(added <> 0, n, 0)) as tax_added_orders,
        sum(if(is_paid_once, n, 0)) + count(distinct if(
            not is_paid_once and payment_id is not null, id, null
        )) as paid_orders,
        count(distinct if(
            n = 0 and payment_id is null and sold_at is not null, id, null
        )) as refunded_orders,
        sum(if(is_moved_once, n, 0)) + count(distinct if(
            not is_moved_once and n = 0, id, null
        )) as moved_orders
    from moves
    group by currency
)

select
    currency,
    cast(articles as bigint) as articles,
    cast(discounts as bigint) as discounts,
    cast(shipping as bigint) as shipping,
    cast(fees as bigint) as fees,
    cast(tips as bigint) as tips,
    cast(tax_added as bigint) as tax_added,
    cast(
        sold - articles + discounts - shipping - fees - tips - tax_added
        as bigint
    ) as gap,
    cast(sold as bigint) as sold,
    cast(sold - of_sold as bigint) as not_cashed_yet,
    cast(cashed - of_sold as bigint) as cashed_of_others,
    cast(cashed as bigint) as cashed,
    cast(refunds as bigint) as refunds,
    cast(cashed - refunds as bigint) as net,
    cast(columns('.*_orders') as bigint)
from sums
order by currency
