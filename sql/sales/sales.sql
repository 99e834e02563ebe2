-- What was cashed and refunded per day, week or month of the shop's time
-- zone.
-- One row per period and currency; missing ones are 0, until today, and since
-- the first day wanted (a year before the first figure at most).
-- Parameters: those of filtered_orders; the period is that of the movements,
--   or of the orders where $dated is placed or service; $refunds_by text
--   (mark, sale, done); $by text (day, week, month), $timezone text, $today
--   date
-- Columns: period, currency, orders, gross, refunds, net (minor units),
--   paid_orders, refunded_orders, moved_orders (with a payment, a refund, any)
with quarters as (
    select
        quarter_of(at_time) as quarter,
        currency,
        sum(n) as orders,
        sum(gross) as gross,
        sum(refunds) as refunds,
        sum(if(is_paid_once, n, 0)) as paid_once,
        list(id) filter (
            not is_paid_once and payment_id is not null
        ) as paid_more,
        list(id) filter (
            n = 0 and payment_id is null and sold_at is not null
        ) as given_back,
        sum(if(is_moved_once, n, 0)) as moved_once,
        list(id) filter (not is_moved_once and n = 0) as moved_more
    from sales_moves(
        $statuses, $payments, $modules, $tags, $dated, $search, $archived,
        $refunds_to_do, $carts, $traits, $refunds_by,
        $from_at, $to_at
    )
    group by all
),

figures as (
    select
        date_trunc($by, clock_of(quarter, $timezone))::date as period,
        currency,
        cast(sum(orders) as bigint) as orders,
        cast(sum(gross) as bigint) as gross,
        cast(sum(refunds) as bigint) as refunds,
        sum(paid_once) + each_once(
            list(paid_more) filter (paid_more is not null)
        ) as paid_orders,
        each_once(
            list(given_back) filter (given_back is not null)
        ) as refunded_orders,
        sum(moved_once) + each_once(
            list(moved_more) filter (moved_more is not null)
        ) as moved_orders
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
    coalesce(figures.gross - figures.refunds, 0) as net,
    coalesce(figures.paid_orders, 0)::bigint as paid_orders,
    coalesce(figures.refunded_orders, 0)::bigint as refunded_orders,
    coalesce(figures.moved_orders, 0)::bigint as moved_orders
from periods
cross join (select distinct currency from figures) as currencies
left join figures using (period, currency)
order by periods.period, currencies.currency
