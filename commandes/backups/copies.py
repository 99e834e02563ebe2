"""A SQLite copy, opened as a store by the same library as ours."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from commandes.errors import StoreError
from commandes.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from commandes.settings import Settings
    from commandes.store import Store


@contextmanager
def opened_copy(settings: Settings, file: Path) -> Iterator[Store]:
    """The store in a file of its own; an older one is brought up to date.

    Raises:
        StoreTooNew: it comes from a later version of Commandes.
        StoreError: it is damaged.
    """
    store = open_store(replace(settings, database_url=f"sqlite:///{file}"))
    try:
        with store.reading() as connection:
            said = connection.exec_driver_sql("pragma quick_check(1)").scalar()
        if said != "ok":
            raise StoreError(detail=said)
        yield store
    finally:
        store.close()
