-- A slice of the orders to export.
-- One row per order; the reader sorts (faster there than in the query) by
-- sort_text, sort_number, id.
-- Parameters: those of filtered_orders; $only bigint[] (ids; null: all);
--   $sort text (date, total, customer),
--   $null_mark text, as in export_places.sql; the places $low_text varchar,
--   $low_number bigint, $low_id bigint, $low_at timestamptz (included), $high_…
--   (excluded); null: no end
-- Columns: those of commandes.reports.export.columns.ORDERS, sort_text,
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
    number,
    source,
    module::varchar as module,
    status::varchar as status,
    payment_status::varchar as payment,
    is_cart,
    channel,
    placed_at,
    begun_at,
    abandoned_at,
    first_paid_at as paid_at,
    cancelled_at,
    archived_at,
    first_service_at as service_at,
    customer_name as customer,
    email,
    phone,
    country,
    ip_address,
    currency,
    subtotal,
    discount,
    discount_codes,
    shipping,
    fees,
    tip,
    tax,
    tax_included,
    total,
    gift_card,
    paid,
    refunded,
    refunds_to_do,
    line_count,
    quantity,
    array_to_string(tags, ', ') as tags,
    array_to_string(carriers, ', ') as carriers,
    sort_text,
    sort_number,
    id
from keyed
where
    -- The instants let whole blocks of the table be skipped.
    ($low_at::timestamptz is null or placed_at >= $low_at)
    and ($high_at::timestamptz is null or placed_at <= $high_at)
    and ($low_id::bigint is null or (sort_text, sort_number, id)
        >= ($low_text, $low_number, $low_id))
    -- DuckDB 2.0 makes one BETWEEN of both, and fails: coalesce hides it.
    and ($high_id::bigint is null or coalesce((sort_text, sort_number, id)
        < ($high_text, $high_number, $high_id), false))
