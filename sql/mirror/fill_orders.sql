-- Staged rows of the store become wide rows, one per order.
insert into orders by name
with
    lines as (
        select
            order_id,
            cast(count(*) as integer) as line_count,
            cast(sum(quantity) as bigint) as quantity,
            arg_min(title, position, 2) as titles,
            list_sort(list_distinct(list(article_key(sku, title)))) as articles,
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
            id as payment_id,
            coalesce(nullif(means, ''), '-') as paid_with,
            reference
        from staged_payments
        where voided_at is null
        union all by name
        select
            refunds.order_id,
            refunds.amount as refunded,
            coalesce(refunds.marked_at, orders.placed_at) as refunded_at,
            if(refunds.state = 'to_do', 1, 0) as to_do,
            if(
                refunds.state = 'done',
                coalesce(refunds.done_at, refunded_at),
                null
            ) as given_back_at
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
            array_to_string(list_sort(
                list(reference) filter (reference is not null)
            ), ' ') as references,
            arg_min(paid_with, (paid_at, payment_id)) as first_means,
            list_sort(list({
                move: 'paid', moved_at: paid_at, means: paid_with
            }) filter (
                paid_at is not null
            )) as made_with,
            cast(sum(refunded) as bigint) as refunded,
            list_sort(list_distinct(
                list(refunded_at) filter (refunded_at is not null)
            )) as refunds,
            list_sort(list_distinct(
                list(given_back_at) filter (given_back_at is not null)
            )) as given_back,
            cast(sum(to_do) as integer) as refunds_to_do,
            list_sort(list(tag) filter (tag is not null)) as tags,
            list_sort(list_distinct(
                list(carrier) filter (carrier is not null)
            )) as carriers
        from marks
        group by order_id
    ),
    -- Put together before they are folded: a macro plans its argument several times.
    told as (
        select
            *,
            concat_ws(
                ' ',
                email,
                phone_words(phone),
                shipping_address ->> 'city',
                nullif(billing_address ->> 'city', shipping_address ->> 'city')
            ) as reached
        from staged_orders
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
    email_key(o.email) as email_key,
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
    marked.given_back as given_back_at,
    if(
        marked.refunds is null,
        null,
        list_sort(list_distinct(list_concat(marked.payments, marked.refunds)))
    ) as moved_at,
    if(
        marked.given_back is null,
        null,
        list_sort(list_distinct(list_concat(marked.payments, marked.given_back)))
    ) as moved_done_at,
    make_timestamptz(lines.services[1]) as first_service_at,
    make_timestamptz(lines.services[-1]) as last_service_at,
    nullif(lines.services[2:-2], []) as other_service_at,
    coalesce(lines.line_count, 0) as line_count,
    coalesce(lines.quantity, 0) as quantity,
    coalesce(lines.titles, []) as titles,
    coalesce(lines.articles, []) as articles,
    coalesce(marked.tags, []) as tags,
    coalesce(marked.carriers, []) as carriers,
    coalesce(marked.means, []) as means,
    marked.first_means,
    if(
        len(marked.means) > 1,
        list_concat(
            marked.made_with,
            list_transform(marked.refunds, lambda moved: {
                move: 'refunded', moved_at: moved, means: marked.first_means
            }),
            list_transform(marked.given_back, lambda moved: {
                move: 'given_back', moved_at: moved, means: marked.first_means
            })
        ),
        null
    ) as made_with,
    searched(
        concat_ws(
            ' ',
            customer_key,
            fold(o.reached)
        ),
        fold(concat_ws(' ', o.number, lines.words)),
        coalesce(fold(marked.references), '')
    ) as search_text
from told as o
left join lines on lines.order_id = o.id
left join marked on marked.order_id = o.id
order by o.placed_at, o.id;
