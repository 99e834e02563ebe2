"""Which mirror file is this process' own: the first whose lock can be taken."""

from __future__ import annotations

import fcntl
import os
import shutil
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from commandes.errors import MirrorUnavailable

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Slot:
    """A mirror file that is ours until `release`, even against a second process."""

    folder: Path
    number: int
    _lock: int

    @property
    def file(self) -> Path:
        """The DuckDB file."""
        return self.folder / f"mirror-{self.number}.duckdb"

    @property
    def overflow(self) -> Path:
        """Where DuckDB puts what does not fit in memory."""
        return self.folder / "tmp" / f"mirror-{self.number}"

    def release(self) -> None:
        """Let another process have the file."""
        os.close(self._lock)


def forget_idle(folder: Path) -> None:
    """Remove the files of slots that no process has."""
    for lock in sorted(folder.glob("mirror-*.lock")):
        descriptor = os.open(lock, os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            number = lock.stem.removeprefix("mirror-")
            found = [
                *folder.glob(f"mirror-{number}.duckdb*"),
                folder / "tmp" / f"mirror-{number}",
                *folder.glob(f"*/*-{number}.duckdb*"),
            ]
            for path in found:
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)
        finally:
            os.close(descriptor)


def take(folder: Path) -> Slot:
    """Take the first free slot of a folder.

    Raises:
        MirrorUnavailable: the folder cannot be written to.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number in count():
            lock = os.open(
                folder / f"mirror-{number}.lock", os.O_RDWR | os.O_CREAT, 0o600
            )
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
                continue
            return Slot(folder, number, lock)
    except OSError as error:
        raise MirrorUnavailable(detail=error.strerror, folder=folder) from error
    raise AssertionError
