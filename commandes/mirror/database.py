"""One mirror file, open: its connection, its state, its damage told from the rest."""

from __future__ import annotations

import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

import duckdb

from commandes.errors import MirrorUnavailable
from commandes.mirror import follow, schema
from commandes.store import Head

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from commandes.mirror.slots import Slot
    from commandes.settings import Settings
    from commandes.store import Store

# What a damaged file raises: when opened, or much later, in the query that reads the
# damaged block. A fatal error makes the whole database unusable until it is reopened;
# a wrong checksum has no class of its own.
_DAMAGE = (
    duckdb.IOException,
    duckdb.FatalException,
    duckdb.InternalException,
    duckdb.SerializationException,
)
_FULL = ("no space left", "disk is full", "file too large")


class Unusable(Exception):  # noqa: N818 (never seen by people: it asks for a rebuild)
    """The file cannot serve: missing, foreign, of another layout, or damaged."""


def is_damage(error: Exception) -> bool:
    """Whether a rebuild helps against this error of DuckDB."""
    corrupt = type(error) is duckdb.Error or "corrupt" in str(error).lower()
    return (corrupt or isinstance(error, _DAMAGE)) and not is_full(error)


def is_full(error: Exception) -> bool:
    """Whether the disk has no room left."""
    return any(words in str(error).lower() for words in _FULL)


# What DuckDB keeps of the file after a long reading: less serves no question well.
_TRIMMED = "32MB"
# Entries followed until the blocks are swept. DuckDB's queue of what it may evict goes
# on naming each block that a join had for itself, 3 KB of each join, until it evicts
# something: 45 MB before it looks by itself.
SWEPT = 1_000
# Nothing fits in this: everything that may go goes, and the limit stays what it was.
_NOTHING = "1KB"


def connect(path: Path, settings: Settings, overflow: Path) -> DuckDBPyConnection:
    """Open a DuckDB file, made when missing, within the settings' limits.

    Args:
        path: the file.
        settings: memory and threads.
        overflow: where DuckDB puts what does not fit in memory.
    """
    new = not path.exists()
    connection = duckdb.connect(
        path,
        config={
            "memory_limit": settings.mirror_memory,
            "threads": settings.mirror_threads,
            "temp_directory": str(overflow),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            # Without them what a question had stays until the next one.
            "allocator_background_threads": True,
        },
    )
    if new:
        path.chmod(0o600)
    # It would be drawn on standard output, among what a command prints as JSON.
    connection.execute("set enable_progress_bar = false")
    connection.execute("set global TimeZone = 'UTC'")
    # A page of the list: its rows are found first, their other columns read then.
    connection.execute("set global late_materialization_max_rows = 500")
    connection.execute("set enable_external_access = false")
    return connection


class Database:
    """An open mirror file, whose it is and how far it has followed the journal.

    Used under the mirror's lock, but for the cursors it gives away.
    """

    def __init__(self, path: Path, settings: Settings, slot: Slot) -> None:
        """Open a file.

        Raises:
            Unusable: there is no mirror of our layout in it.
        """
        if not path.exists():
            raise Unusable("missing")
        self._follower: follow.Follower | None = None
        self._unswept = 0
        self._memory = settings.mirror_memory
        shutil.rmtree(slot.overflow, ignore_errors=True)
        # DuckDB makes the folder itself, but not the one that it stands in.
        slot.overflow.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._connection = connect(path, settings, slot.overflow)
        except duckdb.Error as error:
            raise Unusable(str(error)) from error
        try:
            found = self._connection.execute(
                "select store_id, layout, seq, digest, born from mirror_state"
            ).fetchall()
            if len(found) != 1 or found[0][1] != schema.layout():
                raise Unusable("layout")  # noqa: TRY301 (closed below like any other)
        except (duckdb.Error, Unusable) as error:
            self.close()
            raise Unusable(str(error)) from error
        self.store_id, _layout, seq, digest, self._born = found[0]
        self.head = Head(seq, digest)

    def cursor(self) -> DuckDBPyConnection:
        """A fresh cursor, for one thread."""
        return self._connection.cursor()

    def check(self, store: Store, head: Head) -> None:
        """See that this is a mirror of the store, not beyond its journal.

        Raises:
            Unusable: it is another store's, or this store was restored from a backup.
        """
        same = self.head.digest == head.digest or head.seq > self.head.seq
        if self.store_id != store.store_id or head.seq < self.head.seq or not same:
            raise Unusable("foreign")

    def step(self, store: Store) -> None:
        """Apply the next entries of the journal, of which there are some.

        Raises:
            Unusable: they do not follow what was applied before, they are not there,
                or somebody was erased since the file was made: blocks of it may still
                hold them.
        """
        with store.reading() as connection:
            change = follow.read(connection, self.head.seq)
        if change.before is None:
            raise Unusable("short")
        if change.before != self.head.digest:
            raise Unusable("foreign")
        if change.forgets > self._born:
            raise Unusable("erased")
        if self._follower is None:
            self._follower = follow.Follower(self._connection.cursor())
        self._follower.apply(change)
        self._unswept += change.last.seq - self.head.seq
        self.head = change.last

    def sweep(self) -> None:
        """From time to time let DuckDB forget the blocks that it had; nobody asks."""
        if self._unswept >= SWEPT:
            self._unswept = 0
            self._shrink(_NOTHING)

    def trim(self) -> None:
        """Forget the blocks that were read; nobody may be asking meanwhile."""
        self._shrink(_TRIMMED)

    def _shrink(self, limit: str) -> None:
        with suppress(duckdb.OutOfMemoryException):
            self._limit_memory(limit)
        self._limit_memory(self._memory)

    def _limit_memory(self, limit: str) -> None:
        self._connection.execute("set global memory_limit = $limit", {"limit": limit})

    def orders(self) -> int:
        """How many orders the mirror holds."""
        found = self.cursor().execute("select count(*) from orders").fetchall()
        return int(found[0][0])

    def close(self) -> None:
        """Close the file; DuckDB lets go of it with its last cursor."""
        opened = [self._connection]
        if self._follower is not None:
            opened.append(self._follower.cursor)
        for each in reversed(opened):
            with suppress(duckdb.Error):
                each.close()


def create(path: Path, settings: Settings, slot: Slot, store: Store) -> None:
    """Make an empty mirror of the store, to follow its journal from the start.

    Raises:
        MirrorUnavailable: the file cannot be written.
    """
    from commandes.store.journal import START

    try:
        connection = connect(path, settings, slot.overflow)
        try:
            schema.create(connection)
            connection.execute(
                "insert into mirror_state "
                "values ($store_id, $layout, 0, $digest, $born)",
                {
                    "born": store.head().seq,
                    "store_id": store.store_id,
                    "layout": schema.layout(),
                    "digest": START,
                },
            )
            # Only what is in the file itself is moved into place.
            connection.execute("checkpoint")
        finally:
            connection.close()
    except duckdb.Error as error:
        raise MirrorUnavailable(
            detail=reason(str(error)), folder=slot.folder
        ) from error


def reason(text: str) -> str:
    """Why a file could not be made, in one line for people."""
    from commandes.words import _

    if any(words in text.lower() for words in _FULL):
        return _("il n’y a plus de place sur le disque")
    lines = text.strip().splitlines()
    return lines[0] if lines else _("raison inconnue")
