-- Covers booked each day at the restaurant, from a month ago on.
-- One row per day and service.
-- Parameters: none
-- Columns: day, service, covers
with reservations as (
    -- Lines of one reservation repeat its covers.
    select
        lines.service_at::date as day,
        coalesce(lines.service, '') as service,
        max(lines.covers) as covers
    from order_lines as lines
    inner join orders on lines.order_id = orders.id
    where
        orders.module = 'restaurant'
        and orders.status <> 'cancelled'
        and lines.service_at >= current_date - interval 1 month
    group by lines.order_id, lines.service_at, lines.service
)

select
    day,
    service,
    sum(covers) as covers
from reservations
group by day, service
order by day, service
