"""A click, until the server's answer is whole: ours, and what people have instead."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import sqlite3
import subprocess
from contextlib import ExitStack, closing, contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from benchmarks import screen, sessions
from benchmarks.peers import turns
from benchmarks.peers.clients import Browser, Loop, Reader
from benchmarks.peers.turns import Tool
from benchmarks.sessions import Served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.peers.data import Flat
    from commandes.settings import Settings

GROUP = "a click, until the server’s answer is whole"
KINDS = (turns.FIRST, turns.STATUS, turns.SEARCH, turns.DEEP, turns.SALES, turns.CSV)
OSCAR, DATASETTE, PANDAS = "django-oscar", "Datasette", "pandas + Streamlit"
_HERE = Path(__file__).parent
# What its search finds: names of an invoice or a delivery of which a word, the first or
# the one after it, begins so.
_BEGINNING = """
with names as (
    select id, coalesce(billing_address ->> '$.name', customer_name, '') as name
    from orders
    union all
    select id, coalesce(shipping_address ->> '$.name', '') from orders
)
select count(distinct id) from names
where name like 'martin%' or substr(name, instr(name || ' ', ' ') + 1) like 'martin%'
"""
_SALES = """
select month, currency, sum(gross) as gross, sum(refund) as refund,
    sum(gross - refund) as net
from payments group by 1, 2 order by 1, 2
"""


def _agrees(who: str, kind: str, told: bool) -> None:  # noqa: FBT001 (whether it does)
    """End the program where a tool tells another count than there is."""
    if not told:
        raise SystemExit(f"{who}: {kind}: another answer than ours")


def _counts(flat: Flat) -> dict[str, int]:
    found = {turns.FIRST: flat.count, turns.STATUS: flat.new}
    return found | {turns.SEARCH: flat.named}


def commandes(loop: Loop, server: Served, flat: Flat) -> tuple[Tool, list]:
    """Our own screen, by its WebSocket."""
    reader, deep = (Reader(loop, server, sessions.PAGE) for _person in range(2))
    every = "archived=all"
    queries = {turns.FIRST: every, turns.STATUS: f"{every}&status=new"}
    queries[turns.SEARCH] = f"{every}&search=martin"
    # Each click asks what nobody has asked: all orders, from another day long ago.
    days = (date(1970, 1, 1) + timedelta(days=n) for n in itertools.count())

    def click(kind: str) -> float:
        # What is on the screen already is not asked for again: look elsewhere first.
        reader.click("payment=refunded")
        spent = reader.click(f"{queries[kind]}&from={next(days)}")
        told = f" sur {_number(_counts(flat)[kind])}"
        _agrees(turns.OURS, kind, reader.shows(told))
        return spent

    def sales() -> float:
        reader.click(every)
        return reader.click(f"from={next(days)}&by=month", "ventes")

    def exported() -> float:
        reader.click(every)
        spent = reader.press(every, "export", "CSV") + reader.fetch("link_button")
        _agrees(turns.OURS, turns.CSV, _lines(reader.file) == flat.count)
        return spent

    pages = iter(range(2, flat.count))

    def turn() -> float:
        spent = deep.press(every, "page_next")
        told = f"{_number(next(pages) * 50 - 49)}–"
        shown = deep.shows(told)
        if not shown:
            print(f"no « {told} » among: {deep.texts()}")
        _agrees(turns.OURS, turns.DEEP, shown)
        return spent

    # There is no other way to a page than through those before it.
    deep.click(every)
    for _page in range(flat.deep - 2):
        turn()
    work = _of_each(queries, click)
    work |= {turns.DEEP: turn}
    work |= {turns.SALES: sales, turns.CSV: exported}
    return Tool(turns.OURS, work), [reader, deep]


def _number(value: int) -> str:
    """A number as our French screen writes it."""
    return f"{value:,}".replace(",", "\u202f")


def _of_each(
    queries: dict[str, str], click: Callable[[str], float]
) -> dict[str, Callable[[], float]]:
    return {kind: lambda kind=kind: click(kind) for kind in queries}


def _lines(text: str) -> int:
    """The records of a CSV below its head."""
    return sum(1 for _record in csv.reader(io.StringIO(text))) - 1


def pandas(loop: Loop, server: Served, flat: Flat) -> tuple[Tool, list]:
    """The page of an afternoon, by its WebSocket."""
    reader = Reader(loop, server, "")
    queries = {turns.FIRST: "", turns.STATUS: "status=new"}
    queries |= {turns.SEARCH: "search=martin", turns.DEEP: f"page={flat.deep}"}
    counts = _counts(flat) | {turns.DEEP: flat.count}

    def click(kind: str) -> float:
        spent = reader.click(queries[kind])
        _agrees(PANDAS, kind, reader.shows(str(counts[kind])))
        return spent

    def exported() -> float:
        reader.click("")
        spent = reader.press("", "export") + reader.fetch("download_button")
        _agrees(PANDAS, turns.CSV, _lines(reader.file) == flat.count)
        return spent

    work = _of_each(queries, click)
    work |= {turns.SALES: lambda: reader.click("view=sales"), turns.CSV: exported}
    return Tool(PANDAS, work), [reader]


def oscar(server: Served, flat: Flat, store: Path) -> tuple[Tool, list]:
    """The orders of django-oscar's dashboard."""
    browser = Browser(server)
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as con:
        named = con.execute(_BEGINNING).fetchone()[0]
    counts = _counts(flat) | {turns.SEARCH: named, turns.DEEP: flat.count}
    queries = {turns.FIRST: "", turns.STATUS: "status=new"}
    queries |= {turns.SEARCH: "name=martin", turns.DEEP: f"page={flat.deep}"}

    def click(kind: str) -> float:
        spent = browser.get(f"/dashboard/orders/?{queries[kind]}")
        told = re.search(r"Select all (\d+) Orders", browser.answer)
        many = int(told[1]) if told else browser.answer.count('class="selected_order"')
        _agrees(OSCAR, kind, many == counts[kind])
        return spent

    def exported() -> float:
        spent = browser.get("/dashboard/orders/?response_format=csv")
        _agrees(OSCAR, turns.CSV, _lines(browser.answer) == flat.count)
        return spent

    work = _of_each(queries, click) | {turns.CSV: exported}
    return Tool(OSCAR, work), [browser]


