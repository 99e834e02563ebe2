-- Staged rows of the store become wide rows, one per order.
insert into orders by name
with
    lines as (
        select
            order_id,
            cast(count(*) as integer) as line_count,
            cast(sum(quantity) as bigint) as quantity,
            arg_min(title, position, 2) as titles,
            array_to_string(
                list_sort(list(concat_ws(' ', title, sku))), ' '
            ) as words,
            list_sort(list_distinct(
                list(service_at) filter (service_at is not null)
            )) as services
        from staged_order_lines
        group by order_id
    ),
    -- One pass over payments, refunds, tags and parcels: each row fills its columns.
    marks as (
        select
            order_id,
            amount as paid,
            "at" as paid_at,
            coalesce(nullif(means, ''), '-') as paid_with
        from staged_payments
        where voided_at is null
        union all by name
        select
            refunds.order_id,
            refunds.amount as refunded,
            coalesce(refunds.marked_at, orders.placed_at) as refunded_at,
            if(refunds.state = 'to_do', 1, 0) as to_do
        from staged_refunds as refunds
        join staged_orders as orders on orders.id = refunds.order_id
        where refunds.voided_at is null
        union all by name
        select order_id, tags.name as tag
        from staged_order_tags
        join staged_tags as tags on tags.id = tag_id
        union all by name
        select order_id, carrier
        from staged_shipments
        where removed_at is null and carrier is not null
    ),
    marked as (
        select
            order_id,
            cast(sum(paid) as bigint) as paid,
            list_sort(list_distinct(
                list(paid_at) filter (paid_at is not null)
            )) as payments,
            list_sort(list_distinct(
                list(paid_with) filter (paid_with is not null)
            )) as means,
            cast(sum(refunded) as bigint) as refunded,
            list_sort(list_distinct(
                list(refunded_at) filter (refunded_at is not null)
            )) as refunds,
            cast(sum(to_do) as integer) as refunds_to_do,
            list_sort(list(tag) filter (tag is not null)) as tags,
            list_sort(list_distinct(
                list(carrier) filter (carrier is not null)
            )) as carriers
        from marks
        group by order_id
    )
select
    o.id, o.source, o.source_id, o.number, o.module, o.status, o.payment_status,
    o.is_cart, o.cart_id, o.channel, o.currency, o.subtotal, o.discount,
    o.discount_codes, o.shipping, o.fees, o.tip, o.tax, o.tax_included, o.total,
    o.gift_card, o.customer_name, o.email, o.phone, o.marketing_consent,
    o.ip_address, o.version,
    coalesce(marked.paid, 0) as paid,
    coalesce(marked.refunded, 0) as refunded,
    coalesce(marked.refunds_to_do, 0) as refunds_to_do,
    fold(o.customer_name) as customer_key,
    coalesce(
        o.shipping_address ->> 'country', o.billing_address ->> 'country'
    ) as country,
    make_timestamptz(o.placed_at) as placed_at,
    make_timestamptz(o.begun_at) as begun_at,
    make_timestamptz(o.abandoned_at) as abandoned_at,
    make_timestamptz(o.cancelled_at) as cancelled_at,
    make_timestamptz(o.archived_at) as archived_at,
    make_timestamptz(marked.payments[1]) as first_paid_at,
    make_timestamptz(marked.payments[-1]) as last_paid_at,
    nullif(marked.payments[2:-2], []) as other_paid_at,
    make_timestamptz(marked.refunds[1]) as first_refunded_at,
    make_timestamptz(marked.refunds[-1]) as last_refunded_at,
    nullif(marked.refunds[2:-2], []) as other_refunded_at,
    make_timestamptz(lines.services[1]) as first_service_at,
    make_timestamptz(lines.services[-1]) as last_service_at,
    nullif(lines.services[2:-2], []) as other_service_at,
    coalesce(lines.line_count, 0) as line_count,
    coalesce(lines.quantity, 0) as quantity,
    coalesce(lines.titles, []) as titles,
    coalesce(marked.tags, []) as tags,
    coalesce(marked.carriers, []) as carriers,
    coalesce(marked.means, []) as means,
    -- The customer stands before the sign that no text can be searched for.
    concat_ws(
        ' ', customer_key, fold(o.email), chr(31),
        fold(concat_ws(' ', o.number, lines.words))
    ) as search_text
from staged_orders as o
left join lines on lines.order_id = o.id
left join marked on marked.order_id = o.id
order by o.placed_at, o.id;
