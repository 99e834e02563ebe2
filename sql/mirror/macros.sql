-- What questions share: how a text is folded, and which orders a filter keeps.

-- What commandes.rules.fold changes beyond accents: letters, signs, odd spaces.
create macro fold_rest(plain) as
case
    when strlen(plain) = length(plain) then plain
    else translate(
        replace(replace(replace(replace(replace(replace(replace(replace(
            plain, 'œ', 'oe'), 'æ', 'ae'), 'ß', 'ss'), 'þ', 'th'), '…', '...'),
            'ﬀ', 'ff'), 'ﬁ', 'fi'), 'ﬂ', 'fl'
        ),
        'łøđðı’ºª¹²³‑   ', 'loddi''oa123‐   '
    )
end;

-- The same as commandes.rules.fold: no accents, no case, œ as oe, ß as ss. The
-- lambda is there because stripping accents is slow: it is done once.
create macro fold(given) as
case
    when strlen(given) = length(given) then lower(given)
    else list_transform(
        [strip_accents(lower(given))], lambda plain: fold_rest(plain)
    )[1]
end;

-- Does one of some instants lie in a period? They are known by the first, the last
-- and those between (microseconds; null: none); from_at and to_at may be null.
create macro any_between(first_at, last_at, other_at, from_at, to_at) as
(from_at is null or last_at >= from_at)
and (to_at is null or first_at < to_at)
and (
    from_at is null
    or to_at is null
    or first_at >= from_at
    or last_at < to_at
    or len(list_filter(
        other_at,
        lambda given: given >= epoch_us(from_at::timestamptz)
        and given < epoch_us(to_at::timestamptz)
    )) > 0
);

-- Does a folded text contain each of these folded words? The first four are written
-- out: a constant word is found much faster than one of a lambda.
create macro has_words(folded, words) as
(words[1] is null or contains(folded, words[1]))
and (words[2] is null or contains(folded, words[2]))
and (words[3] is null or contains(folded, words[3]))
and (words[4] is null or contains(folded, words[4]))
and (
    words[5] is null
    or list_bool_and(
        list_transform(words, lambda word: contains(folded, word))
    )
);

-- Is this a cart that nobody has paid? One that was paid later is an order.
create macro is_open_cart(is_cart, payment_status) as
is_cart and payment_status not in ('paid', 'refunded');

-- Which orders each of the sidebar's filters keeps; null: no filter.
create macro keeps_status(statuses, status) as
statuses is null or list_contains(statuses, status::varchar);

create macro is_partly_refunded(payment_status, refunded) as
refunded > 0 and payment_status <> 'refunded';

create macro keeps_payment(payments, payment_status, refunded) as
payments is null
or list_contains(payments, payment_status::varchar)
or (
    list_contains(payments, 'partly_refunded')
    and is_partly_refunded(payment_status, refunded)
);

create macro keeps_module(modules, module) as
modules is null or list_contains(modules, module::varchar);

-- One tag is the usual case, and found in half the time.
create macro keeps_tag(tags, of_order) as
tags is null
or if(
    len(tags) = 1,
    list_contains(of_order, tags[1]),
    list_has_any(of_order, tags)
);

create macro keeps_archived(archived, is_archived) as
case archived when 'all' then true when 'yes' then is_archived
else not is_archived end;

-- One row per order within the period and the search, whatever its state.
create macro found_orders(
    from_at, to_at, dated, search, refunds_to_do, carts
) as table
select orders.*
from orders
where
    any_between(
        case dated
            when 'paid' then orders.first_paid_at
            when 'refunded' then orders.first_refunded_at
            when 'service' then orders.first_service_at
            else orders.placed_at
        end,
        case dated
            when 'paid' then orders.last_paid_at
            when 'refunded' then orders.last_refunded_at
            when 'service' then orders.last_service_at
            else orders.placed_at
        end,
        case dated
            when 'paid' then orders.other_paid_at
            when 'refunded' then orders.other_refunded_at
            when 'service' then orders.other_service_at
        end,
        from_at,
        to_at
    )
    -- Folded here as the texts are: both sides always agree.
    and has_words(
        orders.search_text, list_transform(search, lambda word: fold(word))
    )
    and (
        refunds_to_do is null
        or (orders.refunds_to_do > 0) = refunds_to_do
    )
    and (
        carts is null
        or is_open_cart(orders.is_cart, orders.payment_status) = carts
    );

-- One row per order that every filter keeps: THE filter, of all that obeys it.
-- null: no filter; an empty list: nothing matches.
create macro filtered_orders(
    statuses, payments, modules, tags, from_at, to_at, dated, search, archived,
    refunds_to_do, carts
) as table
select found.*
from found_orders(
    from_at, to_at, dated, search, refunds_to_do, carts
) as found
where
    keeps_status(statuses, found.status)
    and keeps_payment(payments, found.payment_status, found.refunded)
    and keeps_module(modules, found.module)
    and keeps_tag(tags, found.tags)
    and keeps_archived(archived, found.archived_at is not null);

-- One row per cart begun in a period (null: open ends) that the other filters keep:
-- what its source declares a cart, and the orders that it says began as one; of
-- sources without carts, none. is_over: its delay (minutes) has passed; abandoned:
-- nobody paid within it. Who placed an order meanwhile, to pay it by a bank transfer
-- for instance, has not abandoned it.
create macro begun_carts(
    statuses, payments, modules, tags, from_at, to_at, search, archived,
    refunds_to_do, carts, delay, now_at
) as table
with begun as (
    select
        kept.id, kept.number, kept.source, kept.currency, kept.total,
        kept.customer_name, kept.email, kept.marketing_consent, kept.titles,
        kept.line_count, kept.is_cart, kept.status, kept.first_paid_at,
        coalesce(kept.begun_at, kept.placed_at) as begun_at,
        case
            when kept.is_cart then kept.first_paid_at
            when kept.first_paid_at is null then kept.placed_at
            when kept.placed_at > kept.begun_at
                then least(kept.first_paid_at, kept.placed_at)
            else kept.first_paid_at
        end as concluded_at
    from filtered_orders(
        statuses, payments, modules, tags, null, null, 'placed', search,
        archived, refunds_to_do, carts
    ) as kept
    where
        (kept.is_cart or kept.begun_at is not null)
        and kept.source in (
            select source from orders where is_cart or abandoned_at is not null
        )
)

select
    *,
    begun_at + to_minutes(delay) < now_at as is_over,
    is_over and (
        concluded_at is null or concluded_at > begun_at + to_minutes(delay)
    ) as abandoned
from begun
where
    (from_at is null or begun_at >= from_at)
    and (to_at is null or begun_at < to_at);
