-- How many orders a filter keeps and what they come to, carts told apart.
-- One row per currency, archive, state and payment: a few dozen at most.
-- Parameters: those of filtered_orders
-- Columns: currency, is_archived, cart, status, payment_status, orders, total
with parts as (
    -- Enums are grouped as they are: as texts it would take twice the time.
    select
        currency,
        is_archived,
        is_cart,
        status,
        payment_status,
        cast(sum(orders) as bigint) as orders,
        cast(sum(total) as bigint) as total
    from filtered_counts(
        $statuses, $payments, $modules, $tags, $from_at, $to_at, $dated,
        $search, $archived, $refunds_to_do, $carts, $traits
    )
    group by all
    having sum(orders) <> 0
)

select
    currency,
    is_archived,
    is_open_cart(is_cart, payment_status) as cart,
    status::varchar as status,
    payment_status::varchar as payment_status,
    orders,
    total
from parts
order by currency, is_archived, is_cart, parts.status, parts.payment_status
