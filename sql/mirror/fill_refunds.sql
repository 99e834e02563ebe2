-- Staged refunds; one without a date counts at the date of its order.
insert into refunds by name
select
    refunds.id, refunds.order_id, refunds.amount, refunds.shipping_amount,
    refunds.reason, refunds.restock, refunds.origin, refunds.state,
    refunds.done_amount, refunds.provider, refunds.reference,
    make_timestamptz(coalesce(refunds.marked_at, orders.placed_at)) as refunded_at,
    refunds.marked_at is not null as at_given,
    make_timestamptz(refunds.done_at) as done_at,
    make_timestamptz(refunds.voided_at) as voided_at
from staged_refunds as refunds
join staged_orders as orders on orders.id = refunds.order_id;
