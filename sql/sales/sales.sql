-- What was cashed and refunded per day, week or month of the shop's time zone.
-- One row per period and currency; missing ones are 0, until today, and since
-- the first day wanted (a year before the first figure at most).
-- Parameters: those of filtered_orders but $dated, the period being that of the
--   movements; $by text (day, week, month), $timezone text, $today date
-- Columns: period, currency, orders, gross, refunds, net (minor units)
with kept as (
    select id, currency, first_paid_at
    from filtered_orders(
        $statuses, $payments, $modules, $tags, null, null, 'placed', $search,
        $archived, $refunds_to_do, $carts, $traits
    )
),

moves as (
    select order_id, paid_at as at_time, 0 as n, amount as gross, 0 as back
    from payments
    where voided_at is null
    union all
    select order_id, refunded_at, 0, 0, amount
    from refunds
    where voided_at is null
    union all
    select id, first_paid_at, 1, 0, 0 from kept where first_paid_at is not null
),

-- Quarters of an hour first: no zone divides them, and they are far fewer.
quarters as (
    select
        floor(epoch_us(moves.at_time) / 900e6)::bigint as quarter,
        kept.currency,
        sum(moves.n) as orders,
        sum(moves.gross) as gross,
        sum(moves.back) as refunds
    from moves
    inner join kept on moves.order_id = kept.id
    where
        ($from_at::timestamptz is null or moves.at_time >= $from_at)
        and ($to_at::timestamptz is null or moves.at_time < $to_at)
    group by all
),

figures as (
    select
        date_trunc($by, timezone(
            $timezone, make_timestamptz(quarter * 900_000_000)
        ))::date as period,
        currency,
        cast(sum(orders) as bigint) as orders,
        cast(sum(gross) as bigint) as gross,
        cast(sum(refunds) as bigint) as refunds
    from quarters
    group by all
),

periods as (
    select unnest(generate_series(
        date_trunc($by, greatest(
            coalesce(timezone($timezone, $from_at)::date, min(period)),
            min(period) - interval 1 year
        )),
        greatest(max(period), least($today, timezone(
            $timezone, $to_at::timestamptz - interval 1 second
        )::date)),
        ('1 ' || $by)::interval
    ))::date as period
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
