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

-- A list sorted, each value once; there is nothing to do to a list of one.
create macro in_order(given) as
if(len(given) < 2, given, list_sort(list_distinct(given)));

-- Does an instant (microseconds) lie in a period? Either end may be open.
create macro is_moment(given, from_at, to_at) as
given >= coalesce(epoch_us(from_at::timestamptz), -9_000_000_000_000_000_000)
and given < coalesce(epoch_us(to_at::timestamptz), 9_000_000_000_000_000_000);

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
        lambda given: is_moment(given, from_at, to_at)
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

-- A telephone number without the signs that people group its digits with.
create macro phone_digits(phone) as regexp_replace(phone, '[^0-9+]', '', 'g');

-- How a telephone number is searched: its digits together; one of France with +33
-- also as it is dialled there.
create macro phone_words(phone) as
concat_ws(
    ' ',
    phone_digits(phone),
    nullif(
        regexp_replace(phone_digits(phone), '^([+]|00)33', '0'), phone_digits(phone)
    )
);

-- Does a text name a customer: is any of their words in it?
create macro mentions(customer, said) as
said <> ''
and len(list_filter(
    string_split(customer, ' '), lambda word: len(word) > 2 and contains(said, word)
)) > 0;

-- Where an order is searched: the customer, a sign that no text can be searched for,
-- then what who sees no customer may search; references that name them are theirs.
-- (The lambda is there because each part, folded, would be planned several times.)
create macro searched(customer, said, refs) as
list_transform(
    [{who: customer, what: said, refs: refs}],
    lambda told: if(
        mentions(told.who, told.refs),
        concat_ws(' ', told.who, told.refs, chr(31), told.what),
        concat_ws(' ', told.who, chr(31), told.what, nullif(told.refs, ''))
    )
)[1];

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

-- All of them: THE filter of what an order is, whatever its dates.
create macro keeps_order(
    statuses, payments, modules, tags, archived, status, payment_status, refunded,
    module, of_order, is_archived
) as
keeps_status(statuses, status)
and keeps_payment(payments, payment_status, refunded)
and keeps_module(modules, module)
and keeps_tag(tags, of_order)
and keeps_archived(archived, is_archived);

-- Does an instant lie in a period? Either end may be open; null never does.
create macro is_within(given, from_at, to_at) as
given is not null
and (from_at::timestamptz is null or given >= from_at)
and (to_at::timestamptz is null or given < to_at);

-- A trait that a chart's click asks for; '-' is what nothing is known of.
create macro has_trait(given, known) as
given is null or coalesce(nullif(known, ''), '-') = given;

-- Was it this weekday (1: Monday) and hour in the shop at an instant?
create macro is_hour(weekday, hour, zone, given) as
(weekday is null or isodow(timezone(zone, given)) = weekday)
and (hour is null or date_part('hour', timezone(zone, given)) = hour);

