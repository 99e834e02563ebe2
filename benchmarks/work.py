"""Exports, imports, one change, rebuilding: against the same thing done by hand."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import duckdb
from pyarrow import types

from benchmarks import shopify
from benchmarks.timing import Row, most, ratio_row, ratios, seconds, turns
from commandes.actions import notes
from commandes.actions.orders import Order
from commandes.intake import bring
from commandes.mirror import staging
from commandes.reports.export import export
from commandes.reports.filters import OrderFilter
from commandes.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from commandes.mirror import Mirror
    from commandes.settings import Settings
    from commandes.store import Store


def one_change(store: Store, mirror: Mirror, count: int) -> tuple[Row, float]:
    """From the call of an action to its being visible; also the median in ms."""
    found = []
    for turn in range(40):
        order = Order(str(10_000 + count - turn), "sample")

        def change(order: Order = order, turn: int = turn) -> None:
            notes.note(store, order, f"Mesure {turn}", actor="bench")
            with mirror.snapshot():
                pass

        found.append(seconds(change) * 1000)
    middle = statistics.median(found[5:])
    spread = f"{min(found[5:]):.1f}–{max(found[5:]):.1f}"
    row = Row(
        "an action, from call to visible",
        count,
        f"{middle:.1f} ms",
        spread,
        "≤ 30 ms",
        middle <= 30,
    )
    return row, middle


def exports(mirror: Mirror, count: int, copy: Path, folder: Path) -> Iterator[Row]:
    """CSV of everything against DuckDB's own ordered COPY."""
    hand = duckdb.connect(copy, read_only=True)
    hand.execute(f"set threads = {mirror.settings.mirror_threads:d}")
    target = folder / "by_hand.csv"

    def ours() -> None:
        with mirror.snapshot() as snapshot:
            export(
                snapshot,
                OrderFilter(archived="all"),
                format="csv",
                path=folder / "ours.csv",
                timezone="Europe/Paris",
                language="fr",
            )

    def theirs() -> None:
        hand.execute(
            "copy (select * exclude (search_text, titles) from orders "
            f"order by placed_at desc, id desc) to '{target}' (header)"
        )

    speed = [1 / ratio for ratio in ratios(ours, theirs, turns(count, 3))]
    yield ratio_row("CSV of everything: speed", count, speed, least=0.5)
    hand.close()


def imports(settings: Settings, folder: Path) -> Iterator[Row]:
    """A file of 100,000 orders into an empty SQLite store."""
    count = 100_000
    path = folder / f"shopify-{count}.csv"
    if not path.exists():
        shopify.write(path, count)
    store = open_store(settings)
    start = time.perf_counter()
    incoming = bring.open_file(store, settings, path)
    bring.merge_file(store, incoming, path, actor="bench")
    speed = count / (time.perf_counter() - start)
    store.close()
    yield Row(
        "import of a file of 100,000 orders",
        count,
        f"{speed / 1000:.1f} k orders/s",
        "",
        "≥ 20 k orders/s",
        speed >= 20_000,
    )


_BY_HAND = """
import json, sys, adbc_driver_sqlite.dbapi as adbc, duckdb
source, target, statements = sys.argv[1:]
con = duckdb.connect(target)
con.execute("set enable_progress_bar = false")
with adbc.connect(source) as connection, connection.cursor() as cursor:
    for table, statement in json.loads(statements).items():
        cursor.execute(statement)
        reader = cursor.fetch_record_batch()
        con.execute(f"create table {table} as select * from reader")
con.close()
"""


def _copies() -> dict[str, str]:
    """For each table that the mirror keeps, the columns it reads of the store."""
    found = {}
    for table, columns in staging.COLUMNS.items():
        # ADBC takes a column's type from its first rows: none of them is null.
        plain = ", ".join(
            f'coalesce("{field.name}", '
            f'{repr("") if types.is_string(field.type) else 0}) as "{field.name}"'
            for field in staging.arrow_schema(table)
        )
        order = " order by placed_at" if "placed_at" in columns else ""
        found[table] = f"select {plain} from {table}{order}"
    return found


