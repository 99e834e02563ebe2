-- The stock as free analyses may see it.
-- One row per article, or per article and date of an event, a service or a
-- slot.
-- Parameters: none
-- Columns: sku, service_at, title, on_hand, alert_level
select sku, service_at, title, on_hand, alert_level
from stock_items
