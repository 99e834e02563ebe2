-- The refunds as free analyses may see them: without reasons and references.
-- One row per refund, those that were taken back included.
-- Parameters: none
-- Columns: order_id, refunded_at, date_given, amount, shipping_amount, restock,
--   origin, state, done_at, done_amount, provider, voided_at
select
    order_id,
    refunded_at,
    at_given as date_given,
    amount,
    shipping_amount,
    restock,
    origin,
    state,
    done_at,
    done_amount,
    provider,
    voided_at
from refunds
