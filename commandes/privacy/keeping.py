"""The daily run of the retention settings, with the files that it leaves to clean."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from commandes import logs
from commandes.actions import retain as action
from commandes.privacy import cleaning

if TYPE_CHECKING:
    from collections.abc import Callable

    from commandes.actions.retain import Due
    from commandes.mirror import Mirror
    from commandes.settings import Settings
    from commandes.store import Store

log = logging.getLogger("commandes.privacy")

# The hour of the shop's day from which a server does it: while nobody works.
HOUR = 3


def retain(
    store: Store,
    settings: Settings,
    *,
    mirror: Mirror | None = None,
    now: datetime | None = None,
    ended: Callable[[], bool] = lambda: False,
    actor: str = action.ACTOR,
) -> Due:
    """Let go what is older than the settings say, and clean up after it."""
    done = action.run(store, now=now, ended=ended, actor=actor)
    logs.event(log, "retain", orders=done.orders, addresses=done.addresses)
    cleaning.clean_if_needed(store, settings, mirror)
    return done


def daily(
    store: Store,
    settings: Settings,
    mirror: Mirror,
    *,
    ended: Callable[[], bool] = lambda: False,
    now: datetime | None = None,
) -> bool:
    """What a server does every minute: the day's run once, and what a crash left.

    The mirror follows the journal, so that nobody who was erased stays in its file
    because no page was opened.
    """
    now = now or datetime.now(settings.zone)
    with mirror.snapshot():
        pass
    if now.hour >= HOUR and action.is_due(store, now.date()):
        retain(store, settings, mirror=mirror, ended=ended)
        return True
    return cleaning.clean_if_needed(store, settings, mirror)
