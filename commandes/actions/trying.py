"""Trying an action out on many things: each with a store on which nothing stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeVar

    from commandes.store import Rehearsal, Store

    Thing = TypeVar("Thing")
    Progress = Callable[[int, int], None]

# Things that are tried out while others wait for the write lock.
_AT_ONCE = 200


def each(
    store: Store,
    things: Sequence[Thing],
    *,
    actor: str,
    progress: Progress | None = None,
) -> Iterator[tuple[Rehearsal, Thing]]:
    """Each of these things with the store to try on; others write in between."""
    for first in range(0, len(things), _AT_ONCE):
        some = things[first : first + _AT_ONCE]
        with store.rehearsing(actor) as trial:
            for thing in some:
                yield trial, thing
        store.give_way()
        if progress:
            progress(first + len(some), len(things))
