-- What was cashed each day, days without any sale included.
-- One row per day of the last ninety days and currency.
-- Parameters: none
-- Columns: day, currency, gross
with sales as (
    select
        payments.paid_at::date as day,
        orders.currency,
        sum(payments.amount) as amount
    from payments
    inner join orders on payments.order_id = orders.id
    where payments.voided_at is null
    group by all
)

select
    days.day,
    currencies.currency,
    money(coalesce(sales.amount, 0), currencies.currency) as gross
from days
cross join (select distinct currency from sales) as currencies
left join sales using (day, currency)
where days.day >= current_date - 90
order by days.day, currencies.currency
