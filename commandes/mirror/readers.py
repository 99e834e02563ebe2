"""Reading the whole store as it is at one moment, in batches: only in a rebuild.

This module opens the SQLite store with a second SQLite library (ADBC's), which is
allowed in a process of its own only: it must never be imported by the app.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

import pyarrow as pa
from sqlalchemy import literal_column, select, union_all
from sqlalchemy.dialects import sqlite

from commandes.mirror import staging
from commandes.store import tables
from commandes.store.journal import START, Head

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Select

    from commandes.settings import Settings

BATCH = 65_536


class Reader(Protocol):
    """A read transaction of the store; `read` hears of each batch's length."""

    head: Head
    store_id: str

    def batches(self, table: str, read: Callable[[int], None]) -> pa.RecordBatchReader:
        """All rows of a table with the columns that are staged."""

    def count(self, table: str) -> int:
        """How many rows a table has."""

    def close(self) -> None:
        """End the transaction."""


def open_readers(settings: Settings) -> tuple[Reader, Reader | None]:
    """A reader, and a second one of the same moment where that is cheap.

    Two SQLite readers see the same moment when they see the same head: nothing is
    changed without an entry in the journal.
    """
    from sqlalchemy.engine import make_url

    url = make_url(settings.store_url)
    if url.get_backend_name() != "sqlite":
        return _PostgresqlReader(settings), None
    first = _SqliteReader(url.database or "")
    second = _SqliteReader(url.database or "")
    if second.head == first.head:
        return first, second
    second.close()
    return first, None


def _counted(
    batches: Iterator[pa.RecordBatch], read: Callable[[int], None]
) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        read(batch.num_rows)
        yield batch


class _SqliteReader:
    """A read-only transaction through ADBC, six times faster than row by row."""

    def __init__(self, path: Path | str) -> None:
        from adbc_driver_sqlite import dbapi

        # Opened read-only, it never checkpoints the journal of the app's library.
        self._connection = dbapi.connect(f"file:{quote(str(path))}?mode=ro")
        heads = tables.journal_head.c
        found = self._rows(select(heads["count"], heads.digest))
        self.head = Head(*found[0]) if found else Head(0, START)
        info = tables.store_info.c
        found = self._rows(select(info.value).where(info.name == "store_id"))
        self.store_id = found[0][0] if found else ""

    def _rows(self, statement: Select[Any]) -> list[Any]:
        with self._connection.cursor() as cursor:
            cursor.execute(_text(statement))
            return list(cursor.fetchall())

    def count(self, table: str) -> int:
        # The last row id: counting would read the whole table.
        found = self._rows(
            select(literal_column("max(rowid)")).select_from(
                tables.metadata.tables[table]
            )
        )
        return found[0][0] or 0

    def batches(self, table: str, read: Callable[[int], None]) -> pa.RecordBatchReader:
        # ADBC takes the types from the first rows: a witness row goes ahead.
        schema = staging.arrow_schema(table)
        witness = select(*(_witness(field) for field in schema))
        cursor = self._connection.cursor()
        cursor.adbc_statement.set_options(
            **{"adbc.sqlite.query.batch_rows": str(BATCH)}
        )
        cursor.execute(_text(union_all(witness, staging.rows(table))))
        found = cursor.fetch_record_batch()

        def without_witness() -> Iterator[pa.RecordBatch]:
            with cursor:
                yield found.read_next_batch().slice(1)
                yield from found

        return pa.RecordBatchReader.from_batches(
            found.schema, _counted(without_witness(), read)
        )

    def close(self) -> None:
        self._connection.close()


def _witness(field: pa.Field) -> Any:  # noqa: ANN401 (a column of SQLAlchemy)
    text = "''" if pa.types.is_string(field.type) else "0"
    return literal_column(text).label(field.name)


def _text(statement: Any) -> str:  # noqa: ANN401 (any statement of SQLAlchemy)
    dialect = sqlite.dialect()
    compiled = statement.compile(
        dialect=dialect, compile_kwargs={"literal_binds": True}
    )
    return str(compiled)


class _PostgresqlReader:
    """A read-only transaction through a server-side cursor."""

    def __init__(self, settings: Settings) -> None:
        from commandes.store import engines, journal

        self._writing, self._reading = engines.create(settings)
        self._connection: Connection = self._reading.connect()
        self._connection.begin()
        self.head = journal.head(self._connection)
        info = tables.store_info.c
        self.store_id = (
            self._connection.scalar(select(info.value).where(info.name == "store_id"))
            or ""
        )

    def count(self, table: str) -> int:
        from sqlalchemy import func

        of = tables.metadata.tables[table]
        return self._connection.scalar(select(func.count()).select_from(of)) or 0

    def batches(self, table: str, read: Callable[[int], None]) -> pa.RecordBatchReader:
        schema = staging.arrow_schema(table)
        result = self._connection.execution_options(
            stream_results=True, max_row_buffer=BATCH
        ).execute(staging.rows(table))
        found = (
            batch
            for rows in result.partitions(BATCH)
            for batch in staging.arrow_table(table, rows).to_batches()
        )
        return pa.RecordBatchReader.from_batches(schema, _counted(found, read))

    def close(self) -> None:
        self._connection.close()
        self._reading.dispose()
        self._writing.dispose()
