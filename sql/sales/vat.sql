-- The tax in the net sales of the period, rate by rate: each payment and refund
-- has its share of what its order is made of (sql/mirror/macros.sql), to the
-- cent; the totals add up to the net of the bridge.
-- One row per currency and rate that something has.
-- Parameters: those of filtered_orders; the period is that of the movements,
--   or of the orders where $dated is placed or service; $refunds_by text
--   (mark, sale, done)
-- Columns: tax_rate (hundredths of a per cent, null: not known), currency,
--   base, tax, total (tax included; minor units)
with parts as (
    select
        currency, tax_rate, id, before, after, amount, tax, whole,
        -- All of an order or nothing of it needs no sharing out.
        before in (0, whole) and after in (0, whole) as is_whole
    from taxed_moves(
        $statuses, $payments, $modules, $tags, $dated, $search, $archived,
        $refunds_to_do, $carts, $traits, $refunds_by, $from_at, $to_at
    )
),

weighed as (
    select
        *,
        share_down(before, amount, whole) as low_before,
        share_down(after, amount, whole) as low_after,
        before - sum(low_before) over (partition by id) as over_before,
        after - sum(low_after) over (partition by id) as over_after,
        row_number() over (
            partition by id
            order by share_rest(before, amount, whole) desc, tax_rate nulls last
        ) as place_before,
        row_number() over (
            partition by id
            order by share_rest(after, amount, whole) desc, tax_rate nulls last
        ) as place_after
    from parts
    where not is_whole
),

shares as (
    -- From the cents until before to those until after: the months of a year
    -- add up to it.
    select
        currency,
        tax_rate,
        amount,
        tax as tax_of_all,
        low_before + if(place_before <= over_before, 1, 0) as share_before,
        low_after + if(place_after <= over_after, 1, 0) as share_after
    from weighed
    union all
    select
        currency,
        tax_rate,
        amount,
        tax,
        if(before = 0, 0, amount),
        if(after = 0, 0, amount)
    from parts
    where is_whole
),

sums as (
    select
        currency,
        tax_rate,
        cast(sum(share_after - share_before) as bigint) as total,
        cast(sum(
            tax_of(share_after, tax_of_all, amount)
            - tax_of(share_before, tax_of_all, amount)
        ) as bigint) as tax
    from shares
    group by currency, tax_rate
)

select tax_rate, currency, total - tax as base, tax, total
from sums
order by currency, tax_rate nulls last
