-- The other orders of a customer, known by the e-mail address, newest first.
-- One row per order, twenty at most.
-- Parameters: $email text (lower case), $but bigint (an order left out)
-- Columns: id, number, source, placed_at, module, status, currency, total
--   (minor units)
select
    id,
    number,
    source,
    placed_at,
    module::varchar as module,
    status::varchar as status,
    currency,
    total
from orders
where $email <> '' and lower(trim(email)) = $email and id <> $but
order by placed_at desc, id desc
limit 20
