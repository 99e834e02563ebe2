"""The automatic backups: when one is due, one process makes it; old ones go."""

from __future__ import annotations

import logging
import shutil
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from commandes import logs
from commandes.backups import history
from commandes.backups.making import backup
from commandes.errors import CommandesError
from commandes.store import facts, set_info

if TYPE_CHECKING:
    from pathlib import Path

    from commandes.settings import Settings
    from commandes.store import Store

log = logging.getLogger("commandes.backups")

# A process that has been at it for so long has died.
CLAIM = timedelta(hours=1)
# Seconds after which what a killed process left half-written is removed.
_LEFT_OVER = 86_400


def make_if_due(store: Store, settings: Settings, now: datetime | None = None) -> str:
    """Make the automatic backup if its time has come; answers the trouble, if any.

    Any number of processes may ask at once: one makes it.
    """
    now = now or datetime.now(UTC)
    if not settings.backup_every or not _claimed(store, settings, now):
        return ""
    folder = settings.backups
    began = time.monotonic()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"commandes-{now:%Y%m%dT%H%M%SZ}.zip"
        manifest = backup(store, path)
        _forget_old(folder, settings.backup_keep)
    except (CommandesError, OSError) as error:
        _ended(store, {history.TROUBLE: str(error)})
        return type(error).__name__
    _ended(store, {history.DONE: now.isoformat(), history.TROUBLE: ""})
    seconds = round(time.monotonic() - began, 1)
    logs.event(log, "backup", seq=manifest.seq, bytes=manifest.size, seconds=seconds)
    return ""


def _claimed(store: Store, settings: Settings, now: datetime) -> bool:
    """Whether it is due and nobody is at it; then it is ours to make."""
    pause = timedelta(hours=settings.backup_every)
    with store.reading() as connection:
        done = history.instant(connection, history.DONE)
        if done is not None and now - done < pause:
            return False
    with store.writing(history.ACTOR, action="backup") as writer:
        done = history.instant(writer.connection, history.DONE)
        begun = history.instant(writer.connection, history.BEGUN)
        if (done and now - done < pause) or (begun and now - begun < CLAIM):
            return False
        set_info(writer, history.BEGUN, now.isoformat())
        return True


def _ended(store: Store, told: dict[str, str]) -> None:
    for name, value in {**told, history.BEGUN: ""}.items():
        facts.keep(store, history.ACTOR, name, value, action="backup")


def _forget_old(folder: Path, keep: int) -> None:
    for old in history.files(folder)[keep:]:
        old.unlink()
    limit = time.time() - _LEFT_OVER
    for left in folder.glob(f".{history.NAMES}.*"):
        if left.stat().st_mtime < limit:
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)
