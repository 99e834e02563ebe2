-- What was cashed, refunded and kept each month.
-- One row per month and currency that has a payment or a refund.
-- Parameters: none
-- Columns: month, currency, gross, refunds, net
with moves as (
    select order_id, paid_at as moved_at, amount as gross, 0 as refunds
    from payments
    where voided_at is null
    union all
    select order_id, refunded_at, 0, amount
    from refunds
    where voided_at is null
)

select
    date_trunc('month', moves.moved_at)::date as month,
    orders.currency,
    money(sum(moves.gross), orders.currency) as gross,
    money(sum(moves.refunds), orders.currency) as refunds,
    money(sum(moves.gross - moves.refunds), orders.currency) as net
from moves
inner join orders on moves.order_id = orders.id
group by month, orders.currency
order by month, orders.currency
