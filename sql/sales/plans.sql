-- The plans of subscriptions: new ones, renewals paid, and what they brought.
-- One row per plan and currency, best first. An order whose first payment is a
-- renewal began elsewhere: it is no new one.
-- Parameters: those of filtered_orders; the period is that of the movements,
--   or of the orders where $dated is placed or service
-- Columns: plan, currency, new, renewed, gross (minor units)
with subscriptions as (
    select id from orders where module = 'pricing'
),

plans as (
    select
        order_id,
        arg_min(told(details, 'plan', title), position) as plan
    from order_lines
    where order_id in (from subscriptions)
    group by order_id
),

firsts as (
    select order_id, arg_min(kind, (paid_at, id)) as kind
    from payments
    where voided_at is null and order_id in (from subscriptions)
    group by order_id
)

select
    plans.plan,
    moves.currency,
    cast(
        sum(if(firsts.kind = 'renewal', 0, moves.n)) as bigint
    ) as new,
    cast(count(*) filter (paid.kind = 'renewal') as bigint) as renewed,
    cast(sum(moves.gross) as bigint) as gross
from sales_moves(
    $statuses, $payments, $modules, $tags, $dated, $search, $archived,
    $refunds_to_do, $carts, $traits, 'mark',
    $from_at, $to_at
) as moves
inner join plans on plans.order_id = moves.id
left join payments as paid on paid.id = moves.payment_id
left join firsts on firsts.order_id = moves.id
where
    moves.module = 'pricing'
    and moves.refunds = 0
group by all
order by gross desc, plans.plan, moves.currency
