-- All stock items, staged whole.
insert into stock_items by name
select
    id, sku, title, on_hand, alert_level,
    make_timestamptz(service_at) as service_at
from staged_stock_items;
