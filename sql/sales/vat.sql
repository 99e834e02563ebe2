-- The tax of the lines of the orders sold in the period, rate by rate.
-- One row per rate and currency.
-- Parameters: those of filtered_orders; the period is that of the sale: the
--   first payment, or what $dated says
-- Columns: tax_rate (hundredths of a per cent, null: not known), currency,
--   base, tax (minor units)
with kept as (
    select id, currency, tax_included
    from sold_orders(
        $statuses, $payments, $modules, $tags, $dated, $search, $archived,
        $refunds_to_do, $carts, $traits
    )
    where is_within(sold_at, $from_at, $to_at)
)

select
    lines.tax_rate::bigint as tax_rate,
    kept.currency,
    cast(sum(
        lines.total - if(kept.tax_included, coalesce(lines.tax, 0), 0)
    ) as bigint) as base,
    cast(sum(coalesce(lines.tax, 0)) as bigint) as tax
from order_lines as lines
inner join kept on kept.id = lines.order_id
group by lines.tax_rate, kept.currency
order by kept.currency, lines.tax_rate nulls last
