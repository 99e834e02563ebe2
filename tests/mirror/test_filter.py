"""The one filter: which orders it keeps, and how it judges each of the others."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb
import pytest

if TYPE_CHECKING:
    from commandes.mirror import Mirror

EVERYTHING = dict.fromkeys(
    (
        *("statuses", "payments", "modules", "tags", "from_at", "to_at", "dated"),
        *("search", "archived", "refunds_to_do", "carts", "traits"),
    )
)
ASKED = ", ".join(f"${name}" for name in EVERYTHING)


def day(month: int, number: int) -> datetime:
    return datetime(2026, month, number, 12, tzinfo=UTC)


def kept(mirror: Mirror, **wanted) -> list[str]:
    with mirror.snapshot() as snapshot:
        answer = snapshot._cursor.sql(
            f"select number from filtered_orders({ASKED}) order by number",
            params={**EVERYTHING, **wanted},
        )
        return answer.pl()["number"].to_list()


@pytest.fixture
def three(shop) -> None:
    """Order 1 paid thrice and given back twice, order 2 paid once, intruder 3."""
    shop.order(
        "1",
        at=day(1, 10),
        lines=[
            {"sku": "A", "price": 900, "service_at": day(6, 1)},
            {"sku": "B", "price": 100, "service_at": day(8, 1)},
            {"sku": "C", "price": 100, "service_at": day(7, 1)},
        ],
        paid=[{"amount": 100, "at": day(m, 5)} for m in (2, 3, 4)],
        refunded=[
            {"amount": 30, "marked_at": day(5, 5), "origin": "here"},
            {"amount": 20, "marked_at": None, "origin": "platform"},
        ],
        tags=["Urgent", "VIP"],
    )
    shop.order("2", at=day(2, 10), paid=[{"amount": 1000, "at": day(3, 20)}])
    shop.order("3", at=day(3, 10), module="booking", customer_name="Zoé Œdipe")


@pytest.mark.parametrize(
    ("dated", "month", "expected"),
    [
        (None, 1, ["1"]),
        ("placed", 2, ["2"]),
        ("paid", 1, []),
        ("paid", 2, ["1"]),
        ("paid", 3, ["1", "2"]),
        ("paid", 4, ["1"]),
        ("refunded", 1, ["1"]),
        ("refunded", 5, ["1"]),
        ("refunded", 3, []),
        ("service", 6, ["1"]),
        ("service", 7, ["1"]),
        ("service", 9, []),
    ],
)
@pytest.mark.usefixtures("three")
def test_a_period_is_about_one_date(mirror, dated, month, expected) -> None:
    """An order matches when one of its payments, refunds or services lies within."""
    start, end = datetime(2026, month, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)
    if month < 9:
        end = datetime(2026, month + 1, 1, tzinfo=UTC)
    else:
        end = datetime(2026, 10, 1, tzinfo=UTC)
    assert expected == kept(mirror, dated=dated, from_at=start, to_at=end)


@pytest.mark.usefixtures("three")
def test_a_period_without_an_end_is_open(mirror) -> None:
    """From a day on, or up to a day: the other end matters not."""
    assert kept(mirror, dated="paid", from_at=day(3, 6)) == ["1", "2"]
    assert kept(mirror, dated="paid", to_at=day(3, 6)) == ["1"]


@pytest.mark.usefixtures("three")
def test_the_last_instant_of_a_period_is_not_in_it(mirror) -> None:
    """A period ends before its end, so that two months never share an order."""
    assert kept(mirror, from_at=day(2, 10), to_at=day(3, 10)) == ["2"]


@pytest.mark.usefixtures("three")
def test_each_filter_keeps_any_of_its_values(mirror) -> None:
    """Several values of one filter are alternatives, filters add up."""
    assert kept(mirror, modules=["store", "booking"]) == ["1", "2", "3"]
    assert kept(mirror, modules=["booking"]) == ["3"]
    assert kept(mirror, tags=["VIP", "Rouge"]) == ["1"]
    assert kept(mirror, payments=["partly_refunded"]) == ["1"]
    assert kept(mirror, payments=["paid"], statuses=["new"]) == ["2"]
    assert kept(mirror, statuses=[]) == []


@pytest.mark.usefixtures("three")
def test_search_wants_every_word_whatever_accents_and_case(mirror) -> None:
    """Words are found in number, name, e-mail, titles and skus, all of them."""
    assert kept(mirror, search=["oedipe", "zoe"]) == ["3"]
    assert kept(mirror, search=["oedipe", "martin"]) == []
    assert kept(mirror, search=["b", "martin", "ana", "@", "example", "1"]) == ["1"]
    assert kept(mirror, search=["b", "martin", "ana", "@", "example", "none"]) == []


@pytest.mark.usefixtures("three")
def test_an_unknown_code_keeps_nothing(mirror) -> None:
    """A value that no order has is no error, and no order has it."""
    assert kept(mirror, statuses=["'; drop table orders; --"]) == []


@pytest.mark.usefixtures("three")
def test_a_value_counts_what_the_other_filters_keep(mirror) -> None:
    """Beside each value stands what it would show: its own filter is left out."""
    asked = {**EVERYTHING, "modules": ["booking"], "tags": ["VIP"]}
    with mirror.snapshot() as snapshot:
        rows = snapshot.ask("orders/facets", asked).rows()
    assert rows == [("module", "store", 1)]

    asked = {**EVERYTHING, "modules": ["booking"], "statuses": ["done"]}
    with mirror.snapshot() as snapshot:
        rows = snapshot.ask("orders/facets", asked).rows()
    assert rows == [("status", "new", 1)]


SIGNS = [
    "Lampe™",
    "10 µg",
    "½ kg",
    "№ 4",
    "Ⅱ",
    "ĳ",
    "Ŀ",
    "ＡＢＣ",
    "हिन्दी",
    "ไทย",
    "Œuf",
]


@pytest.mark.parametrize("text", SIGNS)
def test_what_stands_on_the_screen_is_found(shop, mirror, text) -> None:
    """A text typed as it is shown finds its order, whatever its signs."""
    shop.order("1", lines=[{"sku": "A", "title": text, "price": 1}])
    shop.order("2")

    assert kept(mirror, search=text.split()) == ["1"]


def test_the_shortest_filter_is_of_no_other_date(shop, mirror) -> None:
    """What questions without a search reach refuses a period that it does not know."""
    shop.order("1", paid=1000)

    def found(from_at: str, dated: str) -> int:
        asked = f"bare.found_orders({from_at}, null, '{dated}', null, null, null, null)"
        with mirror.snapshot() as snapshot:
            return len(snapshot._cursor.sql(f"select id from {asked}").fetchall())

    first = "'2026-01-01'::timestamptz"
    assert found(first, "placed") == found("null", "paid") == 1
    with pytest.raises(duckdb.Error, match="another date"):
        found(first, "paid")


_OF_MODULE = """
select id, status::varchar, is_cart, is_kept, epoch_us(sold_at)
from {schema}.module_orders(
    'store', $statuses, $payments, $modules, $tags, $dated, null, $archived, $to_do,
    $carts, null
)
order by id
"""
_ASKED = {
    "statuses": (None, ["new"], []),
    "payments": (None, ["paid"], ["partly_refunded"]),
    "modules": (None, ["store"], ["events"]),
    "tags": (None, ["VIP"], ["VIP", "Urgent"]),
    "dated": ("paid", "placed", "service"),
    "archived": ("no", "yes", "all"),
    "to_do": (None, True, False),
    "carts": (None, True, False),
}


def test_the_orders_of_a_module_are_kept_alike_by_the_short_way(shop, mirror) -> None:
    """Without a search or a click no order is looked for again: the same answers."""
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    shop.order("1", tags=["VIP"])
    shop.order("2", paid=1000, tags=["VIP", "Urgent"], status="done")
    shop.order("3", is_cart=True, paid=10)
    shop.order("4", archived_at=at, status="cancelled")
    shop.order(
        "5",
        paid=[{"amount": 1000, "at": at}],
        refunded=[{"amount": 5, "marked_at": at, "origin": "here"}],
        lines=[{"sku": "A", "price": 1000, "service_at": at}],
    )
    shop.order("6", module="events")
    usual = {name: values[0] for name, values in _ASKED.items()} | {"archived": "all"}
    answers = set()
    with mirror.snapshot() as snapshot:
        for name, values in _ASKED.items():
            for value in values:
                asked = usual | {name: value}
                found = {
                    schema: snapshot._cursor.execute(
                        _OF_MODULE.format(schema=schema), asked
                    ).fetchall()
                    for schema in ("bare", "main")
                }
                assert found["bare"] == found["main"]
                answers.add(tuple(found["bare"]))
    assert len(answers) > 12
