-- What was cashed for services still to come, less what was given back.
-- One row per currency.
-- Parameters: $now timestamp with time zone
-- Columns: currency, orders, cashed (minor units)
select
    currency,
    cast(count(*) as bigint) as orders,
    cast(sum(paid - refunded) as bigint) as cashed
from orders
where last_service_at > $now and status <> 'cancelled' and paid > refunded
group by currency
order by currency
