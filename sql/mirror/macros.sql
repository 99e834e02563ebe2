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

-- Does an instant lie in a period? Either end may be open; null never does.
create macro is_within(given, from_at, to_at) as
given is not null
and (from_at::timestamptz is null or given >= from_at)
and (to_at::timestamptz is null or given < to_at);

-- A trait that a chart's click asks for; '-' is what nothing is known of.
create macro has_trait(given, known) as
given is null or coalesce(nullif(known, ''), '-') = given;

-- Was it this weekday (1: Monday) and hour in the shop at one of some instants
-- (microseconds) within a period?
create macro falls_on(weekday, hour, zone, instants, from_at, to_at) as
(weekday is null and hour is null)
or len(list_filter(
    instants,
    lambda given: is_within(make_timestamptz(given), from_at, to_at)
    and (
        weekday is null
        or isodow(timezone(zone, make_timestamptz(given))) = weekday
    )
    and (
        hour is null
        or date_part('hour', timezone(zone, make_timestamptz(given))) = hour
    )
)) > 0;

-- When a cart was begun; null: no cart, and no order that its source says began so.
create macro cart_begun_at(is_cart, begun_at, placed_at) as
if(is_cart or begun_at is not null, coalesce(begun_at, placed_at), null);

-- When a cart came to an end: paid, or placed meanwhile to be paid by a bank transfer
-- for instance; null: not yet.
create macro cart_ended_at(is_cart, begun_at, placed_at, first_paid_at) as
case
    when is_cart then first_paid_at
    when first_paid_at is null then placed_at
    when placed_at > begun_at then least(first_paid_at, placed_at)
    else first_paid_at
end;

-- Had a cart not come to an end when its delay (minutes) was over?
create macro was_left(begun_at, ended_at, delay) as
ended_at is null or ended_at > begun_at + to_minutes(delay);

-- A cart whose delay is over: begun, abandoned, or recovered (paid later).
create macro keeps_cart(wanted, delay, begun_at, ended_at, first_paid_at) as
begun_at + to_minutes(delay) < get_current_timestamp()
and (wanted = 'begun' or was_left(begun_at, ended_at, delay))
and (wanted <> 'recovered' or first_paid_at is not null);

-- One row per order within the period and the search, whatever its state.
-- traits: struct of currency, country, channel, promo, means, cart, owed (texts),
-- weekday, hour, delay (integers), each null where none is asked for; the shop's zone;
-- blind, null for who may search for customers.
create macro found_orders(
    from_at, to_at, dated, search, refunds_to_do, carts, traits
) as table
select orders.*
from orders
where
    any_between(
        case dated
            when 'paid' then orders.first_paid_at
            when 'refunded' then orders.first_refunded_at
            when 'service' then orders.first_service_at
            when 'begun' then cart_begun_at(
                orders.is_cart, orders.begun_at, orders.placed_at
            )
            else orders.placed_at
        end,
        case dated
            when 'paid' then orders.last_paid_at
            when 'refunded' then orders.last_refunded_at
            when 'service' then orders.last_service_at
            when 'begun' then cart_begun_at(
                orders.is_cart, orders.begun_at, orders.placed_at
            )
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
        if(
            traits['blind'] is null,
            orders.search_text,
            split_part(orders.search_text, chr(31), -1)
        ),
        list_transform(search, lambda word: fold(word))
    )
    and (
        refunds_to_do is null
        or (orders.refunds_to_do > 0) = refunds_to_do
    )
    and (
        carts is null
        or is_open_cart(orders.is_cart, orders.payment_status) = carts
    )
    and has_trait(traits['currency'], orders.currency)
    and has_trait(traits['country'], orders.country)
    and has_trait(traits['channel'], orders.channel)
    and has_trait(traits['promo'], orders.discount_codes)
    and (
        traits['means'] is null or list_contains(orders.means, traits['means'])
    )
    and falls_on(
        traits['weekday'],
        traits['hour'],
        traits['zone'],
        case dated
            when 'paid' then list_concat(
                [epoch_us(orders.first_paid_at), epoch_us(orders.last_paid_at)],
                coalesce(orders.other_paid_at, [])
            )
            when 'service' then [epoch_us(orders.first_service_at)]
            else [epoch_us(orders.placed_at)]
        end,
        from_at,
        to_at
    )
    and (
        traits['owed'] is null
        or (orders.status = 'cancelled' and orders.paid > orders.refunded)
    )
    and (
        traits['cart'] is null
        or keeps_cart(
            traits['cart'],
            coalesce(traits['delay'], 60),
            cart_begun_at(orders.is_cart, orders.begun_at, orders.placed_at),
            cart_ended_at(
                orders.is_cart,
                orders.begun_at,
                orders.placed_at,
                orders.first_paid_at
            ),
            orders.first_paid_at
        )
    );

-- One row per order that every filter keeps: THE filter, of all that obeys it.
-- null: no filter; an empty list: nothing matches.
create macro filtered_orders(
    statuses, payments, modules, tags, from_at, to_at, dated, search, archived,
    refunds_to_do, carts, traits
) as table
select found.*
from found_orders(
    from_at, to_at, dated, search, refunds_to_do, carts, traits
) as found
where
    keeps_status(statuses, found.status)
    and keeps_payment(payments, found.payment_status, found.refunded)
    and keeps_module(modules, found.module)
    and keeps_tag(tags, found.tags)
    and keeps_archived(archived, found.archived_at is not null);

