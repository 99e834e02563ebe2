-- All orders are counted: in a rebuild.
insert into order_counts by name
select
    * exclude (id, total),
    count(*) as orders,
    sum(total) as total
from counted_orders
group by all
order by span;
