"""Every report of money against plain Python, whatever the orders and the filter."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from test_any_filter import PARIS, TODAY, filters, keeps, world

from commandes.reports import comparison, orders, periods
from commandes.reports.articles import articles
from commandes.reports.breakdown import BREAKDOWNS, breakdown
from commandes.reports.bridge import STEPS, bridge, vat, vat_says
from commandes.reports.customers import customers
from commandes.reports.figures import figures
from commandes.reports.filters import BY_ORDER, OrderFilter
from commandes.reports.hours import hours
from commandes.reports.sales import REFUNDS_BY, sales
from commandes.reports.transactions import transactions

assert world  # the fixture of the other module
EXAMPLES = int(os.environ.get("REPORT_EXAMPLES", "40"))
fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
asked = filters.map(lambda wanted: replace(wanted, weekday=None, hour=None))


def within(wanted: OrderFilter, at) -> bool:
    first, last = wanted.first, wanted.last
    if wanted.period:
        first, last = periods.days(wanted.period, TODAY)
    day = at.astimezone(PARIS).date()
    return (first is None or day >= first) and (last is None or day <= last)


def dates(wanted: OrderFilter, row: dict):
    """When an order counts as sold, and when all its money counts (None: its own)."""
    services = [line.service_at for line in row["lines"] if line.service_at]
    paid = [payment.at for payment in row["payments"]]
    open_cart = row["is_cart"] and row["payment_status"] not in ("paid", "refunded")
    fixed = {
        "placed": row["placed_at"],
        "service": min(services, default=None),
        "first_service": min(services, default=None),
        "sold": min(paid, default=None),
    }.get(wanted.dated)
    if wanted.dated in ("placed", "service", "first_service"):
        # What is paid of a cart that is no order yet counts by payment alone.
        return (None, None) if open_cart else (fixed, fixed)
    return min(paid, default=None), fixed


def moves(rows, wanted: OrderFilter, refunds_by: str):
    """(order, instant, orders, gross, refunds, payment) of all that counts."""
    always = replace(wanted, period=None, first=None, last=None)
    for row in rows:  # the period is that of the money: it chooses no orders
        kept = keeps(always, row)
        if all(kept.values()):
            for at, *rest in of_order(row, wanted, refunds_by):
                if at and within(wanted, at):
                    yield row, at, *rest


def of_order(row: dict, wanted: OrderFilter, refunds_by: str):
    sold, fixed = dates(wanted, row)
    by_order = wanted.dated in BY_ORDER
    yield sold, 1, 0, 0, None
    for payment in row["payments"]:
        yield fixed if by_order else payment.at, 0, payment.amount, 0, payment
    for refund in row["refunds"]:
        amount, at = refund.amount, refund.marked_at or row["placed_at"]
        if refunds_by == "done":
            if refund.state != "done":
                continue
            amount = amount if refund.done_amount is None else refund.done_amount
            at = refund.done_at or at
        elif refunds_by == "sale":
            paid = [payment.at for payment in row["payments"]]
            at = min(paid, default=row["placed_at"])
        yield fixed if by_order else at, 0, 0, amount, None


@fuzzed
@given(wanted=asked, refunds_by=st.sampled_from(REFUNDS_BY))
def test_transactions_one_by_one_make_up_the_sales(world, wanted, refunds_by) -> None:
    """Each payment and refund once, at its date; all of them are the net sales."""
    expected = Counter(
        (at, move[0]["number"], move[0]["currency"], gross - refunds, refunds != 0)
        for move in moves(world.rows, wanted, refunds_by)
        for at, n, gross, refunds in [move[1:5]]
        if not n
    )
    with world.mirror.snapshot() as snap:
        found = transactions(snap, wanted, refunds_by=refunds_by, today=TODAY)
        summed_up = sales(snap, wanted, "month", refunds_by=refunds_by, today=TODAY)
        first = transactions(snap, wanted, refunds_by=refunds_by, limit=3, today=TODAY)
    rows = found.iter_rows(named=True)
    told = Counter(
        (
            row["counted_at"],
            row["number"],
            row["currency"],
            row["amount"],
            row["kind"] == "refund" and row["amount"] != 0,
        )
        for row in rows
    )
    assert told == expected
    assert first.equals(found.head(3))
    assert found["counted_at"].is_sorted(descending=True)
    nets = [
        {currency: net for currency, net in frame.iter_rows() if net}
        for frame in (
            found.group_by("currency").agg(pl.col("amount").sum()),
            summed_up.group_by("currency").agg(pl.col("net").sum()),
        )
    ]
    assert nets[0] == nets[1]


def step(at, by: str) -> date:
    day = at.astimezone(PARIS).date()
    return {
        "day": day,
        "week": day - timedelta(days=day.weekday()),
        "month": day.replace(day=1),
    }[by]


def summed(found, key):
    """Orders, gross and refunds per key."""
    sums: dict = {}
    for move in found:
        sums.setdefault(key(move), Counter()).update(
            orders=move[2], gross=move[3], refunds=move[4]
        )
    return sums


def nonzero(frame: pl.DataFrame, *keys: str) -> dict:
    return {
        tuple(row[key] for key in keys): Counter(
            {name: row[name] for name in ("orders", "gross", "refunds") if row[name]}
        )
        for row in frame.iter_rows(named=True)
        if row["orders"] or row["gross"] or row["refunds"]
    }


def plain(sums: dict) -> dict:
    clean = {key: +Counter(each) for key, each in sums.items()}
    return {key: each for key, each in clean.items() if each}


@fuzzed
@given(
    wanted=asked,
    by=st.sampled_from(["day", "week", "month"]),
    refunds_by=st.sampled_from(REFUNDS_BY),
)
def test_sales_are_the_sum_of_their_moves(world, wanted, by, refunds_by) -> None:
    """Whatever the step, the filter and the date of refunds: to the cent."""
    found = list(moves(world.rows, wanted, refunds_by))
    with world.mirror.snapshot() as snap:
        frame = sales(snap, wanted, by, refunds_by=refunds_by, today=TODAY)
    expected = summed(found, lambda move: (step(move[1], by), move[0]["currency"]))
    assert nonzero(frame, "period", "currency") == plain(expected)
    assert frame["net"].to_list() == (frame["gross"] - frame["refunds"]).to_list()


@fuzzed
@given(
    wanted=asked,
    of=st.sampled_from(BREAKDOWNS),
    refunds_by=st.sampled_from(REFUNDS_BY),
)
def test_a_breakdown_adds_up_to_the_sales(world, wanted, of, refunds_by) -> None:
    """Each value has what plain Python gives it; none is lost."""

    def key(move):
        row, payment = move[0], move[5]
        if of == "means":
            firsts = sorted(row["payments"], key=lambda one: (one.at, one.id))
            first = firsts[0].means if firsts else None
            value = payment.means if payment else first
        else:
            value = {
                "module": row["module"],
                "country": country(row),
                "channel": row["channel"],
                "promo": row["discount_codes"],
            }[of]
        return value or None, row["currency"]

    found = list(moves(world.rows, wanted, refunds_by))
    with world.mirror.snapshot() as snap:
        frame = breakdown(snap, wanted, of, refunds_by=refunds_by, today=TODAY)
    assert nonzero(frame, "key", "currency") == plain(summed(found, key))


def country(row):
    import json

    address = row["shipping_address"] or row["billing_address"]
    return json.loads(address).get("country") if address else None


@fuzzed
@given(wanted=asked, refunds_by=st.sampled_from(REFUNDS_BY))
def test_the_bridge_adds_up(world, wanted, refunds_by) -> None:
    """From articles to net, line by line, and to the figures of the period."""
    found = list(moves(world.rows, wanted, refunds_by))
    with world.mirror.snapshot() as snap:
        frame = bridge(snap, wanted, refunds_by=refunds_by, today=TODAY)
        said = figures(snap, wanted, refunds_by=refunds_by, today=TODAY)
    for row in frame.iter_rows(named=True):
        total = 0
        for code, sign, is_sum in STEPS:
            if is_sum:
                assert row[code] == total
            else:
                total += sign * row[code]
        of = [move for move in found if move[0]["currency"] == row["currency"]]
        assert row["sold"] == sum(move[0]["total"] for move in of if move[2])
        assert row["articles"] == sum(move[0]["subtotal"] for move in of if move[2])
    in_said = {one.currency: (one.gross, one.refunds, one.net) for one in said}
    in_bridge = {
        row["currency"]: (row["cashed"], row["refunds"], row["net"])
        for row in frame.iter_rows(named=True)
    }
    assert in_said == in_bridge


def made_of(row: dict) -> dict:
    """Tax included, and tax, of an order by rate; None: what has no rate."""
    if row["total"] <= 0:
        return {None: (1, 0)}
    added = not row["tax_included"]
    parts: dict = {}
    for line in row["lines"]:
        tax = line.tax or 0
        amount, known = parts.get(line.tax_rate, (0, 0))
        parts[line.tax_rate] = amount + line.total + tax * added, known + tax
    amount = row["total"] - row["tip"] - sum(one[0] for one in parts.values())
    tax = row["tax"] - sum(one[1] for one in parts.values()) if row["tax"] else 0
    rates = sorted(
        ((one[0], rate) for rate, one in parts.items() if rate is not None),
        reverse=True,
    )
    rate = next(
        (
            rate
            for _amount, rate in rates
            if amount and abs(Fraction(amount * rate, 10_000 + rate) - tax) <= 1
        ),
        None,
    )
    for of, more in ((rate, (amount, tax)), (None, (row["tip"], 0))):
        if not any(more):
            continue
        held = parts.get(of, (0, 0))
        parts[of] = held[0] + more[0], held[1] + more[1]
    return parts


def parted(row: dict, amount: int) -> dict:
    """An amount of an order by rate, to the cent: (tax included, tax)."""
    parts, whole = made_of(row), max(row["total"], 1)
    rates = sorted(parts, key=lambda rate: (rate is None, rate))
    shares = {rate: amount * parts[rate][0] // whole for rate in rates}
    rest = {rate: amount * parts[rate][0] % whole for rate in rates}
    over = amount - sum(shares.values())
    for rate in sorted(rates, key=lambda rate: -rest[rate])[:over]:
        shares[rate] += 1
    found = {}
    for rate, share in shares.items():
        held, tax = parts[rate]
        exact = Fraction(tax * share, held) if held else Fraction(0)
        near = int(abs(exact) + Fraction(1, 2))
        found[rate] = share, near if exact >= 0 else -near
    return found


@fuzzed
@given(wanted=asked, refunds_by=st.sampled_from(REFUNDS_BY))
def test_the_tax_is_that_of_the_net_sales(world, wanted, refunds_by) -> None:
    """Rate by rate to the cent, and its column adds up to the net of the bridge."""
    endless = replace(wanted, period=None, first=None)
    if wanted.period or wanted.last:
        endless = replace(endless, last=wanted.days(TODAY)[1])
    of_order: dict = {}
    for move in moves(world.rows, endless, refunds_by):
        of_order.setdefault(move[0]["id"], (move[0], []))[1].append(move)
    expected: dict = {}
    for row, made in of_order.values():
        counts = [move for move in made if not move[2]]
        now = [move for move in counts if within(wanted, move[1])]
        after = sum(move[3] - move[4] for move in counts)
        before = after - sum(move[3] - move[4] for move in now)
        if not now:
            continue
        ends = parted(row, before), parted(row, after)
        for rate in ends[1]:
            expected.setdefault((rate, row["currency"]), Counter()).update(
                total=ends[1][rate][0] - ends[0][rate][0],
                tax=ends[1][rate][1] - ends[0][rate][1],
            )
    with world.mirror.snapshot() as snap:
        frame = vat(snap, wanted, refunds_by=refunds_by, today=TODAY)
        steps = bridge(snap, wanted, refunds_by=refunds_by, today=TODAY)
    rows = frame.rows(named=True)
    found = {(row["tax_rate"], row["currency"]): row for row in rows}
    assert {key: (row["total"], row["tax"]) for key, row in found.items()} == {
        key: (one["total"], one["tax"]) for key, one in expected.items()
    }
    assert all(row["base"] + row["tax"] == row["total"] for row in rows)
    sums = frame.group_by("currency").agg(pl.col("total").sum())
    net = {row["currency"]: row["net"] for row in steps.rows(named=True)}
    assert dict(sums.iter_rows()) == {
        currency: net[currency] for currency in sums["currency"]
    }
    assert all(
        not amount
        for currency, amount in net.items()
        if currency not in sums["currency"]
    )


def test_shipping_has_the_rate_that_its_tax_tells(shop, mirror) -> None:
    """20 % on articles and shipping, a third given back: base, tax and total agree."""
    lines = [
        {"sku": "A", "price": 1_200, "tax_rate": 2_000, "tax": 200},
        {"sku": "B", "price": 1_055, "tax_rate": 550, "tax": 55},
    ]
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    shop.order("1", lines=lines, shipping=600, tip=100, tax=355, paid=2_955)
    back = {"amount": 985, "marked_at": at + timedelta(days=40), "state": "to_do"}
    shop.order(
        "2", lines=lines, shipping=600, tip=100, tax=355, paid=2_955, refunded=[back]
    )
    with mirror.snapshot() as snap:
        march, april = (
            vat(snap, OrderFilter(first=first, last=last, dated="paid"))
            for first, last in (
                (date(2026, 3, 1), date(2026, 3, 31)),
                (date(2026, 4, 1), date(2026, 4, 30)),
            )
        )
        both = vat(snap, OrderFilter(dated="paid"))
    assert march.rows() == [
        (550, "EUR", 2_000, 110, 2_110),
        (2_000, "EUR", 3_000, 600, 3_600),
        (None, "EUR", 200, 0, 200),
    ]
    assert april["total"].sum() == -985
    assert both["tax"].to_list() == (march["tax"] + april["tax"]).to_list()
    said = vat_says(march, "EUR").replace("\N{NO-BREAK SPACE}", " ")
    assert said == "Net 59,10 € TTC − 52,00 € hors taxes = TVA 7,10 €."


@fuzzed
@given(wanted=asked, by=st.sampled_from(["day", "week", "month"]))
def test_customers_and_hours_add_up(world, wanted, by) -> None:
    """New, returning, unknown; weekday by hour: both are the sales, cut otherwise."""
    found = [move for move in moves(world.rows, wanted, "mark") if not move[4]]
    firsts: dict = {}
    for row in world.rows:
        paid = [payment.at for payment in row["payments"]]
        if row["email"] and paid:
            mine = (min(paid), row["id"])
            who = row["email"].lower()
            firsts[who] = min(firsts.get(who, mine), mine)

    def kind(row) -> str:
        if not row["email"]:
            return "unknown"
        first = firsts.get(row["email"].lower())
        return "new" if first is None or first[1] == row["id"] else "returning"

    with world.mirror.snapshot() as snap:
        frame = customers(snap, wanted, by, today=TODAY)
        week = hours(snap, wanted, today=TODAY)
    told = {
        (row["period"], row["currency"], name): Counter(
            orders=row[f"{name}_orders"], gross=row[f"{name}_gross"]
        )
        for row in frame.iter_rows(named=True)
        for name in ("new", "returning", "unknown")
    }
    expected = summed(found, lambda m: (step(m[1], by), m[0]["currency"], kind(m[0])))
    assert plain(told) == plain(expected)
    cells = summed(
        found,
        lambda m: (
            m[1].astimezone(PARIS).isoweekday(),
            m[1].astimezone(PARIS).hour,
            m[0]["currency"],
        ),
    )
    given_cells = nonzero(
        week.with_columns(refunds=pl.lit(0)), "weekday", "hour", "currency"
    )
    assert given_cells == plain(cells)
    assert week.height == 168 * week["currency"].n_unique()


def tax_of_articles(row: dict) -> int:
    """That of its lines; the whole order's where no line tells its own."""
    known = [line.tax for line in row["lines"] if line.tax is not None]
    return sum(known) if known else row["tax"] or 0


