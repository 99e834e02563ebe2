"""The two engines: who waits for whom, what each sees, errors in one sentence."""

from __future__ import annotations

import stat
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy.exc
from memory import held
from shop import Shop
from sqlalchemy import event, insert, make_url, select, text

from commandes import settings as settings_module
from commandes.errors import (
    StoreError,
    StoreFull,
    StoreLocked,
    StoreTooNew,
    StoreUnreachable,
)
from commandes.store import engines, open_store, set_info, tables


def views(connection):
    return connection.scalar(select(tables.saved_views.c.name))


def dump(store):
    with store.reading() as connection:
        return [
            connection.execute(select(table)).all()
            for table in tables.metadata.sorted_tables
        ]


def test_a_read_needs_no_write_lock(any_store):
    """While one writes, others read what was there before, at once."""
    with any_store.writing("a") as writer:
        set_info(writer, "shop", "open")
        with any_store.reading() as connection:
            seen = connection.scalars(select(tables.store_info.c.name)).all()

    assert "shop" not in seen


def test_a_read_leaves_the_write_lock_free(settings):
    """A page that reads for long keeps nobody from writing."""
    store = open_store(replace(settings, lock_timeout=0.2))
    with store.reading() as connection:
        connection.execute(select(tables.store_info)).all()
        with store.writing("a") as writer:
            set_info(writer, "shop", "open")
    store.close()


def test_the_reading_engine_cannot_write(any_store):
    """A report that tries to write is refused by the database itself."""
    with pytest.raises(StoreError), any_store.reading() as connection:
        connection.execute(insert(tables.store_info).values(name="x", value="y"))

    with any_store.reading() as connection:
        names = connection.scalars(select(tables.store_info.c.name)).all()
    assert "x" not in names


def test_a_reading_transaction_is_one_moment(any_store):
    """Two questions of one read agree, whatever is written between them."""
    with any_store.reading() as connection:
        before = connection.execute(select(tables.store_info)).all()
        with any_store.writing("a") as writer:
            set_info(writer, "shop", "open")
        after = connection.execute(select(tables.store_info)).all()

    assert before == after


def test_two_writers_wait_for_each_other(any_store):
    """The second begins where the first has ended; nothing is lost."""
    order = []
    started = threading.Event()

    def second():
        started.set()
        with any_store.writing("second") as writer:
            order.append("second")
            writer.record(None, "noted")

    with any_store.writing("first") as writer:
        thread = threading.Thread(target=second)
        thread.start()
        started.wait()
        writer.record(None, "noted")
        order.append("first")
    thread.join()

    assert order == ["first", "second"]
    assert any_store.head().seq == 2


@pytest.mark.parametrize("kind", ["settings", "postgres_settings"])
def test_a_store_that_stays_locked_says_so(kind, request):
    """After the time-out: one sentence, nothing changed, and the next try works."""
    patient = open_store(request.getfixturevalue(kind))
    hasty = open_store(replace(patient.settings, lock_timeout=0.05))

    with patient.writing("a"), pytest.raises(StoreLocked), hasty.writing("b") as writer:
        set_info(writer, "shop", "open")

    with hasty.writing("b") as writer:
        set_info(writer, "shop", "closed")
    with patient.reading() as connection:
        facts = dict(iter(connection.execute(select(tables.store_info))))
    assert facts["shop"] == "closed"
    patient.close()
    hasty.close()


@pytest.mark.parametrize("set_to", ["off", "local"])
def test_what_is_answered_is_on_disk_whatever_the_database_was_set_to(
    postgres_settings, set_to
):
    """R1: no acknowledged action rests on a setting that somebody else changed."""
    name = make_url(postgres_settings.database_url).database
    store = open_store(postgres_settings)
    with store.writing("a") as writer:
        writer.connection.exec_driver_sql(
            f'alter database "{name}" set synchronous_commit = {set_to}'
        )
    store.close()

    store = open_store(postgres_settings)
    show = "show synchronous_commit"
    with store.reading() as connection:
        assert connection.exec_driver_sql(show).scalar() == set_to
    with store.writing("a") as writer:
        assert writer.connection.exec_driver_sql(show).scalar() == "on"
    store.close()


