"""A primary that dies and the replica that takes over: no acknowledged action is lost.

Two real PostgreSQL servers on loopback, the second following the first and waited for
at each commit; the store's address names both.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
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

pytestmark = pytest.mark.postgres
ORDERS = 12


class Postgres:
    """One server of our own in a folder."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs, self.folder, self.data = programs, folder, folder / "data"
        self.port = _free_port()
        folder.mkdir()
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the user that it wants."""
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        subprocess.run(
            [
                *(as_user if os.geteuid() == 0 else []),
                str(self.programs / program),
                *arguments,
            ],
            check=True,
            capture_output=True,
            cwd=self.folder,
        )

    def start(self) -> None:
        """Listen on loopback."""
        options = f"-c listen_addresses=127.0.0.1 -c port={self.port} -k {self.folder}"
        self.control("-w", "-o", options, "-l", str(self.folder / "log"), "start")

    def control(self, *arguments: str) -> None:
        """Ask `pg_ctl`."""
        self.run("pg_ctl", "-D", str(self.data), *arguments)

    def kill(self) -> None:
        """All at once, as a machine that loses its power."""
        pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGQUIT)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def pair(postgres_programs: Path, tmp_path: Path) -> Iterator[tuple[Postgres, ...]]:
    """A primary, and a replica that each commit waits for."""
    for parent in (tmp_path, *tmp_path.parents):
        if parent == Path("/tmp"):  # noqa: S108 (where pytest keeps its folders)
            break
        parent.chmod(0o755)
    first = Postgres(postgres_programs, tmp_path / "first")
    second = Postgres(postgres_programs, tmp_path / "second")
    first.run("initdb", "-D", str(first.data), "-A", "trust", "-U", "postgres")
    first.start()
    second.run(
        *("pg_basebackup", "-D", str(second.data), "-R", "-C", "-S", "second"),
        *("-d", f"host=127.0.0.1 port={first.port} user=postgres"),
    )
    second.start()
    _ask(first, "alter system set synchronous_standby_names = '*'")
    _ask(first, "select pg_reload_conf()")
    yield first, second
    for server in (first, second):
        if (server.data / "postmaster.pid").exists():
            server.control("-m", "immediate", "stop")


def _ask(server: Postgres, statement: str) -> None:
    import psycopg

    url = f"host=127.0.0.1 port={server.port} user=postgres dbname=postgres"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


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
        first.kill()
        before = len(answered)
        second.control("-w", "promote")
        # Nobody stands by for the new primary yet: it must not wait for one.
        _ask(second, "alter system set synchronous_standby_names = ''")
        _ask(second, "select pg_reload_conf()")
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
