"""`commandes verify`: the rules I1 to I6, each checked, the first broken row named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from commandes.errors import CommandesError
from commandes.mirror import check as mirror_check
from commandes.store import checks, journal
from commandes.store.checks import Check

if TYPE_CHECKING:
    from commandes.mirror import Mirror
    from commandes.store import Head, Store


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

    Raises:
        MirrorError: there is no mirror to compare with, though the store is in order.
    """
    key = store.key
    with store.reading("server/verify") as connection:
        results = checks.of_the_store(connection, key, noted=noted)
        head = journal.head(connection)
    try:
        results.append(mirror_check(mirror, store))
    except CommandesError as error:
        if all(check.ok for check in results):
            raise
        # What is wrong with the store is said all the same.
        results.append(Check("I6", ok=False, checked=0, first_bad=error.message))
    return Verdict(head, tuple(results))
