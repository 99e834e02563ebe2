-- The tables of the mirror, empty. No key, no index: rows are deleted and inserted.
-- Money in minor units, instants in UTC. Rows of orders are stored by placed_at.

create type module as enum (
    'store', 'events', 'pricing', 'restaurant', 'booking'
);

create type order_status as enum ('new', 'in_progress', 'done', 'cancelled');

create type payment_status as enum (
    'unpaid', 'paid', 'refunded', 'abandoned', 'pending'
);

-- One row per order: all that the list, its filters and its totals need.
create table orders (
    id bigint not null,
    source varchar not null,
    source_id varchar not null,
    number varchar not null,
    module module not null,
    status order_status not null,
    payment_status payment_status not null,
    is_cart boolean not null,
    cart_id varchar,
    channel varchar,
    currency varchar not null,
    subtotal bigint not null,
    discount bigint not null,
    discount_codes varchar,
    shipping bigint not null,
    fees bigint not null,
    tip bigint not null,
    tax bigint,
    tax_included boolean not null,
    total bigint not null,
    gift_card bigint not null,
    paid bigint not null,              -- payments that stand
    refunded bigint not null,          -- refunds that stand
    refunds_to_do integer not null,    -- real refunds still to be made
    customer_name varchar,
    customer_key varchar,              -- fold(customer_name): sort
    email varchar,
    email_key varchar,                 -- email_key(email): one customer
    phone varchar,
    marketing_consent boolean,         -- null: the source does not say
    country varchar,                   -- of the shipping, else billing address
    ip_address varchar,
    placed_at timestamptz not null,
    begun_at timestamptz,
    abandoned_at timestamptz,
    cancelled_at timestamptz,
    archived_at timestamptz,
    first_paid_at timestamptz,         -- of the payments that stand
    last_paid_at timestamptz,
    other_paid_at bigint[],            -- microseconds between; null: none
    first_refunded_at timestamptz,     -- the mark, else the order's date
    last_refunded_at timestamptz,
    other_refunded_at bigint[],
    given_back_at bigint[],            -- of the real refunds; null: none
    moved_at bigint[],                 -- payments and marks; null: no refund
    moved_done_at bigint[],            -- payments and real refunds; null: no refund
    first_service_at timestamptz,
    last_service_at timestamptz,
    other_service_at bigint[],
    line_count integer not null,
    quantity bigint not null,
    titles varchar[] not null,         -- of the first two lines
    articles varchar[] not null,       -- of all: references, titles without one
    tags varchar[] not null,           -- names, sorted
    carriers varchar[] not null,
    means varchar[] not null,          -- of the payments that stand; '-': unknown
    first_means varchar,               -- of the first of them; null: no payment
    made_with struct(                  -- movements of orders of several means
        move varchar, moved_at bigint, means varchar
    )[],
    search_text varchar not null,      -- fold(name, e-mail, phone, towns, \x1f,
                                       -- #number, articles, references of payments)
    version integer not null
);

create table order_lines (
    id bigint not null,
    order_id bigint not null,
    position integer not null,
    sku varchar,
    title varchar not null,
    variant varchar,
    quantity integer not null,
    unit_price bigint not null,
    discount bigint not null,
    tax_rate integer,                  -- hundredths of a per cent
    tax bigint,
    total bigint not null,
    refunded_quantity integer not null,
    cancelled_quantity integer not null,
    restocked_quantity integer not null,
    service_at timestamptz,
    details varchar                    -- JSON
);

create table payments (
    id bigint not null,
    order_id bigint not null,
    paid_at timestamptz not null,
    at_given boolean not null,         -- false: the order's date stands in
    amount bigint not null,
    means varchar,
    provider varchar,
    reference varchar,
    kind varchar not null,
    origin varchar not null,
    voided_at timestamptz
);

create table refunds (
    id bigint not null,
    order_id bigint not null,
    refunded_at timestamptz not null,  -- the mark, else the order's date
    at_given boolean not null,
    amount bigint not null,
    shipping_amount bigint not null,
    reason varchar,
    restock boolean,
    origin varchar not null,
    state varchar not null,
    done_at timestamptz,
    done_amount bigint,
    provider varchar,
    reference varchar,
    voided_at timestamptz
);

create table events (
    seq bigint not null,
    order_id bigint,
    occurred_at timestamptz not null,
    actor varchar not null,
    kind varchar not null,
    message bigint                     -- the letter that was queued, or has left
);

create table stock_items (
    id bigint not null,
    sku varchar not null,
    service_at timestamptz,
    title varchar,
    on_hand integer not null,
    alert_level integer
);

create table tags (
    id bigint not null,
    name varchar not null,
    color varchar not null
);

-- How many orders are in each state, and what they come to: the counts beside the
-- filters and the totals read this instead of every order. A change adds rows, the old
-- state with less than nothing: a state has the sum of its rows. There are as many
-- states as lists of tags, at least: a list of its own for each order gains nothing.
create table order_counts (
    span integer not null,             -- order_span(placed_at)
    currency varchar not null,
    module module not null,
    status order_status not null,
    payment_status payment_status not null,
    is_partly_refunded boolean not null,
    is_cart boolean not null,
    is_archived boolean not null,
    has_refund_to_do boolean not null,
    tags varchar[] not null,
    orders bigint not null,
    total hugeint not null             -- a sum that no bigint holds ends no follower
);

-- One row: whose mirror this is and how far it has followed the journal.
create table mirror_state (
    store_id varchar not null,
    layout varchar not null,           -- digest of sql/mirror: other layout, rebuild
    seq bigint not null,
    digest varchar not null,
    born bigint not null               -- the journal's head when it was made
);