-- One row per order of a filter whatever its period, with the instant at which it
-- counts as sold (null: never) and the one at which all its money counts (null: each
-- payment and refund has its own). dated: placed, service, or else by payment.
create macro sold_orders(
    statuses, payments, modules, tags, dated, search, archived, refunds_to_do, carts,
    traits
) as table
select
    kept.*,
    case
        when dated in ('placed', 'service')
            and is_open_cart(kept.is_cart, kept.payment_status) then null
        when dated = 'placed' then kept.placed_at
        when dated = 'service' then kept.first_service_at
        else kept.first_paid_at
    end as sold_at,
    case dated
        when 'placed' then kept.placed_at when 'service' then kept.first_service_at
    end as fixed_at
from filtered_orders(
    statuses, payments, modules, tags, null, null, dated, search, archived,
    refunds_to_do, carts, traits
) as kept;

-- One row per payment and refund that stands, by the date that a report wants.
-- refunds_by: mark, sale (null here: that of its order) or done.
create macro money_moves(refunds_by) as table
select
    order_id,
    id as payment_id,
    means,
    paid_at as moved_at,
    amount as gross,
    0 as refunds
from payments
where voided_at is null
union all
select
    order_id,
    null,
    null,
    case refunds_by
        when 'sale' then null
        when 'done' then coalesce(done_at, refunded_at)
        else refunded_at
    end,
    0,
    if(refunds_by = 'done', coalesce(done_amount, amount), amount)
from refunds
where voided_at is null and (refunds_by <> 'done' or state = 'done');

-- One row per order sold (n = 1), payment and refund of the orders of a filter, with
-- the instant at which it counts: its own, or the one of its order.
create macro sales_moves(
    statuses, payments, modules, tags, dated, search, archived, refunds_to_do, carts,
    traits, refunds_by
) as table
with
    kept as not materialized (
        from sold_orders(
            statuses, payments, modules, tags, dated, search, archived,
            refunds_to_do, carts, traits
        )
    ),
    moves as (
        select order_id, payment_id, means, moved_at, 0 as n, gross, refunds
        from money_moves(refunds_by)
        union all
        select id, null, null, sold_at, 1, 0, 0 from kept where sold_at is not null
    )
select
    kept.*,
    moves.payment_id,
    moves.means as paid_with,
    moves.n,
    moves.gross,
    moves.refunds,
    if(
        dated in ('placed', 'service'),
        kept.fixed_at,
        coalesce(moves.moved_at, kept.first_paid_at, kept.placed_at)
    ) as at_time
from moves
inner join kept on moves.order_id = kept.id;

-- A quarter of an hour of an instant, and the shop's clocks then: no zone divides
-- quarters, and they are far fewer than instants.
create macro quarter_of(at_time) as floor(epoch_us(at_time) / 900e6)::bigint;

create macro clock_of(quarter, zone) as
timezone(zone, make_timestamptz(quarter * 900_000_000));

-- One row per cart begun in a period (null: open ends) that the other filters keep:
-- what its source declares a cart, and the orders that it says began as one; of
-- sources without carts, none. is_over: its delay (minutes) has passed; abandoned:
-- nobody paid within it. Who placed an order meanwhile, to pay it by a bank transfer
-- for instance, has not abandoned it.
create macro begun_carts(
    statuses, payments, modules, tags, from_at, to_at, search, archived,
    refunds_to_do, carts, traits, delay, now_at
) as table
with begun as (
    select
        kept.id, kept.number, kept.source, kept.cart_id, kept.currency, kept.total,
        kept.customer_name, kept.email, kept.marketing_consent, kept.titles,
        kept.line_count, kept.is_cart, kept.status, kept.first_paid_at,
        cart_begun_at(kept.is_cart, kept.begun_at, kept.placed_at) as begun_at,
        cart_ended_at(
            kept.is_cart, kept.begun_at, kept.placed_at, kept.first_paid_at
        ) as ended_at
    from filtered_orders(
        statuses, payments, modules, tags, null, null, 'placed', search,
        archived, refunds_to_do, carts, traits
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
    is_over and was_left(begun_at, ended_at, delay) as abandoned
from begun
where
    (from_at is null or begun_at >= from_at)
    and (to_at is null or begun_at < to_at);

-- The first day of every period of a series, with a figure or not: from the first day
-- wanted (a year before the first figure at most) until the last wanted, or today.
create macro all_periods(step, zone, from_at, to_at, first_known, last_known, today) as
list_transform(
    generate_series(
        date_trunc(step, greatest(
            coalesce(timezone(zone, from_at)::date, first_known),
            first_known - interval 1 year
        )),
        greatest(last_known, least(today, timezone(
            zone, to_at::timestamptz - interval 1 second
        )::date)),
        ('1 ' || step)::interval
    ),
    lambda period: period::date
);
