"""The two engines of the store: one that writes, one that reads.

Facts behind the choices: one SQLite library per process (POSIX locks die when any
descriptor of the file closes); SQLite before 3.51.3 may corrupt a WAL when it is
reset; a deferred transaction that turns into a writing one fails instead of waiting.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import closing, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    NoSuchModuleError,
    TimeoutError,  # noqa: A004 (SQLAlchemy's own, of its pool)
)

from commandes.errors import StoreError, StoreFull, StoreLocked, StoreUnreachable
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from sqlalchemy import URL, Connection, Engine

    from commandes.settings import Settings

# The first SQLite whose WAL survives a reset (sqlite.org/wal.html).
_SAFE_WAL = (3, 51, 3)

# Any number, the same in every process: the name of the one write lock.
_ADVISORY_LOCK = 0x436F6D6D

# SQLite's codes for « somebody else has it » (sqlite.org/rescode.html).
_BUSY = (5, 6)

# Seconds between two questions of a writer that waits for SQLite's write lock.
_POLL = 0.005


def _sqlite_module() -> ModuleType:
    try:
        module = import_module("pysqlite3.dbapi2")
    except ImportError:
        module = import_module("sqlite3.dbapi2")
    # Each None or bool is searched an adapter for: finding one takes a sixth of the
    # time of finding none, and an order has twenty of them.
    module.register_adapter(type(None), _none)
    module.register_adapter(bool, int)
    return module


def _none(_value: None) -> None:
    """Nothing, as SQLite's driver binds it."""


