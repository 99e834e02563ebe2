"""A journal that ends before its head, or was put back: nobody waits for ever."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import text

from commandes.actions import erase
from commandes.mirror import Mirror
from commandes.reports.verify import verify

ORDERS = 5


def raw(store, statement: str) -> None:
    with store.writing("someone") as writer:
        writer.connection.execute(text(statement))


def within(seconds: float, work):
    """What some work gives; it fails where that takes longer."""
    found = []
    thread = threading.Thread(target=lambda: found.append(work()), daemon=True)
    thread.start()
    thread.join(seconds)
    assert found, "it goes on and on"
    return found[0]


@pytest.mark.parametrize("behind", [False, True])
@pytest.mark.parametrize(
    "altered",
    [
        "delete from events where seq = 5",
        "delete from events where seq = 1",
        "delete from events",
        "update journal_head set count = count + 1",
        "update journal_head set count = count - 1",
        "update events set previous = digest where seq = 1",
    ],
)
def test_pages_answer_and_the_bad_row_is_named(shop, settings, altered, behind) -> None:
    """Whether the mirror is new or has read a part of it before."""
    mirror = Mirror(shop.store, settings)
    if behind:
        shop.order("0")
        with mirror.snapshot():
            pass
    for number in range(1 if behind else 0, ORDERS):
        shop.order(str(number))
    raw(shop.store, altered)

    def read() -> int:
        with mirror.snapshot() as snapshot:
            return snapshot.ask("mirror/control")["orders"].sum()

    try:
        assert within(60, read) == ORDERS
        verdict = within(60, lambda: verify(shop.store, mirror))
    finally:
        mirror.close()
    bad = {check.rule: check.first_bad for check in verdict.checks if not check.ok}
    assert bad["I4"].startswith("events seq=")


def test_readers_who_do_not_wait_get_a_new_file_too(shop, settings) -> None:
    """Somebody was erased, then came more entries than a page waits for."""
    shop.order("1", customer_name="Zoé Martin", email="zoe@example.org")
    shop.order("2")
    mirror = Mirror(shop.store, settings)
    with mirror.snapshot():
        pass
    erase.erase(shop.store, email="zoe@example.org", actor="Inès")
    with shop.store.writing("Inès") as writer:
        for _entry in range(6_000):
            writer.record(None, "tested", {})

    def names() -> list[str]:
        with mirror.snapshot(wait=False) as snapshot:
            asked = snapshot._cursor.execute("select customer_name from orders")
            return [] if snapshot.behind else asked.fetchall()

    found = within(60, lambda: next(filter(None, iter(names, None))))
    mirror.close()
    assert ("Zoé Martin",) not in found
