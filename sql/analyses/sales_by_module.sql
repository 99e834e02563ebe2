-- What each module brings in, month after month.
-- One row per month and module, in the currency of most orders.
-- Parameters: none
-- Columns: month, module, currency, orders, gross
select
    date_trunc('month', payments.paid_at)::date as month,
    orders.module,
    orders.currency,
    count(distinct orders.id) as orders,
    money(sum(payments.amount), orders.currency) as gross
from payments
inner join orders on payments.order_id = orders.id
where
    payments.voided_at is null
    -- Bars are stacked: two currencies would be added up.
    and orders.currency = (select mode(currency) from orders)
group by month, orders.module, orders.currency
order by month, orders.module, orders.currency
