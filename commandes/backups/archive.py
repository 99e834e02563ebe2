"""The file of a backup: what it is in JSON, the store, the key if it was wanted."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from commandes.errors import BackupUnreadable
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MANIFEST = "commandes-backup.json"
KEY = "journal.key"
# Raised when an older program could not read the file any more.
FORMAT = 1
DATA = {"sqlite": "commandes.db", "postgresql": "commandes.dump"}
_CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself.

    Attributes:
        format: of the file; see FORMAT.
        database: sqlite or postgresql.
        made_at: the instant, ISO 8601.
        seq: the journal's last entry in it.
        digest: that entry's digest: `commandes verify --head SEQ:DIGEST`.
        store_id: of the store.
        orders: how many it holds.
        checked: whether I1 to I5 were checked on the copy, and held.
        sha256: of the store's data.
        size: bytes of the store's data.
    """

    format: int
    database: str
    made_at: str
    seq: int
    digest: str
    store_id: str
    orders: int
    checked: bool
    sha256: str
    size: int

    @property
    def at(self) -> datetime:
        """The instant."""
        return datetime.fromisoformat(self.made_at)


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def pack(path: Path, manifest: Manifest, data: Path, key: bytes | None) -> None:
    """Write the file, for its owner only; it is on the disk when this returns."""
    # A dump is compressed already.
    method = zipfile.ZIP_STORED if data.suffix == ".dump" else zipfile.ZIP_DEFLATED
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with zipfile.ZipFile(file, "w", method, compresslevel=1) as packed:
            packed.writestr(MANIFEST, json.dumps(asdict(manifest), indent=2))
            if key is not None:
                packed.writestr(KEY, key)
            with (
                data.open("rb") as source,
                packed.open(data.name, "w", force_zip64=True) as place,
            ):
                shutil.copyfileobj(source, place, _CHUNK)
        file.flush()
        os.fsync(file.fileno())


def manifest(path: Path) -> Manifest:
    """What a file says of itself.

    Raises:
        BackupUnreadable: it is no backup, or a damaged or newer one.
    """
    with _opened(path) as packed:
        return _read(path, packed)


def unpack(path: Path, folder: Path) -> tuple[Manifest, Path, bytes | None]:
    """What the file says, the store's data in a folder, whole, and the key if any.

    Raises:
        BackupUnreadable: it is no backup, or a damaged or newer one.
    """
    with _opened(path) as packed:
        told = _read(path, packed)
        name = DATA[told.database]
        data = folder / name
        with packed.open(name) as source, data.open("xb") as copy:
            shutil.copyfileobj(source, copy, _CHUNK)
        key = packed.read(KEY) if KEY in packed.namelist() else None
    if digest(data) != told.sha256:
        raise BackupUnreadable(file=path, detail=_("son contenu a changé"))
    return told, data, key


def _read(path: Path, packed: zipfile.ZipFile) -> Manifest:
    told = Manifest(**json.loads(packed.read(MANIFEST)))
    if told.format != FORMAT or told.database not in DATA:
        detail = _("une version plus récente l’a faite")
        raise BackupUnreadable(file=path, detail=detail)
    return told


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as packed:
            yield packed
    except OSError as error:
        detail = error.strerror or str(error)
        raise BackupUnreadable(file=path, detail=detail) from error
    except (zipfile.BadZipFile, zlib.error, KeyError, TypeError, ValueError) as error:
        raise BackupUnreadable(file=path, detail=_("il est abîmé")) from error
