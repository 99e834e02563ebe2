"""Restoring a backup: checked before anything is touched, the old store kept beside.

What waited to be sent when the backup was made may have been sent since: it becomes
« Envoi non confirmé », for a person to decide, and is never sent twice by itself.
Access that was taken away since stays taken away, and everybody logs in anew.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.engine import make_url

from commandes.actions import orders, people
from commandes.actions.orders import Done
from commandes.backups import archive, making, postgresql, serving
from commandes.backups.copies import opened_copy
from commandes.errors import (
    BackupBroken,
    BackupOfOtherDatabase,
    JournalKeyMissing,
    JournalKeyWrong,
    StoreError,
    StoreFull,
    StoreHoldsOrders,
    StoreLocked,
)
from commandes.store import checks, journal, open_store, tables

if TYPE_CHECKING:
    from commandes.settings import Settings
    from commandes.store import Store, Writer
    from commandes.store.checks import Check

    _Access = dict[str, tuple[str, bool]]

# What the folder is called in which a backup is unpacked.
_ROOM = ".restore."


@dataclass(frozen=True)
class Restored:
    """What a restore did.

    Attributes:
        manifest: what the backup says of itself.
        kept: where the store that was there stands now; None when it was empty.
        to_confirm: how many messages are « Envoi non confirmé » by it.
        access_kept: how many people have the role or access of the store that was
            there, and not the one of the backup.
        checks: I1 to I5 on the store as it is now.
    """

    manifest: archive.Manifest
    kept: Path | None
    to_confirm: int
    access_kept: int
    checks: tuple[Check, ...]


def restore(
    settings: Settings,
    path: Path,
    *,
    actor: str,
    replace: bool = False,
    verify: bool = True,
) -> Restored:
    """Put a backup in the place of the settings' store.

    Args:
        replace: whether a store that holds orders may be replaced.
        verify: whether to check I1 to I5 before; they are checked afterwards anyway.

    Raises:
        BackupUnreadable: the file is no backup, or damaged.
        BackupBroken: it breaks a rule.
        BackupOfOtherDatabase: it is of SQLite, the settings of PostgreSQL, or so.
        JournalKeyMissing, JournalKeyWrong: its journal needs another key.
        StoreHoldsOrders: it would replace orders.
        StoreInUse: the app is running.
    """
    database = make_url(settings.store_url).get_backend_name()
    settings.make_data_dir()
    with (
        serving.alone(settings),
        tempfile.TemporaryDirectory(prefix=_ROOM, dir=settings.data_dir) as room,
    ):
        manifest, data, key = archive.unpack(path, Path(room))
        if manifest.database != database:
            raise BackupOfOtherDatabase(theirs=manifest.database, ours=database)
        in_force = _key(settings, key)
        if database == "sqlite":
            _check_copy(settings, data, in_force, verify=verify)
            kept, known = _into_sqlite(settings, data, replace=replace)
        else:
            kept, known = _into_postgresql(settings, data, replace=replace)
        if key is not None:
            _keep_key(settings, key)
        store = open_store(settings)
        try:
            with store.writing(actor, action="restore_backup") as writer:
                to_confirm = _leave_to_people(writer)
                access_kept = people.keep_access(writer, known)
            with store.reading() as connection:
                found = checks.of_the_store(connection, in_force)
        finally:
            store.close()
    return Restored(manifest, kept, to_confirm, access_kept, tuple(found))


def _key(settings: Settings, packed: bytes | None) -> bytes:
    """The key that the restored journal is read with."""
    if packed is None:
        return journal.load_key(settings, journal_is_empty=False)
    if settings.journal_key and settings.journal_key.encode() != packed:
        raise JournalKeyWrong
    if not packed:
        raise JournalKeyMissing(path=archive.KEY)
    return packed


def _check_copy(settings: Settings, data: Path, key: bytes, *, verify: bool) -> None:
    """The copy is brought up to date, its key is the right one, its rules hold."""
    with opened_copy(settings, data) as copy, copy.reading() as connection:
        first = journal.last(connection, 1)
        if first is not None and first[7] != journal.digest(key, first[6], first[:6]):
            raise JournalKeyWrong
        if verify:
            for check in checks.of_the_store(connection, key):
                if not check.ok:
                    raise BackupBroken(rule=check.rule, bad=check.first_bad)


def _into_sqlite(
    settings: Settings, data: Path, *, replace: bool
) -> tuple[Path | None, _Access]:
    file = Path(make_url(settings.store_url).database or "")
    beside = _beside(file)
    try:
        store = open_store(settings)
    except (StoreLocked, StoreFull):
        raise
    except StoreError:
        # Damaged: it cannot be asked what it holds, so it is only moved.
        if not replace:
            raise
        _move(file, beside)
        store = open_store(settings)
        kept: Path | None = beside
    else:
        kept = None
    try:
        if not store.is_empty() and not replace:
            raise StoreHoldsOrders
        known = _access(store)
        if store.head().seq:
            store.copy_into(beside)
            beside.chmod(0o600)
            kept = beside
        store.replace_by(data)
    finally:
        store.close()
    return kept, known


def _access(store: Store) -> _Access:
    with store.reading() as connection:
        return people.access_now(connection)


def _move(file: Path, beside: Path) -> None:
    for end in ("-wal", "-shm", ""):
        part = file.with_name(file.name + end)
        if part.exists():
            part.rename(beside.with_name(beside.name + end))


def _into_postgresql(
    settings: Settings, data: Path, *, replace: bool
) -> tuple[Path | None, _Access]:
    store = open_store(settings)
    kept = None
    try:
        serving.refuse_if_connected(store)
        if not store.is_empty() and not replace:
            raise StoreHoldsOrders
        known = _access(store)
        if store.head().seq:
            kept = _beside(settings.data_dir / "commandes.zip")
            making.backup(store, kept, verify=False)
        with store.reading() as connection:
            drop = postgresql.drops(connection)
    finally:
        store.close()
    postgresql.load(settings, drop, data)
    return kept, known


def _beside(file: Path) -> Path:
    """A name that nothing has, with the moment in it."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    name, count = f"{file.stem}.before-restore-{stamp}", 1
    found = file.with_name(name + file.suffix)
    while found.exists():
        count += 1
        found = file.with_name(f"{name}-{count}{file.suffix}")
    return found


