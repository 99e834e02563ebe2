"""R11: whatever the filter, DuckDB keeps the orders that plain Python keeps."""

from __future__ import annotations

import json
import os
import random
import re
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from shop import Shop
from sqlalchemy import select

from commandes import settings as settings_module
from commandes.errors import BadFilter
from commandes.mirror import Mirror
from commandes.reports import orders, periods
from commandes.reports.filters import (
    ARCHIVED,
    BRIDGE_PARTS,
    CARTS,
    DATED,
    GIVEN_BACK,
    PAYMENTS,
    REFUNDS,
    OrderFilter,
)
from commandes.rules import MODULES, STATUSES, fold
from commandes.store import open_store, tables

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "150"))
PARIS = ZoneInfo("Europe/Paris")
TODAY = date(2026, 3, 30)
TAGS = ("Urgent", "VIP", "été", "l’aube", "a, b")
NAMES = ("Ana Martín", "Œdipe Lefèvre", "ZOÉ straße", "Łukasz", None, "x_y%z", "'; --")
TITLES = ("Stylo", "Carnet", "Lampe d’été", "Table 4 couverts", "50 % de remise", "")
TOWNS = ("Évry", "Saint-Malo", "L’Haÿ-les-Roses", None)
PHONES = (None, "06 12 34 56 78", "+33 6 12-34.56.78", "0033612345678", "poste ٣ 42")
# Around midnights, the nights the clocks change, and the turn of the year.
MOMENTS = [
    datetime(2026, 3, 28, 22, 59, 59, tzinfo=UTC),
    datetime(2026, 3, 28, 23, 0, tzinfo=UTC),
    datetime(2026, 3, 29, 21, 59, 59, 999_999, tzinfo=UTC),
    datetime(2026, 3, 29, 22, 0, tzinfo=UTC),
    datetime(2025, 10, 25, 22, 0, tzinfo=UTC),
    datetime(2025, 10, 26, 22, 59, tzinfo=UTC),
    datetime(2025, 12, 31, 22, 30, tzinfo=UTC),
    datetime(2025, 12, 31, 23, 30, tzinfo=UTC),
]


def _words(search):
    """The words that must occur; a sign that a number follows is none of them."""
    plain = re.sub(r"(^|\s)(n[°ºo]\s*)(?=\d)", r"\1", search, flags=re.IGNORECASE)
    return fold(plain).split()


def _phones(phone):
    """A number with its digits together, and as it is dialled in France."""
    digits = re.sub(r"[^0-9+]", "", phone or "")
    return [digits, re.sub(r"^(\+|00)33", "0", digits)]


