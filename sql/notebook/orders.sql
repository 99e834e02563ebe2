-- The orders as free analyses may see them: nobody can be recognised.
-- One row per order, in the order of the mirror's rows.
-- A customer is a number that only this shop's key can make; a discount code
-- that one customer alone has used is left out: it may be made of their name.
-- Parameters: $secret text
-- Columns: id, number, source, module, status, payment, is_cart, channel,
--   country, customer, currency, subtotal, discount, discount_codes, shipping,
--   fees, tip, tax, tax_included, total, gift_card, paid, refunded,
--   refunds_to_do, placed_at, begun_at, abandoned_at, cancelled_at,
--   archived_at, first_paid_at, first_refunded_at, first_service_at,
--   line_count, quantity, tags, carriers
with shared_codes as (
    select discount_codes
    from orders
    where discount_codes is not null
    group by discount_codes
    having count(distinct email_key) > 1
)

select
    orders.id,
    orders.number,
    orders.source,
    orders.module::varchar as module,
    orders.status::varchar as status,
    orders.payment_status::varchar as payment,
    orders.is_cart,
    orders.channel,
    orders.country,
    'C' || left(
        sha256($secret || orders.email_key), 12
    ) as customer,
    orders.currency,
    orders.subtotal,
    orders.discount,
    shared_codes.discount_codes,
    orders.shipping,
    orders.fees,
    orders.tip,
    orders.tax,
    orders.tax_included,
    orders.total,
    orders.gift_card,
    orders.paid,
    orders.refunded,
    orders.refunds_to_do,
    orders.placed_at,
    orders.begun_at,
    orders.abandoned_at,
    orders.cancelled_at,
    orders.archived_at,
    orders.first_paid_at,
    orders.first_refunded_at,
    orders.first_service_at,
    orders.line_count,
    orders.quantity,
    orders.tags,
    orders.carriers
from orders
left join shared_codes using (discount_codes)
