"""The rows of an export in the list's order, slice by slice, in constant memory.

No sort holds more than one slice: a sample of the orders' places (one in so many) is
sorted, and cuts all of them into ranges that are asked for one after the other.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from commandes.errors import MirrorError
from commandes.reports import masking
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from commandes.mirror import Snapshot

# Orders per slice, about (the largest of a thousand fits in the memory that an export
# may take); and how many of them stand for one in the sample.
SLICE = 12_000
EVERY = 100
_TRIM_EVERY = 5


def one_ahead(frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The same frames, the next one read while the reader writes the last one."""
    # The other thread asks in the name of who asks here.
    here = copy_context()

    def following() -> pl.DataFrame | None:
        return here.run(lambda: next(frames, None))

    with ThreadPoolExecutor(1) as ahead:
        coming = ahead.submit(following)
        while (frame := coming.result()) is not None:
            coming = ahead.submit(following)
            yield frame


def slices(
    snap: Snapshot,
    given: dict[str, object],
    *,
    sort: str,
    lines: bool,
    size: int = SLICE,
    every: int = EVERY,
) -> Iterator[pl.DataFrame]:
    """Frames of the columns of the export (raw), which one after the other are sorted.

    Args:
        given: the parameters of `filtered_orders`; `only`, ids or None for all.
        sort: a code of reports.orders.SORTS.
        lines: one row per line of an order rather than per order.
        size: about how many orders a frame holds.
        every: one order in so many is sampled.

    Raises:
        MirrorError: the mirror had to be made anew, and the orders have changed since.
    """
    seq = snap.seq
    by_date = sort not in _KEYS
    downwards = sort in ("newest", "total_desc", "customer_desc")
    keyed = given | {
        "sort": _KEYS.get(sort, "date"),
        # Read downwards, the first come last: orders without a name always do.
        "null_mark": "0" if sort == "customer_desc" else "2",
    }
    places = snap.ask("orders/export_places", keyed | {"every": every})
    ranges = _ranges(places, max(size // every, 1), downwards=downwards)
    question = "orders/export_lines" if lines else "orders/export_orders"
    keys = ["sort_text", "sort_number", "id"]
    for place, (low, high) in enumerate(ranges):
        found = snap.ask(question, keyed | _ends(low, high, by_date=by_date))
        # By another key than the date, each slice reads all over the table.
        if not by_date or place % _TRIM_EVERY == 0:
            snap.trim()
        if snap.seq != seq:
            raise MirrorError(detail=_("les commandes ont changé pendant l’export"))
        # The lines of an order keep their order, whichever way the orders go.
        by = [*keys, "position"] if lines else keys
        down = [downwards] * 3 + [False] * lines
        yield masking.frame(found.sort(by, descending=down).drop(keys))


def _ranges(
    places: pl.DataFrame, step: int, *, downwards: bool
) -> list[tuple[dict[str, Any] | None, dict[str, Any] | None]]:
    """From one place in so many to the next; None is the open end on either side."""
    cuts = places.gather_every(step).rows(named=True)[1:]
    ranges = list(pairwise([None, *cuts, None]))
    return ranges[::-1] if downwards else ranges


_KEYS = {
    "total_desc": "total",
    "total_asc": "total",
    "customer_desc": "customer",
    "customer_asc": "customer",
}


def _ends(
    low: dict[str, Any] | None, high: dict[str, Any] | None, *, by_date: bool
) -> dict[str, object]:
    given: dict[str, object] = {}
    for end, place in (("low", low), ("high", high)):
        found = place or {}
        given[f"{end}_text"] = found.get("sort_text")
        given[f"{end}_number"] = found.get("sort_number")
        given[f"{end}_id"] = found.get("id")
        given[f"{end}_at"] = found.get("placed_at") if by_date else None
    return given
