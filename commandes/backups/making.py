"""Making a backup: a copy of one moment, checked, then packed into one file."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from commandes.backups import archive, history, postgresql
from commandes.backups.archive import Manifest
from commandes.backups.copies import opened_copy
from commandes.errors import BackupBroken, BackupPathTaken
from commandes.store import checks, journal, tables
from commandes.whole import whole

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from commandes.store import Store


def backup(
    store: Store, path: Path, *, with_key: bool = False, verify: bool = True
) -> Manifest:
    """Write a backup of a store that others go on writing to.

    The file appears whole, on the disk, or not at all; one that is there is replaced.

    Args:
        with_key: whether the key of the journal's digests goes into it.
        verify: whether to check I1 to I5 on the copy.

    Raises:
        BackupBroken: the copy breaks a rule; no file is written.
        BackupPathTaken: the path is a file of the store itself.
        BackupToolMissing: PostgreSQL's own programs are not installed.
        ExportUnwritable: the file cannot be written.
    """
    path = path.resolve()  # the file behind a link, not the link, is replaced
    _refuse_our_own(store, path)
    key = store.key if with_key else None
    with (
        whole(path) as aside,
        # Beside the file: where there is room for it, there is for the copy.
        tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder,
    ):
        if store.sqlite_path is None:
            manifest, data = _of_postgresql(store, Path(folder), verify=verify)
        else:
            manifest, data = _of_sqlite(store, Path(folder), verify=verify)
        archive.pack(aside, manifest, data, key)
        size = aside.stat().st_size
    history.note(store, manifest, size)
    return manifest


def _refuse_our_own(store: Store, path: Path) -> None:
    own = [store.settings.data_dir / archive.KEY]
    if store.sqlite_path is not None:
        file = store.sqlite_path.resolve()
        own += [file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))]
    if path in own or path.is_dir():
        raise BackupPathTaken(file=path)


def _of_sqlite(store: Store, folder: Path, *, verify: bool) -> tuple[Manifest, Path]:
    data = folder / archive.DATA["sqlite"]
    store.copy_into(data)
    with opened_copy(store.settings, data) as copy, copy.reading() as connection:
        told = _look(store, connection, verify=verify)
    return _manifest(told, "sqlite", data, checked=verify), data


def _of_postgresql(
    store: Store, folder: Path, *, verify: bool
) -> tuple[Manifest, Path]:
    """The dump is of the very moment that is checked."""
    data = folder / archive.DATA["postgresql"]
    with store.reading() as connection:
        moment = str(connection.scalar(select(func.pg_export_snapshot())))
        postgresql.dump(store.settings, moment, data)
        told = _look(store, connection, verify=verify)
    return _manifest(told, "postgresql", data, checked=verify), data


def _look(
    store: Store, connection: Connection, *, verify: bool
) -> tuple[journal.Head, str, int]:
    """The journal's head, the store's id, the orders; its rules checked."""
    if verify:
        for check in checks.of_the_store(connection, store.key):
            if not check.ok:
                raise BackupBroken(rule=check.rule, bad=check.first_bad)
    orders = connection.scalar(select(func.count()).select_from(tables.orders))
    return journal.head(connection), store.store_id, int(orders or 0)


def _manifest(
    told: tuple[journal.Head, str, int], database: str, data: Path, *, checked: bool
) -> Manifest:
    head, store_id, orders = told
    return Manifest(
        format=archive.FORMAT,
        database=database,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        seq=head.seq,
        digest=head.digest,
        store_id=store_id,
        orders=orders,
        checked=checked,
        sha256=archive.digest(data),
        size=data.stat().st_size,
    )
