"""The modules' own facts of each line: seats, plans, tables, slots."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from commandes.intake.sample.articles import ARTICLES, MONTHLY, YEARLY
from commandes.intake.sample.basket import MOST_LINES
from commandes.intake.sample.cast import BOOKING, EVENTS, PRICING, RESTAURANT
from commandes.intake.sample.columns import as_json, joined, pick
from commandes.intake.sample.seasons import MINUTE

if TYPE_CHECKING:
    from commandes.intake.sample.basket import Basket
    from commandes.intake.sample.cast import Cast, Plan
    from commandes.intake.sample.draws import Ints

_MINUTES = np.array([article.minutes for article in ARTICLES])
_SKUS = pl.Series([article.sku for article in ARTICLES])
_PLAN_OF = [
    article.title if article.sku.startswith("TAR-") else None for article in ARTICLES
]
_IS_YEARLY = _SKUS.str.ends_with("-A").to_numpy()
_ROWS = "ABCDEFGHJKLM"


def details(
    plan: Plan, cast: Cast, basket: Basket, day: Ints, service_at: Ints
) -> pl.Series:
    """The module's own facts of each line as JSON, null in the store."""
    makers = {
        EVENTS: _event_facts,
        PRICING: _plan_facts,
        RESTAURANT: _table_facts,
        BOOKING: _slot_facts,
    }
    module = cast.module[basket.row]
    pieces = []
    for code, facts in makers.items():
        lines = np.flatnonzero(module == code)
        made = as_json(facts(plan, cast, basket, lines, day, service_at))
        pieces.append(pl.DataFrame({"line": lines, "details": made}))
    all_lines = pl.DataFrame({"line": np.arange(len(module))})
    joined_up = all_lines.join(
        pl.concat(pieces), on="line", how="left", maintain_order="left"
    )
    return joined_up["details"]


_Facts = dict[str, pl.Series]


def _event_facts(
    plan: Plan, cast: Cast, basket: Basket, lines: Ints, day: Ints, service_at: Ints
) -> _Facts:
    del service_at
    row = basket.row[lines]
    place = cast.index[row] * MOST_LINES + basket.position[lines]
    letter = plan.draws.below("seat-row", place, len(_ROWS))
    seat = plan.draws.between("seat-number", place, 1, 26)
    last = seat + basket.quantity[lines] - 1
    one = joined(", place ", pl.Series(seat))
    many = joined(", places ", pl.Series(seat), " à ", pl.Series(last))
    several = pl.Series(last > seat)
    where = pl.select(pl.when(several).then(many).otherwise(one)).to_series()
    return {
        "event": pick([a.title for a in ARTICLES], basket.article[lines]),
        "date": plan.seasons.dates.gather(day[row]),
        "seat": joined("Rang ", pick(tuple(_ROWS), letter), where),
    }


def _plan_facts(
    plan: Plan, cast: Cast, basket: Basket, lines: Ints, day: Ints, service_at: Ints
) -> _Facts:
    del plan, cast, day, service_at
    head = basket.article[basket.starts[basket.row[lines]]]
    period = _IS_YEARLY[head].astype(np.int64)
    return {
        "plan": pick(_PLAN_OF, head),
        "period": pick((MONTHLY, YEARLY), period),
    }


def _table_facts(
    plan: Plan, cast: Cast, basket: Basket, lines: Ints, day: Ints, service_at: Ints
) -> _Facts:
    del day, service_at
    row = basket.row[lines]
    table = plan.draws.between("table", cast.index[row], 1, 24)
    covers = basket.quantity[basket.starts[row]]
    return {
        "table": joined("Table ", pl.Series(table)),
        "covers": pl.Series(covers),
    }


def _slot_facts(
    plan: Plan, cast: Cast, basket: Basket, lines: Ints, day: Ints, service_at: Ints
) -> _Facts:
    del cast, day
    row = basket.row[lines]
    head = basket.article[basket.starts[row]]
    start = service_at[row]
    return {
        "slot_start": _local(start, plan.timezone),
        "slot_end": _local(start + _MINUTES[head] * MINUTE, plan.timezone),
        "service": pick([a.title for a in ARTICLES], head),
    }


def _local(at: Ints, timezone: str) -> pl.Series:
    """Instants in ISO 8601 as the shop's clocks show them, with their offset."""
    moments = pl.Series(at).cast(pl.Datetime("us", "UTC"))
    return moments.dt.convert_time_zone(timezone).dt.strftime("%Y-%m-%dT%H:%M:%S%:z")