@fuzzed
@example(wanted=OrderFilter(dated="paid", last=date(2025, 12, 1), means="CB"))
@given(wanted=asked)
def test_articles_and_baskets_are_those_of_the_orders_sold(world, wanted) -> None:
    """Units and totals of the lines; baskets without the orders of nothing."""
    sold = [move[0] for move in moves(world.rows, wanted, "mark") if move[2]]
    units: Counter = Counter()
    totals: Counter = Counter()
    for row in sold:
        for line in row["lines"]:
            key = (line.sku or line.title, row["module"], row["currency"])
            units[key] += line.quantity
            totals[key] += line.total
    with world.mirror.snapshot() as snap:
        frame = articles(snap, wanted, limit=1000, today=TODAY)
        said = figures(snap, wanted, today=TODAY)
    found = {
        (row["sku"] or row["title"], row["module"], row["currency"]): (
            row["quantity"],
            row["total"],
        )
        for row in frame.iter_rows(named=True)
    }
    assert found == {key: (units[key], totals[key]) for key in units}
    for one in said:
        mine = [row for row in sold if row["currency"] == one.currency]
        baskets = [
            row["subtotal"]
            - row["discount"]
            + (0 if row["tax_included"] else tax_of_articles(row))
            for row in mine
            if row["total"]
        ]
        average = round(sum(baskets) / len(baskets)) if baskets else None
        assert one.basket == average


