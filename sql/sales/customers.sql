-- New and returning customers: lower-cased e-mail, over all modules and all
-- time, whatever the filter. New is the first order that they ever paid.
-- One row per day, week or month with a sale, and currency.
-- Parameters: those of filtered_orders; the period is that of the movements,
--   or of the orders where $dated is placed or service; $by text (day, week,
--   month), $timezone text
-- Columns: period, currency, new_orders, returning_orders, unknown_orders,
--   new_gross, returning_gross, unknown_gross (minor units)
with quarters as (
    select
        quarter_of(moves.at_time) as quarter,
        moves.currency,
        known.kind,
        sum(moves.n) as orders,
        sum(moves.gross) as gross
    from sales_moves(
        $statuses, $payments, $modules, $tags, $dated, $search, $archived,
        $refunds_to_do, $carts, $traits, 'mark'
    ) as moves
    inner join customers_of_orders() as known on known.id = moves.id
    where is_within(moves.at_time, $from_at, $to_at) and moves.refunds = 0
    group by all
),

kinds as (
    select
        date_trunc($by, clock_of(quarter, $timezone))::date as period,
        currency,
        kind,
        cast(sum(orders) as bigint) as orders,
        cast(sum(gross) as bigint) as gross
    from quarters
    group by all
)

select
    period,
    currency,
    coalesce(any_value(orders) filter (kind = 'new'), 0) as new_orders,
    coalesce(
        any_value(orders) filter (kind = 'returning'), 0
    ) as returning_orders,
    coalesce(any_value(orders) filter (kind = 'unknown'), 0) as unknown_orders,
    coalesce(any_value(gross) filter (kind = 'new'), 0) as new_gross,
    coalesce(
        any_value(gross) filter (kind = 'returning'), 0
    ) as returning_gross,
    coalesce(any_value(gross) filter (kind = 'unknown'), 0) as unknown_gross
from kinds
group by period, currency
order by period, currency
