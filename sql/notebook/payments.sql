-- The payments as free analyses may see them: without their references.
-- One row per payment, those that were voided included.
-- Parameters: none
-- Columns: order_id, paid_at, date_given, amount, means, provider, kind,
--   origin, voided_at
select
    order_id,
    paid_at,
    at_given as date_given,
    amount,
    means,
    provider,
    kind,
    origin,
    voided_at
from payments
