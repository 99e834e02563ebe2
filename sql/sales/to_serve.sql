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
    where
        last_service_at > $now and status <> 'cancelled' and paid > refunded
),

weighed as (
    select
        kept.id,
        kept.currency,
        kept.cashed,
        lines.position,
        greatest(0, kept_units(
            lines.quantity, lines.refunded_quantity, lines.cancelled_quantity
        )) as units,
        units > 0 and coalesce(lines.service_at > $now, false) as is_to_come,
        greatest(0, lines.total)::hugeint * units * 1_000_000
        // greatest(1, lines.quantity) as given_weight,
        sum(given_weight) over (partition by kept.id) as all_weights,
        -- Nothing that costs anything: every line still held weighs the same.
        if(all_weights = 0, least(units, 1), given_weight) as weight,
        greatest(1, if(
            all_weights = 0,
            sum(least(units, 1)) over (partition by kept.id),
            all_weights
        )) as whole
    from order_lines as lines
    inner join kept on kept.id = lines.order_id
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
)

select
    currency,
    cast(count(distinct id) as bigint) as orders,
    cast(sum(share + if(place <= left_over, 1, 0)) as bigint) as cashed
from ranked
where is_to_come
group by currency
order by currency
