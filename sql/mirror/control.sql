-- What must be equal in store and mirror: counts and sums.
-- One row per month (UTC), status, payment status and currency.
-- Parameters: none
-- Columns: month (2026-03), status, payment_status, currency, orders, total,
--   paid, refunded (minor units), lines, quantity
select
    strftime(timezone('UTC', placed_at), '%Y-%m') as month,
    cast(status as varchar) as status,
    cast(payment_status as varchar) as payment_status,
    currency,
    count(*) as orders,
    cast(sum(total) as bigint) as total,
    cast(sum(paid) as bigint) as paid,
    cast(sum(refunded) as bigint) as refunded,
    cast(sum(line_count) as bigint) as lines,
    cast(sum(quantity) as bigint) as quantity
from orders
group by all
order by all
