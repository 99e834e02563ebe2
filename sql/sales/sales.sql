-- What was cashed and refunded per day, week or month of the shop's time
-- zone.
-- One row per period and currency; missing ones are 0, until today, and since
-- the first day wanted (a year before the first figure at most).
-- Parameters: those of filtered_orders; the period is that of the movements,
--   or of the orders where $dated is placed or service; $refunds_by text
--   (mark, sale, done); $by text (day, week, month), $timezone text, $today
--   date
-- Columns: period, currency, orders, gross, refunds, net (minor units)
with quarters as (
    select
        quarter_of(at_time) as quarter,
        currency,
        sum(n) as orders,
        sum(gross) as gross,
        sum(refunds) as refunds
    from sales_moves(
        $statuses, $payments, $modules, $tags, $dated, $search, $archived,
        $refunds_to_do, $carts, $traits, $refunds_by
    )
    where is_within(at_time, $from_at, $to_at)
    group by all
),

figures as (
    select
        date_trunc($by, clock_of(quarter, $timezone))::date as period,
        currency,
        cast(sum(orders) as bigint) as orders,
        cast(sum(gross) as bigint) as gross,
        cast(sum(refunds) as bigint) as refunds
    from quarters
    group by all
),

periods as (
    select unnest(all_periods(
        $by, $timezone, $from_at, $to_at, min(period), max(period), $today
    )) as period
    from figures
)

select
    periods.period,
    currencies.currency,
    coalesce(figures.orders, 0) as orders,
    coalesce(figures.gross, 0) as gross,
    coalesce(figures.refunds, 0) as refunds,
    coalesce(figures.gross - figures.refunds, 0) as net
from periods
cross join (select distinct currency from figures) as currencies
left join figures using (period, currency)
order by periods.period, currencies.currency
