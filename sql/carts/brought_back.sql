-- What the reminders brought back: carts reminded of, those paid afterwards.
-- One row per currency with a cart that was reminded of.
-- Parameters: those of filtered_orders but $dated, the period being that of the
--   carts; $delay integer (minutes), $now timestamptz
-- Columns: currency, reminded, paid, value (minor units)
with reminders as (
    -- From when the reminder itself had left: one that failed brought nothing.
    select asked.order_id, min(sent.occurred_at) as reminded_at
    from events as asked
    inner join events as sent
        on sent.order_id = asked.order_id and sent.message = asked.message
    where
        asked.kind = 'cart_reminded'
        and sent.kind in ('message_sent', 'message_decided')
    group by asked.order_id
)

select
    cart.currency,
    count(*) as reminded,
    count(*) filter (cart.first_paid_at > reminders.reminded_at) as paid,
    cast(coalesce(sum(cart.paid) filter (
        cart.first_paid_at > reminders.reminded_at
    ), 0) as bigint) as value
from begun_carts(
    $statuses, $payments, $modules, $tags, $from_at::timestamptz,
    $to_at::timestamptz, $search, $archived, $refunds_to_do, $carts,
    $traits, $delay::integer, $now::timestamptz
) as cart
inner join reminders on reminders.order_id = cart.id
group by cart.currency
order by cart.currency
