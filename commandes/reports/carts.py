"""Carts: begun, abandoned, recovered; which can be written to; what reminders brought.

Every figure is worked out from when a cart was begun and first paid, with whatever
delay is tried, and never from the marks of the sweep. A cart enters the figures once,
when its delay is over: one begun less than the delay ago is neither abandoned nor
counted among those begun, so that trying 24 hours does not flatter today's rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from commandes.errors import BadFilter
from commandes.reports import masking, periods
from commandes.reports.asking import parameters
from commandes.reports.sales import STEPS
from commandes.words import N_

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from commandes.mirror import Snapshot
    from commandes.reports.filters import OrderFilter

# A year of minutes: a longer delay is no cart's.
LONGEST_DELAY = 525_600
# More are counted, but no page shows thousands of carts.
MOST = 1_000
SERIES = "carts/series"
# What each figure means, by its name.
DEFINITIONS = (
    (
        N_("Paniers commencés"),
        N_(
            "les paniers dont la source donne le début, dans la période, et dont le "
            "délai est passé ; ceux qui sont devenus des commandes en font partie"
        ),
    ),
    (
        N_("Paniers abandonnés"),
        N_(
            "ceux qui n’ont pas été payés dans le délai, même s’ils l’ont été plus tard"
        ),
    ),
    (
        N_("Taux d’abandon"),
        N_("les paniers abandonnés divisés par les paniers commencés"),
    ),
    (
        N_("Récupérés"),
        N_(
            "les paniers abandonnés payés plus tard, pour ce qui a été payé ; ils ne "
            "baissent jamais le taux"
        ),
    ),
    (
        N_("Récupérés ailleurs"),
        N_(
            "les paniers jamais payés dont le client (même e-mail) a payé une autre "
            "commande dans les 30 jours"
        ),
    ),
    (
        N_("Ramenés par relance"),
        N_("les paniers payés après le message de relance"),
    ),
)


def has_carts(snap: Snapshot) -> bool:
    """Whether any source tells of carts; without one there is no rate, not even 0."""
    return bool(snap.ask("carts/sources")["carts"][0])


def tells_paid(snap: Snapshot) -> bool:
    """Whether a source says of paid orders when they were begun as a cart.

    Where none does, only carts that were left are known, and the rate says nothing.
    """
    return bool(snap.ask("carts/sources")["begun"][0])


def carts(
    snap: Snapshot,
    wanted: OrderFilter,
    by: str = "day",
    *,
    delay: int | None = None,
    today: date | None = None,
    now: datetime | None = None,
) -> pl.DataFrame:
    """Carts per period of the shop's time zone and currency (DESIGN §7).

    The filter's period is about the day a cart was begun, whatever its `dated`.
    Abandoned are the carts that had no payment within the delay, those paid later
    included: these are `recovered` too and never lower the rate. A payment at the
    last instant of the delay is within it. An order that was placed within the
    delay and waits for its bank transfer is no abandoned cart.

    Args:
        by: `day`, `week` (ISO, from Monday) or `month`.
        delay: minutes; None: the setting cart_delay.
        today: the last day filled with 0, and what named periods are reckoned from.
        now: carts whose delay is not over by then are `running` and nothing else.

    Returns:
        period (Date, its first day), currency, begun, abandoned, abandoned_value,
        rate (Float64, null where none was begun), recovered, recovered_value (what
        was paid of these),
        recovered_elsewhere (carts never paid, but another order of the e-mail was
        first paid within 30 days), recovered_elsewhere_value (of these carts),
        running. Int64, money in minor units. Empty without any cart.

    Raises:
        BadFilter: another `by`, or a delay that is none.
    """
    if by not in STEPS:
        raise BadFilter(name="by", value=by, choices=", ".join(STEPS))
    day = today or datetime.now(snap.zone).date()
    given = _given(snap, wanted, delay, day, now)
    given |= {"by": by, "timezone": snap.zone.key, "today": day}
    return snap.ask(SERIES, given)


@dataclass(frozen=True)
class Figures:
    """The carts of a period in one currency; values in minor units.

    Attributes:
        rate: abandoned ÷ begun; None where none was begun.
    """

    currency: str
    begun: int
    abandoned: int
    abandoned_value: int
    recovered: int
    recovered_value: int
    recovered_elsewhere: int
    recovered_elsewhere_value: int
    running: int

    @property
    def rate(self) -> float | None:
        """Abandoned ÷ begun; None where none was begun."""
        return self.abandoned / self.begun if self.begun else None


def figures(series: pl.DataFrame) -> tuple[Figures, ...]:
    """The sums of a series, one per currency, the one with most carts first."""
    summed = [name for name in series.columns if name in Figures.__annotations__]
    sums = series.group_by("currency").agg(
        pl.col(name).sum() for name in summed if name != "currency"
    )
    return tuple(
        Figures(**row)
        for row in sums.sort(["begun", "currency"], descending=[True, False]).iter_rows(
            named=True
        )
    )


def ages(
    snap: Snapshot,
    wanted: OrderFilter,
    *,
    delay: int | None = None,
    today: date | None = None,
    now: datetime | None = None,
) -> pl.DataFrame:
    """How old the carts are that were abandoned and never paid.

    Returns:
        The columns of sql/carts/ages.sql.
    """
    return snap.ask("carts/ages", _given(snap, wanted, delay, today, now))


def brought_back(
    snap: Snapshot,
    wanted: OrderFilter,
    *,
    delay: int | None = None,
    today: date | None = None,
    now: datetime | None = None,
) -> pl.DataFrame:
    """Carts begun in the period that were reminded of, and those paid afterwards.

    Returns:
        The columns of sql/carts/brought_back.sql.
    """
    return snap.ask("carts/brought_back", _given(snap, wanted, delay, today, now))


def writable(
    snap: Snapshot,
    wanted: OrderFilter,
    *,
    oldest: int,
    objected: Callable[[set[str]], set[str]],
    delay: int | None = None,
    today: date | None = None,
    now: datetime | None = None,
) -> pl.DataFrame:
    """The abandoned carts nobody has paid, each with why it may not be reminded of.

    `reason` is a code of actions.carts.REASONS, empty for a cart that may; the action
    decides again, and by the same rule.

    Args:
        oldest: days after which a cart is too old for it.
        objected: those of some e-mails whose owners want no reminder.

    Returns:
        The columns of sql/carts/writable.sql, the last begun first, MOST at most.
    """
    given = _given(snap, wanted, delay, today, now)
    patience = {"patience": snap.settings.cart_delay, "oldest": oldest, "size": MOST}
    found = snap.ask("carts/writable", given | patience)
    gone = objected(set(found["email"].drop_nulls()))
    after = found["reason"].is_in(["", "bought_since", "no_consent"])
    reason = pl.when(pl.col("email").is_in(list(gone)) & after)
    return masking.frame(
        found.with_columns(reason=reason.then(pl.lit("objected")).otherwise("reason"))
    )


def _given(
    snap: Snapshot,
    wanted: OrderFilter,
    delay: int | None,
    today: date | None,
    now: datetime | None,
) -> dict[str, object]:
    """The parameters that all questions about carts share."""
    minutes = snap.settings.cart_delay if delay is None else delay
    if not 0 < minutes <= LONGEST_DELAY:
        choices = f"1 – {LONGEST_DELAY}"
        raise BadFilter(name="delay", value=minutes, choices=choices)
    given = parameters(snap, wanted, today)
    del given["dated"]
    return given | {"delay": minutes, "now": now or periods.this_minute()}
