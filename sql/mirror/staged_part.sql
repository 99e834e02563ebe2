-- One part of a rebuild, staged as views: the orders placed between two instants
-- (variables from_at and to_at, microseconds) and what belongs to them. Their ids
-- (variables first_id and last_id) let most of the other tables be skipped.
create or replace temp view staged_orders as
from whole.orders
where placed_at >= getvariable('from_at') and placed_at < getvariable('to_at');

set variable first_id = (select min(id) from staged_orders);

set variable last_id = (select max(id) from staged_orders);

create or replace temp view staged_order_lines as
select order_id, position, sku, title, quantity, epoch_us(service_at) as service_at
from order_lines
where
    order_id between getvariable('first_id') and getvariable('last_id')
    and order_id in (select id from staged_orders);

create or replace temp view staged_payments as
select
    id,
    order_id,
    amount,
    epoch_us(paid_at) as "at",
    means,
    reference,
    voided_at
from payments
where
    order_id between getvariable('first_id') and getvariable('last_id')
    and order_id in (select id from staged_orders);

create or replace temp view staged_refunds as
select
    order_id,
    amount,
    state,
    epoch_us(refunded_at) as marked_at,
    epoch_us(done_at) as done_at,
    voided_at
from refunds
where
    order_id between getvariable('first_id') and getvariable('last_id')
    and order_id in (select id from staged_orders);

create or replace temp view staged_order_tags as
from whole.order_tags
where
    order_id between getvariable('first_id') and getvariable('last_id')
    and order_id in (select id from staged_orders);

create or replace temp view staged_shipments as
from whole.shipments
where
    order_id between getvariable('first_id') and getvariable('last_id')
    and order_id in (select id from staged_orders);

create or replace temp view staged_tags as
from whole.tags;