def test_an_article_is_one_however_its_lines_name_it(shop, mirror) -> None:
    """A reference and, without one, a title that reads the same are one article."""
    told = (
        {"sku": "X", "title": "Lampe", "price": 500},
        {"sku": None, "title": "X", "price": 700},
    )
    for number, line in enumerate(told):
        shop.order(str(number), lines=[line], paid=line["price"])
    with mirror.snapshot() as snap:
        frame = articles(snap, OrderFilter(dated="paid"), limit=10)
        both = orders.page(snap, OrderFilter(article="X")).rows
    assert frame.select("sku", "title", "orders", "total").rows() == [
        ("X", "X", 2, 1200)
    ]
    assert both.height == 2


@fuzzed
@given(
    wanted=asked,
    of=st.sampled_from(["module", "country", "channel", "promo"]),
    dated=st.sampled_from(["placed", "paid"]),
)
def test_a_bar_opens_its_very_orders(world, wanted, of, dated) -> None:
    """The list behind a bar counts the orders of the bar, archived ones too."""
    wanted = replace(wanted, dated=dated, carts="no", archived="all")
    field = {"module": "modules"}.get(of, of)
    with world.mirror.snapshot() as snap:
        for row in breakdown(snap, wanted, of, today=TODAY).iter_rows(named=True):
            value = row["key"] or "-"
            behind = replace(
                wanted,
                currency=row["currency"],
                **{field: (value,) if field == "modules" else value},
            )
            if not keeps_same(wanted, behind, field):
                continue
            listed = orders.ids(snap, behind, "newest", today=TODAY)
            of_money = sales(snap, behind, "month", today=TODAY)
            assert row["gross"] == of_money["gross"].sum()
            assert row["orders"] == of_money["orders"].sum()
            assert len(listed) >= row["orders"]
            if dated == "placed":
                assert len(listed) == row["orders"]


