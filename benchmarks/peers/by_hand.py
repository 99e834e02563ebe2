"""SQLite and PostgreSQL by hand: flat tables, the right indexes, the right queries."""

from __future__ import annotations

import csv
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from benchmarks.timing import seconds

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests"))
from postgres import Postgres, found_programs  # noqa: E402 (the path stands above)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.peers.data import Flat

_BATCH = 10_000
_SCHEMA = """
create table orders (
    id {integer} primary key, number text not null, module text not null,
    status text not null, payment_status text not null, is_cart {boolean} not null,
    archived {boolean} not null, currency text not null, total {integer} not null,
    paid {integer} not null, refunded {integer} not null, customer_name text,
    email text, phone text, country text, placed_at {moment} not null,
    line_count {integer} not null, quantity {integer} not null, articles text,
    tags text
);
create table payments (
    id {integer} primary key, order_id {integer} not null references orders (id),
    paid_at {moment} not null, month text not null, currency text not null,
    gross {integer} not null, refund {integer} not null
);
create table order_tags (
    order_id {integer} not null references orders (id), tag text not null
)
"""
# Those that the questions below need: places in the list, sums without the table.
INDEXES = """
create index orders_placed on orders (placed_at desc, id desc);
create index orders_status_placed on orders (status, placed_at desc, id desc);
create index orders_currency on orders (currency, total);
create index orders_status_currency on orders (status, currency, total);
create index orders_payment on orders (payment_status);
create index orders_module on orders (module);
create index orders_archived on orders (archived);
create index payments_month on payments (month, currency, gross, refund);
create index payments_order on payments (order_id);
create index tags_tag on order_tags (tag)
"""
_SQLITE_SEARCH = """
create virtual table orders_fts using fts5(
    customer_name, content="orders", content_rowid="id", tokenize="trigram"
);
insert into orders_fts (orders_fts) values ('rebuild');
analyze
"""
_POSTGRES_SEARCH = """
create extension pg_trgm;
create index orders_name on orders using gin (customer_name gin_trgm_ops)
"""
_PAGE = """
select id, number, module, status, payment_status, is_cart, archived, currency, total,
    paid, refunded, customer_name, email, placed_at, line_count, quantity, articles,
    tags
from orders where {where} order by placed_at desc, id desc limit 51
"""
_TOTALS = "select currency, count(*), sum(total) from orders where {where} group by 1"
_COUNTS = "select {column}, count(*) from orders group by 1"
_TAGS = "select tag, count(*) from order_tags group by 1"
_SALES = """
select month, currency, sum(gross), sum(refund), sum(gross - refund)
from payments group by 1, 2 order by 1, 2
"""
_EVERYTHING = "select * from orders order by placed_at desc, id desc"


class Hand:
    """A database by hand: the same questions for both.

    Args:
        ask: a query's rows.
        search: the condition on a customer's name.
        csv: writes all orders to a path.
    """

    def __init__(
        self,
        ask: Callable[[str], list[tuple]],
        search: str,
        csv: Callable[[Path], object],
    ) -> None:
        self._ask, self._search, self.csv = ask, search, csv

    def listed(self, where: str = "true") -> int:
        """The first page and the totals per currency; how many orders they are of."""
        self._ask(_PAGE.format(where=where))
        return sum(row[1] for row in self._ask(_TOTALS.format(where=where)))

    def new(self) -> int:
        """The same of one status."""
        return self.listed("status = 'new'")

    def found(self) -> int:
        """The same of the customers of one name."""
        return self.listed(self._search)

    def place(self, offset: int) -> str:
        """The condition of the page after so many orders (not measured)."""
        query = (
            "select placed_at, id from orders order by placed_at desc, id desc "
            f"limit 1 offset {offset - 1}"
        )
        moment, key = self._ask(query)[0]
        return f"(placed_at, id) < ('{moment}', {key})"

    def deep(self, place: str) -> int:
        """The page after a place; the id of its first order."""
        return self._ask(_PAGE.format(where=place))[0][0]

    def whole(self) -> int:
        """The first page, the totals, and the counts beside each filter."""
        for column in ("status", "payment_status", "module", "archived"):
            self._ask(_COUNTS.format(column=column))
        self._ask(_TAGS)
        return self.listed()

    def sales(self) -> tuple[int, int]:
        """Cashed, refunded and net per month and currency; the first two's sums."""
        rows = self._ask(_SALES)
        return int(sum(row[2] for row in rows)), int(sum(row[3] for row in rows))


