"""Through which door an order comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from commandes.intake.sample.cast import Cast, Plan, fate_is
from commandes.intake.sample.seasons import HOUR

if TYPE_CHECKING:
    from commandes.intake.sample.draws import Bools, Ints

CHANNELS = ("web", "mobile", "instagram", "pos", "phone", "google")
WEB, MOBILE, INSTAGRAM, POS, PHONE, GOOGLE = range(len(CHANNELS))

# One row per module.
_SHARES = np.array(
    (
        (0.50, 0.30, 0.06, 0.14, 0, 0),
        (0.50, 0.35, 0.05, 0.07, 0.03, 0),
        (0.85, 0.15, 0, 0, 0, 0),
        (0.35, 0.30, 0.03, 0, 0.17, 0.15),
        (0.45, 0.35, 0.05, 0, 0.10, 0.05),
    )
)
_OPENS, _CLOSES = 9 * HOUR, 19 * HOUR


def find_channels(plan: Plan, cast: Cast) -> Ints:
    """The channel of each order, as a position in CHANNELS."""
    drawn = plan.draws.choose_in("channel", cast.index, _SHARES[cast.module])
    days = plan.seasons.midnights[plan.seasons.day(cast.placed)]
    hour = cast.placed - days
    closed = (hour < _OPENS) | (hour > _CLOSES)
    online = fate_is(
        cast.fate, "cart", "recovered", "transfer", "unpaid", "instalments", "renewals"
    )
    elsewhere = ((drawn == POS) & (closed | online)) | ((drawn == PHONE) & online)
    return np.where(elsewhere, WEB, drawn)


def by_browser(channel: Ints) -> Bools:
    """Whether the customer ordered with a browser of their own."""
    return ~np.isin(channel, (POS, PHONE, GOOGLE))
