-- The orders of a rebuild cut into parts by date, so that memory stays the same.
-- Columns: from_at, to_at (microseconds, half-open), one row per part; orders of
-- one instant stay together. $rows: orders per part, of those placed between
-- $from_at and $to_at (null: all).
select
    min(placed_at) as from_at,
    lead(min(placed_at), 1, max(placed_at) + 1) over (order by part) as to_at
from (
    select placed_at, (row_number() over (order by placed_at) - 1) // $rows as part
    from whole.orders
    where
        ($from_at is null or placed_at >= $from_at)
        and ($to_at is null or placed_at < $to_at)
)
group by part
qualify from_at < to_at
order by part;
