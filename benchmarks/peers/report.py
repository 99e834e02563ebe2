"""What is said of the results: a table per size, the conditions, what we lose at."""

from __future__ import annotations

import os
import platform
from typing import TYPE_CHECKING

from benchmarks.peers import answers, by_hand, clicks, turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.peers.turns import Result

HEADING = "## Beside other tools"
_EXPLAINED = """\
The same orders, the same work, on this machine in this run, tool after tool in turn.
Each cell is the median and, in brackets, the median of that tool’s time over ours, pair
by pair: above 1 × we are faster, below 1 × we are slower. {cores} processors, shared
with other work. All orders count, archived ones and carts too. A count that a tool
tells ends the program if it is not ours.
"""
_CONDITIONS = """\
### Conditions

- Versions: {versions}; PostgreSQL {postgres}.
- **A click** is one WebSocket message to Streamlit until its script has come to its end
  (Commandes; the page with pandas), or one HTTP GET on a kept connection until the last
  byte (django-oscar, Datasette). What a browser then does is not in it, nor what it
  fetches beside (styles, scripts, pictures). One person at a time; every server runs
  in one process, the others idle beside it.
- Our screen does more at each click than the others’: the counts beside every filter
  and view, tags, the totals per currency. Our sales page is the whole report (a dozen
  questions), of all dates; the others’ is one table, with pandas a chart.
- **Commandes** keeps small answers until an order changes; each click asks what was not
  asked before (another first day), and « the answer alone » is always worked out anew.
  A page deep in the list is reached by « Suivante », page after page, as people do. A
  CSV is chosen in the menu, made, and fetched; it has more columns.
- **django-oscar** (dashboard, SQLite, its own models and indexes, waitress with
  {threads} threads, fifty orders a page, anonymous checkout on): it searches the
  beginning of first and last names of addresses, which « Saint-Martin » is not.
  A CSV is the list as CSV. Its reports have no sales per month; its page of statistics
  counts by status.
- **Datasette** (the SQLite file by hand, limits on time and size lifted): search by its
  own full text page, on trigrams; sales per month is a query kept under a name; no
  counts of values beside the list (facets) are asked, and its own proposals of them,
  which take up to a second of each first page, are off.
- **pandas + Streamlit**: benchmarks/peers/pandas_page.py, Parquet read once and kept in
  memory for everybody; it shows what the file was at that moment.
- **The answer alone**: our functions of reports on the mirror (DuckDB); by hand one
  process with one connection asks. First page: fifty-one rows, count and sum per
  currency; a page deep in the list begins after a known place. Sales per month:
  cashed, refunded and net per currency; our answer counts orders too, from payments in
  instants, the others’ month was written down beforehand. A CSV goes into a file, in
  the order of the list; SQLite’s is written by Python.
- SQLite: write-ahead log, 64 MB cache, 1 GB mapped, analysed. PostgreSQL: on a socket,
  512 MB of shared buffers, else as it is installed, vacuumed and analysed. Search:
  FTS5 with trigrams in SQLite, a GIN index with trigrams in PostgreSQL. Other indexes:

```sql
{indexes}
```

- Loading: our mirror made anew from the store; django-oscar by bulk inserts of its
  models; SQLite, PostgreSQL and Parquet from flat files, indexes included. A store
  of ours also has the journal, and a mirror that follows each change; by hand and in a
  Parquet file nothing follows. Changing an order is not measured, for anybody.
- Turns: one to warm up, then nine, or fewer once a tool has spent twenty seconds on one
  kind of work. Of what takes over ten seconds the first turn counts too, beside a
  warm one of ours: such a ratio is of one or two pairs, and rough.
- Checked: the counts of the list and the rows of each CSV; of the answer alone also the
  first order of the deep page and the sums of the sales. Not checked: which orders the
  others’ deep pages show, and the figures on the pages of sales.
- Sizes above {largest} are left out: django-oscar’s loading would take hours.
"""
_ALWAYS = (
    "Commandes has no jump to a page of the list: page 500 is 499 clicks on "
    "« Suivante » (a period or a search leads there faster)."
)


def lines(results: list[Result], versions: dict[str, str], postgres: str, largest: int):
    """The part of docs/benchmarks.md about other tools, line by line."""
    yield from (HEADING, "", *_EXPLAINED.format(cores=os.cpu_count()).splitlines(), "")
    yield from ("![Milliseconds of each tool](benchmarks.png)", "")
    for orders in sorted({result.orders for result in results}):
        for group in (clicks.GROUP, answers.GROUP):
            of_it = [r for r in results if (r.orders, r.group) == (orders, group)]
            if of_it:
                yield from (f"### {_number(orders)} orders: {group}", "")
                yield from _table(of_it)
                yield ""
    yield from _lost(results)
    told = ", ".join(f"{name} {version}" for name, version in versions.items())
    conditions = _CONDITIONS.format(
        versions=f"our Python {platform.python_version()}; theirs: {told}",
        postgres=postgres,
        threads=4,
        indexes=by_hand.INDEXES.strip(),
        largest=_number(largest),
    )
    yield from ("", *conditions.splitlines())


def _number(value: int) -> str:
    return f"{value:,}".replace(",", " ")


def _table(results: list[Result]) -> Iterator[str]:
    """One row per kind of work, one column per tool."""
    tools = list(dict.fromkeys(result.tool for result in results))
    if turns.OURS in tools:
        tools = [turns.OURS, *(tool for tool in tools if tool != turns.OURS)]
    cells = {(result.work, result.tool): result.cell() for result in results}
    yield f"| work | {' | '.join(tools)} |"
    yield f"|{'---|' * (1 + len(tools))}"
    aside = (turns.MEMORY, turns.LOADING)
    works = dict.fromkeys(result.work for result in results)
    for work in sorted(works, key=lambda work: work in aside):
        row = [cells.get((work, tool), "") for tool in tools]
        yield f"| {work} | {' | '.join(row)} |"


def _lost(results: list[Result]) -> Iterator[str]:
    """Where somebody is faster than we are, worst first."""
    yield from ("### What we lose at", "")
    behind = [r for r in results if r.ratio is not None and r.ratio < 1]
    for one in sorted(behind, key=lambda r: (-r.orders, r.ratio)):
        if one.tool != turns.OURS:
            faster = f"{1 / one.ratio:.1f} × faster"
            where = f"{_number(one.orders)} orders, {one.group.split(',')[0]}"
            yield f"- {one.work}: {one.tool} is {faster} ({where})."
    yield f"- {_ALWAYS}"
