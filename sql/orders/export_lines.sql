-- The lines of a slice of the orders to export.
-- One row per line; the reader sorts (faster there than in the query) by
-- sort_text, sort_number, id, position.
-- Parameters: those of filtered_orders; $only bigint[] (ids; null: all);
--   $sort text (date, total, customer),
--   $null_mark text, as in export_places.sql; the places $low_text varchar,
--   $low_number bigint, $low_id bigint, $low_at timestamptz (included), $high_…
--   (excluded); null: no end
-- Columns: those of commandes.reports.export.columns.LINES, sort_text,
--   sort_number, id
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

select
    keyed.number,
    keyed.source,
    keyed.module::varchar as module,
    keyed.status::varchar as status,
    keyed.payment_status::varchar as payment,
    keyed.placed_at,
    keyed.customer_name as customer,
    keyed.email,
    keyed.currency,
    line.position,
    line.sku,
    line.title,
    line.variant,
    line.quantity,
    line.unit_price,
    line.discount,
    line.tax_rate,
    line.tax,
    line.total,
    line.refunded_quantity,
    line.cancelled_quantity,
    line.restocked_quantity,
    line.service_at,
    line.details,
    keyed.sort_text,
    keyed.sort_number,
    keyed.id
from keyed
inner join order_lines as line on keyed.id = line.order_id
where
    -- The instants let whole blocks of the table be skipped.
    ($low_at::timestamptz is null or keyed.placed_at >= $low_at)
    and ($high_at::timestamptz is null or keyed.placed_at <= $high_at)
    and ($low_id::bigint is null or (sort_text, sort_number, keyed.id)
        >= ($low_text, $low_number, $low_id))
    -- DuckDB 2.0 makes one BETWEEN of both, and fails: coalesce hides it.
    and ($high_id::bigint is null or coalesce((sort_text, sort_number, keyed.id)
        < ($high_text, $high_number, $high_id), false))
