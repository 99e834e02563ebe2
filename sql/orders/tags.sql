-- The tags there are, whether or not an order has them.
-- One row per tag.
-- Parameters: none
-- Columns: name, color (a name of rules.TAG_COLORS)
select name, color
from tags
order by fold(name), name
