-- States whose counts are not those of the mirror's orders; none, if all is well.
-- One row per span and state.
-- Parameters: none
-- Columns: span, status, payment_status, currency, orders, total (what is missing)
select
    span,
    cast(status as varchar) as status,
    cast(payment_status as varchar) as payment_status,
    currency,
    cast(sum(orders) as bigint) as orders,
    cast(sum(total) as bigint) as total
from (
    select * exclude (id), 1 as orders
    from counted_orders
    union all by name
    select * replace (-orders as orders, -total as total)
    from order_counts
)
group by
    span,
    status,
    payment_status,
    currency,
    module,
    is_partly_refunded,
    is_cart,
    is_archived,
    has_refund_to_do,
    tags
having sum(orders) <> 0 or sum(total) <> 0
order by span, status, payment_status, currency
