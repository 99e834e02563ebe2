-- The abandoned carts that nobody paid, and why one may not be reminded of.
-- One row per cart, the last begun first, $size at most.
-- Parameters: those of filtered_orders but $dated, the period being that of the
--   carts; $delay integer (minutes), $now timestamptz, $patience integer (the
--   minutes that a cart is left alone), $oldest integer (days), $size integer
-- Columns: id, number, source, currency, total, customer, email, titles,
--   line_count, begun_at, reminded_at, reason (empty: it may)
with left_over as (
    select *, email_key as who from begun_carts(
        $statuses, $payments, $modules, $tags, $from_at::timestamptz,
        $to_at::timestamptz, $search, $archived, $refunds_to_do, $carts,
        $traits, $delay::integer, $now::timestamptz
    )
    where abandoned and is_cart and first_paid_at is null
    order by begun_at desc, id desc limit $size
),

standing as (
    select *, not is_cart and status <> 'cancelled' as stands,
        email_key as who
    from orders
),

bought as (
    select
        cart.id,
        bool_or(other.first_paid_at is not null) as ever,
        bool_or(
            coalesce(other.first_paid_at > cart.begun_at, false)
            or (stands and other.placed_at > cart.begun_at)
        ) as since,
        bool_or(
            other.is_cart and other.status <> 'cancelled'
            and other.first_paid_at is null
            and (coalesce(other.begun_at, other.placed_at), other.id)
            > (cart.begun_at, cart.id)
        ) as newer
    from left_over as cart
    inner join standing as other using (who)
    where other.id <> cart.id
    group by cart.id
),

became as (
    select distinct cart.id
    from left_over as cart
    inner join standing as other using (source, cart_id)
    where other.id <> cart.id and other.stands
),

reminders as (
    select order_id, min(occurred_at) as reminded_at
    from events
    where kind = 'cart_reminded'
    group by order_id
)

select
    cart.id, cart.number, cart.source, cart.currency, cart.total,
    cart.customer_name as customer, cart.email, cart.titles, cart.line_count,
    cart.begun_at,
    reminders.reminded_at,
    case
        when cart.status = 'cancelled' then 'cancelled'
        when reminders.reminded_at is not null then 'reminded'
        when begun_at + to_minutes($patience::integer) >= $now then 'running'
        when begun_at + to_hours(24 * $oldest::integer) < $now then 'too_old'
        when coalesce(cart.email, '') = '' then 'no_email'
        when bought.since or became.id is not null then 'bought_since'
        when bought.newer then 'newer_cart'
        when not coalesce(cart.marketing_consent, false)
            and not coalesce(bought.ever, false)
            then 'no_consent'
        else ''
    end as reason
from left_over as cart
left join bought on bought.id = cart.id
left join became on became.id = cart.id
left join reminders on reminders.order_id = cart.id
order by cart.begun_at desc, cart.id desc
