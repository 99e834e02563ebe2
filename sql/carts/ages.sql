-- How old the carts are that were abandoned and that nobody has paid since.
-- One row per age and currency; the youngest first.
-- Parameters: those of filtered_orders but $dated, the period being that of the
--   carts; $delay integer (minutes), $now timestamptz
-- Columns: age (whole days at least: 0, 1, 3, 7, 30), currency, abandoned,
--   abandoned_value
with left_over as (
    select
        currency,
        total,
        epoch($now::timestamptz - begun_at) // 86400 as days
    from begun_carts(
        $statuses, $payments, $modules, $tags, $from_at::timestamptz,
        $to_at::timestamptz, $search, $archived, $refunds_to_do, $carts,
        $traits, $delay::integer, $now::timestamptz
    )
    where abandoned and first_paid_at is null
)

select
    case
        when days >= 30 then 30
        when days >= 7 then 7
        when days >= 3 then 3
        when days >= 1 then 1
        else 0
    end as age,
    currency,
    count(*) as abandoned,
    cast(sum(total) as bigint) as abandoned_value
from left_over
group by all
order by age, currency
