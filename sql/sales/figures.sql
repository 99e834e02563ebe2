-- What the average basket and the refund rate of a period are made of. A
-- basket holds articles after discounts, tax included (that of the lines, or of
-- the order where no line has its own), without shipping and tip; an order of
-- total 0 is none. Payments and refunds are those of the orders sold, whenever
-- made.
-- One row per period with a sale and currency; their sums are of the whole.
-- Parameters: those of filtered_orders; the period is that of the sale: the
--   first payment, or what $dated says; $by text (day, week, month), $timezone
--   text
-- Columns: period, currency, baskets, basket_sum, sale_gross, sale_refunds
--   (minor units)
with sold as (
    select
        id, currency, total, subtotal, discount, tax, tax_included, paid,
        refunded, quarter_of(sold_at) as quarter
    from sold_orders(
        $statuses, $payments, $modules, $tags, $dated, $search, $archived,
        $refunds_to_do, $carts, $traits
    )
    where is_within(sold_at, $from_at, $to_at)
),

-- Where tax is added, that of the articles: the order's has its shipping's too.
of_articles as (
    select order_id, cast(sum(tax) as bigint) as tax
    from order_lines
    where order_id in (select id from sold where not tax_included)
    group by order_id
),

quarters as (
    select
        sold.quarter,
        sold.currency,
        count(*) filter (sold.total <> 0) as baskets,
        coalesce(sum(
            sold.subtotal - sold.discount
            + if(sold.tax_included, 0, coalesce(of_articles.tax, sold.tax, 0))
        ) filter (sold.total <> 0), 0) as basket_sum,
        sum(sold.paid) as sale_gross,
        sum(sold.refunded) as sale_refunds
    from sold
    left join of_articles on of_articles.order_id = sold.id
    group by sold.quarter, sold.currency
)

select
    date_trunc($by, clock_of(quarter, $timezone))::date as period,
    currency,
    cast(sum(baskets) as bigint) as baskets,
    cast(sum(basket_sum) as bigint) as basket_sum,
    cast(sum(sale_gross) as bigint) as sale_gross,
    cast(sum(sale_refunds) as bigint) as sale_refunds
from quarters
group by period, currency
order by period, currency
