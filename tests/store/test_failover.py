"""A primary that dies and the replica that takes over: no acknowledged action is lost.

Two real PostgreSQL servers on loopback, the second following the first and waited for
at each commit; the store's address names both.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from ports import free_port
from postgres import Postgres
from shop import Shop
from sqlalchemy import func, select

from commandes import settings as settings_module
from commandes.actions import notes, refunds
from commandes.actions.orders import Order
from commandes.errors import CommandesError
from commandes.mirror import Mirror
from commandes.reports.verify import verify
from commandes.store import open_store, tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.postgres
ORDERS = 12


class Served(Postgres):
    """A server on loopback."""

    def __init__(self, programs: Path, folder: Path) -> None:
        super().__init__(programs, folder)
        self.port = free_port()

    def listen(self) -> None:
        """Start on a port of its own."""
        self.start(f"-c listen_addresses=127.0.0.1 -c port={self.port}")


@pytest.fixture
def pair(postgres_programs: Path, tmp_path: Path) -> Iterator[tuple[Served, ...]]:
    """A primary, and a replica that each commit waits for."""
    first = Served(postgres_programs, tmp_path / "first")
    second = Served(postgres_programs, tmp_path / "second")
    first.make()
    first.listen()
    second.run(
        *("pg_basebackup", "-D", second.data, "-R", "-C", "-S", "second"),
        *("-d", f"host=127.0.0.1 port={first.port} user=postgres"),
    )
    second.listen()
    _ask(first, "alter system set synchronous_standby_names = '*'")
    _ask(first, "select pg_reload_conf()")
    yield first, second
    for server in (first, second):
        server.stop()


def _ask(server: Served, statement: str) -> Any:
    """The first value that a server answers, if it answers any."""
    url = f"host=127.0.0.1 port={server.port} user=postgres dbname=postgres"
    with psycopg.connect(url, autocommit=True) as connection:
        told = connection.execute(statement)
        return told.fetchone()[0] if told.description else None


def _answers(server: Served) -> bool:
    try:
        return bool(_ask(server, "select true"))
    except psycopg.OperationalError:
        return False


def _fail_over(first: Served, second: Served, answered: list[str]) -> int:
    """The primary dies and its replica is promoted; how many answers there were.

    Before, the replica stops listening: what it has not got is not acknowledged.
    """
    receiver = _ask(second, "select pid from pg_stat_wal_receiver")
    os.kill(receiver, signal.SIGSTOP)
    time.sleep(0.5)
    before = len(answered)
    time.sleep(1)
    assert len(answered) == before
    first.die()
    os.kill(receiver, signal.SIGKILL)
    _wait(lambda: _answers(second))
    second.control("-w", "promote")
    # Nobody stands by for the new primary yet: it must not wait for one.
    _ask(second, "alter system set synchronous_standby_names = ''")
    _ask(second, "select pg_reload_conf()")
    return before


def test_no_acknowledged_action_is_lost(pair, tmp_path: Path) -> None:
    """Four people work on while the primary dies; what was answered stands."""
    first, second = pair
    url = (
        "postgresql+psycopg://postgres@/postgres"
        f"?host=127.0.0.1:{first.port}&host=127.0.0.1:{second.port}"
        "&target_session_attrs=read-write&connect_timeout=2"
    )
    settings = settings_module.read(
        {"COMMANDES_DATA_DIR": str(tmp_path / "shop"), "COMMANDES_DATABASE_URL": url}
    )
    answered: list[str] = []
    failed: list[str] = []
    over = threading.Event()
    with closing(open_store(settings)) as store:
        shop = Shop(store)
        for number in range(ORDERS):
            shop.order(str(number), paid=3000, lines=[{"sku": "LAMP", "price": 1000}])

        def work(person: int) -> None:
            turn = 0
            while not over.is_set():
                turn += 1
                text = f"{person}-{turn}"
                order = Order(str((person + turn) % ORDERS))
                try:
                    notes.note(store, order, text, actor="Inès", key=text)
                    answered.append(text)
                except CommandesError:
                    failed.append(text)
                    time.sleep(0.05)

        people = [threading.Thread(target=work, args=(n,)) for n in range(4)]
        for person in people:
            person.start()
        _wait(lambda: len(answered) > 40)
        before = _fail_over(first, second, answered)
        _wait(lambda: len(answered) > before + 40)
        over.set()
        for person in people:
            person.join()

        with store.reading() as connection:
            kept = set(connection.scalars(select(tables.notes.c.text)))
            count = connection.scalar(select(func.count()).select_from(tables.notes))
        assert set(answered) <= kept
        assert count == len(kept)
        # What got no answer is tried again with its key: once, whatever had happened.
        for text in failed:
            person, turn = map(int, text.split("-"))
            order = Order(str((person + turn) % ORDERS))
            notes.note(store, order, text, actor="Inès", key=text)
        with store.reading() as connection:
            texts = connection.scalars(select(tables.notes.c.text)).all()
        assert sorted(texts) == sorted({*answered, *failed})
        assert refunds.refund(store, Order("1"), actor="Inès").changed
        with closing(Mirror(store, settings)) as mirror:
            assert verify(store, mirror).ok


def _wait(done) -> None:
    until = time.monotonic() + 60
    while not done():
        assert time.monotonic() < until
        time.sleep(0.02)
