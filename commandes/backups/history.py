"""When backups were made: facts of the store, and the files of the automatic ones."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from commandes.backups import archive
from commandes.errors import BackupUnreadable, StoreError
from commandes.store import facts

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from commandes.backups.archive import Manifest
    from commandes.store import Store

ACTOR = "backup"
# The last backup that was made, by hand or by itself.
LAST = "last_backup"
# When the last automatic one was done, and since when one is being made.
DONE = "backup_done"
BEGUN = "backup_begun"
# Why the last automatic one could not be made.
TROUBLE = "backup_trouble"

NAMES = "commandes-*.zip"


@dataclass(frozen=True)
class Made:
    """The last backup.

    Attributes:
        at: when.
        seq: the journal's last entry in it.
        size: bytes.
        checked: whether I1 to I5 were checked on it.
    """

    at: datetime
    seq: int
    size: int
    checked: bool


def note(store: Store, manifest: Manifest, size: int) -> None:
    """Keep that a backup was made; one that is good stays good if this fails."""
    told = {
        "at": manifest.made_at,
        "seq": manifest.seq,
        "size": size,
        "checked": manifest.checked,
    }
    with suppress(StoreError):
        facts.keep(store, ACTOR, LAST, json.dumps(told), action="backup")


def last(connection: Connection) -> Made | None:
    """The last backup that the store knows of; a restored one knows those before."""
    text = facts.read(connection, LAST)
    if not text:
        return None
    told = json.loads(text)
    at = datetime.fromisoformat(told["at"])
    return Made(at, told["seq"], told["size"], told["checked"])


def instant(connection: Connection, name: str) -> datetime | None:
    """A fact that is an instant."""
    text = facts.read(connection, name)
    return datetime.fromisoformat(text) if text else None


def files(folder: Path) -> list[Path]:
    """The automatic backups, the newest first: their names tell when."""
    return sorted(folder.glob(NAMES), key=lambda path: path.name, reverse=True)


def listed(folder: Path) -> list[tuple[Path, Manifest | None]]:
    """The same with what each says of itself; None for one that cannot be read."""
    found: list[tuple[Path, Manifest | None]] = []
    for path in files(folder):
        told = None
        with suppress(BackupUnreadable):
            told = archive.manifest(path)
        found.append((path, told))
    return found