def told(chance: random.Random, number: int) -> dict:
    """One order by chance, as `Shop.order` takes it."""

    def moment() -> datetime:
        if chance.random() < 0.4:
            return chance.choice(MOMENTS)
        return MOMENTS[0] + timedelta(minutes=chance.randint(-200_000, 20_000))

    at = moment()
    amount = chance.randint(0, 3) * 1000
    cart = chance.random() < 0.2
    paid = [
        {
            "amount": part,
            "at": moment(),
            "means": chance.choice([None, "CB"]),
            "reference": chance.choice([None, "pi_É9", f"ch_{number}"]),
        }
        for part in [amount] * (not cart and chance.random() < 0.6)
        + [500] * chance.randint(0, 2) * (chance.random() < 0.2)
    ]
    refunded = [
        {
            "amount": chance.choice([1, 500, amount or 1]),
            "marked_at": chance.choice([None, moment()]),
            "state": chance.choice(["done", "to_do"]),
            "origin": "here",
        }
        for _ in range(chance.choice([0, 0, 1, 1, 3]) if paid else 0)
    ]
    # Of its own chance: what else is drawn stays as it is.
    taxes = random.Random(number)  # noqa: S311 (a fixture, the same each time)
    return {
        "shipping": taxes.choice([0, 0, 490]),
        "tip": taxes.choice([0, 0, 0, 200]),
        "tax": taxes.choice([0, 0, 82, 350]),
        "tax_included": taxes.random() < 0.7,
        "channel": chance.choice([None, "web", "é"]),
        "discount_codes": chance.choice([None, "NOEL"]),
        "shipping_address": chance.choice(
            [None, json.dumps({"country": "FR", "city": chance.choice(TOWNS)})]
        ),
        "billing_address": chance.choice(
            [None, json.dumps({"city": chance.choice(TOWNS)})]
        ),
        "phone": chance.choice(PHONES),
        "number": chance.choice([f"#{number}", f"É-{number}", str(number)]),
        "source_id": str(number),
        "at": at,
        "module": chance.choice(MODULES),
        "status": chance.choice(STATUSES),
        "customer_name": chance.choice(NAMES),
        "email": chance.choice([None, f"c{number}@example.org"]),
        "is_cart": cart,
        "begun_at": chance.choice([None, at - timedelta(hours=3)]),
        "abandoned_at": at if cart and chance.random() < 0.5 else None,
        "archived_at": chance.choice([None, None, at]),
        "payment_pending": chance.random() < 0.2,
        "total": amount,
        "currency": chance.choice(["EUR", "JPY", "TND"]),
        "paid": paid,
        "refunded": refunded,
        "tags": chance.sample(TAGS, chance.choice([0, 0, 1, 3])),
        "lines": [
            {
                "sku": chance.choice([None, "STY-1", "été"]),
                "title": chance.choice(TITLES),
                "price": 100,
                "service_at": chance.choice([None, moment()]),
                "tax_rate": (rate := taxes.choice([None, 0, 550, 2000])),
                "tax": taxes.choice([None, 17]) if rate is None else rate // 120,
            }
            for _ in range(chance.choice([1, 1, 2, 4]))
        ],
    }