def _keep_key(settings: Settings, key: bytes) -> None:
    """Put the backup's key in its place; another one that was there is kept beside."""
    if settings.journal_key:
        return
    path = settings.data_dir / archive.KEY
    if path.exists():
        if path.read_bytes().strip() == key:
            return
        path.rename(_beside(path))
    path.touch(mode=0o600)
    path.write_bytes(key)


def _leave_to_people(writer: Writer) -> int:
    """What waited, or was being sent, is for a person to decide."""
    m = tables.messages.c
    waits = select(m.id, m.order_id).where(
        m.direction == "out", m.state.in_(("queued", "sending"))
    )
    waiting = writer.connection.execute(waits.order_by(m.id)).all()
    for message in waiting:
        writer.connection.execute(
            update(tables.messages)
            .where(m.id == message.id)
            .values(state="uncertain", state_at=writer.now)
        )
        order = writer.connection.execute(
            select(tables.orders).where(tables.orders.c.id == message.order_id)
        ).one()
        done = Done("message_uncertain", payload={"message": message.id})
        orders.save(writer, order, done)
    return len(waiting)


def forget_broken_off(settings: Settings) -> None:
    """Remove the copies of a shop that restores which were killed left behind.

    Who calls holds the store's lock: no restore is on its way.
    """
    for left in settings.data_dir.glob(f"{_ROOM}*"):
        shutil.rmtree(left, ignore_errors=True)
