-- Carts begun, abandoned and recovered per day, week or month of the shop's
-- time zone, by the date on which they were begun.
-- One row per period and currency; missing ones are 0, until today, and since
-- the first day wanted (a year before the first cart at most).
-- Parameters: those of filtered_orders but $dated, the period being that of the
--   carts; $delay integer (minutes), $now timestamptz, $by text (day, week,
--   month), $timezone text, $today date
-- Columns: period, currency, begun, abandoned, abandoned_value, rate,
--   recovered, recovered_value, recovered_elsewhere,
--   recovered_elsewhere_value, running
with found as (
    select * from begun_carts(
        $statuses, $payments, $modules, $tags, $from_at::timestamptz,
        $to_at::timestamptz, $search, $archived, $refunds_to_do, $carts,
        $traits, $delay::integer, $now::timestamptz
    )
),

-- Never paid, but another order of the e-mail was, within 30 days.
elsewhere as (
    select distinct cart.id
    from found as cart
    inner join orders as other on other.email_key = cart.email_key
    where
        cart.abandoned
        and cart.first_paid_at is null
        and other.id <> cart.id
        and other.first_paid_at > cart.begun_at
        and other.first_paid_at <= cart.begun_at + to_hours(24 * 30)
),

figures as (
    select
        date_trunc($by, timezone($timezone, found.begun_at))::date as period,
        found.currency,
        count(*) filter (found.is_over) as begun,
        count(*) filter (found.abandoned) as abandoned,
        sum(found.total) filter (found.abandoned) as abandoned_value,
        count(found.first_paid_at) filter (found.abandoned) as recovered,
        -- A deposit brings back no more than itself.
        sum(found.paid) filter (found.abandoned) as recovered_value,
        count(elsewhere.id) as elsewhere,
        sum(found.total) filter (elsewhere.id is not null) as elsewhere_value,
        count(*) filter (not found.is_over) as running
    from found
    left join elsewhere on elsewhere.id = found.id
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
    coalesce(f.begun, 0) as begun,
    coalesce(f.abandoned, 0) as abandoned,
    cast(coalesce(f.abandoned_value, 0) as bigint) as abandoned_value,
    cast(f.abandoned as double) / nullif(f.begun, 0) as rate,
    coalesce(f.recovered, 0) as recovered,
    cast(coalesce(f.recovered_value, 0) as bigint) as recovered_value,
    coalesce(f.elsewhere, 0) as recovered_elsewhere,
    coalesce(f.elsewhere_value, 0)::bigint as recovered_elsewhere_value,
    coalesce(f.running, 0) as running
from periods
cross join (select distinct currency from figures) as currencies
left join figures as f using (period, currency)
order by periods.period, currencies.currency
