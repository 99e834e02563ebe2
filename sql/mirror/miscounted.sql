-- States whose counts are not those of the mirror's orders; none, if all is well.
-- One row per span and state.
-- Parameters: none
-- Columns: those of order_counts (orders and total: what is missing)
with compared as (
    select * exclude (id), 1 as orders
    from counted_orders
    union all by name
    select * replace (-orders as orders, -total as total)
    from order_counts
)

select
    span,
    currency,
    cast(module as varchar) as module,
    cast(status as varchar) as status,
    cast(payment_status as varchar) as payment_status,
    is_partly_refunded,
    is_cart,
    is_archived,
    has_refund_to_do,
    tags,
    cast(sum(orders) as bigint) as orders,
    cast(sum(total) as varchar) as total
from compared
group by all
having sum(orders) <> 0 or sum(total) <> 0
order by all
