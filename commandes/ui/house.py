"""The store and the mirror of this process, opened once and shared by every session."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from commandes import settings as settings_
from commandes.mirror import Mirror
from commandes.notebook.desk import Desk
from commandes.store import open_store

if TYPE_CHECKING:
    from commandes.settings import Settings
    from commandes.store import Store


@dataclass(frozen=True)
class House:
    """What pages work with: the settings, the store, its mirror, its analyses."""

    settings: Settings
    store: Store
    mirror: Mirror
    desk: Desk


_lock = threading.Lock()
_open: dict[Settings, House] = {}


def open_house(settings: Settings | None = None) -> House:
    """The house of these settings (default: those of the environment).

    Raises:
        UsageError: a setting that is unknown or cannot be read.
        StoreError: the store cannot be opened.
        MirrorError: the mirror cannot be opened.
    """
    settings = settings or settings_.read()
    with _lock:
        if settings not in _open:
            store = open_store(settings)
            mirror = Mirror(store, settings)
            desk = Desk(mirror, store, settings)
            _open[settings] = House(settings, store, mirror, desk)
        return _open[settings]


def close_house() -> None:
    """Close every house: at the end of the process or of a test."""
    with _lock:
        for house in _open.values():
            house.desk.close()
            house.mirror.close()
            house.store.close()
        _open.clear()
