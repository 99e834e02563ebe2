"""The wide row of an order, however many lines, payments and refunds it has."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import delete, update

from commandes.actions import status, tags, tracking
from commandes.actions.orders import Order
from commandes.mirror import check
from commandes.reports import orders
from commandes.reports.filters import OrderFilter
from commandes.store import tables

EARLY = datetime(2026, 3, 1, tzinfo=UTC)
LATE = datetime(2026, 3, 9, tzinfo=UTC)
TWO_LINES = [
    {"sku": "LAMP", "title": "Lampe d’été", "price": 1000, "quantity": 2},
    {"sku": "PEN", "title": "Stylo", "price": 300},
]


def test_two_lines_and_two_refunds_are_not_multiplied(shop, wide) -> None:
    """Sums are those of the order's own rows, not of their combinations."""
    shop.order(
        "1",
        lines=TWO_LINES,
        paid=[{"amount": 2000, "at": EARLY}, {"amount": 300, "at": LATE}],
        refunded=[
            {"amount": 100, "marked_at": EARLY, "state": "to_do", "origin": "here"},
            {"amount": 50, "marked_at": LATE, "origin": "here"},
        ],
    )
    shop.order("2", paid=1000, refunded=1000)
    row = wide("1")
    assert (row["paid"], row["refunded"], row["refunds_to_do"]) == (2300, 150, 1)
    assert (row["line_count"], row["quantity"]) == (2, 3)
    assert (row["first_paid_at"], row["last_paid_at"]) == (EARLY, LATE)
    assert (row["first_refunded_at"], row["last_refunded_at"]) == (EARLY, LATE)


def test_a_wide_row_says_what_the_list_shows(shop, wide) -> None:
    """Titles, tags, carriers, country and the searched text come with the order."""
    shop.order(
        "#7",
        customer_name="Zoé Lefèvre",
        lines=[*TWO_LINES, {"sku": "GUM", "title": "Gomme", "price": 1}],
        tags=["Urgent", "Cadeau"],
        shipments=[{"number": "X1", "carrier": "Colissimo"}],
        shipping_address='{"country": "FR", "city": "Évry"}',
        billing_address='{"city": "Saint-Malo"}',
        phone="+33 6 12 34-56.78",
        paid=[{"amount": 100, "reference": "pi_3NxQ", "means": "CB"}],
    )
    shop.order("#8", tags=["VIP"])
    row = wide("#7")
    assert row["titles"] == ["Lampe d’été", "Stylo"]
    assert row["tags"] == ["Cadeau", "Urgent"]
    assert row["carriers"] == ["Colissimo"]
    assert (row["country"], row["customer_key"]) == ("FR", "zoe lefevre")
    for word in ("#7", "zoe", "lefevre", "ana@example.org", "d'ete", "pen", "gomme"):
        assert word in row["search_text"]
    for word in ("+33612345678", "0612345678", "evry", "saint-malo", "pi_3nxq"):
        assert word in row["search_text"]


def test_a_number_is_found_with_its_sign_and_without(shop, mirror) -> None:
    """Messages write [#A7]; some sources give the sign with the number, others not."""
    shop.order("A7")
    shop.order("#B7")
    with mirror.snapshot() as snap:
        for typed in ("A7", "#A7", "#a7", "B7", "#B7"):
            page = orders.page(snap, OrderFilter(search=typed))
            assert page.rows["number"].str.strip_chars("#").to_list() == [
                typed.strip("#").upper()
            ]


def test_an_action_shows_at_once(shop, mirror, wide) -> None:
    """Who acts sees the result with the next question."""
    shop.order("1", paid=1000)
    shop.order("2")
    assert wide("1")["archived_at"] is None
    status.archive(shop.store, Order("1"), actor="t")
    tags.tag(shop.store, Order("1"), "Urgent", actor="t")
    tracking.track(shop.store, Order("1"), carrier="Chronopost", number="Y1", actor="t")
    row = wide("1")
    assert row["archived_at"] is not None
    assert (row["tags"], row["carriers"]) == (["Urgent"], ["Chronopost"])
    assert (wide("2")["tags"], wide("2")["archived_at"]) == ([], None)


def test_an_order_whose_date_changes_is_there_once(shop, mirror, content) -> None:
    """An import that corrects the date of an order leaves one row of it."""
    shop.order("1", at=EARLY)
    assert len(content(mirror)["orders"]) == 1
    shop.order("1", at=LATE)
    assert len(content(mirror)["orders"]) == 1
    assert len(content(mirror)["order_lines"]) == 1


def test_an_order_withdrawn_disappears(shop, mirror, content) -> None:
    """An order taken out of the store leaves the mirror with all that it had."""
    shop.order("1", paid=1000, refunded=200)
    gone = shop.order("2", paid=1000, refunded=200)
    content(mirror)
    with shop.store.writing("t") as writer:
        for table in (
            *(tables.payments, tables.refunds, tables.import_values),
            *(tables.stock_movements, tables.notes, tables.order_lines),
        ):
            writer.connection.execute(delete(table).where(table.c.order_id == gone))
        writer.connection.execute(
            delete(tables.orders).where(tables.orders.c.id == gone)
        )
        writer.record(gone, "withdrawn", {"order_id": gone})
    held = content(mirror)
    assert {1} == {row[0] for row in held["orders"]}
    assert tuple(
        len(held[name]) for name in ("order_lines", "payments", "refunds")
    ) == (1, 1, 1)


def test_a_tag_renamed_is_renamed_in_the_mirror(shop, mirror, content) -> None:
    """What concerns no order refreshes the small tables."""
    shop.order("1", tags=["Urgent"])
    content(mirror)
    with shop.store.writing("t") as writer:
        writer.connection.execute(update(tables.tags).values(color="blue"))
        writer.record(None, "tag_changed")
    assert content(mirror)["tags"] == [(1, "Urgent", "blue")]


def test_stock_follows_an_adjustment_without_order(shop, mirror, content) -> None:
    """A level counted by hand shows in the mirror."""
    from commandes.actions import stock

    shop.order("1")
    content(mirror)
    stock.adjust(shop.store, "LAMP", 7, reason="inventaire", actor="t")
    held = [(row[1], row[4]) for row in content(mirror)["stock_items"]]
    assert held == [("LAMP", 7)]


def test_verify_finds_the_first_group_that_differs(shop, mirror) -> None:
    """I6 holds after orders came in; a mirror row altered behind its back is named."""
    shop.order("1", paid=1000)
    shop.order("2", at=datetime(2025, 12, 31, 23, 30, tzinfo=UTC), lines=TWO_LINES)
    assert (
        check(mirror, shop.store).ok,
        check(mirror, shop.store).checked,
        check(mirror, shop.store).first_bad,
    ) == (True, 2, "")
    mirror._database.cursor().execute("update orders set total = 1 where number = '2'")
    bad = check(mirror, shop.store)
    assert not bad.ok
    assert "month=2025-12 status=new" in bad.first_bad
