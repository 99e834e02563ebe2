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
--   units)
with moves as (
    select
        *,
        if(tax_included, 0, coalesce(tax, 0)) as added,
        is_within(at_time, $from_at, $to_at) as counts,
        is_within(sold_at, $from_at, $to_at) as is_sold
    from sales_moves(
        $statuses, $payments, $modules, $tags, $dated, $search, $archived,
        $refunds_to_do, $carts, $traits, $refunds_by
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
        sum(refunds) as refunds
    from moves
    where counts
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
    cast(cashed - refunds as bigint) as net
from sums
order by currency
