-- The articles that bring in most.
-- One row per article, the first fifty in the currency of most orders.
-- Parameters: none
-- Columns: article, currency, units, sold
select
    lines.title as article,
    orders.currency,
    sum(lines.quantity) as units,
    money(sum(lines.total), orders.currency) as sold
from order_lines as lines
inner join orders on lines.order_id = orders.id
where
    orders.payment in ('paid', 'refunded')
    -- No amount of one currency is more than one of another.
    and orders.currency = (select mode(currency) from orders)
group by article, orders.currency
order by sold desc, article, orders.currency
limit 50
