"""A mirror made anew: same answers, whoever reads meanwhile, whatever was there."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from commandes.errors import MirrorUnavailable
from commandes.mirror import Mirror, schema
from commandes.mirror import mirror as module
from commandes.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

START = datetime(2026, 1, 1, tzinfo=UTC)


def many(shop, count: int, *, first: int = 1) -> None:
    """Orders with all that an order may have, in one import."""
    told = [
        {
            "number": str(n),
            "at": START + timedelta(minutes=n * 7919 % 100_000),
            "customer_name": None if n % 5 == 0 else f"Zoé Œdipe {n}",
            "lines": [
                {"sku": None if n % 3 else "A", "title": f"Été {n}", "price": 700},
                {
                    "sku": "B",
                    "price": 300,
                    "service_at": START + timedelta(days=n) if n % 4 == 0 else None,
                    "details": {"event": "Concert"},
                },
            ],
            "paid": [{"amount": 600}, {"amount": 400}] if n % 2 else None,
            "refunded": [{"amount": 100}, {"amount": 50}] if n % 6 == 1 else None,
            "tags": ["Urgent"] if n % 7 == 0 else [],
            "shipments": [{"number": "X", "carrier": "DHL"}] if n % 9 == 0 else [],
            "archived_at": START if n % 11 == 0 else None,
            "billing_address": '{"country": "BE"}' if n % 2 else None,
        }
        for n in range(first, first + count)
    ]
    shop.bring(shop.incoming(told))


def test_a_rebuild_changes_no_answer(shop, mirror, content) -> None:
    """Followed step by step or read at once, the mirror is the same."""
    shop.order("early", paid=1000)
    followed_first = content(mirror)
    assert len(followed_first["orders"]) == 1
    many(shop, 300)
    followed = content(mirror)
    steps = []
    mirror.rebuild(lambda share, step: steps.append((share, step)))
    assert followed == content(mirror)
    assert len(followed["orders"]) == 301
    assert steps[0] == (0.0, "read")
    assert steps[-1] == (1.0, "build")
    assert steps == sorted(steps, key=lambda each: each[0])


# A rebuild whose parts fail as soon as they hold more than {most} orders.
_IN_SMALL_PARTS = """
import sys
import duckdb
from commandes.mirror import rebuild, schema

rebuild.PART = {part}
fill, tried = rebuild._fill, []

def short(cursor, part):
    tried.append(part)
    for name, at in zip(("from_at", "to_at"), part):
        cursor.execute(f"set variable {{name}} = {{at}}")
    cursor.execute(schema.query_text("mirror/staged_part"))
    if cursor.execute("select count(*) from staged_orders").fetchall()[0][0] > {most}:
        raise duckdb.{error}("too large")
    fill(cursor, part)

rebuild._fill = short
code = rebuild.main()
print(len(tried))
sys.exit(code)
"""


def _rebuilt(file: Path, settings, **told: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _IN_SMALL_PARTS.format(**told), str(file)],
        env={
            "COMMANDES_DATA_DIR": str(settings.data_dir),
            "PYTHONPATH": str(schema.SQL.parent),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(("part", "most"), [(7, 99), (28, 9), (60, 1)])
def test_parts_of_any_size_make_the_same_mirror(
    shop, settings, content, part, most
) -> None:
    """A rebuild that must go in small steps, for want of memory, gives the same."""
    many(shop, 60)
    mirror = Mirror(shop.store, settings)
    followed = content(mirror)
    file = mirror.status().file
    mirror.close()
    file.unlink()
    done = _rebuilt(file, settings, part=part, most=most, error="OutOfMemoryException")
    assert (done.returncode, done.stderr) == (0, "")
    shares = [float(line.split()[0]) for line in done.stdout.splitlines()[:-1]]
    assert shares == sorted(shares)
    mirror = Mirror(shop.store, settings)
    assert followed == content(mirror)
    assert mirror._generation == 0
    with mirror.snapshot() as snapshot:
        dates = snapshot._cursor.sql("select placed_at from orders").pl()["placed_at"]
        assert dates.is_sorted()
    mirror.close()


def test_a_part_that_cannot_be_made_ends_the_rebuild(shop, settings) -> None:
    """Those behind it are not made for nothing, nor do they wait for ever."""
    many(shop, 60)
    file = settings.data_dir / "new.duckdb"
    done = _rebuilt(file, settings, part=7, most=0, error="IOException")
    assert (done.returncode, done.stderr) == (1, "too large\n")
    *_shares, tried = done.stdout.splitlines()
    assert int(tried) <= 4  # of nine: two at once, and what began meanwhile


def test_columns_that_start_empty_keep_their_type(shop, mirror, wide) -> None:
    """A text that only the last of many orders has survives a rebuild."""
    told = [{"number": str(n), "email": None, "phone": None} for n in range(1, 1200)]
    shop.bring(shop.incoming([*told, {"number": "last", "phone": "0102030405"}]))
    mirror.rebuild()
    assert wide("last")["phone"] == "0102030405"
    assert wide("1")["phone"] is None


def test_orders_lie_by_date_after_a_rebuild(shop, mirror) -> None:
    """Rows stand in the order of their dates, so that a period is read alone."""
    many(shop, 200)
    mirror.rebuild()
    with mirror.snapshot() as snapshot:
        dates = snapshot._cursor.sql("select placed_at from orders").pl()["placed_at"]
        assert dates.is_sorted()


def test_an_empty_store_has_an_empty_mirror(mirror, content) -> None:
    """A new shop's questions are answered, by nothing; a rebuild too."""
    assert content(mirror)["orders"] == []
    mirror.rebuild()
    assert content(mirror)["orders"] == []
    status = mirror.status()
    assert (
        status.exists,
        status.seq,
        status.behind,
        status.state,
    ) == (True, 0, 0, "current")


