-- New and returning customers, by the month of their paid orders.
-- One row per month; customers without e-mail are unknown.
-- Parameters: none
-- Columns: month, new_customers, returning_customers, unknown_orders
with paid as (
    select
        date_trunc('month', first_paid_at)::date as month,
        customer,
        date_trunc('month', min(first_paid_at) over (
            partition by customer
        ))::date as first_month
    from orders
    where first_paid_at is not null
)

select
    month,
    count(distinct customer) filter (where first_month = month)
        as new_customers,
    count(distinct customer) filter (where first_month < month)
        as returning_customers,
    count(*) filter (where customer is null) as unknown_orders
from paid
group by month
order by month
