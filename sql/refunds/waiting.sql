-- Orders with money that was paid and not refunded, such as cancelled ones.
-- One row per order that the filter keeps, the oldest cancellation first.
-- Parameters: those of filtered_orders
-- Columns: id, number, source, customer, currency, paid, refunded, left_over
--   (minor units), cancelled_at
select
    wanted.id,
    wanted.number,
    wanted.source,
    coalesce(wanted.customer_name, wanted.email) as customer,
    wanted.currency,
    wanted.paid,
    wanted.refunded,
    wanted.paid - wanted.refunded as left_over,
    wanted.cancelled_at
from filtered_orders(
    $statuses, $payments, $modules, $tags, $from_at, $to_at, $dated, $search,
    $archived, $refunds_to_do, $carts, $traits
) as wanted
order by wanted.cancelled_at nulls last, wanted.id
