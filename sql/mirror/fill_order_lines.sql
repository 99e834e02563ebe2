-- Staged lines of orders, as the mirror keeps them.
insert into order_lines by name
select
    id, order_id, position, sku, title, variant, quantity, unit_price, discount,
    tax_rate, tax, total, refunded_quantity, cancelled_quantity,
    restocked_quantity, details,
    make_timestamptz(service_at) as service_at
from staged_order_lines;
