-- A calendar, so that days without any sale are seen as well.
-- One row per day of the shop's time zone, from the first order to today or to
-- the last order.
-- Parameters: $timezone text, $today date
-- Columns: day, week, month, year, weekday
with ends as (
    select
        timezone($timezone, min(placed_at))::date as first_day,
        timezone($timezone, max(placed_at))::date as last_day
    from orders
),

days as (
    select unnest(generate_series(
        first_day, greatest(last_day, $today::date), interval 1 day
    ))::date as day
    from ends
)

select
    day,
    date_trunc('week', day)::date as week,
    date_trunc('month', day)::date as month,
    year(day)::integer as year,
    isodow(day)::integer as weekday
from days
order by day
