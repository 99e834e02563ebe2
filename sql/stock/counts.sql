-- How many stock levels there are, and how many of them ask for a look.
-- One row.
-- Parameters: $search varchar list (folded words; null: all), $now timestamptz
-- Columns: every, oversold, low, coming
select
    count(*) as every,
    count(*) filter (on_hand < 0) as oversold,
    count(*) filter (on_hand <= alert_level) as low,
    count(*) filter (service_at >= $now::timestamptz) as coming
from stock_items
where has_words(fold(concat_ws(' ', sku, title)), $search)
