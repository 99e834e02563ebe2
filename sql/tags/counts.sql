-- The tags there are and on how many orders, archived ones and carts included.
-- One row per tag, by name.
-- Parameters: none
-- Columns: id, name, color (a name of rules.TAG_COLORS), orders
with used as (
    select name, count(*) as orders
    from (select unnest(tags) as name from orders)
    group by name
)

select tags.id, tags.name, tags.color, coalesce(used.orders, 0) as orders
from tags
left join used on used.name = tags.name
order by fold(tags.name), tags.name, tags.id
