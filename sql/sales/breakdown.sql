-- What was cashed and refunded by a trait of the orders.
-- One row per value and currency, best first; they add up to the sales. A
-- payment has its own means; a refund and an order that of the order's first
-- payment.
-- Parameters: those of filtered_orders; the period is that of the movements,
--   or of the orders where $dated is placed or service; $refunds_by text
--   (mark, sale, done); $of text (module, means, country, channel, promo)
-- Columns: key (null: not known), currency, orders, gross, refunds, net
--   (minor units), moved_orders (with a payment or a refund)
select
    nullif(nullif(case $of
        when 'module' then moves.module::varchar
        when 'country' then moves.country
        when 'channel' then moves.channel
        when 'promo' then moves.discount_codes
        else means_of(moves.payment_id, moves.paid_with, moves.first_means)
    end, ''), if($of = 'means', '-', null)) as key,
    moves.currency,
    cast(sum(moves.n) as bigint) as orders,
    cast(sum(moves.gross) as bigint) as gross,
    cast(sum(moves.refunds) as bigint) as refunds,
    cast(sum(moves.gross - moves.refunds) as bigint) as net,
    cast(
        sum(if(is_whole, moves.n, 0))
        + len(coalesce(list_distinct(list(moves.id) filter (
            not is_whole and moves.sold_at is not null
        )), [])) as bigint
    ) as moved_orders
from (
    select
        *,
        -- Its one row of sale says all of its rows: they have one value.
        is_moved_once and ($of <> 'means' or len(means) < 2) as is_whole
    from sales_moves(
        $statuses, $payments, $modules, $tags, $dated, $search, $archived,
        $refunds_to_do, $carts, $traits, $refunds_by,
        $from_at, $to_at
    )
) as moves
group by all
order by net desc, key nulls last, moves.currency
