-- What was refunded per day, week or month of the shop's time zone, by the date
-- of the mark: what is still to be given back and what is.
-- One row per period and currency with any refund.
-- Parameters: those of filtered_orders but $dated, the period being that of the
--   marks; $by text (day, week, month), $timezone text
-- Columns: period, currency, marks, refunds, to_do, done, given_back (minor
--   units; done is of the marks, given_back what was noted at the provider)
with kept as (
    select id, currency
    from filtered_orders(
        $statuses, $payments, $modules, $tags, null, null, 'placed', $search,
        $archived, $refunds_to_do, $carts, $traits
    )
),

marks as (
    select
        date_trunc($by, timezone(
            $timezone, refunds.refunded_at
        ))::date as period,
        kept.currency,
        refunds.amount,
        refunds.state = 'done' as is_done,
        coalesce(refunds.done_amount, refunds.amount) as given_back
    from refunds
    inner join kept on kept.id = refunds.order_id
    where
        refunds.voided_at is null
        and ($from_at::timestamptz is null or refunds.refunded_at >= $from_at)
        and ($to_at::timestamptz is null or refunds.refunded_at < $to_at)
)

select
    period,
    currency,
    count(*) as marks,
    cast(sum(amount) as bigint) as refunds,
    cast(sum(if(is_done, 0, amount)) as bigint) as to_do,
    cast(sum(if(is_done, amount, 0)) as bigint) as done,
    cast(sum(if(is_done, given_back, 0)) as bigint) as given_back
from marks
group by period, currency
order by period, currency
