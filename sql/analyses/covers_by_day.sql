-- Covers booked each day at the restaurant, from a month ago on.
-- One row per day and service.
-- Parameters: none
-- Columns: day, service, covers
select
    lines.service_at::date as day,
    coalesce(lines.service, '') as service,
    sum(lines.covers) as covers
from order_lines as lines
inner join orders on lines.order_id = orders.id
where
    orders.module = 'restaurant'
    and orders.status <> 'cancelled'
    and lines.service_at >= current_date - interval 1 month
group by day, lines.service
order by day, service