def datasette(server: Served, flat: Flat) -> tuple[Tool, list]:
    """Datasette over the SQLite file by hand."""
    browser = Browser(server)
    newest = "/shop/orders?_sort_desc=placed_at&_size=50"
    queries = {turns.FIRST: newest, turns.STATUS: f"{newest}&status=new"}
    queries |= {turns.SEARCH: f"{newest}&_search=martin"}
    queries |= {turns.DEEP: f"{newest}&{_next(browser, (flat.deep - 1) * 50)}"}
    counts = _counts(flat) | {turns.DEEP: flat.count}

    def click(kind: str) -> float:
        spent = browser.get(queries[kind])
        told = re.search(r"<h3>\s*([\d,]+) rows?", browser.answer)
        many = int(told[1].replace(",", "")) if told else -1
        _agrees(DATASETTE, kind, many == counts[kind])
        return spent

    def exported() -> float:
        spent = browser.get("/shop/orders.csv?_stream=on&_size=max")
        _agrees(DATASETTE, turns.CSV, _lines(browser.answer) == flat.count)
        return spent

    work = _of_each(queries, click) | {turns.CSV: exported}
    work |= {turns.SALES: lambda: browser.get("/shop/sales_by_month")}
    return Tool(DATASETTE, work), [browser]


def _next(browser: Browser, offset: int) -> str:
    """The place after so many orders, as Datasette's own links say it."""
    place: dict[str, str] = {}
    while offset > 0:
        size = min(offset, 1000)
        asked = {"_sort_desc": "placed_at", "_size": str(size), "_nocount": "1"} | place
        browser.get(f"/shop/orders.json?{urlencode(asked)}")
        place = {"_next": json.loads(browser.answer)["next"]}
        offset -= size
    return urlencode(place)