def test_more_writers_than_connections_all_get_their_turn(any_store):
    """Fifty people at once: nobody is turned away, no entry is missing."""

    def write():
        with any_store.writing("a") as writer:
            writer.record(None, "noted")

    threads = [threading.Thread(target=write) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert any_store.head().seq == 50


def test_a_new_store_is_closed_to_the_machines_other_users(settings):
    """The folder, the database and what SQLite puts beside it; what is there stays."""
    store = open_store(settings)
    with store.writing("a") as writer:
        writer.record(None, "noted")
    found = {path.name: path for path in settings.data_dir.iterdir()}
    assert {"commandes.db", "commandes.db-wal", "commandes.db-shm"} <= set(found)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in found.values()}
    assert modes == {0o600}
    assert stat.S_IMODE(settings.data_dir.stat().st_mode) == 0o700
    store.close()

    settings.data_dir.chmod(0o750)
    found["commandes.db"].chmod(0o640)
    open_store(settings).close()
    assert stat.S_IMODE(settings.data_dir.stat().st_mode) == 0o750
    assert stat.S_IMODE(found["commandes.db"].stat().st_mode) == 0o640


def write_a_lot(store):
    """Much more than the file may grow to."""
    with store.writing("a") as writer:
        pages = writer.connection.exec_driver_sql("pragma page_count").scalar()
        writer.connection.exec_driver_sql(f"pragma max_page_count = {pages}")
        for number in range(1_000):
            set_info(writer, f"fact {number}", "x" * 1_000)


def test_a_full_disk_says_so_and_changes_nothing(store):
    """What did not fit is not there, not even in part."""
    before = dump(store)

    with pytest.raises(StoreFull):
        write_a_lot(store)

    assert dump(store) == before


def test_a_lock_that_cannot_be_taken_for_another_reason_says_so(store):
    """Only what is locked is waited for: SQLite that was told to stop is not."""

    @event.listens_for(store._writing, "checkout")
    def stop(connection, _record, _proxy):
        said = []
        connection.set_trace_callback(said.append)
        connection.set_progress_handler(lambda: said[-1] == "begin immediate", 1)

    with pytest.raises(StoreError, match="interrupted"), store.writing("a"):
        pass

    assert store.head().seq == 0


def test_a_database_from_a_newer_version_is_refused(any_store):
    """A downgrade must not write into tables that it does not know."""
    with any_store.writing("a") as writer:
        writer.connection.execute(text("update alembic_version set version_num='9999'"))
    before = dump(any_store)

    with pytest.raises(StoreTooNew) as caught:
        open_store(any_store.settings)

    assert "9999" in caught.value.message
    assert dump(any_store) == before


def test_a_file_that_is_no_database_is_refused_and_kept(settings):
    """A text file in the store's place is not overwritten."""
    settings.data_dir.mkdir()
    path = settings.data_dir / "commandes.db"
    path.write_text("this is my diary, not a database\n" * 100)

    with pytest.raises(StoreUnreachable):
        open_store(settings)

    assert path.read_text() == "this is my diary, not a database\n" * 100


def test_another_programs_database_is_refused_and_kept(settings):
    """A database with tables of the same names is not taken for ours."""
    settings.data_dir.mkdir()
    url = f"sqlite:///{settings.data_dir / 'other.db'}"
    other = replace(settings, database_url=url)
    writing, reading = engines.create(other)
    with writing.begin() as connection:
        connection.execute(text("create table orders (dish text)"))

    with pytest.raises(StoreError):
        open_store(other)

    with reading.begin() as connection:
        names = connection.scalars(text("select name from sqlite_master")).all()
    assert names == ["orders"]
    writing.dispose()
    reading.dispose()


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "mysql://u:secret@localhost/shop",
        "oracle+nothing://u:secret@localhost/shop",
        "postgresql+nothing://u:secret@localhost/shop",
        "postgresql+psycopg://u:secret@localhost:port/shop",
        "postgresql+psycopg://u:secret@127.0.0.1:9/shop?connect_timeout=2",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:////nowhere/at/all/shop.db",
    ],
)
def test_a_store_that_cannot_be_reached_says_so(url, settings):
    """One sentence, and never the password."""
    with pytest.raises(StoreUnreachable) as caught:
        open_store(replace(settings, database_url=url))

    assert "secret" not in str(caught.value)


