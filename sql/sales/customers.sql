-- New and returning customers: lower-cased e-mail, over all modules and all
-- time, whatever the filter. New is the first order that they ever paid.
-- One row per day, week or month with a sale, and currency.
-- Parameters: those of filtered_orders; the period is that of the movements,
--   or of the orders where $dated is placed or service; $by text (day, week,
--   month), $timezone text
-- Columns: period, currency, new_orders, returning_orders, unknown_orders,
--   new_gross, returning_gross, unknown_gross (minor units)
with moves as (
    select
        quarter_of(moves.at_time) as quarter,
        moves.currency,
        moves.n,
        moves.gross,
        moves.id = coalesce(firsts.first_id, moves.id) as is_first,
        moves.email_key is null as is_unknown
    from sales_moves(
        $statuses, $payments, $modules, $tags, $dated, $search, $archived,
        $refunds_to_do, $carts, $traits, 'mark',
        $from_at, $to_at
    ) as moves
    left join first_orders() as firsts on firsts.who = moves.email_key
    where moves.refunds = 0
),

quarters as (
    select
        quarter,
        currency,
        sum(n) filter (is_unknown) as unknown_orders,
        sum(n) filter (is_first and not is_unknown) as new_orders,
        sum(n) filter (not is_first) as returning_orders,
        sum(gross) filter (is_unknown) as unknown_gross,
        sum(gross) filter (is_first and not is_unknown) as new_gross,
        sum(gross) filter (not is_first) as returning_gross
    from moves
    group by all
)

select
    date_trunc($by, clock_of(quarter, $timezone))::date as period,
    currency,
    coalesce(sum(new_orders), 0)::bigint as new_orders,
    coalesce(sum(returning_orders), 0)::bigint as returning_orders,
    coalesce(sum(unknown_orders), 0)::bigint as unknown_orders,
    coalesce(sum(new_gross), 0)::bigint as new_gross,
    coalesce(sum(returning_gross), 0)::bigint as returning_gross,
    coalesce(sum(unknown_gross), 0)::bigint as unknown_gross
from quarters
group by all
order by period, currency
