-- How many orders each value of a filter would show, the other filters kept.
-- One row per filter and value.
-- Parameters: those of filtered_orders
-- Columns: facet (status, payment, module, tag, archived), value, orders

-- What each filter says of an order: one bit each.
with judged as materialized (
    select
        *,
        keeps_status($statuses, status)::utinyint
        + 2 * keeps_payment(
            $payments, payment_status, is_partly_refunded::integer
        )::utinyint
        + 4 * keeps_module($modules, module)::utinyint
        + 8 * keeps_tag($tags, tags)::utinyint
        + 16 * keeps_archived($archived, is_archived)::utinyint as kept_by
    from found_counts(
        $from_at, $to_at, $dated, $search, $refunds_to_do, $carts, $traits
    )
),

cube as (
    -- Enums are grouped as they are: as texts it would take twice the time.
    select
        status,
        payment_status,
        is_partly_refunded,
        module,
        is_archived,
        kept_by,
        sum(orders) as orders
    from judged
    group by all
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
                'value': if(is_partly_refunded, 'partly_refunded', null),
                'needs': 29
            },
            {'facet': 'module', 'value': module::varchar, 'needs': 27},
            {
                'facet': 'archived',
                'value': if(is_archived, 'yes', 'no'),
                'needs': 15
            }
        ]) as entry
    from cube
),

-- Apart: as one more key of the cube, lists take longer than a scan for them.
tagged as (
    select unnest(tags) as tag, orders
    from judged
    where tags <> [] and kept_by & 23 = 23
)

select
    entry.facet as facet,
    entry.value as value,
    cast(sum(orders) as bigint) as orders
from counted
where kept_by & entry.needs = entry.needs and entry.value is not null
group by entry.facet, entry.value
having sum(orders) <> 0
union all
select 'tag', tag, cast(sum(orders) as bigint)
from tagged
group by tag
having sum(orders) <> 0
order by facet, value
