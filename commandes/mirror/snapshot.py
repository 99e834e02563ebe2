"""The mirror at one moment: what a page run or a command reads from."""

from __future__ import annotations

import threading
import warnings
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Self, TypeVar

import duckdb
import pyarrow as pa

from commandes import access
from commandes.errors import MirrorError, MirrorMemory, MirrorUnavailable
from commandes.mirror import answers
from commandes.mirror.database import is_damage, is_full, reason
from commandes.mirror.schema import query_text
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from zoneinfo import ZoneInfo

    import polars as pl
    from duckdb import DuckDBPyConnection

    from commandes.mirror.mirror import Mirror
    from commandes.settings import Settings

T = TypeVar("T")

# Their filter has no period: that of the money and of the carts is their own.
_UNDATED = ("sales", "carts")

warnings.filterwarnings("ignore", message="Arrow output on a DB-API result")


class Snapshot:
    """A read transaction on a cursor of its own, for one thread at a time.

    When the file under it is replaced (damaged, rebuilt), the next question opens a
    transaction on the new one.

    Attributes:
        seq: the last journal entry that the answers know of.
        behind: entries still to come; above 0, the mirror is catching up.
    """

    def __init__(self, mirror: Mirror, *, wait: bool) -> None:
        self.seq = 0
        self.behind = 0
        self.generation = 0
        self.thread = threading.get_ident()
        self._mirror = mirror
        self._wait = wait
        self._cursor: DuckDBPyConnection | None = None
        self._busy = threading.RLock()
        self._attach()

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone, in which days are counted."""
        return self._mirror.settings.zone

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._mirror.settings

    def ask(
        self, question: str, parameters: Mapping[str, object] | None = None
    ) -> pl.DataFrame:
        """The whole answer to a question, a file of `sql/`; small ones are kept.

        Args:
            question: `orders/page_newest` is sql/orders/page_newest.sql.
            parameters: every parameter of the statement and no other.

        Raises:
            NotAllowed: who acts now may not ask it.
            MirrorUnavailable: the mirror was damaged and could not be made anew.
        """
        import polars as pl

        self._require(question, parameters)

        text, key = query_text(question), answers.key(question, parameters)
        kept = self._mirror.answers.get((self.generation, self.seq), key)
        if kept is not None:
            return kept

        def answer(cursor: DuckDBPyConnection) -> pl.DataFrame:
            # A relation (`cursor.sql`) would be planned twice, which takes longer
            # than the copy that DuckDB warns of.
            self._reach(cursor, question, parameters)
            table = cursor.execute(text, dict(parameters or {})).to_arrow_table()
            return pl.DataFrame(pl.from_arrow(table))

        found = self._with_cursor(answer)
        self._mirror.answers.keep((self.generation, self.seq), key, found)
        return found

    def slices(
        self, question: str, parameters: Mapping[str, object] | None, rows: int
    ) -> Iterator[pl.DataFrame]:
        """The answer in frames of at most `rows` rows, in bounded memory.

        No other question may be asked of this snapshot before the last slice. A
        damaged file is made anew and the answer goes on where it stood.

        Raises:
            NotAllowed: who acts now may not ask it.
            MirrorError: that happened, and the orders have changed since.
        """
        import polars as pl

        self._require(question, parameters)
        text, given, seq = query_text(question), 0, self.seq

        def start(cursor: DuckDBPyConnection) -> pa.RecordBatchReader:
            self._reach(cursor, question, parameters)
            bound = dict(parameters or {})
            return cursor.sql(text, params=bound).to_arrow_reader(rows)

        while True:
            reader = self._with_cursor(start)
            if given and self.seq != seq:
                raise MirrorError(detail=_("les commandes ont changé pendant l’export"))
            try:
                for batch in self._batches(reader, skip=given):
                    given += batch.num_rows
                    yield pl.DataFrame(pl.from_arrow(batch))
            except (duckdb.Error, pa.ArrowException, OSError) as error:
                del reader
                self._recover(error)
            else:
                return

    def _require(self, question: str, parameters: Mapping[str, object] | None) -> None:
        begins = datetime.combine(datetime.now(self.zone), time(), self.zone)
        ends = datetime.combine(begins + timedelta(days=1), time(), self.zone)
        today = (begins.astimezone(UTC), ends.astimezone(UTC))
        access.require_question(question, parameters, today)

    def trim(self) -> None:
        """Between two questions of a long reading: let what was read be forgotten.

        DuckDB would keep the whole file in memory, as far as the settings allow.
        """
        self._mirror.trim()

    def _batches(
        self, reader: pa.RecordBatchReader, skip: int
    ) -> Iterator[pa.RecordBatch]:
        while True:
            with self._busy:
                try:
                    batch = reader.read_next_batch()
                except StopIteration:
                    return
            dropped = min(skip, batch.num_rows)
            skip -= dropped
            if dropped < batch.num_rows:
                yield batch.slice(dropped)

    def _with_cursor(self, work: Callable[[DuckDBPyConnection], T]) -> T:
        try:
            return self._work(work)
        except duckdb.Error as error:
            self._recover(error)
        try:
            return self._work(work)
        except duckdb.Error as error:
            if is_damage(error):
                raise MirrorError(detail=reason(str(error))) from error
            raise

    def _work(self, work: Callable[[DuckDBPyConnection], T]) -> T:
        with self._busy:
            if self._cursor is None:
                self._attach()
            assert self._cursor is not None  # noqa: S101 (attached just now)
            return work(self._cursor)

    def _recover(self, error: Exception) -> None:
        """Have a damaged file made anew; any other error is raised again."""
        if is_full(error):
            raise MirrorUnavailable(
                detail=reason(str(error)), folder=self._mirror.status().file.parent
            ) from error
        if isinstance(error, duckdb.OutOfMemoryException):
            self.close()  # its transaction is over; the next question has another
            limit = self._mirror.settings.mirror_memory
            raise MirrorMemory(limit=limit) from error
        replaced = self._cursor is None or isinstance(error, duckdb.InterruptException)
        if not replaced and not is_damage(error):
            raise error
        self.close()
        if not replaced:
            self._mirror.replace(self.generation)

    def _attach(self) -> None:
        self._cursor = self._mirror.begin(self, wait=self._wait)
        self._path = ""

    def _reach(
        self,
        cursor: DuckDBPyConnection,
        question: str,
        parameters: Mapping[str, object] | None,
    ) -> None:
        """Put the macros that a question needs in reach, the plainest that will do."""
        path = _search_path(question, parameters or {})
        if path != self._path:
            cursor.execute(f"set search_path = '{path}'")
            self._path = path

    def detach(self) -> None:
        """Give the cursor back, whatever it is doing; a later question reattaches."""
        cursor = self._cursor
        if cursor is not None:
            with suppress(duckdb.Error):
                cursor.interrupt()
        with self._busy:
            if self._cursor is not None:
                with suppress(duckdb.Error):
                    self._cursor.close()
                self._cursor = None

    def close(self) -> None:
        """End the transaction; the mirror may replace its file again."""
        self.detach()
        self._mirror.left(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def _search_path(question: str, parameters: Mapping[str, object]) -> str:
    """Where macros are looked for; sql/mirror/macros says what each leaves out."""
    if "traits" not in parameters or parameters["traits"] is not None:
        return "main"
    dated = parameters.get("dated") in (None, "placed")
    undated = question.partition("/")[0] in _UNDATED
    if (dated or undated) and parameters.get("search") is None:
        return "bare,plain,main"
    return "plain,main"
