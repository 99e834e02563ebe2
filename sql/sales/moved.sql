-- What a list's orders brought in and gave back in its period: those of their
-- payments and refunds that the list is about.
-- One row per currency.
-- Parameters: those of filtered_orders, $dated being a date of money;
--   $refunds_by text (mark, done); what a click asks for: $means text, $weekday
--   and $hour integer, $zone text
-- Columns: currency, gross, refunds, net (minor units)
select
    currency,
    cast(sum(gross) as bigint) as gross,
    cast(sum(refunds) as bigint) as refunds,
    cast(sum(gross - refunds) as bigint) as net
from sales_moves(
    $statuses, $payments, $modules, $tags, $dated, $search, $archived,
    $refunds_to_do, $carts, $traits, $refunds_by, $from_at, $to_at
)
where
    n = 0
    -- A click asks for some of an order's movements, not for all that it has.
    and (
        $means is null
        or means_of(payment_id, paid_with, first_means) = $means
    )
    -- An hour is that of a payment, where a payment dates the list; else of an
    -- order placed at it.
    and (
        $dated <> 'paid'
        or ($weekday is null and $hour is null)
        or (
            payment_id is not null
            and is_hour($weekday, $hour, $zone, at_time)
        )
    )
group by currency
order by currency
