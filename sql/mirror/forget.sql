-- The touched orders and all that belongs to them leave the mirror, and its counts.
insert into order_counts by name
select
    * exclude (id, total),
    -count(*) as orders,
    -sum(total) as total
from counted_orders
where id in (select id from touched)
group by all;

delete from orders where id in (select id from touched);

delete from order_lines where order_id in (select id from touched);

delete from payments where order_id in (select id from touched);

delete from refunds where order_id in (select id from touched);
