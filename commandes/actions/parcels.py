"""Many tracking numbers at once: looked at first, then noted, order by order.

All rows of one order are one transaction, one message to the customer and one line
of its activity. A row that is refused keeps no other row from being noted.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from commandes.actions import carriers, tracking, trying
from commandes.actions.orders import Order
from commandes.actions.tracking import Parcel
from commandes.errors import CommandesError
from commandes.words import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from commandes.actions.trying import Progress
    from commandes.store import Store

# What a spreadsheet makes of a long number: 1,23457E+11.
_SPOILT = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE)

NO_ORDER = N_("la ligne ne dit pas quelle commande")
NO_NUMBER = N_("la ligne n’a pas de numéro de suivi")
SPOILT = N_("un tableur a abrégé le numéro : remettez la colonne au format texte")
TOO_LONG = N_("le numéro de suivi est trop long")
NOT_HTTPS = N_("le lien de suivi doit commencer par https://")
NO_CARRIER = N_("le transporteur manque, et le numéro n’en suggère aucun")
ALREADY = N_("La commande porte déjà ce numéro de suivi.")


@dataclass(frozen=True)
class Told:
    """A parcel as a row of a file tells it.

    Attributes:
        row: counts the rows of data from 1.
        order: its number as the source writes it.
        carrier: empty: the form of the number may suggest one.
        url: https; None: from the table of carriers.
        source: needed where two sources share the order's number.
    """

    row: int
    order: str
    carrier: str
    number: str
    url: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What becomes, or became, of one row.

    Attributes:
        carrier: as told, or suggested.
        suggested: whether the form of the number suggested the carrier.
        added: whether the number is added to the order.
        done: whether the order becomes done.
        message: whether the customer gets a message.
        said: why nothing is added; empty when the number is.
        refused: whether that is a refusal rather than a thing done already.
        again: whether an earlier run under the same key had done it.
    """

    told: Told
    carrier: str
    suggested: bool = False
    added: bool = False
    done: bool = False
    message: bool = False
    said: str = ""
    refused: bool = False
    again: bool = False

    @property
    def changed(self) -> bool:
        """Whether the row changes anything on its order."""
        return self.added or self.done


@dataclass(frozen=True)
class Outcomes:
    """The outcomes of a file, in the order of its rows."""

    all: tuple[Outcome, ...]

    @property
    def changed(self) -> tuple[Outcome, ...]:
        """The rows that change their order."""
        return tuple(one for one in self.all if one.changed)

    @property
    def refused(self) -> tuple[Outcome, ...]:
        """The rows that are refused, each with its reason."""
        return tuple(one for one in self.all if one.refused)

    @property
    def idle(self) -> tuple[Outcome, ...]:
        """The rows whose number the order bears already."""
        return tuple(one for one in self.all if not one.changed and not one.refused)

    @property
    def orders(self) -> int:
        """How many orders change."""
        return len({(one.told.order, one.told.source) for one in self.changed})


def preview(
    store: Store,
    told: Sequence[Told],
    *,
    tell: bool = True,
    done: bool = False,
    actor: str,
    progress: Progress | None = None,
) -> Outcomes:
    """What noting these parcels would do; nothing is changed."""
    found, groups = _sorted_out(told)
    for trial, group in trying.each(store, groups, actor=actor, progress=progress):
        found += _one(trial, group, tell=tell, done=done, actor=actor)
    return _arranged(found)


def run(
    store: Store,
    told: Sequence[Told],
    *,
    tell: bool = True,
    done: bool = False,
    actor: str,
    key: str | None = None,
    progress: Progress | None = None,
) -> Outcomes:
    """Note these parcels, one transaction per order.

    Args:
        tell: whether the customers get a message.
        done: whether the orders become done as well.
        key: the file's idempotency key; each order has its own, made of it. What a
            run that broke off had noted under it counts as noted.
    """
    key = key or secrets.token_urlsafe(16)
    found, groups = _sorted_out(told)
    for place, group in enumerate(groups, start=1):
        found += _one(store, group, tell=tell, done=done, actor=actor, key=key)
        store.give_way()
        if progress:
            progress(place, len(groups))
    return _arranged(found)


def _arranged(found: Iterable[Outcome]) -> Outcomes:
    return Outcomes(tuple(sorted(found, key=lambda one: one.told.row)))


def _sorted_out(told: Sequence[Told]) -> tuple[list[Outcome], list[list[Outcome]]]:
    """The rows refused for what they are, and the others by order."""
    refused: list[Outcome] = []
    groups: dict[tuple[str, str | None], list[Outcome]] = {}
    for row in told:
        parcel = tracking.tidy(Parcel(row.carrier, row.number, row.url))
        suggested = None if parcel.carrier else tracking.suggest(parcel.number)
        carrier = parcel.carrier or suggested or ""
        one = Outcome(row, carrier, suggested=suggested is not None)
        wrong = _wrong(row.order, replace(parcel, carrier=carrier))
        if wrong:
            refused.append(_refused(one, _(wrong)))
        else:
            groups.setdefault((row.order, row.source), []).append(one)
    return refused, list(groups.values())


def _wrong(order: str, parcel: Parcel) -> str:
    """Why a row is refused whatever its order is; empty where it is not."""
    number, url = parcel.number, parcel.url
    faults = (
        (NO_ORDER, not order),
        (NO_NUMBER, not number),
        (SPOILT, _SPOILT.fullmatch(number)),
        (TOO_LONG, len(number) > tracking.LONGEST_NUMBER),
        (NOT_HTTPS, url and not carriers.is_https(url)),
        (NO_CARRIER, not parcel.carrier),
    )
    return next((fault for fault, holds in faults if holds), "")


def _refused(one: Outcome, said: str) -> Outcome:
    return replace(one, said=said, refused=True)


def _one(
    store: Store,
    group: Sequence[Outcome],
    *,
    tell: bool,
    done: bool,
    actor: str,
    key: str | None = None,
) -> list[Outcome]:
    """Note the parcels of one order; what became of each of its rows."""
    told = group[0].told
    try:
        receipt = tracking.ship(
            store,
            Order(told.order, told.source),
            [Parcel(one.carrier, one.told.number, one.told.url) for one in group],
            tell=tell,
            done=done,
            actor=actor,
            key=key and f"{key}:{told.source or ''}:{told.order}",
        )
    except CommandesError as error:
        return [_refused(one, error.message) for one in group]
    if not receipt.took_effect:
        return [replace(one, said=receipt.message) for one in group]
    became = _became(group, receipt.result)
    return [replace(one, again=receipt.done_before) for one in became]


def _became(group: Sequence[Outcome], result: dict[str, Any]) -> list[Outcome]:
    """What became of the rows of an order that changed."""
    left, became = set(result["numbers"]), []
    for place, one in enumerate(group):
        number = tracking.tidy(Parcel("", one.told.number)).number
        added = number in left
        left.discard(number)
        became.append(
            replace(
                one,
                added=added,
                done=result["done"] and place == 0,
                message=added and result["told"],
                said="" if added else _(ALREADY),
            )
        )
    return became
