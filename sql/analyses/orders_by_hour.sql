-- When orders are placed: weekday (1: Monday) and hour.
-- One row per weekday and hour that has an order.
-- Parameters: none
-- Columns: weekday, hour, orders
select
    isodow(placed_at) as weekday,
    hour(placed_at) as hour,
    count(*) as orders
from orders
where not is_cart
group by weekday, hour
order by weekday, hour
