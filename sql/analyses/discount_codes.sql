-- What discount codes cost and bring in.
-- One row per code and currency; those that one customer alone used are left
-- out.
-- Parameters: none
-- Columns: code, currency, orders, discounts, cashed
select
    discount_codes as code,
    currency,
    count(*) as orders,
    money(sum(discount), currency) as discounts,
    money(sum(paid), currency) as cashed
from orders
where discount_codes is not null and first_paid_at is not null
group by code, currency
order by cashed desc, code, currency
