-- Which orders a filter keeps, with what they can be sorted by.
-- One row per order, by id.
-- Parameters: those of filtered_orders
-- Columns: id, version, placed_at, currency, total, customer_key (minor units;
--   microseconds since 1970)
select
    wanted.id,
    wanted.version,
    epoch_us(wanted.placed_at) as placed_at,
    wanted.currency,
    wanted.total,
    wanted.customer_key
from filtered_orders(
    $statuses, $payments, $modules, $tags, $from_at, $to_at, $dated, $search,
    $archived, $refunds_to_do, $carts, $traits
) as wanted
order by wanted.id
