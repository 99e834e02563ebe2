"""The mirror of this process: one file, kept up with the journal, replaced at will."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from commandes import access
from commandes.errors import MirrorUnavailable, StoreError
from commandes.mirror import building, database, slots
from commandes.mirror.answers import Answers
from commandes.mirror.database import Database, Unusable, is_damage, reason
from commandes.mirror.snapshot import Snapshot
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from commandes.settings import Settings
    from commandes.store import Store

# Entries that a page waits for; beyond, it is shown what is there and told so.
NEAR = 5_000

# How long a new file waits for readers of the old one before it interrupts them.
PATIENCE = 10.0


@dataclass(frozen=True)
class MirrorStatus:
    """How the mirror stands.

    Attributes:
        file: where it is.
        exists: whether there is one that can be used.
        seq: the last journal entry applied.
        head_seq: the journal's last entry.
        behind: entries still to be applied.
        size_bytes: of the file.
        state: current, behind, rebuilding or missing.
    """

    file: Path
    exists: bool
    seq: int
    head_seq: int
    behind: int
    size_bytes: int
    state: str


class Mirror:
    """The DuckDB copy of a store; one per process, used from any thread.

    Attributes:
        settings: those in force.
        answers: what was asked since the last change, answered.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        """Take the first free slot of the data folder.

        Raises:
            MirrorUnavailable: the folder cannot be written to.
        """
        self.settings = settings
        self.answers = Answers()
        self._store = store
        self._slot = slots.take(settings.data_dir)
        self._database: Database | None = None
        self._generation = 0
        self._snapshots: set[Snapshot] = set()
        self._swapping = False
        self._closing = False
        self._catching: threading.Thread | None = None
        # The process lock: of the file, of its seq and of who reads from it.
        self._state = threading.Condition(threading.RLock())
        self._building = threading.Lock()
        self._told: tuple[float, str] = (0.0, "read")

    def snapshot(self, *, wait: bool = True) -> Snapshot:
        """A consistent view, after all that the journal holds has been applied.

        Args:
            wait: False: far behind (an import), answer from what is there and catch
                up in the background; `behind` says how far.

        Raises:
            MirrorUnavailable: there is no mirror and none can be made.
            StoreError: the store cannot be read.
        """
        return Snapshot(self, wait=wait)

    def status(self) -> MirrorStatus:
        """How the mirror stands; nothing is applied or rebuilt."""
        head = self._store.head()
        with self._state:
            seq, exists = 0, True
            try:
                opened = self._opened()
                opened.check(self._store, head)
                seq = opened.head.seq
            except Unusable:
                exists = False
            behind = head.seq - seq
            state = "current" if exists else "missing"
            if behind and exists:
                state = "behind"
            if self._building.locked():
                state = "rebuilding"
            file = self._slot.file
            size = file.stat().st_size if file.exists() else 0
            return MirrorStatus(file, exists, seq, head.seq, behind, size, state)

    def beside(self, name: str) -> Path:
        """A file of this process's own, in a folder of that name beside the mirror."""
        return self._slot.folder / name / f"{name}-{self._slot.number}.duckdb"

    @property
    def generation(self) -> int:
        """How often the file was made anew since this process has it."""
        return self._generation

    def rebuild(self, progress: Callable[[float, str], None] | None = None) -> None:
        """Make the file anew from the whole store, in a child process.

        Args:
            progress: hears the share done (0 to 1) and the step, `read` or `build`.

        Raises:
            NotAllowed: who acts now may not ask for it.
            MirrorUnavailable: it could not be made; the file there was stays.
        """
        access.require("server.care")
        self._replace(self._generation, progress, whole=True)

    def close(self) -> None:
        """End every snapshot, close the file and free its slot."""
        with self._state:
            self._closing = True
            catching = self._catching
        if catching is not None:
            catching.join()
        with self._building, self._state:
            for snapshot in list(self._snapshots):
                snapshot.detach()
            self._snapshots.clear()
            if self._database is not None:
                self._database.close()
                self._database = None
            self._slot.release()

    # What a snapshot asks of its mirror.

    def begin(self, snapshot: Snapshot, *, wait: bool) -> DuckDBPyConnection:
        """A transaction on an up-to-date file, made anew first where it must be."""
        error: Exception | None = None
        for attempt in range(3):
            generation = self._generation
            try:
                return self._try_begin(snapshot, wait=wait)
            except (Unusable, duckdb.Error) as found:
                if not isinstance(found, Unusable) and not is_damage(found):
                    raise self._unavailable(found) from found
                error = found
            # A journal that cannot be followed from its start may be read over.
            self._replace(generation, None, whole=attempt > 0)
        raise self._unavailable(error)

    def left(self, snapshot: Snapshot) -> None:
        """A snapshot has ended."""
        with self._state:
            self._snapshots.discard(snapshot)
            self._state.notify_all()

    def trim(self) -> None:
        """Give back memory of blocks that were read once, unless others read now."""
        with self._state:
            if self._database is not None and len(self._snapshots) <= 1:
                self._database.trim()

    def replace(self, generation: int) -> None:
        """Make the file of this generation anew, unless another thread has."""
        self._replace(generation, None, whole=False)

    # The file: opening, following, replacing.

    def _try_begin(self, snapshot: Snapshot, *, wait: bool) -> DuckDBPyConnection:
        with self._state:
            self._state.wait_for(lambda: not self._swapping)
            if self._closing:
                raise self._unavailable(Unusable(_("elle est fermée")))
            opened = self._opened()
            behind = self._catch_up(opened, wait=wait)
            cursor = opened.cursor()
            cursor.execute("begin transaction read only")
            # The first read fixes the moment; the lock keeps the seq what it is.
            cursor.execute("select seq from mirror_state").fetchall()
            snapshot.seq, snapshot.behind = opened.head.seq, behind
            snapshot.generation = self._generation
            self._snapshots.add(snapshot)
            return cursor

    def _opened(self) -> Database:
        if self._database is None:
            self._database = Database(self._slot.file, self.settings, self._slot)
        return self._database

    def _catch_up(self, opened: Database, *, wait: bool) -> int:
        """Apply what is missing; returns the entries left to a background thread."""
        head = self._store.head()
        opened.check(self._store, head)
        missing = head.seq - opened.head.seq
        if missing > NEAR:
            if not wait:
                self._catch_up_beside()
                return missing
            if _cheaper_anew(missing, opened.orders()):
                raise Unusable("far behind")
        while opened.head.seq < head.seq:
            self._step(opened)
        return 0

    def _step(self, opened: Database) -> None:
        # What was told before may name who was erased since.
        self.answers.forget()
        opened.step(self._store)
        if not self._snapshots:
            opened.sweep()

    def _catch_up_beside(self) -> None:
        if self._catching is None or not self._catching.is_alive():
            self._catching = threading.Thread(target=self._follow_far, daemon=True)
            self._catching.start()

    def _follow_far(self) -> None:
        """Catch up in steps, the lock free between them; readers meet what fails."""
        generation = self._generation
        with suppress(StoreError, MirrorUnavailable):
            try:
                self._follow_on()
            except (Unusable, duckdb.Error) as found:
                # Readers who do not wait would never have it made anew.
                if isinstance(found, Unusable) or is_damage(found):
                    self.replace(generation)

    def _follow_on(self) -> None:
        while True:
            with self._state:
                self._state.wait_for(lambda: not self._swapping)
                if self._closing:
                    return
                generation, opened = self._generation, self._opened()
                missing = self._store.head().seq - opened.head.seq
                if missing <= 0:
                    return
                anew = missing > NEAR and _cheaper_anew(missing, opened.orders())
                if not anew:
                    self._step(opened)
            if anew:
                self.replace(generation)

    def _replace(
        self, generation: int, tell: Callable[[float, str], None] | None, *, whole: bool
    ) -> None:
        while not self._building.acquire(timeout=0.2):
            if tell is not None:
                tell(*self._told)
        try:
            if self._generation != generation:
                return
            new = self._made_anew(tell, whole=whole)
            self._swap(new)
        finally:
            self._building.release()

    def _made_anew(
        self, tell: Callable[[float, str], None] | None, *, whole: bool
    ) -> Path:
        """A new file; a short journal is followed from its start, which is quicker."""

        def told(share: float, step: str) -> None:
            self._told = (share, step)
            if tell is not None:
                tell(share, step)

        new = building.aside(self._slot)
        if not whole and self._store.head().seq <= NEAR:
            database.create(new, self.settings, self._slot, self._store)
        else:
            told(0.0, "read")
            building.build(new, self.settings, told)
            told(1.0, "build")
        return new

    def _swap(self, new: Path) -> None:
        """Put the new file in place, once nobody reads from the old one any more."""
        with self._state:
            self._swapping = True
            try:
                self._wait_for_readers()
                if self._database is not None:
                    self._database.close()
                    self._database = None
                # A log left beside the new file would be taken for its own.
                self._slot.file.with_name(self._slot.file.name + ".wal").unlink(
                    missing_ok=True
                )
                new.replace(self._slot.file)
                self._generation += 1
                self.answers.forget()
            except OSError as error:
                raise self._unavailable(error) from error
            finally:
                self._swapping = False
                self._state.notify_all()

    def _wait_for_readers(self) -> None:
        for snapshot in list(self._snapshots):
            if snapshot.thread == threading.get_ident():
                snapshot.detach()
                self._snapshots.discard(snapshot)
        self._state.wait_for(lambda: not self._snapshots, timeout=PATIENCE)
        for snapshot in list(self._snapshots):
            snapshot.detach()
        self._snapshots.clear()

    def _unavailable(self, error: Exception | None) -> MirrorUnavailable:
        return MirrorUnavailable(detail=reason(str(error)), folder=self._slot.folder)


def _cheaper_anew(missing: int, orders: int) -> bool:
    """Whether reading everything is quicker than following so many entries.

    A rebuild takes a second and then a tenth of the time per order.
    """
    return 9 * missing > orders + 100_000