def test_the_status_says_missing_behind_and_current(shop, mirror) -> None:
    """Before, during and after: what `commandes mirror status` prints."""
    assert (mirror.status().state, mirror.status().exists) == ("missing", False)
    with mirror.snapshot():
        pass
    shop.order("1")
    behind = mirror.status()
    assert behind.state == "behind"
    assert 0 < behind.behind == behind.head_seq - behind.seq
    with mirror.snapshot() as snapshot:
        assert (behind.head_seq, 0) == (snapshot.seq, snapshot.behind)
    assert mirror.status().state == "current"
    assert mirror.status().size_bytes > 0


def test_the_mirror_of_another_store_is_not_believed(
    shop, settings, tmp_path, content
) -> None:
    """A file copied from another shop shows none of its orders."""
    shop.order("mine")
    other = open_store(replace(settings, data_dir=tmp_path / "other"))
    foreign = Mirror(other, replace(settings, data_dir=tmp_path / "other"))
    content(foreign)
    file = foreign.status().file
    foreign.close()
    other.close()
    shutil.copy(file, settings.data_dir / "mirror-0.duckdb")
    mirror = Mirror(shop.store, settings)
    try:
        assert [row[3] for row in content(mirror)["orders"]] == ["mine"]
    finally:
        mirror.close()


def copy_store(source: Path, target: Path) -> None:
    """Copy a closed store; the log beside it belongs to it."""
    for name in ("commandes.db", "commandes.db-wal", "commandes.db-shm"):
        if (source / name).exists():
            shutil.copy(source / name, target / name)
        else:
            (target / name).unlink(missing_ok=True)


@pytest.mark.parametrize("since", [1, 3])
def test_a_restored_backup_is_not_taken_for_what_it_was(
    tmp_path, settings, content, since
) -> None:
    """After a restore, orders that were lost do not linger in the mirror.

    The journal may stand where it stood (one order since) or beyond (three).
    """
    from shop import Shop

    store = open_store(settings)
    Shop(store).order("kept")
    store.close()
    backup = tmp_path / "backup"
    backup.mkdir()
    copy_store(settings.data_dir, backup)
    store = open_store(settings)
    Shop(store).order("lost")
    mirror = Mirror(store, settings)
    assert len(content(mirror)["orders"]) == 2
    mirror.close()
    store.close()
    copy_store(backup, settings.data_dir)
    store = open_store(settings)
    for n in range(since):
        Shop(store).order(f"new {n}")
    mirror = Mirror(store, settings)
    numbers = {row[3] for row in content(mirror)["orders"]}
    mirror.close()
    store.close()
    assert {"kept", *(f"new {n}" for n in range(since))} == numbers


def test_a_file_of_another_layout_is_made_anew(shop, settings, content) -> None:
    """After an update that changes the tables, the mirror is made for them."""
    shop.order("1")
    old = Mirror(shop.store, settings)
    content(old)
    old._database.cursor().execute("update mirror_state set layout = 'older'")
    old.close()
    mirror = Mirror(shop.store, settings)
    try:
        (state,) = content(mirror)["mirror_state"]
        assert schema.layout() == state[1]
    finally:
        mirror.close()


