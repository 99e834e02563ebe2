"""What every question about orders needs: its parameters in the shop's time zone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from commandes.mirror import Snapshot
    from commandes.reports.filters import OrderFilter


def parameters(
    snap: Snapshot, wanted: OrderFilter, today: date | None = None
) -> dict[str, object]:
    """The parameters of `filtered_orders` for a filter, in the shop's time zone.

    Args:
        today: what named periods are reckoned from; None: the day it is in the shop.
    """
    day = today or datetime.now(snap.zone).date()
    return wanted.parameters(snap.zone, day)