def test_a_database_that_does_not_exist_says_so(postgres_settings):
    """A mistyped database name is told plainly."""
    url = postgres_settings.database_url.replace("/t", "/nosuch_t", 1)

    with pytest.raises(StoreUnreachable):
        open_store(replace(postgres_settings, database_url=url))


def test_a_data_folder_that_cannot_be_made_says_so(settings):
    """A file stands where the folder should be."""
    settings.data_dir.write_text("a file")

    with pytest.raises(StoreUnreachable):
        open_store(settings)


_OPEN = """
import sys, time
from commandes import settings
from commandes.store import open_store
time.sleep(max(0, float(sys.argv[1]) - time.time()))
store = open_store(settings.read())
with store.writing("a") as writer:
    writer.record(None, "noted")
print(store.store_id)
"""


@pytest.mark.parametrize("kind", ["settings", "postgres_settings"])
def test_processes_that_open_a_new_store_at_once_share_it(kind, request):
    """One of them makes the tables and the key; all write to the same store."""
    asked = request.getfixturevalue(kind)
    environment = {
        "COMMANDES_DATA_DIR": str(asked.data_dir),
        "COMMANDES_DATABASE_URL": asked.database_url,
    }
    begin = str(time.time() + 1.5)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _OPEN, begin],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    answers = [process.communicate()[0].strip() for process in processes]

    assert [process.returncode for process in processes] == [0] * 4
    assert len(set(answers)) == 1
    store = open_store(asked)
    assert store.head().seq == 4
    store.close()


def test_a_new_file_that_another_opens_for_long_is_locked(settings):
    """Its journal cannot be chosen meanwhile: said as ever, and tried until then."""
    settings.data_dir.mkdir()
    connect = engines._sqlite_module().connect
    other = connect(str(settings.data_dir / "commandes.db"), isolation_level=None)
    other.execute("begin exclusive")
    began = time.monotonic()

    with pytest.raises(StoreLocked):
        open_store(replace(settings, lock_timeout=0.2))

    assert time.monotonic() - began >= 0.2
    other.close()
    open_store(settings).close()


def test_the_wal_is_used_only_where_sqlite_is_safe(store, settings):
    """With pysqlite3 the WAL, each commit on disk before it is told."""
    with store.reading() as connection:
        mode = connection.exec_driver_sql("pragma journal_mode").scalar()
        kept = connection.exec_driver_sql("pragma cache_size").scalar()
        assert kept == -8 * 1024  # KiB, for each of the connections that read
        version = connection.exec_driver_sql("select sqlite_version()").scalar()
    with store.writing("a") as writer:
        synchronous = writer.connection.exec_driver_sql("pragma synchronous").scalar()
        memory_map = writer.connection.exec_driver_sql("pragma mmap_size").scalar()

    assert tuple(map(int, version.split("."))) >= (3, 51, 3)
    assert (mode, synchronous, memory_map) == ("wal", 2, 0)


_WITHOUT_PYSQLITE3 = """
import sys
sys.modules["pysqlite3"] = None
sys.modules["pysqlite3.dbapi2"] = None
from commandes import settings
from commandes.store import open_store
store = open_store(settings.read())
with store.writing("a") as writer:
    writer.record(None, "noted")
    full = writer.connection.exec_driver_sql("pragma synchronous").scalar()
with store.reading() as connection:
    version = connection.exec_driver_sql("select sqlite_version()").scalar()
    mode = connection.exec_driver_sql("pragma journal_mode").scalar()
print(version, mode, full, store.head().seq)
"""


