"""`python -m benchmarks`: the table of budgets, ratios taken in one run.

Stores are kept under .bench and used again. Numbers in docs/benchmarks.md come from
this program; they are ratios against the same work done by hand, or by other tools, on
the same machine.
"""

from __future__ import annotations

import argparse
import platform
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import peers, questions, screen, sessions, work
from benchmarks.peers import chart, report
from benchmarks.timing import Row
from commandes import settings as settings_module
from commandes.intake.fill import fill
from commandes.mirror import Mirror
from commandes.store import open_store

if TYPE_CHECKING:
    from commandes.store import Store

ROOT = Path(__file__).parents[1]
KEPT = ROOT / ".bench"
DOCUMENT = ROOT / "docs" / "benchmarks.md"


def settings_of(name: str) -> settings_module.Settings:
    """The settings of a store kept for measuring."""
    # The first night's run over all that is old would be beside what is measured.
    never = {"COMMANDES_KEEP_IP_MONTHS": "0"}
    return settings_module.read({"COMMANDES_DATA_DIR": str(KEPT / name), **never})


def say(row: Row) -> Row:
    """Print a line as soon as it is known."""
    print(" | ".join(row.cells()), flush=True)
    return row


def filled(count: int) -> tuple[settings_module.Settings, Store]:
    """The settings and the store of so many sample orders, filled if it is new."""
    settings = settings_of(str(count))
    store = open_store(settings)
    if fill(store, count, 1, actor="bench") != count:
        raise SystemExit(f"{settings.data_dir} holds something else: remove it")
    return settings, store


def one_size(count: int) -> tuple[list[Row], float, float]:
    """Every line for one number of orders; the page's seconds, the change's ms."""
    settings, store = filled(count)
    mirror = Mirror(store, settings)
    rows = []
    with mirror.snapshot():
        pass
    page = questions.page_seconds(mirror)
    change, visible = work.one_change(store, mirror, count)
    rows.append(say(change))
    rows += map(say, work.rebuild(mirror, store, count, settings.data_dir))
    mirror.close()
    copy = settings.data_dir / "copy.duckdb"
    shutil.copyfile(settings.data_dir / "mirror-0.duckdb", copy)
    mirror = Mirror(store, settings)
    rows += map(say, questions.measure(mirror, count, copy))
    rows += map(say, work.exports(mirror, count, copy, settings.data_dir))
    mirror.close()
    rows += map(say, work.exporting_memory(settings, count))
    rows += map(say, work.rebuilding_memory(settings, count))
    rows += map(say, work.writing_command(settings, count))
    rows += map(say, work.resting_memory(settings, count))
    store.close()
    return rows, page, visible


def main() -> None:
    """Measure, print the table, write docs/benchmarks.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--orders", nargs="*", type=int, default=[10_000, 1_000_000])
    parser.add_argument("--ten-million", action="store_true")
    parser.add_argument("--peers-only", action="store_true")
    options = parser.parse_args()
    sizes = [*options.orders, *([10_000_000] if options.ten_million else [])]
    KEPT.mkdir(exist_ok=True)
    if not options.peers_only:
        write(budgets(sizes))
    write_peers([count for count in sizes if count <= peers.LARGEST])


def budgets(sizes: list[int]) -> list[Row]:
    """Every line of the budgets, for all sizes."""
    shutil.rmtree(KEPT / "import", ignore_errors=True)
    rows = [say(row) for row in work.imports(settings_of("import"), KEPT)]
    first: tuple[int, float, float] | None = None
    for count in sizes:
        found, page, visible = one_size(count)
        rows += found
        if first is None:
            first = (count, page, visible)
            continue
        for name, now, before, most in (
            ("first page by date, growth", page, first[1], 3),
            ("an action, growth", visible, first[2], 2),
        ):
            growth = now / before
            limit = f"≤ {most} ×"
            what = f"{name} since {first[0]:,}".replace(",", " ")
            rows.append(
                say(Row(what, count, f"{growth:.2f} ×", "", limit, growth <= most))
            )
    rows += map(say, screen.clicks({n: settings_of(str(n)) for n in sizes}))
    rows += map(say, sessions.measure(settings_of(str(sizes[-1])), sizes[-1]))
    return rows


def write_peers(sizes: list[int]) -> None:
    """Measure beside other tools; their part of the document, and the chart."""
    results = []
    for count in sizes:
        settings, store = filled(count)
        store.close()
        for result in peers.measure(settings, KEPT):
            named = f"{result.orders} | {result.group} | {result.work} | {result.tool}"
            print(f"{named} | {result.cell()}", flush=True)
            results.append(result)
    if not results:
        return
    told = report.lines(results, *peers.versions(KEPT), peers.LARGEST)
    _put("\n".join(told), peers=True)
    if not chart.write(results, DOCUMENT.with_suffix(".png")):
        print("Chromium is missing: no chart")


def _put(text: str, *, peers: bool) -> None:
    """Write one part of the document; the other one stays as it was."""
    old = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else ""
    budgets, _heading, others = old.partition(report.HEADING)
    others = report.HEADING + others if others else ""
    parts = (budgets, text) if peers else (text, others)
    whole = "\n\n".join(part.strip() for part in parts if part.strip())
    DOCUMENT.write_text(whole + "\n", encoding="utf-8")


def write(rows: list[Row]) -> None:
    """The table as a document."""
    head = ["work", "orders", "median", "min–max", "limit", "held"]
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`: ratios against the same work done by hand (SQL",
        "written out on the same mirror file, DuckDB’s own COPY, ADBC into DuckDB),",
        f"pairs taken in turn in one run. Machine: {platform.machine()}, Python",
        f"{platform.python_version()}, two cores shared with other work; milliseconds",
        "and orders per second are of that machine. By hand means the plain SQL that a",
        "person writes for the same columns; where ours is faster, it reads what is",
        "counted beforehand (lists), passes by what lies outside the period, or groups",
        "by quarter hours before it turns instants into days (sales). Measured on",
        f"{datetime.now(UTC):%-d %B %Y}.",
        "",
        f"| {' | '.join(head)} |",
        f"|{'---|' * len(head)}",
        *[f"| {' | '.join(row.cells())} |" for row in rows],
        "",
    ]
    lost = [row.work for row in rows if not row.ok]
    if lost:
        lines += ["Not held in this run: " + "; ".join(lost) + ".", ""]
    _put("\n".join(lines), peers=False)


if __name__ == "__main__":
    main()
