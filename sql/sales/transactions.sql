-- The payments and refunds that make up the sales of the period, one by one.
-- One row per payment and refund that stands, the newest first; refunds are
-- negative, so that the sum of a currency is its net sales.
-- Parameters: those of filtered_orders; the period is that of the movements,
--   or of the orders where $dated is placed or service; $refunds_by text
--   (mark, sale, done); $limit bigint (null: all)
-- Columns: counted_at, kind (payment, refund), number, source, module,
--   placed_at, customer, currency, amount (minor units), means, provider,
--   reference, reason
select
    moves.at_time as counted_at,
    if(moves.payment_id is null, 'refund', 'payment') as kind,
    moves.number,
    moves.source,
    moves.module::varchar as module,
    moves.placed_at,
    coalesce(moves.customer_name, moves.email) as customer,
    moves.currency,
    moves.gross - moves.refunds as amount,
    payments.means,
    coalesce(payments.provider, refunds.provider) as provider,
    coalesce(payments.reference, refunds.reference) as reference,
    refunds.reason
from sales_moves(
    $statuses, $payments, $modules, $tags, $dated, $search, $archived,
    $refunds_to_do, $carts, $traits, $refunds_by
) as moves
left join payments on moves.payment_id = payments.id
left join refunds on moves.refund_id = refunds.id
where moves.n = 0 and is_within(moves.at_time, $from_at, $to_at)
order by
    counted_at desc, moves.id desc, moves.payment_id desc, moves.refund_id desc
limit $limit
