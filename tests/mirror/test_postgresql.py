"""R7 and rebuilds where the store is PostgreSQL."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from shop import Shop

from commandes.actions import status
from commandes.actions.orders import Order
from commandes.mirror import Mirror, check
from commandes.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from commandes.store import Store

pytestmark = pytest.mark.postgres


@pytest.fixture
def store(postgres_settings) -> Iterator[Store]:
    """A new, empty PostgreSQL store."""
    opened = open_store(postgres_settings)
    yield opened
    opened.close()


@pytest.fixture
def mirror(store, postgres_settings) -> Iterator[Mirror]:
    """The mirror of the PostgreSQL store."""
    made = Mirror(store, postgres_settings)
    yield made
    made.close()


def test_a_commit_held_back_is_not_missed(store, mirror) -> None:
    """Journal order is commit order: a slow writer's entry is never jumped over."""
    shop = Shop(store)
    shop.order("slow", paid=1000)
    shop.order("fast", paid=1000)
    seen = []

    def look() -> None:
        with mirror.snapshot() as snapshot:
            assert check(mirror, store).first_bad == ""
            seen.append(snapshot.seq)

    look()
    writing, later = threading.Event(), threading.Event()

    def hold() -> None:
        with store.writing("slow") as writer:
            writer.record(shop_ids["slow"], "noted")
            writer.connection.exec_driver_sql(
                "update orders set customer_name = 'Held', version = version + 1"
                " where number = 'slow'"
            )
            writer.flush()
            writing.set()
            later.wait()

    shop_ids = {number: shop.id_of(number) for number in ("slow", "fast")}
    slow = threading.Thread(target=hold)
    slow.start()
    writing.wait()
    fast = threading.Thread(
        target=status.archive, args=(store, Order("fast")), kwargs={"actor": "fast"}
    )
    fast.start()
    look()
    later.set()
    slow.join()
    fast.join()
    look()
    assert [seen[0], seen[0], seen[0] + 2] == seen
    with mirror.snapshot() as snapshot:
        rows = snapshot._cursor.sql(
            "select number, customer_name, archived_at is not null as archived"
            " from orders order by number"
        ).pl()
    assert rows.rows() == [("fast", "Ana Martin", True), ("slow", "Held", False)]


def test_a_rebuild_from_postgresql_changes_no_answer(store, mirror, content) -> None:
    """Read in one go through a server-side cursor, the mirror is the same."""
    shop = Shop(store)
    told = [
        {
            "number": str(n),
            "paid": 1000 if n % 2 else None,
            "refunded": 100 if n % 6 == 1 else None,
            "tags": ["Urgent"] if n % 3 else [],
            "customer_name": None if n % 4 else "Zoé",
        }
        for n in range(60)
    ]
    shop.bring(shop.incoming(told))
    followed = content(mirror)
    mirror.rebuild()
    assert followed == content(mirror)
    assert len(followed["orders"]) == 60
    assert check(mirror, store).ok
