-- What was cashed and refunded by a trait of the orders.
-- One row per value and currency, best first; they add up to the sales. A
-- payment has its own means; a refund and an order that of the order's first
-- payment.
-- Parameters: those of filtered_orders; the period is that of the movements,
--   or of the orders where $dated is placed or service; $refunds_by text
--   (mark, sale, done); $of text (module, means, country, channel, promo)
-- Columns: key (null: not known), currency, orders, gross, refunds, net
--   (minor units)
with firsts as (
    -- arg_min would pass over a first payment whose means is not known.
    select order_id, arg_min(coalesce(means, ''), (paid_at, id)) as means
    from payments
    where $of = 'means' and voided_at is null
    group by order_id
)

select
    nullif(case $of
        when 'module' then moves.module::varchar
        when 'country' then moves.country
        when 'channel' then moves.channel
        when 'promo' then moves.discount_codes
        else if(moves.payment_id is null, firsts.means, moves.paid_with)
    end, '') as key,
    moves.currency,
    cast(sum(moves.n) as bigint) as orders,
    cast(sum(moves.gross) as bigint) as gross,
    cast(sum(moves.refunds) as bigint) as refunds,
    cast(sum(moves.gross - moves.refunds) as bigint) as net
from sales_moves(
    $statuses, $payments, $modules, $tags, $dated, $search, $archived,
    $refunds_to_do, $carts, $traits, $refunds_by
) as moves
left join firsts on firsts.order_id = moves.id
where is_within(moves.at_time, $from_at, $to_at)
group by all
order by net desc, key nulls last, moves.currency