-- Was it so at one of some instants (microseconds) within a period?
create macro falls_on(weekday, hour, zone, instants, from_at, to_at) as
(weekday is null and hour is null)
or len(list_filter(
    instants,
    lambda given: is_moment(given, from_at, to_at)
    and is_hour(weekday, hour, zone, make_timestamptz(given))
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
create macro keeps_cart(
    wanted, delay, now_at, begun_at, ended_at, first_paid_at
) as
begun_at + to_minutes(delay) < now_at::timestamptz
and (wanted = 'begun' or was_left(begun_at, ended_at, delay))
and (wanted <> 'recovered' or first_paid_at is not null);

-- Does all money of an order count at one date of it, or each payment and refund at
-- its own?
create macro is_by_order(dated) as
dated in ('placed', 'service', 'first_service', 'sold');

-- The first and the last of an order's movements (microseconds; null: as payments).
create macro first_moved(moved_at, first_paid_at) as
coalesce(make_timestamptz(moved_at[1]), first_paid_at);

create macro last_moved(moved_at, last_paid_at) as
coalesce(make_timestamptz(moved_at[-1]), last_paid_at);

-- Does something of an order count under a means: a payment by it, a refund of what
-- it paid first? Of one means, all does; made_with has the movements of others. Those
-- are wanted that the period is about (moves), else its payments at any time.
create macro counts_under(
    wanted, first_means, made_with, moves, from_at, to_at
) as
if(
    made_with is null,
    coalesce(first_means, '-') = wanted,
    len(list_filter(
        made_with,
        lambda one: one.means = wanted
        and contains(coalesce(moves, 'paid'), one.move)
        and (moves is null or is_moment(one.moved_at, from_at, to_at))
    )) > 0
);

-- What names an article: its reference, or its title where it has none.
create macro article_key(sku, title) as coalesce(nullif(sku, ''), title);

-- Whose orders are one customer's: the e-mail, whatever its case.
create macro email_key(email) as nullif(lower(trim(email)), '');

-- One row per customer: the first order that they ever paid, over all modules and all
-- time. (One more for all without an e-mail, whom no join finds: to leave them out
-- would take longer.)
create macro first_orders() as table
select
    email_key as who,
    arg_min(id, (first_paid_at, id)) as first_id
from orders
where first_paid_at is not null
group by all;

-- Which orders the filters of money to give back and of carts keep; null: no filter.
create macro is_wanted(refunds_to_do, carts, to_give_back, is_cart, payment_status) as
(refunds_to_do is null or (to_give_back > 0) = refunds_to_do)
and (carts is null or is_open_cart(is_cart, payment_status) = carts);

-- What neither a click in a chart nor a search asks for, nor any date but that of the
-- order: what most questions ask. A question finds the plainest macro that will do
-- (mirror/snapshot.py): what keeps everything would take longer to plan than all the
-- rest. Questions of money have no period here, whatever their date.
create schema bare;

create macro bare.found_orders(
    from_at, to_at, dated, search, refunds_to_do, carts, traits
) as table
select orders.*
from orders
where
    case
        when coalesce(dated, 'placed') = 'placed'
            or (from_at is null and to_at is null)
            then is_within(orders.placed_at, from_at, to_at)
        else error('a period of another date')
    end
    and is_wanted(
        refunds_to_do,
        carts,
        orders.refunds_to_do,
        orders.is_cart,
        orders.payment_status
    );

-- Orders are counted by spans of 28 days (in microseconds), numbered from before all
-- dates, so that no division rounds up.
create macro order_span(placed_at) as
cast(
    (epoch_us(placed_at) + 96_768_000_000_000_000) // 2_419_200_000_000 as integer
);

create macro span_start(span) as
make_timestamptz(span::bigint * 2_419_200_000_000 - 96_768_000_000_000_000);

-- The first span that begins at an instant or after it.
create macro first_whole_span(from_at) as
order_span(from_at::timestamptz - interval 1 microsecond) + 1;

-- One row per order, with what it is counted by.
create view counted_orders as
select
    id,
    order_span(placed_at) as span,
    currency,
    module,
    status,
    payment_status,
    is_partly_refunded(payment_status, refunded) as is_partly_refunded,
    is_cart,
    archived_at is not null as is_archived,
    refunds_to_do > 0 as has_refund_to_do,
    tags,
    total
from orders;

-- With a search and the other dates: what no click asks for, the sidebar alone.
create schema plain;

-- One row per order within the period and the search, whatever its state.
create macro plain.found_orders(
    from_at, to_at, dated, search, refunds_to_do, carts, traits
) as table
select orders.*
from bare.found_orders(null, null, null, null, refunds_to_do, carts, null) as orders
where
    -- The date that most questions are about has a shorter way: every order has one.
    if(
        coalesce(dated not in ('paid', 'refunded', 'service', 'begun'), true),
        is_within(orders.placed_at, from_at, to_at),
        any_between(
            case dated
                when 'paid' then orders.first_paid_at
                when 'refunded' then orders.first_refunded_at
                when 'service' then orders.first_service_at
                else cart_begun_at(
                    orders.is_cart, orders.begun_at, orders.placed_at
                )
            end,
            case dated
                when 'paid' then orders.last_paid_at
                when 'refunded' then orders.last_refunded_at
                when 'service' then orders.last_service_at
                else cart_begun_at(
                    orders.is_cart, orders.begun_at, orders.placed_at
                )
            end,
            case dated
                when 'paid' then orders.other_paid_at
                when 'refunded' then orders.other_refunded_at
                when 'service' then orders.other_service_at
            end,
            from_at,
            to_at
        )
    )
    -- Folded here as the texts are: both sides always agree.
    and has_words(
        orders.search_text, list_transform(search, lambda word: fold(word))
    );

-- Is this a date that only clicks ask for?
create macro is_clicked(dated) as
coalesce(
    dated in ('sold', 'first_service', 'given_back', 'moved', 'moved_done'), false
);

-- The same with what clicks ask for, besides.
-- traits: struct of currency, country, channel, promo, means, cart, owed, article,
-- given_back, part (texts), weekday, hour, delay (integers), each null where
-- none is asked for; the shop's zone; blind, null for who may search for customers;
-- now, at which a cart's delay is over.
create macro found_orders(
    from_at, to_at, dated, search, refunds_to_do, carts, traits
) as table
select orders.*
from plain.found_orders(
    if(is_clicked(dated), null, from_at::timestamptz),
    if(is_clicked(dated), null, to_at::timestamptz),
    dated,
    if(traits['blind'] is null, search, null),
    refunds_to_do,
    carts,
    null
) as orders
where
    (
        traits['blind'] is null
        or has_words(
            split_part(orders.search_text, chr(31), -1),
            list_transform(search, lambda word: fold(word))
        )
    )
    and (
        not is_clicked(dated)
        or any_between(
            case dated
                when 'sold' then orders.first_paid_at
                when 'first_service' then orders.first_service_at
                when 'given_back' then make_timestamptz(orders.given_back_at[1])
                when 'moved'
                    then first_moved(orders.moved_at, orders.first_paid_at)
                else first_moved(orders.moved_done_at, orders.first_paid_at)
            end,
            case dated
                when 'sold' then orders.first_paid_at
                when 'first_service' then orders.first_service_at
                when 'given_back' then make_timestamptz(orders.given_back_at[-1])
                when 'moved'
                    then last_moved(orders.moved_at, orders.last_paid_at)
                else last_moved(orders.moved_done_at, orders.last_paid_at)
            end,
            case dated
                when 'given_back' then orders.given_back_at
                when 'moved' then coalesce(orders.moved_at, orders.other_paid_at)
                when 'moved_done'
                    then coalesce(orders.moved_done_at, orders.other_paid_at)
            end,
            from_at,
            to_at
        )
    )
    and has_trait(traits['currency'], orders.currency)
    and has_trait(traits['country'], orders.country)
    and has_trait(traits['channel'], orders.channel)
    and has_trait(traits['promo'], orders.discount_codes)
    and (
        traits['means'] is null
        or counts_under(
            traits['means'],
            orders.first_means,
            orders.made_with,
            case dated
                when 'paid' then 'paid'
                when 'refunded' then 'refunded'
                when 'given_back' then 'given_back'
                when 'moved' then 'paid refunded'
                when 'moved_done' then 'paid given_back'
            end,
            from_at,
            to_at
        )
    )
    and (
        traits['article'] is null
        or list_contains(orders.articles, traits['article'])
    )
    and case traits['given_back']
        when 'any' then orders.first_refunded_at is not null
        when 'done' then orders.given_back_at is not null
        else true
    end
    and case traits['part']
        when 'discounts' then orders.discount <> 0
        when 'shipping' then orders.shipping <> 0
        when 'fees' then orders.fees <> 0
        when 'tips' then orders.tip <> 0
        when 'tax_added' then not orders.tax_included and orders.tax <> 0
        else true
    end
    and falls_on(
        traits['weekday'],
        traits['hour'],
        traits['zone'],
        case dated
            when 'paid' then list_concat(
                [epoch_us(orders.first_paid_at), epoch_us(orders.last_paid_at)],
                coalesce(orders.other_paid_at, [])
            )
            when 'sold' then [epoch_us(orders.first_paid_at)]
            when 'service' then [epoch_us(orders.first_service_at)]
            when 'first_service' then [epoch_us(orders.first_service_at)]
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
            traits['now'],
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
    keeps_order(
        statuses, payments, modules, tags, archived, found.status,
        found.payment_status, found.refunded, found.module,
        found.tags, found.archived_at is not null
    );

-- The orders of found_orders, in rows that are counted together: one by one.
create macro found_counts(
    from_at, to_at, dated, search, refunds_to_do, carts, traits
) as table
select
    placed_at,
    currency,
    module,
    status,
    payment_status,
    is_partly_refunded(payment_status, refunded) as is_partly_refunded,
    is_cart,
    archived_at is not null as is_archived,
    tags,
    1 as orders,
    total
from found_orders(from_at, to_at, dated, search, refunds_to_do, carts, traits);

-- The same: whole spans as they were counted before, one by one the orders of a span
-- that the period cuts.
create macro bare.found_counts(
    from_at, to_at, dated, search, refunds_to_do, carts, traits
) as table
select * exclude (span, has_refund_to_do)
from order_counts
where
    (from_at is null or span >= first_whole_span(from_at))
    and (to_at is null or span < order_span(to_at::timestamptz))
    and (refunds_to_do is null or has_refund_to_do = refunds_to_do)
    and (carts is null or is_open_cart(is_cart, payment_status) = carts)
union all by name
select * exclude (placed_at)
from main.found_counts(
    from_at, to_at, dated, search, refunds_to_do, carts, traits
)
where
    (from_at is not null and placed_at < span_start(first_whole_span(from_at)))
    or (to_at is not null and placed_at >= span_start(order_span(to_at::timestamptz)));

-- The orders of filtered_orders, in rows that are counted together.
create macro filtered_counts(
    statuses, payments, modules, tags, from_at, to_at, dated, search, archived,
    refunds_to_do, carts, traits
) as table
select found.*
from found_counts(
    from_at, to_at, dated, search, refunds_to_do, carts, traits
) as found
where
    keeps_order(
        statuses, payments, modules, tags, archived, found.status,
        found.payment_status, found.is_partly_refunded::integer, found.module,
        found.tags, found.is_archived
    );

-- The instant at which an order counts as sold; null: never.
create macro date_of_sale(
    dated, is_open, placed_at, first_service_at, first_paid_at
) as
case
    when dated in ('placed', 'service', 'first_service') and is_open then null
    when dated = 'placed' then placed_at
    when dated in ('service', 'first_service') then first_service_at
    else first_paid_at
end;

-- One row per order of a filter whatever its period, with the instant at which it
-- counts as sold (null: never) and the one at which all its money counts (null: each
-- payment and refund has its own). dated: is_by_order's codes, or else by payment.
create macro sold_orders(
    statuses, payments, modules, tags, dated, search, archived, refunds_to_do, carts,
    traits
) as table
select
    kept.*,
    date_of_sale(
        dated, is_open_cart(kept.is_cart, kept.payment_status), kept.placed_at,
        kept.first_service_at, kept.first_paid_at
    ) as sold_at,
    -- The deposit of a cart that is no order yet counts by payment alone.
    if(is_by_order(dated), sold_at, null) as fixed_at
from filtered_orders(
    statuses, payments, modules, tags, null, null, dated, search, archived,
    refunds_to_do, carts, traits
) as kept;

-- The orders of one module: of a filter (is_kept, with its date), and the others,
-- which tell what their lines are called.
create macro module_orders(
    of_module, statuses, payments, modules, tags, dated, search, archived,
    refunds_to_do, carts, traits
) as table
select
    orders.id, orders.status, orders.is_cart, orders.payment_status,
    kept.id is not null as is_kept,
    kept.sold_at
from orders
left join sold_orders(
    statuses, payments, modules, tags, dated, search, archived, refunds_to_do, carts,
    traits
) as kept on kept.id = orders.id and kept.module = of_module
where orders.module = of_module and keeps_module(modules, of_module);

-- The same, without looking for each order again.
create macro bare.module_orders(
    of_module, statuses, payments, modules, tags, dated, search, archived,
    refunds_to_do, carts, traits
) as table
select
    id, status, is_cart, payment_status,
    coalesce(
        keeps_order(
            statuses, payments, modules, tags, archived, status, payment_status,
            refunded, module, orders.tags, archived_at is not null
        )
        and is_wanted(
            refunds_to_do, carts, orders.refunds_to_do, is_cart, payment_status
        ),
        false
    ) as is_kept,
    if(
        is_kept,
        date_of_sale(
            dated, is_open_cart(is_cart, payment_status), placed_at,
            first_service_at, first_paid_at
        ),
        null
    ) as sold_at
from orders
where orders.module = of_module and keeps_module(modules, of_module);

-- One row per payment and refund that stands, by the date that a report wants.
-- refunds_by: mark, sale (null here: that of its order) or done.
create macro money_moves(refunds_by) as table
select
    order_id,
    id as payment_id,
    means,
    paid_at as moved_at,
    amount as gross,
    0 as refunds,
    null as refund_id
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
    if(refunds_by = 'done', coalesce(done_amount, amount), amount),
    id
from refunds
where voided_at is null and (refunds_by <> 'done' or state = 'done');

-- Under which means something of an order counts: a payment under its own, a refund
-- and the order under that of the order's first payment; '-': not known.
create macro means_of(payment_id, means, first_means) as
coalesce(nullif(if(payment_id is null, first_means, means), ''), '-');

-- One row per order sold (n = 1), payment and refund of the orders of a filter, with
-- the instant at which it counts, within a period: its own, or the one of its order.
create macro sales_moves(
    statuses, payments, modules, tags, dated, search, archived, refunds_to_do, carts,
    traits, refunds_by, from_at, to_at
) as table
with
    kept as not materialized (
        from sold_orders(
            statuses, payments, modules, tags, dated, search, archived,
            refunds_to_do, carts, traits
        )
    ),
    moves as (
        select
            order_id, payment_id, means, moved_at, 0 as n, gross, refunds, refund_id
        from money_moves(refunds_by)
        union all
        select id, null, null, sold_at, 1, 0, 0, null
        from kept
        where sold_at is not null
    ),
    timed as (
        select *, if(is_by_order(dated), null, moved_at) as own_at
        from moves
    )
select
    kept.*,
    timed.payment_id,
    timed.refund_id,
    timed.means as paid_with,
    timed.n,
    timed.gross,
    timed.refunds,
    if(
        is_by_order(dated),
        kept.fixed_at,
        coalesce(timed.own_at, kept.first_paid_at, kept.placed_at)
    ) as at_time,
    -- Whose one row of sale says all of its payments, and of its movements.
    is_by_order(dated) or kept.first_paid_at = kept.last_paid_at as is_paid_once,
    is_by_order(dated)
    or (
        kept.first_paid_at = kept.last_paid_at
        and kept.first_refunded_at is null
    ) as is_moved_once
from timed
inner join kept on timed.order_id = kept.id
where
    -- Asked first of what has an instant of its own: of most, no order is needed.
    (timed.own_at is null or is_within(timed.own_at, from_at, to_at))
    and is_within(at_time, from_at, to_at);

-- What a line's details tell under a name, as text; null where they are no JSON.
create macro fact(details, name) as try(json_extract_string(details, name));

-- The same, or the line's title where its details do not tell.
create macro told(details, name, title) as coalesce(fact(details, name), title);

-- Units of a line that were neither given back nor cancelled.
create macro kept_units(quantity, refunded_quantity, cancelled_quantity) as
quantity - refunded_quantity - cancelled_quantity;

-- An amount's share of a weight in a whole (above nought), rounded down, and what
-- remains of it: the largest remainders get the units that rounding left over.
create macro share_rest(amount, weight, whole) as
((amount::hugeint * weight) % whole + whole) % whole;

create macro share_down(amount, weight, whole) as
(amount::hugeint * weight - share_rest(amount, weight, whole)) // whole;

-- The tax in a share of an amount, to the nearest unit.
create macro tax_of(share, tax, amount) as
if(amount = 0, 0, round(tax * share::double / amount)::bigint);

-- Is this the tax of an amount (tax included) at a rate (hundredths of a per cent),
-- to the unit?
create macro is_taxed_at(amount, tax, rate) as
amount <> 0 and abs(amount * rate::double / (10_000 + rate) - tax) <= 1;

-- What was cashed less what was given back of the orders of a filter that have a
-- movement in a period, before it and until its end, and what each is made of by rate
-- of tax, tax included: the amounts of an order add up to its total (whole). Shipping
-- and fees have the rate of its lines that their tax is the tax of; tips, gaps and
-- what no rate is known of have none (null). An order of nothing, or less, is one part.
create macro taxed_moves(
    statuses, payments, modules, tags, dated, search, archived, refunds_to_do, carts,
    traits, refunds_by, from_at, to_at
) as table
with moved as (
    select
        id,
        sum(if(at_time < from_at, gross - refunds, 0)) as before,
        sum(gross - refunds) as after
    from sales_moves(
        statuses, payments, modules, tags, dated, search, archived, refunds_to_do,
        carts, traits, refunds_by, null, to_at
    )
    where n = 0
    group by id
    having bool_or(is_within(at_time, from_at, to_at))
),

kept as (
    select
        moved.*, o.currency, o.tax_included, o.total, o.tip, o.tax
    from orders as o
    inner join moved on moved.id = o.id
),

rates as (
    select
        lines.order_id as id,
        lines.tax_rate::bigint as tax_rate,
        sum(
            lines.total + if(kept.tax_included, 0, coalesce(lines.tax, 0))
        )::bigint as amount,
        sum(coalesce(lines.tax, 0))::bigint as tax
    from order_lines as lines
    inner join kept on kept.id = lines.order_id
    where kept.total > 0
    group by all
),

sums as (
    select id, sum(amount)::bigint as amount, sum(tax)::bigint as tax
    from rates
    group by id
),

rest as (
    select
        kept.id,
        kept.total - kept.tip - coalesce(sums.amount, 0) as rest_amount,
        if(kept.tax <> 0, kept.tax - coalesce(sums.tax, 0), 0) as rest_tax
    from kept
    left join sums on sums.id = kept.id
    where kept.total > 0 and (rest_amount <> 0 or rest_tax <> 0)
),

parts as (
    from rates
    union all by name
    select
        rest.id,
        arg_max(rates.tax_rate, (rates.amount, rates.tax_rate)) filter (
            is_taxed_at(rest.rest_amount, rest.rest_tax, rates.tax_rate)
        ) as tax_rate,
        rest.rest_amount as amount,
        rest.rest_tax as tax
    from rest
    left join rates on rates.id = rest.id
    group by rest.id, rest.rest_amount, rest.rest_tax
    union all by name
    select id, null as tax_rate, tip as amount, 0 as tax
    from kept
    where total > 0 and tip <> 0
),

summed as (
    select id, tax_rate, sum(amount)::bigint as amount, sum(tax)::bigint as tax
    from parts
    group by id, tax_rate
)

select
    kept.id,
    kept.currency,
    kept.before,
    kept.after,
    summed.tax_rate,
    summed.amount,
    summed.tax,
    kept.total as whole
from kept
inner join summed on summed.id = kept.id
union all by name
select
    id,
    currency,
    before,
    after,
    null as tax_rate,
    1 as amount,
    0 as tax,
    1 as whole
from kept
where total <= 0;

-- How many orders are in some lists of ids, each once.
create macro each_once(lists) as coalesce(len(list_distinct(flatten(lists))), 0);

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
        kept.paid,
        kept.customer_name, kept.email, kept.email_key, kept.marketing_consent,
        kept.titles,
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