def rebuild(mirror: Mirror, store: Store, count: int, folder: Path) -> Iterator[Row]:
    """The mirror made anew against ADBC into DuckDB in a child process."""
    statements = json.dumps(_copies())

    def theirs() -> None:
        target = folder / "by_hand.duckdb"
        target.unlink(missing_ok=True)
        subprocess.run(
            [sys.executable, "-c", _BY_HAND, store.sqlite_path, target, statements],
            check=True,
        )

    found = ratios(mirror.rebuild, theirs, turns(count, 3))
    # Of few orders, the start of the process is most of it.
    yield ratio_row("mirror rebuilt", count, found, most=1.5 if most(count) else 0)


def rebuilding_memory(settings: Settings, count: int) -> Iterator[Row]:
    """The most that a process holds which makes the mirror anew, or a child of it."""
    # A small process in between: a child's count begins with its parent's memory.
    code = (
        "import resource, subprocess, sys\n"
        "command = [sys.executable, '-m', 'commandes.cli', 'mirror', 'rebuild']\n"
        "subprocess.run(command, check=True, stdout=subprocess.DEVNULL)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    )
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={"COMMANDES_DATA_DIR": str(settings.data_dir)},
    )
    took = time.perf_counter() - started
    yield Row(
        "mirror rebuilt: memory at most; orders per second",
        count,
        f"{int(done.stdout) / 1024:.0f} MB",
        f"{count / took / 1000:.0f} k/s",
    )


# What a child says that it holds, in megabytes: a line of /proc/self/status.
_HELD = """
def held(name):
    lines = open("/proc/self/status").read().splitlines()
    return int(next(one for one in lines if one.startswith(name)).split()[1]) / 1024
"""


def _said(code: str, **variables: str) -> float:
    """The number that a program in a process of its own says last."""
    done = subprocess.run(
        [sys.executable, "-c", _HELD + code],
        check=True,
        capture_output=True,
        text=True,
        env=variables,
    )
    return float(done.stdout.splitlines()[-1])


def writing_command(settings: Settings, count: int) -> Iterator[Row]:
    """A whole `commandes note` process against importing SQLAlchemy and pysqlite3."""
    environment = {"COMMANDES_DATA_DIR": str(settings.data_dir)}
    turn = iter(range(1_000_000))

    def ours() -> None:
        arguments = ["note", "10001", f"Mesure {next(turn)}", "--json"]
        subprocess.run(
            [sys.executable, "-m", "commandes.cli", *arguments],
            check=True,
            capture_output=True,
            env=environment,
        )

    def theirs() -> None:
        subprocess.run(
            [sys.executable, "-c", "import sqlalchemy, pysqlite3.dbapi2"],
            check=True,
            env=environment,
        )

    work = "a writing command, whole process"
    yield ratio_row(work, count, ratios(ours, theirs, 7), most=1.5)


def exporting_memory(settings: Settings, count: int) -> Iterator[Row]:
    """What a CSV of everything takes at most, above what a new process rests at."""
    code = (
        "import pathlib\n"
        "from commandes import settings, store, mirror\n"
        "from commandes.reports import export, filters\n"
        "s = settings.read(); st = store.open_store(s); m = mirror.Mirror(st, s)\n"
        "with m.snapshot() as snapshot:\n"
        "    rest = held('VmRSS')\n"
        "    pathlib.Path('/proc/self/clear_refs').write_text('5')  # the peak anew\n"
        "    every = filters.OrderFilter(archived='all')\n"
        "    export.export(snapshot, every, format='csv', language='fr',\n"
        "        path=s.data_dir / 'ours.csv', timezone='Europe/Paris')\n"
        "print(held('VmHWM') - rest)\n"
    )
    grown = _said(code, COMMANDES_DATA_DIR=str(settings.data_dir))
    yield Row(
        "CSV of everything: memory at most, above rest",
        count,
        f"{grown:.0f} MB",
        "",
        "≤ 200 MB",
        grown <= 200,
    )


def resting_memory(settings: Settings, count: int) -> Iterator[Row]:
    """What the app's process holds at rest after a rebuild."""
    code = (
        "import streamlit, polars, plotly.graph_objects\n"
        "from commandes import settings, store, mirror\n"
        "s = settings.read(); st = store.open_store(s); m = mirror.Mirror(st, s)\n"
        "m.rebuild()\n"
        "with m.snapshot(): pass\n"
        "print(held('VmRSS'))\n"
    )
    held = _said(code, COMMANDES_DATA_DIR=str(settings.data_dir))
    yield Row(
        "memory at rest, after a rebuild",
        count,
        f"{held:.0f} MB",
        "",
        "≤ 600 MB",
        held <= 600,
    )
