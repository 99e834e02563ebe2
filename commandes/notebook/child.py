"""The process in which people's SQL runs: `python -m commandes.notebook.child`.

Three walls stand one behind the other, and each holds alone: the text is read before
it runs (`allowed`); DuckDB is read-only, without access to files or extensions, its
settings locked; and the process itself can open nothing any more, neither file nor
socket, nor start another. It knows no setting, no store and no environment: a copy
without personal data is all that it ever had.

It takes frames on its standard input and answers on its standard output, and ends
with its parent: `frames` says how they look.
"""

from __future__ import annotations

import json
import os
import re
import resource
import sys
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from commandes.notebook import allowed, frames

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection, DuckDBPyRelation

# Types that every table and file can hold; all others are shown as text.
_PLAIN = re.compile(
    r"BOOLEAN|U?(TINY|SMALL|BIG)?INT(EGER)?|HUGEINT|FLOAT|DOUBLE|VARCHAR|DATE"
    r"|TIMESTAMP( WITH TIME ZONE)?|DECIMAL\(\d+,\d+\)"
)
# Beyond what DuckDB may use: Python, Arrow and the answer.
_ROOM = 256 * 1024**2
# Processor seconds that a query may take beyond its limit, before the kernel ends it.
_GRACE = 5
_BATCH = 1024
# How DuckDB says that a text has too many brackets in one another.
_DEEP = "expression depth"


def open_copy(file: str, memory: str, zone: str) -> DuckDBPyConnection:
    """The copy, read-only, in a DuckDB that reaches nothing else."""
    connection = duckdb.connect(
        file,
        config={
            "access_mode": "read_only",
            "threads": 1,
            "async_threads": 1,
            "memory_limit": memory,
            "temp_directory": "",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "allow_persistent_secrets": False,
            "python_enable_replacements": False,
            "errors_as_json": True,
        },
    )
    connection.execute("set enable_progress_bar = false")
    connection.execute("set global TimeZone = $zone", {"zone": zone})
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def shut(memory: str) -> None:
    """Let the process open and start nothing more, and take no more memory."""
    room = _data_size() + _bytes(memory) + _ROOM
    for limit, most in (
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_DATA, room),
    ):
        resource.setrlimit(limit, (most, most))


def _data_size() -> int:
    """How much memory of its own the process has now."""
    with open("/proc/self/status", encoding="utf-8") as status:  # noqa: PTH123 (light)
        sizes = dict(line.split(":", 1) for line in status)
    return int(sizes["VmData"].split()[0]) * 1024


def _bytes(size: str) -> int:
    number, unit = re.fullmatch(r"(\d+)\s*([KMG])B", size, re.IGNORECASE).groups()  # type: ignore[union-attr]
    return int(int(number) * 1000 ** ("KMG".index(unit.upper()) + 1))


