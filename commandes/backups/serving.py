"""Who has the store open as a server: a restore wants it alone.

On SQLite a lock on a small file beside the database, never on the database itself; on
PostgreSQL the server knows who is connected.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.engine import make_url

from commandes.errors import RestoreGoesOn, StoreInUse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from commandes.settings import Settings
    from commandes.store import Store


def _lock_file(settings: Settings) -> Path | None:
    url = make_url(settings.store_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    file = Path(url.database)
    return file.with_name(f"{file.name}.serving")


@contextmanager
def _locked(settings: Settings, how: int) -> Iterator[bool]:
    """Hold the lock; whether it could be had."""
    path = _lock_file(settings)
    if path is None:
        yield True
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, how | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


@contextmanager
def serving(settings: Settings) -> Iterator[None]:
    """Be one of the servers of this store, until the block ends.

    Raises:
        RestoreGoesOn: it is being replaced at this moment.
    """
    with _locked(settings, fcntl.LOCK_SH) as had:
        if not had:
            raise RestoreGoesOn
        yield


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Keep every server of this machine away from a SQLite store.

    Raises:
        StoreInUse: one serves it.
    """
    with _locked(settings, fcntl.LOCK_EX) as had:
        if not had:
            raise StoreInUse
        yield


@contextmanager
def resting(store: Store) -> Iterator[None]:
    """Keep servers away from a store, or refuse where one has it open.

    Raises:
        StoreInUse: one does.
    """
    with alone(store.settings):
        if store.sqlite_path is None:
            refuse_if_connected(store)
        yield


def refuse_if_connected(store: Store) -> None:
    """Refuse when anybody else is connected to a PostgreSQL store.

    Raises:
        StoreInUse: somebody is.
    """
    others = text(
        "select count(*) from pg_stat_activity where datname = current_database() "
        "and pid <> pg_backend_pid() and backend_type = 'client backend'"
    )
    with store.reading() as connection:
        if connection.scalar(others):
            raise StoreInUse