@contextmanager
def _serving(
    command: list[str | Path], port: int, ready: str, cookie: str = ""
) -> Iterator[Served]:
    with screen.running([str(word) for word in command], {}) as process:
        screen.answers(f"http://127.0.0.1:{port}{ready}")
        yield Served(f"127.0.0.1:{port}", cookie, process.pid)


def _oscar_server(python: Path, flat: Flat, store: Path):
    """Load the orders into django-oscar; its server, and the seconds of loading."""
    site, database = _HERE / "oscar_site.py", flat.folder / "oscar.db"
    done = subprocess.run(
        [python, site, "load", database, store],
        check=True,
        capture_output=True,
        text=True,
    )
    told = json.loads(done.stdout.splitlines()[-1])
    _agrees(OSCAR, "loading", told["orders"] == flat.count)
    port = screen.free_port()
    command = [python, site, "serve", database, str(port)]
    cookie = f"sessionid={told['cookie']}"
    ready = "/dashboard/login/"
    return _serving(command, port, ready, cookie), told["seconds"]


def _datasette_server(python: Path, flat: Flat, database: Path):
    canned = {"databases": {"shop": {"queries": {"sales_by_month": _SALES}}}}
    metadata = flat.folder / "metadata.json"
    metadata.write_text(json.dumps(canned), encoding="utf-8")
    port = screen.free_port()
    command = [
        *(python, "-m", "datasette", "serve", database, "--metadata", metadata),
        *("--host", "127.0.0.1", "--port", str(port)),
        # Usually it gives up after a second; a CSV after 100 MB.
        *("--setting", "sql_time_limit_ms", "60000"),
        *("--setting", "max_csv_mb", "0"),
        # What it proposes by itself would take a second of each first page.
        *("--setting", "suggest_facets", "off"),
    ]
    return _serving(command, port, "/-/versions.json")


def _pandas_server(python: Path, flat: Flat):
    port = screen.free_port()
    command = [
        *(python, "-m", "streamlit", "run", _HERE / "pandas_page.py"),
        *("--server.headless=true", "--server.address=127.0.0.1"),
        *(f"--server.port={port}", "--browser.gatherUsageStats=false"),
        *("--", flat.folder),
    ]
    return _serving(command, port, "/_stcore/health")


def measure(
    python: Path, settings: Settings, flat: Flat, database: Path
) -> Iterator[turns.Result]:
    """All tools' clicks, then what loading took and what their servers hold.

    Args:
        python: of the peers' environment.
        settings: of our store.
        flat: its orders.
        database: the SQLite file by hand, which Datasette shows.
    """
    store = settings.data_dir / "commandes.db"
    oscar_serving, oscar_loaded = _oscar_server(python, flat, store)
    with ExitStack() as stack:
        loop = stack.enter_context(Loop())
        servers = {
            turns.OURS: stack.enter_context(sessions.served(settings)),
            OSCAR: stack.enter_context(oscar_serving),
            DATASETTE: stack.enter_context(_datasette_server(python, flat, database)),
            PANDAS: stack.enter_context(_pandas_server(python, flat)),
        }
        made = [
            commandes(loop, servers[turns.OURS], flat),
            oscar(servers[OSCAR], flat, store),
            datasette(servers[DATASETTE], flat),
            pandas(loop, servers[PANDAS], flat),
        ]
        tools = [tool for tool, _open in made]
        yield from turns.in_turn(GROUP, tools, KINDS, flat.count)
        for tool in tools:
            held = f"{servers[tool.name].megabytes:.0f} MB"
            yield turns.Result(GROUP, turns.MEMORY, tool.name, flat.count, said=held)
        for _tool, opened in made:
            for one in opened:
                one.close()
    yield turns.Result(
        GROUP, turns.LOADING, OSCAR, flat.count, said=f"{oscar_loaded:.1f} s"
    )
