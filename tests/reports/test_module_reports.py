"""What each module lives on, against plain Python: services, plans, recovered carts."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from commandes.actions import payments, stock
from commandes.actions.orders import Order
from commandes.reports import carts, modules
from commandes.reports.filters import OrderFilter
from commandes.store import tables

ALL = OrderFilter(archived="all")
APRIL = OrderFilter(first=date(2026, 4, 1), last=date(2026, 4, 30), archived="all")
NOW = datetime(2026, 4, 15, 12, 0, tzinfo=UTC)
TODAY = date(2026, 4, 15)
PARIS = ZoneInfo("Europe/Paris")
SERVICES = [NOW + timedelta(days=day, hours=hour) for day in (-20, -3, 2, 9, 30)
            for hour in (0, 7)]  # fmt: skip


def told(chance: random.Random, number: int) -> dict:
    """An order of services, some of its units given back, paid in part or whole."""
    module = chance.choice(["restaurant", "booking", "events"])
    lines = []
    for _line in range(chance.choice([1, 1, 2, 3])):
        quantity = chance.randint(1, 4)
        covers = chance.choice([None, quantity, 6])
        lines.append(
            {
                "sku": chance.choice(["S1", "S2", None]),
                "title": "Prestation",
                "quantity": quantity,
                "price": chance.choice([0, 333, 1_000, 2_501]),
                "refunded_quantity": chance.choice([0, 0, 0, 1, quantity]),
                "service_at": chance.choice([*SERVICES, None]),
                "details": {"covers": covers, "service": "Massage"} if covers else None,
            }
        )
    total = sum(line["price"] * line["quantity"] for line in lines) + 500
    paid = chance.choice([0, total // 3, total])
    return {
        "number": str(number),
        "module": module,
        "status": chance.choice(["new", "done", "cancelled"]),
        "shipping": 500,
        "lines": lines,
        "paid": [{"amount": paid}] if paid else None,
        "refunded": chance.choice([None, paid // 7 or None, paid or None]),
        "currency": chance.choice(["EUR", "JPY"]),
    }


@pytest.fixture
def served(shop):
    """Eighty orders of services, the same in every run, and a stock of slots."""
    chance = random.Random(5)  # noqa: S311 (a fixture, the same each time)
    shop.bring(shop.incoming([told(chance, number) for number in range(80)]))
    levels = [("S1", at, chance.randint(0, 5)) for at in SERVICES[:6]]
    levels += [("S2", datetime(2026, 4, 20, 8, tzinfo=UTC), 4)]
    levels += [("S2", datetime(2026, 5, 2, 8, tzinfo=UTC), 4), ("LAMP", None, 9)]
    stock.open_levels(shop.store, levels, actor="t")
    return rows(shop.store)


def rows(store) -> list[dict]:
    with store.reading() as connection:

        def of(table):
            found: dict = {}
            for row in connection.execute(select(table)):
                found.setdefault(row.order_id, []).append(row)
            return found

        lines, paid = of(tables.order_lines), of(tables.payments)
        refunds = of(tables.refunds)
        return [
            {
                **row._mapping,
                "lines": lines.get(row.id, []),
                "paid": sum(one.amount for one in paid.get(row.id, [])),
                "refunded": sum(one.amount for one in refunds.get(row.id, [])),
            }
            for row in connection.execute(select(tables.orders))
        ]


def kept(line) -> int:
    return line.quantity - line.refunded_quantity - line.cancelled_quantity


def shares(amount: int, weights: list[Fraction]) -> list[int]:
    """An amount by weights, to the unit: the largest remainders get what is over."""
    whole = sum(weights)
    exact = [amount * weight / whole for weight in weights]
    found = [int(one // 1) for one in exact]
    order = sorted(range(len(exact)), key=lambda i: (found[i] - exact[i], i))
    for place in order[: amount - sum(found)]:
        found[place] += 1
    return found


def test_what_is_still_to_serve_is_the_part_of_its_lines(served, mirror) -> None:
    """Shares of an order's lines add up to what was cashed of it, to the cent."""
    expected: Counter = Counter()
    for row in served:
        cashed = row["paid"] - row["refunded"]
        coming = [
            bool(kept(one) > 0 and one.service_at and one.service_at > NOW)
            for one in row["lines"]
        ]
        if row["status"] == "cancelled" or cashed <= 0 or not any(coming):
            continue
        weights = [
            Fraction(line.total * kept(line), line.quantity) for line in row["lines"]
        ]
        if not any(weights):
            weights = [Fraction(min(1, kept(line))) for line in row["lines"]]
        parts = shares(cashed, weights)
        assert sum(parts) == cashed
        expected[row["currency"]] += sum(
            part for part, is_coming in zip(parts, coming, strict=True) if is_coming
        )
    with mirror.snapshot() as snap:
        found = modules.to_serve(snap, ALL, now=NOW)
    assert dict(found.select("currency", "cashed").iter_rows()) == dict(expected)
    assert len(expected) == 2


