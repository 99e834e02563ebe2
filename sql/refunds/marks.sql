-- The refund marks made here, to do or done, with the payments they give back.
-- One row per mark that stands, the oldest first.
-- Parameters: $state text (to_do, done), $from_at and $to_at timestamptz (about
--   the real refund; null: open end), $timezone text, $today date
-- Columns: id, order_id, number, source, customer, provider, means, currency,
--   amount (minor units), marked_at, days, reason, done_at, done_amount,
--   done_provider, reference, archived
with marks as (
    select *
    from refunds
    where
        origin = 'here'
        and voided_at is null
        and state = $state
        and ($from_at::timestamptz is null or done_at >= $from_at)
        and ($to_at::timestamptz is null or done_at < $to_at)
),

payers as (
    select
        order_id,
        array_to_string(list_sort(list_distinct(
            list(provider) filter (provider is not null)
        )), ', ') as provider,
        array_to_string(list_sort(list_distinct(
            list(means) filter (means is not null)
        )), ', ') as means
    from payments
    where voided_at is null and order_id in (select order_id from marks)
    group by order_id
)

select
    marks.id,
    marks.order_id,
    orders.number,
    orders.source,
    coalesce(orders.customer_name, orders.email) as customer,
    nullif(payers.provider, '') as provider,
    nullif(payers.means, '') as means,
    orders.currency,
    marks.amount,
    marks.refunded_at as marked_at,
    date_diff(
        'day', timezone($timezone, marks.refunded_at)::date, $today::date
    ) as days,
    marks.reason,
    marks.done_at,
    if(marks.state = 'done', coalesce(marks.done_amount, marks.amount), null)
        as done_amount,
    marks.provider as done_provider,
    marks.reference,
    orders.archived_at is not null as archived
from marks
inner join orders on orders.id = marks.order_id
left join payers on payers.order_id = marks.order_id
order by marks.refunded_at, marks.id
