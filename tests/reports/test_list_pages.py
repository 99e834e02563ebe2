"""Pages of the list: each order once, in a total order, from any place."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from commandes.errors import BadFilter
from commandes.reports import orders
from commandes.reports.filters import OrderFilter

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def street(shop):
    """Thirty orders full of ties: instants, totals, names, and some without a name."""
    shop.bring(
        shop.incoming(
            [
                {
                    "number": f"#{i}",
                    "at": NOON + timedelta(minutes=i % 4),
                    "customer_name": [None, "Zoé", "ana", "Ana", "Œdipe"][i % 5],
                    "total": i % 3 * 1000,
                    "currency": ["EUR", "JPY", "TND"][i % 7 % 3],
                }
                for i in range(30)
            ]
        )
    )
    # The intruder: archived, it must come back on no page.
    shop.order("intruder", at=NOON, archived_at=NOON)
    return shop


def walk(snap, sort, size, forwards=True):
    """Every page one after the other, from one end of the list to the other."""
    page = orders.page(snap, OrderFilter(), sort=sort, size=size)
    while page.next:
        last = page
        page = orders.page(snap, OrderFilter(), sort=sort, after=page.next, size=size)
        if forwards:
            yield last
    if forwards:
        yield page
        return
    while True:
        yield page
        if page.previous is None:
            return
        page = orders.page(
            snap, OrderFilter(), sort=sort, before=page.previous, size=size
        )


@pytest.mark.parametrize("size", [1, 7, 10, 30, 50])
@pytest.mark.parametrize("sort", orders.SORTS)
def test_pages_visit_every_order_once(street, mirror, sort, size) -> None:
    """Whatever the sort and the size of a page, no order is missed or shown twice."""
    with mirror.snapshot() as snap:
        expected = orders.ids(snap, OrderFilter(), sort)
        found = [page.rows["id"].to_list() for page in walk(snap, sort, size)]
    assert expected == [order for page in found for order in page]
    assert len(set(expected)) == 30


@pytest.mark.parametrize("sort", orders.SORTS)
def test_pages_read_backwards_are_the_same(street, mirror, sort) -> None:
    """Going back shows the pages that were left behind."""
    with mirror.snapshot() as snap:
        expected = orders.ids(snap, OrderFilter(), sort)
        pages = [page.rows["id"].to_list() for page in walk(snap, sort, 7, False)]
    assert expected == [order for page in reversed(pages) for order in page]


def keys(row):
    return row["customer_key"] is None, row["customer_key"] or ""


def test_each_sort_is_what_it_says(street, mirror) -> None:
    """Newest first; amounts within their currency; names without accents, none last."""
    with mirror.snapshot() as snap:
        found = {
            sort: orders.page(snap, OrderFilter(), sort=sort).rows.to_dicts()
            for sort in orders.SORTS
        }
    instants = [row["placed_at"] for row in found["newest"]]
    assert sorted(instants, reverse=True) == instants
    amounts = [(row["currency"], row["total"]) for row in found["total_asc"]]
    assert sorted(amounts) == amounts
    assert sorted(amounts, reverse=True) == [
        (row["currency"], row["total"]) for row in found["total_desc"]
    ]
    names = [row["customer_key"] for row in found["customer_asc"]]
    assert names == ["ana"] * 12 + ["oedipe"] * 6 + ["zoe"] * 6 + [None] * 6
    names = [row["customer_key"] for row in found["customer_desc"]]
    assert names == ["zoe"] * 6 + ["oedipe"] * 6 + ["ana"] * 12 + [None] * 6


def test_an_order_that_comes_between_two_pages_moves_nothing(street, mirror) -> None:
    """New orders appear on top; the next page goes on after the last row seen."""
    with mirror.snapshot() as snap:
        first = orders.page(snap, OrderFilter(), size=10)
        expected = orders.ids(snap, OrderFilter())
    street.order("new", at=NOON + timedelta(days=1))
    with mirror.snapshot() as snap:
        second = orders.page(snap, OrderFilter(), after=first.next, size=10)
    assert expected[10:20] == second.rows["id"].to_list()


def test_instants_of_a_page_are_utc(street, mirror) -> None:
    """A page's instants are aware, in UTC."""
    with mirror.snapshot() as snap:
        rows = orders.page(snap, OrderFilter(), sort="oldest").rows
    assert rows["placed_at"][0] == NOON


def test_an_empty_store_has_one_empty_page(shop, mirror) -> None:
    """Nothing there: one page without rows, without neighbours."""
    with mirror.snapshot() as snap:
        page = orders.page(snap, OrderFilter())
        facets = orders.facets(snap, OrderFilter())
    assert (page.is_empty(), page.next, page.previous) == (True, None, None)
    assert facets.archived == {"no": 0, "yes": 0, "all": 0}


def place(*values) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "é",
        "%%%",
        "bnVsbA",
        place("placed_at", 1),
        place("placed_at", "x", 1),
        place("placed_at", True, 1),
        place("placed_at", 2**63, 1),
        place("currency", "EUR", 1000, 1),
        place(["placed_at"], 1, 1),
        "W" * 200_000,
    ],
)
def test_a_place_that_no_page_gave_is_refused(street, mirror, text) -> None:
    """A mangled link to a page is one sentence, never a failed query."""
    with mirror.snapshot() as snap, pytest.raises(BadFilter, match="page"):
        orders.page(snap, OrderFilter(), after=text)


def test_an_unknown_sort_is_refused_with_the_ones_there_are(street, mirror) -> None:
    """A sort that does not exist is named, with those that do."""
    with mirror.snapshot() as snap, pytest.raises(BadFilter, match="customer_asc"):
        orders.page(snap, OrderFilter(), sort="price")
    sort, said = orders.sort_from_query(["price"])
    assert (sort, len(said)) == ("newest", 1)
    assert orders.sort_from_query(["oldest"]) == ("oldest", ())