def test_covers_are_those_of_the_service_that_were_kept(served, mirror) -> None:
    """Each table at its own date; refunded and cancelled ones are gone."""
    expected: Counter = Counter()
    for row in served:
        whole = ("cancelled", "refunded")
        if row["module"] != "restaurant" or row["payment_status"] in whole:
            continue
        if row["status"] == "cancelled":
            continue
        best: dict = {}
        for line in row["lines"]:
            if line.service_at and kept(line) > 0:
                covers = json.loads(line.details or "{}").get("covers")
                covers = (covers or line.quantity) * kept(line) / line.quantity
                at = line.service_at.astimezone(PARIS)
                best[at] = max(best.get(at, 0), int(covers + 0.5))
        for at, covers in best.items():
            if at.month == 4:
                expected[at.date(), "lunch" if at.hour < 16 else "dinner"] += covers
    with mirror.snapshot() as snap:
        found = modules.covers(snap, APRIL, today=TODAY)
    said = found.select("day", "service", "covers").iter_rows()
    assert {(day, service): n for day, service, n in said} == dict(expected)


def test_a_day_of_slots_that_nobody_booked_is_there(served, mirror) -> None:
    """Capacity is that of the stock, day by day; what others hold is taken."""
    taken: Counter = Counter()
    for row in served:
        for line in row["lines"]:
            at = line.service_at and line.service_at.astimezone(PARIS)
            if row["module"] == "booking" and row["status"] != "cancelled" and at:
                taken[at.date()] += kept(line) * (at.month == 4)
    with mirror.snapshot() as snap:
        found = modules.slots(snap, APRIL, today=TODAY)
        nobody = modules.slots(snap, OrderFilter(tags=("?",)), today=TODAY)
        elsewhere = modules.slots(snap, OrderFilter(modules=("store",)), today=TODAY)
    by_day: Counter = Counter()
    for row in found.iter_rows(named=True):
        by_day[row["day"]] += row["booked"]
    assert +by_day == +taken
    free = [row for row in found.rows(named=True) if row["day"] == date(2026, 4, 20)]
    assert [(row["booked"], row["slots_left"], row["occupancy"]) for row in free] == [
        (0, 4, 0)
    ]
    # Another filter's bookings still hold their slots.
    assert nobody["booked"].sum() == 0
    assert nobody["occupancy"].sum() == 0
    assert nobody.height > found.height
    assert elsewhere.is_empty()


def test_occupancy_is_of_what_there_is(shop, mirror) -> None:
    """Two of five: 40 %; two orders of one slot do not double what is left."""
    at = datetime(2026, 4, 9, 8, tzinfo=UTC)
    line = {"sku": "M", "title": "Massage", "price": 10, "service_at": at}
    for number, title in (("1", "Massage"), ("2", "Massage doux")):
        shop.order(number, module="booking", lines=[{**line, "title": title}], paid=10)
    stock.open_levels(shop.store, [("M", at, 3)], actor="t")
    with mirror.snapshot() as snap:
        found = modules.slots(snap, APRIL, today=TODAY)
    assert found.drop("title").rows() == [(date(2026, 4, 9), 2, 3, 4_000)]


