-- What the average basket and the refund rate of a period are made of. A
-- basket holds articles after discounts, tax included, without shipping and
-- tip; an order of total 0 is none. Payments and refunds are those of the
-- orders sold, whenever made.
-- One row per currency.
-- Parameters: those of filtered_orders; the period is that of the sale: the
--   first payment, or what $dated says
-- Columns: currency, baskets, basket_sum, sale_gross, sale_refunds (minor
--   units)
select
    currency,
    cast(count(*) filter (total <> 0) as bigint) as baskets,
    cast(coalesce(sum(
        subtotal - discount + if(tax_included, 0, coalesce(tax, 0))
    ) filter (total <> 0), 0) as bigint) as basket_sum,
    cast(sum(paid) as bigint) as sale_gross,
    cast(sum(refunded) as bigint) as sale_refunds
from sold_orders(
    $statuses, $payments, $modules, $tags, $dated, $search, $archived,
    $refunds_to_do, $carts, $traits
)
where is_within(sold_at, $from_at, $to_at)
group by currency
order by currency
