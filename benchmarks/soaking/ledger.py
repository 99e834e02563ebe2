"""What was sent, and what was answered: all of it must be found in the store."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Ledger:
    """What the soak knows without asking the store.

    Attributes:
        clicks: seconds of each click since the last sample.
        acted: what staff's actions answered, in their order.
        accepted: deliveries answered 200, by endpoint and id; how often each was sent.
        forged: deliveries that bore no right signature, and what they were answered.
        told: orders that deliveries told of, by source and number, paid at last.
        begun: orders of which a delivery was sent, whether all of them came to that.
        filed: orders that a file brought, by source and number.
        files: files imported.
        known: orders in them that were there before.
        busy: answers that asked to come again later.
        troubles: what did not go as it should, in words.
    """

    clicks: list[float] = field(default_factory=list)
    acted: list[dict[str, Any]] = field(default_factory=list)
    accepted: dict[tuple[str, str], int] = field(default_factory=dict)
    forged: list[tuple[str, str, int]] = field(default_factory=list)
    told: set[tuple[str, str]] = field(default_factory=set)
    begun: set[tuple[str, str]] = field(default_factory=set)
    filed: set[tuple[str, str]] = field(default_factory=set)
    files: int = 0
    known: int = 0
    busy: int = 0
    troubles: list[str] = field(default_factory=list)
    clicked: int = 0

    def trouble(self, what: str) -> None:
        """Keep what did not go as it should; it is said at once too."""
        self.troubles.append(what)
        print(f"! {what}", flush=True)

    def taken(self) -> list[float]:
        """The clicks since the last call, sorted."""
        found, self.clicks = sorted(self.clicks), []
        self.clicked += len(found)
        return found
