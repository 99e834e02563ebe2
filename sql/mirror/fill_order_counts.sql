-- The touched orders, as they are now, are counted.
insert into order_counts by name
select
    * exclude (id, total),
    count(*) as orders,
    sum(total) as total
from counted_orders
where id in (select id from touched)
group by all;