def _sqlite(url: URL, settings: Settings, *, writes: bool) -> Engine:
    module = _sqlite_module()
    safe_wal = module.sqlite_version_info >= _SAFE_WAL
    engine = create_engine(
        url,
        module=module,
        connect_args={
            "timeout": settings.lock_timeout,
            "check_same_thread": False,
            "isolation_level": None,
        },
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 (a driver's connection)
        cursor = connection.cursor()
        cursor.execute("pragma foreign_keys = on")
        journal = f"pragma journal_mode = {'wal' if safe_wal else 'delete'}"
        # SQLite itself does not wait for who opens the same new file.
        _once_free(lambda: cursor.execute(journal), module, settings.lock_timeout)
        cursor.execute("pragma synchronous = full")
        # In KiB. What readers keep is void with each change, and the system keeps it.
        cursor.execute(f"pragma cache_size = {-64 * 1024 if writes else -8 * 1024}")
        cursor.execute("pragma wal_autocheckpoint = 16000")  # pages: 64 MB
        if writes:
            cursor.execute("pragma secure_delete = on")  # what goes is overwritten
        else:
            cursor.execute("pragma query_only = on")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if writes:
            _take_write_lock(connection, module, settings.lock_timeout)
        else:
            connection.exec_driver_sql("begin")

    return engine


def _once_free(ask: Callable[[], object], module: ModuleType, timeout: float) -> None:
    """Ask, and ask again every few milliseconds as long as the file is locked."""
    until = time.monotonic() + timeout
    while True:
        try:
            ask()
        except module.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(_POLL)
        else:
            return


def _take_write_lock(
    connection: Connection, module: ModuleType, timeout: float
) -> None:
    """Begin a writing transaction.

    SQLite's own waiting asks ten times a second only: beside a long import, which
    leaves the lock for moments, it may ask in vain until it gives up.
    """
    driver: Any = connection.connection.driver_connection
    connection.exec_driver_sql("pragma busy_timeout = 0")
    try:
        with suppress(module.OperationalError):  # asked once more, it is SQLAlchemy's
            _once_free(lambda: driver.execute("begin immediate"), module, timeout)
            return
        connection.exec_driver_sql("begin immediate")
    finally:
        waits = round(timeout * 1000)
        connection.exec_driver_sql(f"pragma busy_timeout = {waits:d}")


# What is answered is on disk, and on the replica that the server waits for, whatever
# the role or the database was set to.
_DURABLE = """
select set_config('lock_timeout', :millis, true),
    case when current_setting('synchronous_commit') in ('off', 'local')
    then set_config('synchronous_commit', 'on', true) end
"""


def _postgresql(url: URL, settings: Settings, *, writes: bool) -> Engine:
    # "format" gives positional parameters, so that bulk rows are plain tuples.
    level = "READ COMMITTED" if writes else "REPEATABLE READ"
    engine = create_engine(
        url,
        paramstyle="format",
        isolation_level=level,
        pool_pre_ping=True,
        execution_options={} if writes else {"postgresql_readonly": True},
    )
    if writes:

        @event.listens_for(engine, "begin")
        def _lock(connection: Connection) -> None:
            millis = max(1, round(settings.lock_timeout * 1000))
            connection.execute(text(_DURABLE), {"millis": str(millis)})
            connection.execute(
                text("select pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK}
            )

    return engine


def create(settings: Settings) -> tuple[Engine, Engine]:
    """The writing and the reading engine of the settings' store.

    Raises:
        StoreUnreachable: the URL names no database that Commandes knows.
    """
    try:
        url = make_url(settings.store_url)
        if url.get_backend_name() not in ("sqlite", "postgresql"):
            raise StoreUnreachable(detail=url.get_backend_name())
        if url.get_backend_name() == "sqlite" and url.database in {
            None,
            "",
            ":memory:",
        }:
            raise StoreUnreachable(detail=_("une base SQLite a besoin d’un fichier"))
        make = _sqlite if url.get_backend_name() == "sqlite" else _postgresql
        return make(url, settings, writes=True), make(url, settings, writes=False)
    except (ArgumentError, ImportError, NoSuchModuleError, ValueError) as error:
        raise StoreUnreachable(detail=str(error).splitlines()[0]) from error


def keep_private(writing: Engine) -> None:
    """Make the file of a new SQLite store, for its owner only; -wal and -shm follow.

    Only a file that is not there yet is opened: nobody can hold a lock on it.
    """
    file = writing.url.database
    if writing.dialect.name == "sqlite" and file and not file.startswith("file:"):
        with suppress(OSError):  # it is there, or SQLite says what is wrong
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def give_way(writing: Engine) -> None:
    """Leave the write lock for long enough that a waiting writer finds it free.

    PostgreSQL needs none of it: its lock goes to who has waited longest.
    """
    if writing.dialect.name == "sqlite":
        time.sleep(2 * _POLL)


def copy_into(reading: Engine, file: Path) -> None:
    """Write a SQLite store into a new file, as it is at one moment.

    Others go on writing meanwhile, where there is a WAL; else they wait.
    """
    with _driver(reading) as driver:
        driver.execute("pragma query_only = off")  # the new file is written as well
        driver.execute("vacuum into ?", [str(file)])


def replace_by(writing: Engine, file: Path, patience: float) -> None:
    """Put the content of a SQLite file in the place of a store's, in one transaction.

    Args:
        patience: seconds that it waits for others who read or write.
    """
    until = time.monotonic() + patience

    def told(status: int, _left: int, _pages: int) -> None:
        # Of a target that is locked SQLite knows no pages yet: none seem to be left.
        if status in _BUSY and time.monotonic() > until:
            raise StoreLocked(detail="database is locked")

    module = _sqlite_module()
    source = module.connect(str(file))
    try:
        with _driver(writing) as driver:
            source.backup(driver, progress=told)
    finally:
        source.close()


@contextmanager
def _driver(engine: Engine) -> Iterator[Any]:
    """A driver's connection of its own; what it says is worded as ever."""
    pooled = engine.raw_connection()
    try:
        yield pooled.driver_connection
    except _sqlite_module().Error as error:
        raise _in_our_words(str(error)) from error
    finally:
        pooled.invalidate()


# Our SQLite keeps what is temporary in memory: there, this would take as much as the
# whole file. ADBC's keeps it in a file, and may open ours in a process of its own.
_VACUUM = """
import sys
from adbc_driver_sqlite import dbapi
path, millis = sys.argv[1:]
try:
    with dbapi.connect(path, autocommit=True) as connection:
        with connection.cursor() as cursor:
            cursor.execute(f"pragma busy_timeout = {millis}")
            cursor.fetchall()
            cursor.execute("vacuum")
except dbapi.Error as error:
    sys.exit(str(error))
"""


def _vacuum(file: Path, timeout: float) -> None:
    done = subprocess.run(  # noqa: S603 (our own program)
        [sys.executable, "-c", _VACUUM, file, str(round(timeout * 1000))],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "SQLITE_TMPDIR": str(file.parent)},
    )
    if done.returncode:
        raise DBAPIError("vacuum", None, OSError(done.stderr.strip()))


def compact(writing: Engine, timeout: float) -> bool:
    """Write SQLite's file anew and empty its log; see Store.compact.

    It waits for readers of the log as long as for a lock.
    """
    if writing.dialect.name != "sqlite":
        return True
    # Outside any transaction, where SQLAlchemy would begin one.
    with in_plain_words(), closing(writing.raw_connection()) as pooled:
        cursor = pooled.cursor()
        try:
            _vacuum(Path(writing.url.database or "").resolve(), timeout)
            busy = cursor.execute("pragma wal_checkpoint(truncate)").fetchone()[0]
        except _sqlite_module().Error as error:
            raise DBAPIError("vacuum", None, error) from error
    return not busy


_MEANINGS: tuple[tuple[str, type[StoreError]], ...] = (
    ("database is locked", StoreLocked),
    ("database table is locked", StoreLocked),
    ("lock timeout", StoreLocked),
    ("disk is full", StoreFull),
    ("no space left", StoreFull),
    ("could not extend file", StoreFull),
    ("unable to open", StoreUnreachable),
    ("not a database", StoreUnreachable),
    ("connection failed", StoreUnreachable),
    ("connection refused", StoreUnreachable),
    ("readonly database", StoreUnreachable),
    ("does not exist", StoreUnreachable),
    ("authentication failed", StoreUnreachable),
)


@contextmanager
def in_plain_words() -> Iterator[None]:
    """Turn a driver's error into ours: locked, full, unreachable, or its first line."""
    try:
        yield
    except TimeoutError as error:  # all connections of the pool wait or work
        raise StoreLocked(detail=str(error)) from error
    except DBAPIError as error:
        raise _in_our_words(str(error.orig)) from error


def _in_our_words(said: str) -> StoreError:
    detail = said.strip().splitlines()[0]
    for words, meaning in _MEANINGS:
        if words in detail.lower():
            return meaning(detail=detail)
    return StoreError(detail=detail)
