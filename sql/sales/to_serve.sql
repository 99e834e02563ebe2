-- What was cashed for services still to come, less what was given back.
-- One row per currency.
-- Parameters: those of filtered_orders but $from_at, but $to_at, but $dated;
--   $now timestamp with time zone
-- Columns: currency, orders, cashed (minor units)
select
    currency,
    cast(count(*) as bigint) as orders,
    cast(sum(paid - refunded) as bigint) as cashed
from filtered_orders(
    $statuses, $payments, $modules, $tags, null, null, 'placed', $search,
    $archived, $refunds_to_do, $carts, $traits
)
where last_service_at > $now and status <> 'cancelled' and paid > refunded
group by currency
order by currency
