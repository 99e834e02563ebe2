-- How large an export is.
-- One row.
-- Parameters: those of filtered_orders; $only bigint[] (ids; null: all)
-- Columns: orders, lines
select
    count(*) as orders,
    cast(coalesce(sum(line_count), 0) as bigint) as lines
from filtered_orders(
    $statuses, $payments, $modules, $tags, $from_at, $to_at, $dated,
    $search, $archived, $refunds_to_do, $carts, $traits
) where $only::bigint[] is null or list_contains($only::bigint[], id)
