-- One page of orders by total, largest first, currency by currency:
-- amounts of two currencies are never compared.
-- One row per order, those after a place ($after_id null: from the start).
-- Parameters: those of filtered_orders; $after_currency varchar,
--   $after_total bigint, $after_id bigint, $size integer
-- Columns: id, source, number, module, status, payment_status, is_cart,
--   currency, total, paid, refunded, refunds_to_do, customer_name,
--   customer_key, email, placed_at, first_service_at, archived_at, line_count,
--   quantity, titles, tags, carriers, version
--   (minor units)
select
    wanted.id,
    wanted.source,
    wanted.number,
    wanted.module::varchar as module,
    wanted.status::varchar as status,
    wanted.payment_status::varchar as payment_status,
    wanted.is_cart,
    wanted.currency,
    wanted.total,
    wanted.paid,
    wanted.refunded,
    wanted.refunds_to_do,
    wanted.customer_name,
    wanted.customer_key,
    wanted.email,
    wanted.placed_at,
    wanted.first_service_at,
    wanted.archived_at,
    wanted.line_count,
    wanted.quantity,
    wanted.titles,
    wanted.tags,
    wanted.carriers,
    wanted.version
from filtered_orders(
    $statuses, $payments, $modules, $tags, $from_at, $to_at, $dated, $search,
    $archived, $refunds_to_do, $carts, $traits
) as wanted
where
    $after_id::bigint is null
    or (wanted.currency, wanted.total, wanted.id)
    < ($after_currency::varchar, $after_total::bigint, $after_id::bigint)
order by wanted.currency desc, wanted.total desc, wanted.id desc
limit $size
