-- Whether any source tells of carts, and of orders that began as one.
-- One row.
-- Parameters: none
-- Columns: carts, begun (orders that began as a cart and are none any more)
select
    count(*) filter (is_cart or abandoned_at is not null) as carts,
    count(*) filter (not is_cart and begun_at is not null) as begun
from orders
