-- How many orders each value of a filter would show, the other filters kept.
-- One row per filter and value.
-- Parameters: those of filtered_orders
-- Columns: facet (status, payment, module, tag, archived), value, orders
with cube as (
    -- Enums are grouped as they are: as texts it would take twice the time.
    select
        status,
        payment_status,
        is_partly_refunded(payment_status, refunded) as partly_refunded,
        module,
        archived_at is not null as is_archived,
        keeps_tag($tags, tags) as ok_tag,
        count(*) as orders
    from found_orders(
        $from_at, $to_at, $dated, $search, $refunds_to_do, $carts, $traits
    )
    group by all
),

-- What each filter says of a state: one bit each.
judged as (
    select
        *,
        keeps_status($statuses, status)::integer
        + 2 * keeps_payment(
            $payments, payment_status, partly_refunded::integer
        )::integer
        + 4 * keeps_module($modules, module)::integer
        + 8 * ok_tag::integer
        + 16 * keeps_archived($archived, is_archived)::integer as kept_by
    from cube
),

-- A value counts the orders that each filter but its own keeps: all other bits
counted as (
    select
        kept_by,
        orders,
        unnest([
            {'facet': 'status', 'value': status::varchar, 'needs': 30},
            {'facet': 'payment', 'value': payment_status::varchar, 'needs': 29},
            {
                'facet': 'payment',
                'value': if(partly_refunded, 'partly_refunded', null),
                'needs': 29
            },
            {'facet': 'module', 'value': module::varchar, 'needs': 27},
            {
                'facet': 'archived',
                'value': if(is_archived, 'yes', 'no'),
                'needs': 15
            }
        ]) as entry
    from judged
),

-- A scan of its own: as one more key of the cube, lists take longer than this.
tagged as (
    select unnest(tags) as tag
    from filtered_orders(
        $statuses, $payments, $modules, null, $from_at, $to_at, $dated,
        $search, $archived, $refunds_to_do, $carts, $traits
    )
    where tags <> []
)

select
    entry.facet as facet,
    entry.value as value,
    cast(sum(orders) as bigint) as orders
from counted
where kept_by & entry.needs = entry.needs and entry.value is not null
group by entry.facet, entry.value
union all
select 'tag', tag, count(*) from tagged group by tag
order by facet, value
