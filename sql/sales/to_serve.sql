-- What was cashed for services still to come, less what was given back. Each
-- line of an order has its share of it, to the cent: in proportion to what its
-- units cost that were not given back (largest remainders).
-- One row per currency.
-- Parameters: those of filtered_orders but $from_at, but $to_at, but $dated;
--   $now timestamp with time zone
-- Columns: currency, orders, cashed (minor units)
with kept as (
    select id, currency, paid - refunded as cashed
    from filtered_orders(
        $statuses, $payments, $modules, $tags, null, null, 'placed', $search,
        $archived, $refunds_to_do, $carts, $traits
    )
    where last_service_at > $now and status <> 'cancelled' and paid > refunded
),

lines as (
    select
        kept.*,
        told.position, told.total, told.quantity,
        greatest(0, kept_units(
            told.quantity, told.refunded_quantity, told.cancelled_quantity
        )) as units,
        units > 0 and coalesce(told.service_at > $now, false) as is_to_come
    from order_lines as told inner join kept on kept.id = told.order_id
),

coming as (
    select
        id, max(currency) as currency, max(cashed) as cashed,
        bool_and(is_to_come or units = 0) as is_whole
    from lines
    group by id having bool_or(is_to_come)
),

-- Those that need no sharing out have all of it to come.
weighed as (
    select
        *,
        greatest(0, total)::hugeint * units * 1_000_000
        // greatest(1, quantity) as given_weight,
        sum(given_weight) over (partition by id) as all_weights,
        -- Nothing that costs anything: every line still held weighs the same.
        if(all_weights = 0, least(units, 1), given_weight) as weight,
        greatest(1, if(
            all_weights = 0,
            sum(least(units, 1)) over (partition by id),
            all_weights
        )) as whole
    from lines where id in (select id from coming where not is_whole)
),

ranked as (
    select
        *,
        share_down(cashed, weight, whole) as share,
        cashed - sum(share) over (partition by id) as left_over,
        row_number() over (
            partition by id
            order by share_rest(cashed, weight, whole) desc, position
        ) as place
    from weighed
),

parts as (
    select id, currency, cashed from coming where is_whole
    union all
    select id, currency, share + if(place <= left_over, 1, 0)
    from ranked where is_to_come
)

select
    currency,
    cast(count(distinct id) as bigint) as orders,
    cast(sum(cashed) as bigint) as cashed
from parts
group by currency
order by currency
