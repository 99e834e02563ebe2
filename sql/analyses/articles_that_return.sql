-- The articles that come back: units refunded out of units sold.
-- One row per article of which a unit was refunded.
-- Parameters: none
-- Columns: article, sold, returned, rate
select
    lines.title as article,
    sum(lines.quantity) as sold,
    sum(lines.refunded_quantity) as returned,
    round(100.0 * sum(lines.refunded_quantity) / sum(lines.quantity), 1) as rate
from order_lines as lines
inner join orders on lines.order_id = orders.id
where orders.payment in ('paid', 'refunded')
group by article
having sum(lines.refunded_quantity) > 0
order by rate desc, returned desc, article