@pytest.mark.parametrize("before", ["new", "wal"])
def test_an_old_sqlite_never_uses_the_wal(before, settings):
    """Where pysqlite3 is missing, the rollback journal, even after a WAL."""
    if before == "wal":
        store = open_store(settings)
        with store.writing("a") as writer:
            writer.record(None, "noted")
        store.close()

    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_PYSQLITE3],
        env={"COMMANDES_DATA_DIR": str(settings.data_dir)},
        capture_output=True,
        text=True,
        check=True,
    )

    version, mode, full, seq = done.stdout.split()
    # A Python whose own SQLite has the mend may use the WAL.
    safe = tuple(map(int, version.split("."))) >= engines._SAFE_WAL
    assert (mode, full) == ("wal" if safe else "delete", "2")
    assert int(seq) == (2 if before == "wal" else 1)


def test_pythons_own_sqlite_serves_where_pysqlite3_is_missing(monkeypatch):
    """On a machine for which there is no wheel."""
    monkeypatch.setitem(sys.modules, "pysqlite3.dbapi2", None)

    assert engines._sqlite_module().__name__ == "sqlite3.dbapi2"


def test_a_pool_without_a_free_connection_says_that_the_store_is_busy(store):
    """Nobody reads a page of SQLAlchemy's about queues."""
    with pytest.raises(StoreLocked), engines.in_plain_words():
        raise sqlalchemy.exc.TimeoutError


def test_a_new_store_is_empty_and_no_sample(any_store):
    """Until something is in it."""
    assert (any_store.is_empty(), any_store.is_sample()) == (True, False)
    Shop(any_store).order("1")
    with any_store.writing("a") as writer:
        set_info(writer, "sample", "1")
    assert (any_store.is_empty(), any_store.is_sample()) == (False, True)


def test_the_store_knows_where_it_is(any_store):
    """Its file, and its address without the password."""
    path = any_store.sqlite_path

    if any_store.url.startswith("sqlite"):
        assert path == any_store.settings.data_dir / "commandes.db"
    else:
        assert path is None
        assert any_store.url.startswith("postgresql")


def test_the_password_of_the_store_is_never_shown():
    """Neither in its URL nor in what the settings print of it."""
    url = "postgresql+psycopg://shop:secret@localhost/shop"
    asked = settings_module.read({"COMMANDES_DATABASE_URL": url})
    writing, reading = engines.create(asked)

    assert "secret" not in repr(writing)
    assert "secret" not in repr(reading)


def test_a_store_knows_whether_it_is_up_to_date(any_store):
    """An older one is brought up to date when it is opened."""
    assert any_store.is_up_to_date()
    with any_store.writing("t") as writer:
        older = text("update alembic_version set version_num = '0005'")
        writer.connection.execute(older)
    assert not any_store.is_up_to_date()


def test_a_busy_or_broken_file_replaces_nothing(store, tmp_path):
    """Whoever reads keeps his rows; what is no database is said; then it works."""
    other = tmp_path / "other.db"
    store.copy_into(other)
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database " * 1000)
    with pytest.raises(StoreUnreachable):
        store.replace_by(broken)
    hasty = open_store(replace(store.settings, lock_timeout=0.2))
    with store.writing("t"), pytest.raises(StoreLocked):
        hasty.replace_by(other)
    store.replace_by(other)
    hasty.close()


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="Linux only")
def test_a_file_is_written_anew_without_memory_for_all_of_it(settings):
    """A store of gigabytes must not take as much of the server's memory."""
    store = open_store(settings)
    with store.writing("a") as writer:
        connection = writer.connection
        connection.exec_driver_sql("create table large (given blob)")
        for _megabyte in range(150):
            connection.exec_driver_sql("insert into large values (randomblob(1048576))")
    before = held()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak anew
    assert store.compact()
    assert held("VmHWM") - before < 50 * 2**20
    store.close()


def test_a_log_that_somebody_reads_is_emptied_later(store):
    """Compacting waits for readers as long as it may, and says whether it could."""
    with store.reading() as connection:
        connection.execute(text("select * from journal_head")).all()
        with store.writing("t") as writer:
            writer.record(None, "tested")
        hasty = open_store(replace(store.settings, lock_timeout=0.2))
        assert not hasty.compact()
    with store.writing("t"), pytest.raises(StoreLocked):
        hasty.compact()
    assert hasty.compact()
    hasty.close()
