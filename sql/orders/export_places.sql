-- Every so many orders of a filter, by chance: where to cut an export.
-- One row per order kept, in the order of its sort, upwards.
-- Parameters: those of filtered_orders; $only bigint[] (ids; null: all);
--   $sort text (date, total, customer),
--   $null_mark text ('0': orders without a name first, '2': last),
--   $every integer
-- Columns: sort_text, sort_number, id, placed_at
with keyed as (
    select
        *,
        case $sort
            when 'total' then currency
            when 'customer' then coalesce('1' || customer_key, $null_mark)
            else ''
        end as sort_text,
        case $sort
            when 'total' then total
            when 'customer' then 0
            else epoch_us(placed_at)
        end as sort_number
    from filtered_orders(
        $statuses, $payments, $modules, $tags, $from_at, $to_at, $dated,
        $search, $archived, $refunds_to_do, $carts, $traits
    ) where $only::bigint[] is null or list_contains($only::bigint[], id)
)

select sort_text, sort_number, id, placed_at
from keyed
where hash(id) % $every::ubigint = 0
order by sort_text, sort_number, id
