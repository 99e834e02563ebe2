"""The answer alone: our reports over the mirror, SQLite and PostgreSQL by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks import questions, reports
from benchmarks.peers import by_hand, turns
from benchmarks.peers.turns import Tool
from benchmarks.timing import seconds
from commandes.reports import orders
from commandes.reports.export import export
from commandes.reports.filters import OrderFilter
from commandes.reports.sales import sales

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from benchmarks.peers.by_hand import Hand
    from benchmarks.peers.data import Flat
    from commandes.mirror import Mirror, Snapshot

GROUP = "the answer alone, without a screen"
SQLITE, POSTGRES = "SQLite by hand", "PostgreSQL by hand"
KINDS = (
    *(turns.FIRST, turns.STATUS, turns.SEARCH, turns.DEEP),
    *(turns.WHOLE, turns.SALES, turns.CSV),
)
_EVERY = OrderFilter(archived="all")
_WANTED = {
    turns.FIRST: _EVERY,
    turns.STATUS: OrderFilter(archived="all", statuses=("new",)),
    turns.SEARCH: OrderFilter(archived="all", search="martin"),
}


def _told(kind: str, ask: Callable[[], object], expected: object) -> float:
    """The seconds of an answer; another than expected ends the program."""
    answers: list[object] = []
    spent = seconds(lambda: answers.append(ask()))
    if expected is not None and answers != [expected]:
        raise SystemExit(f"{kind}: {answers[0]} is not {expected}")
    return spent


def _tool(name: str, asked: dict[str, Callable[[], object]], flat: Flat, deep: int):
    expected = {
        turns.FIRST: flat.count,
        turns.STATUS: flat.new,
        turns.SEARCH: flat.named,
        turns.DEEP: deep,
        turns.WHOLE: flat.count,
        turns.SALES: flat.sold,
    }
    work = {
        kind: lambda kind=kind, ask=ask: _told(kind, ask, expected.get(kind))
        for kind, ask in asked.items()
    }
    return Tool(name, work)


def _ours(
    mirror: Mirror, snapshot: Snapshot, flat: Flat
) -> tuple[dict[str, Callable[[], object]], int]:
    """What our screens ask for; the first order of the deep page."""

    def listed(wanted: OrderFilter) -> int:
        orders.page(snapshot, wanted)
        return orders.summary(snapshot, wanted).count

    def sold() -> tuple[int, int]:
        found = sales(snapshot, reports.ALL, "month")
        return found["gross"].sum(), found["refunds"].sum()

    def everything() -> None:
        export(
            snapshot,
            _EVERY,
            format="csv",
            path=flat.folder / "ours.csv",
            timezone="Europe/Paris",
            language="fr",
        )

    place = None
    for _page in range(flat.deep - 1):
        place = orders.page(snapshot, _EVERY, after=place).next

    def deep() -> int:
        return orders.page(snapshot, _EVERY, after=place).rows["id"][0]

    asked = {kind: lambda w=wanted: listed(w) for kind, wanted in _WANTED.items()}
    asked |= {
        turns.DEEP: deep,
        turns.WHOLE: lambda: questions.ours(snapshot, _EVERY)["orders"],
        turns.SALES: sold,
        turns.CSV: everything,
    }
    # Each is worked out, though nothing has changed since the last time.
    anew = {kind: questions.anew(mirror, ask) for kind, ask in asked.items()}
    return anew, deep()


def _hands(hand: Hand, flat: Flat, name: str) -> dict[str, Callable[[], object]]:
    place = hand.place((flat.deep - 1) * 50)
    return {
        turns.FIRST: hand.listed,
        turns.STATUS: hand.new,
        turns.SEARCH: hand.found,
        turns.DEEP: lambda: hand.deep(place),
        turns.WHOLE: hand.whole,
        turns.SALES: hand.sales,
        turns.CSV: lambda: hand.csv(flat.folder / f"{name[:3]}.csv"),
    }


def measure(mirror: Mirror, flat: Flat, database: Path) -> Iterator[turns.Result]:
    """Our reports and the databases by hand, in turn; then what loading took.

    Args:
        mirror: of our store.
        flat: its orders.
        database: the SQLite file by hand, made already.
    """
    with (
        mirror.snapshot() as snapshot,
        by_hand.sqlite_hand(database) as sqlite,
        by_hand.postgres_hand(flat) as postgres,
    ):
        asked, deep = _ours(mirror, snapshot, flat)
        tools = [_tool(turns.OURS, asked, flat, deep)]
        tools.append(_tool(SQLITE, _hands(sqlite, flat, SQLITE), flat, deep))
        if postgres is None:
            missing = dict.fromkeys(KINDS, "not installed here")
            tools.append(Tool(POSTGRES, {}, missing))
        else:
            hand = _hands(postgres.hand, flat, POSTGRES)
            tools.append(_tool(POSTGRES, hand, flat, deep))
        yield from turns.in_turn(GROUP, tools, KINDS, flat.count)
    if postgres is not None:
        loaded = f"{postgres.seconds:.1f} s"
        yield turns.Result(GROUP, turns.LOADING, POSTGRES, flat.count, said=loaded)