def sqlite_file(flat: Flat, path: Path) -> float:
    """A new SQLite file of the flat tables; how long filling it took, in seconds."""
    path.unlink(missing_ok=True)

    def fill() -> None:
        with closing(sqlite3.connect(path)) as con, duckdb.connect() as reader:
            con.execute("pragma journal_mode = wal")
            kinds = {"integer": "integer", "boolean": "integer", "moment": "text"}
            con.executescript(_SCHEMA.format(**kinds))
            for table in ("orders", "payments", "order_tags"):
                reader.execute(flat.table(table))
                marks = ", ".join("?" * len(reader.description))
                with con:
                    while rows := reader.fetchmany(_BATCH):
                        con.executemany(f"insert into {table} values ({marks})", rows)
            con.executescript(INDEXES)
            con.executescript(_SQLITE_SEARCH)
            con.commit()

    return seconds(fill)


@contextmanager
def sqlite_hand(path: Path) -> Iterator[Hand]:
    """A connection to the SQLite file."""
    con = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    con.execute("pragma cache_size = -65536")
    con.execute("pragma mmap_size = 1073741824")

    def ask(query: str) -> list[tuple]:
        return con.execute(query).fetchall()

    def write(target: Path) -> None:
        found = con.execute(_EVERYTHING)
        with target.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(column[0] for column in found.description)
            writer.writerows(found)

    search = "id in (select rowid from orders_fts where orders_fts match '\"martin\"')"
    yield Hand(ask, search, write)
    con.close()


class Filled(NamedTuple):
    """A database that is filled: how to ask it, the seconds that filling took."""

    hand: Hand
    seconds: float


def postgres_version() -> str:
    """PostgreSQL's version; where it is missing, that."""
    programs = found_programs()
    if programs is None:
        return "is not installed here"
    command = [programs / "postgres", "--version"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout.split()[2]


@contextmanager
def postgres_hand(flat: Flat) -> Iterator[Filled | None]:
    """A PostgreSQL server with the flat tables; None where it is not installed."""
    programs = found_programs()
    if programs is None:
        yield None
        return
    import psycopg

    with tempfile.TemporaryDirectory(prefix="peers-") as folder:
        server = Postgres(programs, Path(folder) / "postgres")
        server.make()
        server.start("-c listen_addresses='' -c shared_buffers=512MB")
        try:
            where = f"host={server.folder} user=postgres dbname=postgres"
            with psycopg.connect(where, autocommit=True) as con:
                spent = seconds(lambda: _fill(con, flat))
                yield Filled(_postgres(con), spent)
        finally:
            server.stop()


def _fill(con, flat: Flat) -> None:
    kinds = {"integer": "bigint", "boolean": "boolean", "moment": "timestamp"}
    con.execute(_SCHEMA.format(**kinds))
    with duckdb.connect() as reader:
        for table in ("orders", "payments", "order_tags"):
            path = flat.folder / f"{table}.csv"
            reader.execute(f"copy ({flat.table(table)}) to '{path}' (header false)")
            with (
                path.open("rb") as file,
                con.cursor().copy(f"copy {table} from stdin (format csv)") as copy,
            ):
                while block := file.read(1 << 20):
                    copy.write(block)
            path.unlink()
    con.execute(INDEXES)
    con.execute(_POSTGRES_SEARCH)
    con.execute("vacuum analyze")


def _postgres(con) -> Hand:
    def ask(query: str) -> list[tuple]:
        return con.execute(query).fetchall()

    def write(target: Path) -> None:
        with (
            target.open("wb") as file,
            con.cursor().copy(
                f"copy ({_EVERYTHING}) to stdout (format csv, header)"
            ) as c,
        ):
            for block in c:
                file.write(block)

    return Hand(ask, "customer_name ilike '%martin%'", write)