def test_seats_by_service_are_those_of_the_date_asked_for(shop, mirror) -> None:
    """An order for two dates counts in a period at the one that it holds."""
    dates = datetime(2026, 4, 3, 19, tzinfo=UTC), datetime(2026, 5, 3, 19, tzinfo=UTC)
    lines = [{"sku": "A", "price": 5, "service_at": at} for at in dates]
    shop.order("1", module="events", lines=lines, paid=10)
    may = OrderFilter(first=date(2026, 5, 1), last=date(2026, 5, 31), dated="service")
    with mirror.snapshot() as snap:
        found = modules.seats(snap, may, today=TODAY)
    assert found.select("service_at", "sold").rows() == [(dates[1], 1)]


def test_a_date_has_left_what_all_its_seats_have(shop, mirror) -> None:
    """Also those of a category, or of a date, that nobody bought in the period."""
    gala, next_one = (datetime(2026, m, 3, 19, tzinfo=UTC) for m in (5, 6))
    over = datetime(2026, 4, 10, 19, tzinfo=UTC)

    def seat(sku: str, at: datetime, event: str = "Gala") -> list[dict]:
        facts = {"event": event}
        return [{"sku": sku, "price": 5, "service_at": at, "details": facts}]

    def bought(number: str, lines: list[dict], month: int, **more: object) -> None:
        at = datetime(2026, month, 2, 9, tzinfo=UTC)
        paid = [{"amount": 5, "at": at}]
        shop.order(number, module="events", lines=lines, at=at, paid=paid, **more)

    bought("1", seat("A", gala, "Gala de printemps"), 3)
    bought("2", seat("B", gala), 3)
    bought("3", seat("A", gala), 4)
    bought("4", seat("C", over, "Concert"), 3)
    shop.order("5", paid=1000)
    levels = [("A", gala, 10), ("B", gala, 20), ("A", next_one, 7), ("C", over, 3)]
    stock.open_levels(shop.store, [*levels, ("LAMP", None, 4)], actor="t")

    def found(first: date, last: date, **more: object) -> list[tuple]:
        wanted = OrderFilter(first=first, last=last, **{"dated": "paid", **more})
        with mirror.snapshot() as snap:
            return modules.seats(snap, wanted, today=TODAY, now=NOW).rows()

    march = [("Concert", over, 1, 0, 3), ("Gala", gala, 2, 0, 30)]
    assert found(date(2026, 3, 1), date(2026, 3, 31)) == march
    to_come = [("Gala", gala, 1, 0, 30), ("Gala", next_one, 0, 0, 7)]
    assert found(date(2026, 4, 1), date(2026, 4, 30)) == to_come
    assert found(date(2026, 4, 1), date(2026, 4, 30), modules=("store",)) == []
    june = {"first": date(2026, 6, 1), "last": date(2026, 6, 30), "dated": "service"}
    assert found(**june) == [("Gala", next_one, 0, 0, 7)]


def test_tables_of_one_reservation_add_up(shop, mirror) -> None:
    """Lines of one table repeat its covers."""
    at = datetime(2026, 4, 9, 19, tzinfo=UTC)

    def line(table: str, covers: int) -> dict:
        facts = {"table": table, "covers": covers}
        return {"title": "Menu", "price": 10, "service_at": at, "details": facts}

    lines = [line("4", 6), line("4", 6), line("5", 2)]
    shop.order("1", module="restaurant", lines=lines, paid=30)
    with mirror.snapshot() as snap:
        found = modules.covers(snap, APRIL, today=TODAY)
    assert found.select("orders", "covers").rows() == [(1, 8)]


def test_a_line_without_a_table_is_of_the_reservation(shop, mirror) -> None:
    """The wine of a table is no table; nor are covers below nought taken away."""
    at = datetime(2026, 4, 9, 19, tzinfo=UTC)
    line = {"title": "Menu", "price": 10, "service_at": at}
    told = [{"covers": 4, "table": "1"}, {"covers": 4}, {"covers": 4, "table": ""}]
    lines = [{**line, "details": facts} for facts in told]
    shop.order("1", module="restaurant", lines=lines, paid=30)
    below = [{**line, "details": {"covers": -3}}]
    shop.order("2", module="restaurant", lines=below, paid=10)
    with mirror.snapshot() as snap:
        found = modules.covers(snap, APRIL, today=TODAY)
    assert found.select("orders", "covers").rows() == [(2, 4)]


