-- The payments and refunds that make up the sales of the period, one by one.
-- One row per payment and refund that stands, the newest first; refunds are
-- negative, so that the sum of a currency is its net sales.
-- Parameters: those of filtered_orders; the period is that of the movements,
--   or of the orders where $dated is placed or service; $refunds_by text
--   (mark, sale, done); $limit bigint (null: all)
-- Columns: counted_at, kind (payment, refund), number, source, module,
--   placed_at, customer, currency, amount (minor units), means (of a refund: of
--   the order's first payment), provider, reference, reason
with found as (
    -- Sought first: what else is told of them is read for these alone.
    select id, payment_id, refund_id, at_time, gross - refunds as amount
    from sales_moves(
        $statuses, $payments, $modules, $tags, $dated, $search, $archived,
        $refunds_to_do, $carts, $traits, $refunds_by,
        $from_at, $to_at
    )
    where n = 0
    order by at_time desc, id desc, payment_id desc, refund_id desc
    limit $limit
)

select
    found.at_time as counted_at,
    if(found.payment_id is null, 'refund', 'payment') as kind,
    orders.number,
    orders.source,
    orders.module::varchar as module,
    orders.placed_at,
    coalesce(orders.customer_name, orders.email) as customer,
    orders.currency,
    found.amount,
    nullif(
        means_of(found.payment_id, payments.means, orders.first_means), '-'
    ) as means,
    coalesce(payments.provider, refunds.provider) as provider,
    coalesce(payments.reference, refunds.reference) as reference,
    refunds.reason
from found
inner join orders on orders.id = found.id
left join payments on found.payment_id = payments.id
left join refunds on found.refund_id = refunds.id
order by
    counted_at desc, found.id desc, found.payment_id desc, found.refund_id desc
