-- At which hours of the day carts are begun, and how many are left behind.
-- One row per hour at which a cart was begun.
-- Parameters: none
-- Columns: hour, begun, abandoned, rate
select
    hour(begun_at) as hour,
    count(*) as begun,
    count(abandoned_at) as abandoned,
    round(100.0 * count(abandoned_at) / count(*), 1) as rate
from orders
where begun_at is not null
group by hour
order by hour
