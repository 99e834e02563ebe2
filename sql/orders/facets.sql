-- How many orders each value of a filter would show, the other filters kept.
-- One row per filter and value; one scan of the orders makes them all.
-- Parameters: those of filtered_orders
-- Columns: facet (status, payment, module, tag, archived), value, orders
with cube as (
    -- Enums are grouped as they are: as texts it would take twice the time.
    select
        status,
        payment_status,
        refunded > 0 and payment_status <> 'refunded' as partly_refunded,
        module,
        tags,
        archived_at is not null as is_archived,
        ok_status::integer + 2 * ok_payment::integer + 4 * ok_module::integer
        + 8 * ok_tag::integer + 16 * ok_archived::integer as kept_by,
        count(*) as orders
    from judged_orders(
        $statuses, $payments, $modules, $tags, $from_at, $to_at, $dated,
        $search, $archived, $refunds_to_do, $carts
    )
    group by all
),

-- A value counts the orders that each filter but its own keeps: all other bits
counted as (
    select orders, unnest(
        [
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
        ]
        || list_transform(
            tags, lambda tag: {'facet': 'tag', 'value': tag, 'needs': 23}
        )
    ) as entry, kept_by
    from cube
)

select
    entry.facet as facet,
    entry.value as value,
    cast(sum(orders) as bigint) as orders
from counted
where kept_by & entry.needs = entry.needs and entry.value is not null
group by entry.facet, entry.value
order by facet, value
