-- Staged payments, as the mirror keeps them.
insert into payments by name
select
    id, order_id, at_given, amount, means, provider, reference, kind, origin,
    make_timestamptz("at") as paid_at,
    make_timestamptz(voided_at) as voided_at
from staged_payments;
