"""`commandes verify`: the rules I1 to I6, each checked, the first broken row named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from commandes.mirror import check as mirror_check
from commandes.store import checks, journal

if TYPE_CHECKING:
    from commandes.mirror import Mirror
    from commandes.store import Head, Store
    from commandes.store.checks import Check


@dataclass(frozen=True)
class Verdict:
    """The outcome of all rules, and the head to note elsewhere."""

    head: Head
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether every rule holds."""
        return all(check.ok for check in self.checks)


def verify(store: Store, mirror: Mirror, *, noted: Head | None = None) -> Verdict:
    """Check I1 to I5 in one read transaction of the store, then I6 on the mirror.

    Args:
        noted: a head written down elsewhere; the journal must pass through it.
    """
    key = store.key
    with store.reading("server/verify") as connection:
        results = checks.of_the_store(connection, key, noted=noted)
        head = journal.head(connection)
    results.append(mirror_check(mirror, store))
    return Verdict(head, tuple(results))
