-- Staged rows of the store become wide rows, one per order.
insert into orders by name
with
    -- A title is folded once, however many lines have it.
    titles as (
        select title, fold(title) as folded
        from (select distinct title from staged_order_lines)
    ),
    lines as (
        select
            order_id,
            cast(count(*) as integer) as line_count,
            cast(sum(quantity) as bigint) as quantity,
            arg_min(title, position, 2) as titles,
            in_order(list(article_key(sku, title))) as articles,
            array_to_string(
                list_sort(list(concat_ws(' ', folded, fold(sku)))), ' '
            ) as words,
            in_order(
                list(service_at) filter (service_at is not null)
            ) as services
        from staged_order_lines
        join titles using (title)
        group by order_id
    ),
    payments as (
        select
            id,
            order_id,
            amount,
            "at",
            coalesce(nullif(means, ''), '-') as means,
            reference
        from staged_payments
        where voided_at is null
    ),
    often as (
        select order_id from payments group by order_id having count(*) > 1
    ),
    -- Most orders have one payment: nothing is put together for them.
    paid as (
        select
            order_id,
            amount as paid,
            if("at" is null, null, ["at"]) as payments,
            [means] as means,
            coalesce(reference, '') as references,
            means as first_means,
            null as made_with
        from payments
        where order_id not in (from often)
        union all
        select
            order_id,
            cast(sum(amount) as bigint),
            in_order(list("at") filter ("at" is not null)),
            in_order(list(means)),
            array_to_string(
                list_sort(list(reference) filter (reference is not null)), ' '
            ),
            arg_min(means, ("at", id)),
            list_sort(
                list({move: 'paid', moved_at: "at", means: means})
                filter ("at" is not null)
            )
        from payments
        where order_id in (from often)
        group by order_id
    ),
    given as (
        select
            refunds.order_id,
            refunds.amount,
            coalesce(refunds.marked_at, orders.placed_at) as marked_at,
            if(refunds.state = 'to_do', 1, 0) as to_do,
            if(
                refunds.state = 'done',
                coalesce(refunds.done_at, refunds.marked_at, orders.placed_at),
                null
            ) as done_at
        from staged_refunds as refunds
        join staged_orders as orders on orders.id = refunds.order_id
        where refunds.voided_at is null
    ),
    refunded as (
        select
            order_id,
            cast(sum(amount) as bigint) as refunded,
            in_order(list(marked_at) filter (marked_at is not null)) as refunds,
            in_order(list(done_at) filter (done_at is not null)) as given_back,
            cast(sum(to_do) as integer) as refunds_to_do
        from given
        group by order_id
    ),
    tagged as (
        select order_id, list_sort(list(tags.name)) as tags
        from staged_order_tags
        join staged_tags as tags on tags.id = tag_id
        group by order_id
    ),
    sent as (
        select order_id, in_order(list(carrier)) as carriers
        from staged_shipments
        where removed_at is null and carrier is not null
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
    coalesce(paid.paid, 0) as paid,
    coalesce(refunded.refunded, 0) as refunded,
    coalesce(refunded.refunds_to_do, 0) as refunds_to_do,
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
    make_timestamptz(paid.payments[1]) as first_paid_at,
    make_timestamptz(paid.payments[-1]) as last_paid_at,
    nullif(paid.payments[2:-2], []) as other_paid_at,
    make_timestamptz(refunded.refunds[1]) as first_refunded_at,
    make_timestamptz(refunded.refunds[-1]) as last_refunded_at,
    nullif(refunded.refunds[2:-2], []) as other_refunded_at,
    refunded.given_back as given_back_at,
    if(
        refunded.refunds is null,
        null,
        in_order(list_concat(paid.payments, refunded.refunds))
    ) as moved_at,
    if(
        refunded.given_back is null,
        null,
        in_order(list_concat(paid.payments, refunded.given_back))
    ) as moved_done_at,
    make_timestamptz(lines.services[1]) as first_service_at,
    make_timestamptz(lines.services[-1]) as last_service_at,
    nullif(lines.services[2:-2], []) as other_service_at,
    coalesce(lines.line_count, 0) as line_count,
    coalesce(lines.quantity, 0) as quantity,
    coalesce(lines.titles, []) as titles,
    coalesce(lines.articles, []) as articles,
    coalesce(tagged.tags, []) as tags,
    coalesce(sent.carriers, []) as carriers,
    coalesce(paid.means, []) as means,
    paid.first_means,
    if(
        len(paid.means) > 1,
        list_concat(
            paid.made_with,
            list_transform(refunded.refunds, lambda moved: {
                move: 'refunded', moved_at: moved, means: paid.first_means
            }),
            list_transform(refunded.given_back, lambda moved: {
                move: 'given_back', moved_at: moved, means: paid.first_means
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
        -- A number is found with its sign and without, whichever the source writes.
        concat_ws(' ', '#' || ltrim(fold(o.number), '#'), lines.words),
        coalesce(fold(paid.references), '')
    ) as search_text
from told as o
left join lines on lines.order_id = o.id
left join paid on paid.order_id = o.id
left join refunded on refunded.order_id = o.id
left join tagged on tagged.order_id = o.id
left join sent on sent.order_id = o.id
order by o.placed_at, o.id;