def test_details_that_are_no_json_break_no_report(shop, mirror) -> None:
    """A line tells nothing then; the others still do."""
    at = datetime(2026, 4, 20, 19, tzinfo=UTC)
    line = {"sku": "S", "title": "Titre", "price": 10, "service_at": at}
    for module in ("restaurant", "events", "booking", "pricing"):
        shop.order(module, module=module, lines=[line], paid=10)
    with shop.store.writing("t") as writer:
        table = tables.order_lines
        writer.connection.execute(table.update().values(details="{broken"))
    mirror.rebuild()
    with mirror.snapshot() as snap:
        for report in (modules.covers, modules.seats, modules.slots, modules.plans):
            assert report(snap, ALL).height == 1, report.__name__
        assert modules.to_serve(snap, ALL, now=NOW).height == 1


def test_what_was_given_back_is_not_to_serve(shop, mirror) -> None:
    """Neither its order nor any of its money, whatever else stands in the order."""
    at = NOW + timedelta(days=3)
    back = {"title": "Soin", "price": 1_000, "service_at": at, "refunded_quantity": 1}
    for number, other in (("1", {"price": 500}), ("2", {"price": 0})):
        lines = [back, {"title": "Cadeau", **other}]
        paid = {"total": 1_500, "paid": 1_500, "refunded": 1_000}
        shop.order(number, module="booking", lines=lines, shipping=0, **paid)
    with mirror.snapshot() as snap:
        assert modules.to_serve(snap, ALL, now=NOW).is_empty()


def test_seats_without_a_reference_are_of_their_own_event(shop, mirror) -> None:
    """Empty or missing, it joins no two events."""
    at = datetime(2026, 4, 20, 19, tzinfo=UTC)
    for number, (sku, title, quantity) in enumerate(
        [("", "Concert", 2), ("", "Théâtre", 3), (None, "Concert", 2)]
    ):
        line = {"sku": sku, "title": title, "price": 10, "quantity": quantity}
        lines = [{**line, "service_at": at}]
        shop.order(f"{number}", module="events", lines=lines, paid=10)
    with mirror.snapshot() as snap:
        found = modules.seats(snap, ALL)
    assert found.select("event", "sold").rows() == [("Concert", 4), ("Théâtre", 3)]


def test_a_first_renewal_is_no_new_plan(shop, mirror) -> None:
    """Its first payment was made elsewhere: it counts among the renewals alone."""
    at = datetime(2026, 4, 2, 9, tzinfo=UTC)
    renewal = {"amount": 900, "at": at, "kind": "renewal"}
    line = {"sku": "P", "title": "Formule", "price": 900}
    for number, paid in (
        ("old", [renewal]),
        ("new", [{"amount": 900, "at": at}]),
        (
            "both",
            [{"amount": 900, "at": at}, {**renewal, "at": at + timedelta(days=9)}],
        ),
    ):
        shop.order(number, module="pricing", lines=[line], paid=paid)
    with mirror.snapshot() as snap:
        found = modules.plans(snap, APRIL, today=TODAY)
        (row,) = modules.plans(
            snap, OrderFilter(first=date(2026, 4, 1), dated="paid"), today=TODAY
        ).rows(named=True)
    assert found.is_empty()
    assert (row["new"], row["renewed"], row["gross"]) == (2, 2, 3_600)


def test_a_deposit_recovers_what_it_pays(shop, mirror) -> None:
    """The cart came back; its value is what was paid of it."""
    begun = datetime(2026, 4, 2, 9, tzinfo=UTC)
    shop.order("1", is_cart=True, at=begun, begun_at=begun, email=None)
    payments.pay(
        shop.store, Order("1"), amount=250, at=begun + timedelta(days=1), actor="t"
    )
    with mirror.snapshot() as snap:
        (one,) = carts.figures(carts.carts(snap, ALL, "month", now=NOW, today=TODAY))
    assert (one.abandoned, one.abandoned_value) == (1, 1000)
    assert (one.recovered, one.recovered_value) == (1, 250)