class World:
    """A shop by chance, its mirror, and its rows as plain Python holds them."""

    def __init__(self, mirror: Mirror, rows: list[dict]) -> None:
        self.mirror = mirror
        self.rows = rows


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two hundred orders, the same in every run."""
    chance = random.Random(7)  # noqa: S311 (a fixture, the same each time)
    folder = tmp_path_factory.mktemp("world")
    shop_settings = settings_module.read({"COMMANDES_DATA_DIR": str(folder)})
    store = open_store(shop_settings)
    shop = Shop(store)
    shop.bring(shop.incoming([told(chance, number) for number in range(200)]))
    mirror = Mirror(store, shop_settings)
    yield World(mirror, read(store))
    mirror.close()
    store.close()


def read(store) -> list[dict]:
    """The orders with what hangs on them, from the store."""
    with store.reading() as connection:

        def of(table, *, standing: bool = False) -> dict[int, list]:
            found: dict[int, list] = {}
            for row in connection.execute(select(table)):
                if not (standing and row.voided_at):
                    found.setdefault(row.order_id, []).append(row)
            return found

        c = tables.tags.c
        names = dict(connection.execute(select(c.id, c.name)).all())
        lines = of(tables.order_lines)
        paid = of(tables.payments, standing=True)
        refunds = of(tables.refunds, standing=True)
        tags = of(tables.order_tags)
        return [
            {
                **row._mapping,
                "lines": lines.get(row.id, []),
                "payments": paid.get(row.id, []),
                "refunds": refunds.get(row.id, []),
                "tags": {names[tag.tag_id] for tag in tags.get(row.id, [])},
            }
            for row in connection.execute(select(tables.orders))
        ]


def is_cart(row: dict) -> bool:
    return row["is_cart"] and row["payment_status"] not in ("paid", "refunded")


def keeps(wanted: OrderFilter, row: dict) -> dict[str, bool]:
    """What each part of a filter says of an order, in plain Python."""
    refunded = sum(refund.amount for refund in row["refunds"])
    partly = refunded > 0 and row["payment_status"] != "refunded"
    number = "#" + row["number"].lstrip("#")
    texts = [number, row["customer_name"], row["email"], *_phones(row["phone"])]
    places = (row["shipping_address"], row["billing_address"])
    texts += [json.loads(place or "{}").get("city") for place in places]
    texts += [payment.reference for payment in row["payments"]]
    for line in row["lines"]:
        texts += [line.title, line.sku]
    text = "\n".join(fold(part) for part in texts if part)
    to_do = any(refund.state == "to_do" for refund in row["refunds"])
    return {
        "status": not wanted.statuses or row["status"] in wanted.statuses,
        "payment": not wanted.payments
        or row["payment_status"] in wanted.payments
        or (partly and "partly_refunded" in wanted.payments),
        "module": not wanted.modules or row["module"] in wanted.modules,
        "tag": not wanted.tags or bool(row["tags"] & set(wanted.tags)),
        "archived": {
            "all": True,
            "yes": row["archived_at"] is not None,
            "no": row["archived_at"] is None,
        }[wanted.archived],
        "period": in_period(wanted, row),
        "search": all(word in text for word in _words(wanted.search)),
        "refund": wanted.refund is None or to_do,
        "carts": wanted.carts is None or is_cart(row) == (wanted.carts == "only"),
        "traits": all(has_traits(wanted, row)),
    }


def cart_begun(row: dict):
    if not row["is_cart"] and row["begun_at"] is None:
        return None
    return row["begun_at"] or row["placed_at"]


def is_cart_as_asked(wanted: OrderFilter, row: dict) -> bool:
    begun = cart_begun(row)
    paid = min((payment.at for payment in row["payments"]), default=None)
    if begun is None:
        return False
    ended = paid
    if not row["is_cart"] and (paid is None or row["placed_at"] > begun):
        ended = min(at for at in (paid, row["placed_at"]) if at)
    deadline = begun + timedelta(minutes=wanted.delay or 60)
    left = ended is None or ended > deadline
    return {
        "begun": True,
        "abandoned": left,
        "recovered": left and paid is not None,
    }[wanted.cart]


def has_traits(wanted: OrderFilter, row: dict) -> Iterator[bool]:
    address = row["shipping_address"] or row["billing_address"]
    known = {
        "currency": [row["currency"]],
        "country": [json.loads(address).get("country") if address else None],
        "channel": [row["channel"]],
        "promo": [row["discount_codes"]],
        "means": means_in(wanted, row),
    }
    for name, values in known.items():
        asked = getattr(wanted, name)
        yield asked is None or asked in [value or "-" for value in values]
    services = [line.service_at for line in row["lines"] if line.service_at]
    paid = [payment.at for payment in row["payments"]]
    instants = {
        "paid": paid,
        "sold": [min(paid)] if paid else [],
        "service": [min(services)] if services else [],
        "first_service": [min(services)] if services else [],
    }.get(wanted.dated, [row["placed_at"]])
    first, last = wanted.days(TODAY)
    yield (wanted.weekday is None and wanted.hour is None) or any(
        (first is None or local.date() >= first)
        and (last is None or local.date() <= last)
        and wanted.weekday in (None, local.isoweekday())
        and wanted.hour in (None, local.hour)
        for local in (at.astimezone(PARIS) for at in instants)
    )
    yield wanted.cart is None or is_cart_as_asked(wanted, row)
    left = sum(payment.amount for payment in row["payments"])
    left -= sum(refund.amount for refund in row["refunds"])
    yield wanted.owed is None or (row["status"] == "cancelled" and left > 0)
    keys = [line.sku or line.title for line in row["lines"]]
    yield wanted.article is None or wanted.article in keys
    yield {"any": marked, "done": given_back}.get(wanted.given_back, bool)(row) != []
    added = 0 if row["tax_included"] else row["tax"] or 0
    yield {
        "discounts": row["discount"],
        "shipping": row["shipping"],
        "fees": row["fees"],
        "tips": row["tip"],
        "tax_added": added,
        None: 1,
    }[wanted.part] != 0


def marked(row: dict) -> list[datetime]:
    return [one.marked_at or row["placed_at"] for one in row["refunds"]]


def given_back(row: dict) -> list[datetime]:
    return [
        one.done_at or one.marked_at or row["placed_at"]
        for one in row["refunds"]
        if one.state == "done"
    ]


def means_in(wanted: OrderFilter, row: dict) -> list[str | None]:
    """The means under which something of an order counts."""
    payments = sorted(row["payments"], key=lambda one: (one.at, one.id))
    first = payments[0].means if payments else None
    of_payments = [(one.at, one.means) for one in payments]
    of_marks = [(at, first) for at in marked(row)]
    done = [(at, first) for at in given_back(row)]
    about = {
        "paid": of_payments,
        "refunded": of_marks,
        "given_back": done,
        "moved": of_payments + of_marks,
        "moved_done": of_payments + done,
    }
    if wanted.dated not in about:
        return [means for _at, means in of_payments] or [None]
    held = {one.means or "-" for one in payments}
    if len(held) < 2:
        return [first]
    return [means for at, means in about[wanted.dated] if holds(wanted, [at])]


def holds(wanted: OrderFilter, instants: list[datetime]) -> bool:
    first, last = wanted.days(TODAY)
    return any(
        (first is None or day >= first) and (last is None or day <= last)
        for day in (instant.astimezone(PARIS).date() for instant in instants)
    )


def in_period(wanted: OrderFilter, row: dict) -> bool:
    if wanted.days(TODAY) == (None, None):
        return True
    paid = [payment.at for payment in row["payments"]]
    services = [line.service_at for line in row["lines"] if line.service_at]
    instants = {
        "placed": [row["placed_at"]],
        "paid": paid,
        "refunded": marked(row),
        "service": services,
        "begun": [at for at in [cart_begun(row)] if at],
        "sold": [min(paid)] if paid else [],
        "first_service": [min(services)] if services else [],
        "given_back": given_back(row),
        "moved": paid + marked(row),
        "moved_done": paid + given_back(row),
    }[wanted.dated]
    return holds(wanted, instants)


def codes(choices):
    return st.lists(st.sampled_from(choices), unique=True).map(tuple)


def none_mostly(*values):
    return st.sampled_from([None] * 8 + [*values])


near = st.dates(date(2025, 10, 20), date(2026, 4, 10))
words = st.sampled_from(
    "stylo|ÉTÉ|oedipe|Strasse|lukasz|#1|c12|%|_|'|\\|é-|evry|HAY|06123|+33|PI_e9|ch_1".split(
        "|"
    )
)
searches = st.lists(words | st.text(max_size=3), max_size=6).map(" ".join)
spans = st.fixed_dictionaries(
    {"first": st.none() | near | st.dates(), "last": st.none() | near | st.dates()}
) | st.fixed_dictionaries({"period": st.sampled_from([*periods.PERIODS])})
filters = st.builds(
    lambda span, **rest: OrderFilter(**span, **rest),
    span=st.just({}) | spans,
    statuses=st.just(()) | codes(STATUSES),
    payments=st.just(()) | codes(PAYMENTS),
    modules=st.just(()) | codes(MODULES),
    tags=st.lists(st.sampled_from(TAGS) | st.text(), max_size=2).map(tuple),
    dated=st.sampled_from(DATED),
    search=st.just("") | searches,
    archived=st.sampled_from(ARCHIVED),
    refund=st.none() | st.sampled_from(REFUNDS),
    carts=st.none() | st.sampled_from(CARTS),
    currency=none_mostly("EUR", "JPY"),
    country=none_mostly("FR", "-"),
    channel=none_mostly("web", "é", "-"),
    promo=none_mostly("NOEL", "-"),
    means=none_mostly("CB", "-"),
    weekday=none_mostly(1, 5),
    hour=none_mostly(0, 14),
    cart=none_mostly("begun", "abandoned", "recovered"),
    delay=none_mostly(1, 1440),
    owed=none_mostly("yes"),
    article=none_mostly("STY-1", "Stylo", "STY"),
    given_back=none_mostly(*GIVEN_BACK),
    part=none_mostly(*BRIDGE_PARTS),
)
fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@fuzzed
@given(wanted=filters, sort=st.sampled_from([*orders.SORTS]))
def test_the_list_is_what_plain_python_keeps(world, wanted, sort) -> None:
    """Any filter, in any order, keeps exactly the orders that its words describe."""
    expected = {row["id"] for row in world.rows if all(keeps(wanted, row).values())}
    with world.mirror.snapshot() as snap:
        found = orders.ids(snap, wanted, sort, today=TODAY)
    assert expected == set(found)
    assert len(expected) == len(found)


@fuzzed
@given(wanted=filters)
@example(wanted=OrderFilter(search="c12 ¨", payments=("refunded",)))
@example(wanted=OrderFilter(search="c1¨2"))
def test_totals_and_counts_are_those_of_plain_python(world, wanted) -> None:
    """The sentence counts what the list shows, and each count is what a click shows."""
    kept = [row for row in world.rows if all(keeps(wanted, row).values())]
    with world.mirror.snapshot() as snap:
        summary = orders.summary(snap, wanted, today=TODAY)
        facets = orders.facets(snap, wanted, today=TODAY)
    assert len(kept) == summary.count
    assert sums(kept) == summary.totals
    real = [row for row in kept if not is_cart(row)]
    assert (len(real), sums(real)) == (summary.orders.count, summary.orders.totals)
    cancelled = [row for row in real if row["status"] == "cancelled"]
    assert sums(cancelled) == summary.cancelled.totals
    abandoned = [
        row for row in kept if is_cart(row) and row["payment_status"] == "abandoned"
    ]
    assert len(abandoned) == summary.abandoned.count
    if wanted.archived == "no" and wanted != OrderFilter():
        archived = replace(wanted, archived="yes")
        hits = [row for row in world.rows if all(keeps(archived, row).values())]
        assert len(hits) == summary.archived_hits
    assert len(kept) == (
        summary.orders.count + summary.abandoned.count + summary.running.count
    )
    assert counts(world.rows, wanted) == {
        "status": {code: n for code, n in facets.status.items() if n},
        "payment": {code: n for code, n in facets.payment.items() if n},
        "module": {code: n for code, n in facets.module.items() if n},
        "tag": {name: n for name, n in facets.tag.items() if n},
        "archived": {code: n for code, n in facets.archived.items() if n},
    }


def sums(rows: list[dict]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for row in rows:
        found[row["currency"]] += row["total"]
    return dict(found)


def counts(rows: list[dict], wanted: OrderFilter) -> dict[str, dict[str, int]]:
    """How many orders each value would show, all filters kept but its own."""
    found: dict[str, Counter[str]] = {
        name: Counter() for name in ("status", "payment", "module", "tag", "archived")
    }
    for row in rows:
        said = keeps(wanted, row)
        for name, counter in found.items():
            if not all(ok for part, ok in said.items() if part != name):
                continue
            counter.update(values(name, row))
    return {name: dict(counter) for name, counter in found.items()}


def values(name: str, row: dict) -> list[str]:
    if name == "tag":
        return sorted(row["tags"])
    if name == "archived":
        return ["all", "no" if row["archived_at"] is None else "yes"]
    if name == "payment":
        refunded = sum(refund.amount for refund in row["refunds"])
        partly = refunded > 0 and row["payment_status"] != "refunded"
        return [row["payment_status"]] + ["partly_refunded"] * partly
    return [row[name]]


NAMES = "status payment module tag period from to dated search archived".split()


@fuzzed
@given(
    query=st.dictionaries(
        st.sampled_from(NAMES),
        st.lists(st.text(max_size=20) | st.just("2026-03-01"), max_size=3),
    ),
    after=st.none() | st.text(max_size=30),
    sort=st.sampled_from([*orders.SORTS]),
)
def test_no_url_breaks_a_query(world, query, after, sort) -> None:
    """Whatever a link holds, the list answers, or refuses the place in one sentence."""
    wanted, _said = OrderFilter.from_query(query)
    with world.mirror.snapshot() as snap:
        orders.summary(snap, wanted, today=TODAY)
        with suppress(BadFilter):
            orders.page(snap, wanted, sort=sort, after=after, today=TODAY)
