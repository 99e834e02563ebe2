-- The articles of the orders as free analyses may see them.
-- One row per line of an order; of what is proper to a module, only what names
-- no person: the event, the plan and its period, the covers, the service.
-- A variant of fewer than three orders is left out: it may be a buyer's text.
-- Parameters: none
-- Columns: order_id, position, sku, title, variant, quantity, unit_price,
--   discount, tax_rate, tax, total, refunded_quantity, cancelled_quantity,
--   restocked_quantity, service_at, event, plan, plan_period, covers, service
with shared_variants as (
    select variant
    from order_lines
    where variant is not null
    group by variant
    having count(distinct order_id) >= 3
)

select
    order_id,
    position,
    sku,
    title,
    shared_variants.variant,
    quantity,
    unit_price,
    discount,
    tax_rate,
    tax,
    total,
    refunded_quantity,
    cancelled_quantity,
    restocked_quantity,
    service_at,
    fact(details, 'event') as event,
    fact(details, 'plan') as plan,
    fact(details, 'period') as plan_period,
    try_cast(fact(details, 'covers') as integer) as covers,
    fact(details, 'service') as service
from order_lines
left join shared_variants using (variant)
