"""One page run sees one moment; two processes have a file each."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from commandes.errors import MirrorMemory
from commandes.mirror import Mirror

ROOT = Path(__file__).parents[2]


def test_a_snapshot_does_not_move(shop, mirror) -> None:
    """Orders that come in meanwhile show in the next snapshot, not in this one."""
    shop.order("1")
    with mirror.snapshot() as first:
        before = first.ask("mirror/control")
        shop.order("2")
        with mirror.snapshot() as second:
            assert second.ask("mirror/control")["orders"].sum() == 2
        assert before.equals(first.ask("mirror/control"))


def test_readers_and_a_writer_agree_at_every_moment(shop, mirror) -> None:
    """While orders come in, the answers of one snapshot never contradict each other."""
    shop.order("0")
    done = threading.Event()
    contradictions = []

    def read() -> None:
        while not done.is_set():
            with mirror.snapshot() as snapshot:
                ask = snapshot._cursor.sql
                orders = ask("select count(*), sum(line_count) from orders").pl().row(0)
                lines = ask("select count(*) from order_lines").pl().item()
                seq = ask("select max(seq) from events").pl().item()
                if (orders[0], lines, seq) != (snapshot.seq, orders[1], snapshot.seq):
                    contradictions.append((orders, lines, seq, snapshot.seq))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for n in range(1, 25):
        shop.order(str(n))
    done.set()
    for reader in readers:
        reader.join()
    assert contradictions == []
    with mirror.snapshot() as snapshot:
        assert snapshot.seq == 25


def limit_memory(snapshot, kilobytes: range) -> None:
    """Leave DuckDB the least memory of these that it can do with, and a little."""
    beside = snapshot._cursor.cursor()
    for each in kilobytes:
        with suppress(duckdb.OutOfMemoryException):
            beside.execute(f"set global memory_limit = '{each}KB'")
            beside.execute(f"set global memory_limit = '{each + 100}KB'")
            return
    raise AssertionError


@pytest.mark.parametrize(
    "ask",
    [
        lambda snapshot: snapshot.ask("mirror/control"),
        lambda snapshot: list(snapshot.slices("mirror/control", None, 100)),
    ],
)
def test_a_question_that_needs_more_memory_says_what_to_do(shop, mirror, ask) -> None:
    """One sentence with the setting's name; the next question is answered."""
    shop.order("1")
    with mirror.snapshot() as snapshot:
        limit_memory(snapshot, range(300, 10_000, 50))
        with pytest.raises(MirrorMemory, match="COMMANDES_MIRROR_MEMORY") as short:
            ask(snapshot)
        assert mirror.settings.mirror_memory in short.value.message

        mirror.trim()
        assert snapshot.ask("mirror/control")["orders"].sum() == 1


def test_instants_are_in_utc_whatever_the_machine(shop, mirror, monkeypatch) -> None:
    """A frame's instants do not depend on where the server stands."""
    shop.order("1")
    with mirror.snapshot() as snapshot:
        zone = snapshot._cursor.sql("select current_setting('TimeZone')").pl().item()
    assert zone == "UTC"


@pytest.mark.parametrize(
    "escape",
    [
        "copy orders to '{folder}/stolen.csv'",
        "attach '{folder}/x.duckdb'",
        "install httpfs",
        "select * from read_text('{folder}/journal.key')",
    ],
)
def test_the_mirror_reaches_no_other_file(shop, mirror, settings, escape) -> None:
    """Queries stay within the mirror: no file, no extension, no network."""
    shop.order("1")
    with (
        mirror.snapshot() as snapshot,
        pytest.raises(Exception, match=r"(?i)disabled|external|permission|cannot"),
    ):
        snapshot._cursor.execute(escape.format(folder=settings.data_dir)).fetchall()


def test_two_mirrors_take_two_files(shop, mirror, settings, content) -> None:
    """The command line beside the app has a file of its own, then frees it."""
    shop.order("1")
    second = Mirror(shop.store, settings)
    assert [each.status().file.name for each in (mirror, second)] == [
        "mirror-0.duckdb",
        "mirror-1.duckdb",
    ]
    assert content(mirror)["orders"] == content(second)["orders"]
    second.close()
    third = Mirror(shop.store, settings)
    assert third.status().file.name == "mirror-1.duckdb"
    third.close()


_OTHER = """
from commandes import settings
from commandes.mirror import Mirror
from commandes.store import open_store
given = settings.read()
mirror = Mirror(open_store(given), given)
with mirror.snapshot() as snapshot:
    print(mirror.status().file.name, snapshot.ask("mirror/control")["orders"].sum())
mirror.close()
"""


def test_two_processes_take_two_files(shop, mirror, settings) -> None:
    """A second process neither waits for the first nor shares its file."""
    shop.order("1")
    with mirror.snapshot():
        said = subprocess.run(
            [sys.executable, "-c", _OTHER],
            env={
                "COMMANDES_DATA_DIR": str(settings.data_dir),
                "PYTHONPATH": str(ROOT),
            },
            capture_output=True,
            text=True,
            check=True,
        )
    assert said.stdout.strip() == "mirror-1.duckdb 1"


def test_the_app_never_opens_the_store_a_second_time(shop, mirror) -> None:
    """After a rebuild, no second SQLite library has been loaded in this process."""
    script = (
        "import sys, runpy\n"
        + _OTHER.replace("mirror.close()", "mirror.rebuild()")
        + "print('adbc_driver_sqlite' in sys.modules,"
        " 'commandes.mirror.readers' in sys.modules)\n"
    )
    shop.order("1")
    said = subprocess.run(
        [sys.executable, "-c", script],
        env={
            "COMMANDES_DATA_DIR": str(mirror.settings.data_dir),
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.splitlines()[-1] == "False False"