class Runner:
    """Runs one text after the other, each within its limits."""

    def __init__(self, connection: DuckDBPyConnection) -> None:
        self._connection = connection
        tables = connection.sql("select table_name from duckdb_tables()").fetchall()
        views = connection.sql("select view_name from duckdb_views()").fetchall()
        self._tables = {row[0] for row in tables}
        self._hidden = {row[0].lower() for row in views}
        self._watch = _Watch(connection)

    def run(self, asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """What a text answers: a header, and the rows as an Arrow stream."""
        try:
            with self._watch.within(asked["seconds"]):
                return self._run(asked)
        except duckdb.InterruptException:
            return {"outcome": "time"}, b""
        except (duckdb.OutOfMemoryException, MemoryError):
            return {"outcome": "memory"}, b""
        except (duckdb.FatalException, duckdb.InternalException):
            raise
        except RecursionError:
            return _refused(allowed.Refusal("deep"))
        except (duckdb.Error, pa.ArrowException, UnicodeError) as error:
            return _mistake(error)

    def _run(self, asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        text = asked["sql"]
        statements = self._connection.extract_statements(text)
        if not statements:
            return _refused(allowed.Refusal("empty"))
        if len(statements) > 1:
            return _refused(allowed.Refusal("several"))
        if statements[0].type is not duckdb.StatementType.SELECT:
            return _refused(allowed.Refusal("not_select"))
        if statements[0].named_parameters:
            return _refused(allowed.Refusal("parameter"))
        found = self._connection.execute(
            "select json_serialize_sql($text::varchar)", {"text": text}
        ).fetchall()
        tree = json.loads(found[0][0])
        if refusal := allowed.refusal(tree, self._tables, self._hidden):
            return _refused(refusal)
        return _rows(self._relation(text), asked["rows"], asked["bytes"])

    def _relation(self, text: str) -> DuckDBPyRelation:
        try:
            relation = self._connection.sql(text)
        except duckdb.Error:
            # Said again by `execute`, which tells where the mistake is.
            self._connection.execute(text)
            raise
        kinds = [str(kind) for kind in relation.types]
        if all(map(_PLAIN.fullmatch, kinds)):
            return relation
        return relation.project(
            ", ".join(
                f"#{place}{'' if _PLAIN.fullmatch(kind) else '::varchar'} "
                f'as "{name.replace(chr(34), chr(34) * 2)}"'
                for place, (name, kind) in enumerate(
                    zip(relation.columns, kinds, strict=True), 1
                )
            )
        )


def _rows(
    relation: DuckDBPyRelation, most: int, size: int
) -> tuple[dict[str, Any], bytes]:
    """The first rows of an answer, as an Arrow stream; what is too large is not."""
    reader = relation.to_arrow_reader(_BATCH)
    batches, count, taken = [], 0, 0
    for batch in reader:
        count += batch.num_rows
        taken += batch.nbytes
        if taken > size:
            return {"outcome": "large"}, b""
        batches.append(batch)
        if count > most:
            break
    table = _as_said(pa.Table.from_batches(batches, reader.schema)).slice(0, most)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return {"outcome": "rows", "cut": count > most}, sink.getvalue().to_pybytes()


def _as_said(table: pa.Table) -> pa.Table:
    """Sums as whole numbers, huge ones about; columns of one name told apart."""
    names: list[str] = []
    for name in table.column_names:
        again, place = name or "?", 1
        while again in names:
            place += 1
            again = f"{name} ({place})"
        names.append(again)
    for place, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type) and field.type.scale == 0:
            column = table.column(place)
            try:
                whole = column.cast(pa.int64())
            except pa.ArrowInvalid:
                whole = column.cast(pa.float64())
            table = table.set_column(place, field.name, whole)
    return table.rename_columns(names)


def _refused(refusal: allowed.Refusal) -> tuple[dict[str, Any], bytes]:
    told = {"why": refusal.code, "about": refusal.about, "position": refusal.position}
    return {"outcome": "refused", **told}, b""


def _mistake(error: Exception) -> tuple[dict[str, Any], bytes]:
    """What DuckDB does not understand, in its words, and where."""
    text = str(error)
    with suppress(ValueError):
        told = json.loads(text[text.index("{") :])
        text = str(told["exception_message"])
        return _said(text, int(told.get("position", -1))), b""
    return _said(text, -1), b""


def _said(text: str, position: int) -> dict[str, Any]:
    if _DEEP in text:
        return {"outcome": "refused", "why": "deep"}
    first = text.strip().splitlines()[0] if text.strip() else ""
    first = first.removeprefix("Parser Error: ")
    return {"outcome": "mistake", "about": first[:500], "position": position}


class _Watch:
    """One thread that interrupts what runs too long; more could not be started."""

    def __init__(self, connection: DuckDBPyConnection) -> None:
        self._connection = connection
        self._changed = threading.Condition()
        self._until: float | None = None
        threading.Thread(target=self._wait, daemon=True).start()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Interrupt what the block does when it takes longer."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        most = int(used.ru_utime + used.ru_stime + seconds) + _GRACE
        resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))
        self._set(time.monotonic() + seconds)
        try:
            yield
        finally:
            self._set(None)

    def _set(self, until: float | None) -> None:
        with self._changed:
            self._until = until
            self._changed.notify()

    def _wait(self) -> None:
        with self._changed:
            while True:
                if self._until is None:
                    self._changed.wait()
                elif (left := self._until - time.monotonic()) > 0:
                    self._changed.wait(left)
                else:
                    self._connection.interrupt()
                    self._until = None


def main() -> None:
    """Serve until the parent closes the pipe."""
    file, memory, zone = sys.argv[1:]
    os.environ.clear()
    # Nobody else writes there, whatever a library has to say.
    told, asked = os.dup(1), os.dup(0)
    os.close(0)
    os.dup2(2, 1)
    runner = Runner(open_copy(file, memory, zone))
    # Whatever is loaded late is loaded now.
    runner.run({"sql": "select 1::hugeint", "seconds": 60, "rows": 1, "bytes": 1024})
    shut(memory)
    frames.write(told, {"outcome": "ready"}, b"")
    while (request := frames.read(asked)) is not None:
        frames.write(told, *runner.run(request))


if __name__ == "__main__":
    main()
