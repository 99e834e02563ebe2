-- The rows that changes have added become one for each state.
create or replace temp table packed_counts as
select
    * exclude (orders, total),
    cast(sum(orders) as bigint) as orders,
    sum(total) as total
from order_counts
group by all
having sum(orders) <> 0
order by span;

delete from order_counts;

insert into order_counts by name from packed_counts;

drop table packed_counts;