def keeps_same(wanted, behind, field) -> bool:
    """Whether the bar's own value does not replace another that was asked for."""
    asked_before = getattr(wanted, field)
    return wanted.currency in (None, behind.currency) and asked_before in (
        None,
        (),
        getattr(behind, field),
    )


@pytest.mark.parametrize(
    ("compared", "first", "last", "today", "expected"),
    [
        # Whole periods of the past.
        ("before", "2026-03-01", "2026-03-31", "2026-05-05", "2026-01-29 2026-02-28"),
        (
            "last_month",
            "2026-03-01",
            "2026-03-31",
            "2026-05-05",
            "2026-02-01 2026-02-28",
        ),
        (
            "last_year",
            "2024-02-29",
            "2024-02-29",
            "2026-05-05",
            "2023-02-28 2023-02-28",
        ),
        (
            "last_year_weekdays",
            "2026-03-02",
            "2026-03-08",
            "2026-05-05",
            "2025-03-03 2025-03-09",
        ),
        # A month to date is compared with the same days, never with a full month.
        ("before", "2026-11-01", "2026-11-30", "2026-11-10", "2026-10-22 2026-10-31"),
        (
            "last_month",
            "2026-11-01",
            "2026-11-30",
            "2026-11-10",
            "2026-10-01 2026-10-10",
        ),
        (
            "last_year",
            "2026-01-01",
            "2026-12-31",
            "2026-11-10",
            "2025-01-01 2025-11-10",
        ),
        # A period that is all to come stands whole.
        ("before", "2026-12-01", "2026-12-31", "2026-11-10", "2026-10-31 2026-11-30"),
    ],
)
def test_a_period_is_compared_over_as_many_days(
    compared, first, last, today, expected
) -> None:
    """DESIGN §7: the days just before, the same dates, the same weekdays."""
    day = date.fromisoformat
    found = comparison.days(compared, day(first), day(last), day(today))
    assert " ".join(str(one) for one in found) == expected
    if compared in ("before", "last_year_weekdays"):
        shown = min(day(last), day(today)) if day(first) <= day(today) else day(last)
        assert found[1] - found[0] == shown - day(first)


@given(
    wanted=filters,
    compared=st.sampled_from(comparison.COMPARISONS),
    today=st.dates(date(1900, 1, 1), date(2100, 12, 31)),
)
def test_any_period_has_a_comparison(wanted, compared, today) -> None:
    """No day is too far, no period too odd; an open end has none."""
    other = comparison.before(wanted, compared, today)
    first, last = wanted.days(today)
    assert (other is None) == (first is None or last is None)