def test_who_holds_a_snapshot_may_ask_for_a_rebuild(shop, mirror) -> None:
    """A rebuild asked for within a snapshot neither blocks nor breaks it."""
    shop.order("1")
    with mirror.snapshot() as snapshot:
        before = snapshot.ask("mirror/control")
        mirror.rebuild()
        assert before.equals(snapshot.ask("mirror/control"))


def test_another_reader_is_waited_for_then_moved(shop, mirror, monkeypatch) -> None:
    """A reader that never ends does not hold the new file up for ever."""
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    shop.order("1")
    reading, go_on = threading.Event(), threading.Event()
    answers = []

    def read() -> None:
        with mirror.snapshot() as snapshot:
            answers.append(snapshot.ask("mirror/control"))
            reading.set()
            go_on.wait()
            answers.append(snapshot.ask("mirror/control"))

    reader = threading.Thread(target=read)
    reader.start()
    reading.wait()
    generation = mirror._generation
    mirror.rebuild()
    assert generation + 1 == mirror._generation
    go_on.set()
    reader.join()
    first, second = answers
    assert first.equals(second)


def test_two_rebuilds_at_once_are_one(shop, mirror) -> None:
    """Whoever asks while one is running gets that one, with its progress."""
    shop.order("1")
    with mirror.snapshot():
        pass
    heard = [[], []]
    threads = [
        threading.Thread(
            target=mirror.rebuild,
            args=(lambda share, step, mine=mine: mine.append((share, step)),),
        )
        for mine in heard
    ]
    generation = mirror._generation
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert generation + 1 == mirror._generation
    assert [bool(mine) for mine in heard] == [True, True]


def test_nothing_is_left_of_an_interrupted_rebuild(shop, settings, content) -> None:
    """Files of a build that was killed go with the next one."""
    shop.order("1")
    left = settings.data_dir / "mirror-0.duckdb.new-1"
    left.write_text("half")
    folder = settings.data_dir / "mirror-0.duckdb.new-1.tmp"
    folder.mkdir()
    (folder / "overflow").write_text("")
    mirror = Mirror(shop.store, settings)
    content(mirror)
    mirror.rebuild()
    mirror.close()
    found = sorted(path.name for path in settings.data_dir.glob("mirror*"))
    assert found == ["mirror-0.duckdb", "mirror-0.lock"]


def test_a_rebuild_that_fails_keeps_the_file_and_says_why(
    shop, settings, content
) -> None:
    """A limit that cannot be met: one sentence, and the old answers stay."""
    shop.order("1")
    mirror = Mirror(shop.store, settings)
    expected = content(mirror)
    mirror.settings = replace(settings, mirror_memory="nonsense")
    with pytest.raises(MirrorUnavailable, match="n’a pas pu être construite"):
        mirror.rebuild()
    mirror.settings = settings
    assert expected == content(mirror)
    mirror.close()
    assert list(settings.data_dir.glob("*.new*")) == []


def test_far_behind_a_page_is_shown_what_there_is(
    shop, settings, content, monkeypatch
) -> None:
    """During an import, a page answers at once and says how far behind it is."""
    monkeypatch.setattr(module, "NEAR", 50)
    monkeypatch.setattr(module, "_cheaper_anew", lambda _missing, _orders: False)
    mirror = Mirror(shop.store, settings)
    shop.order("first")
    content(mirror)
    with mirror._state:
        many(shop, 120)
        with mirror.snapshot(wait=False) as snapshot:
            assert (snapshot.seq, snapshot.behind) == (1, 120)
    mirror._catching.join()
    with mirror.snapshot(wait=False) as snapshot:
        assert (snapshot.seq, snapshot.behind) == (121, 0)
    assert len(content(mirror)["orders"]) == 121
    mirror.close()


def test_far_behind_a_command_waits_for_all(shop, settings, monkeypatch) -> None:
    """The command line answers from everything, by a rebuild when that is quicker."""
    monkeypatch.setattr(module, "NEAR", 50)
    monkeypatch.setattr(module, "_cheaper_anew", lambda _missing, _orders: True)
    mirror = Mirror(shop.store, settings)
    shop.order("first")
    with mirror.snapshot():
        pass
    many(shop, 120)
    generation = mirror._generation
    with mirror.snapshot() as snapshot:
        assert (snapshot.seq, snapshot.behind) == (121, 0)
    assert generation + 1 == mirror._generation
    mirror.close()
