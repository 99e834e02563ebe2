-- When orders are sold, and their money comes in.
-- One row per weekday, hour of the shop's time zone, and currency, at nought
-- too.
-- Parameters: those of filtered_orders; the period is that of the movements,
--   or of the orders where $dated is placed or service; $timezone text
-- Columns: weekday (1: Monday), hour, currency, orders, gross (minor units),
--   paid_orders (with a payment)
with quarters as (
    select
        quarter_of(at_time) as quarter,
        currency,
        sum(n) as orders,
        sum(gross) as gross,
        sum(if(is_paid_once, n, 0)) as paid_once,
        list(id) filter (
            not is_paid_once and payment_id is not null
        ) as paid_more
    from sales_moves(
        $statuses, $payments, $modules, $tags, $dated, $search, $archived,
        $refunds_to_do, $carts, $traits, 'mark',
        $from_at, $to_at
    )
    where refunds = 0
    group by all
),

figures as (
    select
        isodow(clock_of(quarter, $timezone))::bigint as weekday,
        date_part('hour', clock_of(quarter, $timezone))::bigint as hour,
        currency,
        cast(sum(orders) as bigint) as orders,
        cast(sum(gross) as bigint) as gross,
        sum(paid_once) + each_once(
            list(paid_more) filter (paid_more is not null)
        ) as paid_orders
    from quarters
    group by all
)

select
    days.weekday,
    hours.hour,
    currencies.currency,
    coalesce(figures.orders, 0) as orders,
    coalesce(figures.gross, 0) as gross,
    coalesce(figures.paid_orders, 0)::bigint as paid_orders
from (select unnest(range(1, 8)) as weekday) as days
cross join (select unnest(range(0, 24)) as hour) as hours
cross join (select distinct currency from figures) as currencies
left join figures using (weekday, hour, currency)
order by days.weekday, hours.hour, currencies.currency
