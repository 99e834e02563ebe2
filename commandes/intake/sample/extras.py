"""What people add to orders: tags, parcels, notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from commandes.intake.sample.articles import ARTICLES
from commandes.intake.sample.basket import RELAY
from commandes.intake.sample.cast import EVENTS, STORE, fate_is
from commandes.intake.sample.columns import digits, joined, pick
from commandes.intake.sample.endings import DONE, IN_PROGRESS, NEW, REFUNDS, later
from commandes.intake.sample.words import CLIENT_NOTES, STAFF, STAFF_NOTES

if TYPE_CHECKING:
    from commandes.intake.sample.basket import Basket, Bill
    from commandes.intake.sample.cast import Cast, Plan
    from commandes.intake.sample.draws import Floats, Ints

_FRAGILE = np.array([article.fragile for article in ARTICLES])
_VIP_SHARE, _FEWEST_VIPS = 0.005, 3


class _Carrier(NamedTuple):
    """A carrier; its numbers have `digits` digits between `start` and `end`."""

    name: str
    start: str
    digits: int
    end: str
    page: str


# The carrier of each way of shipping (basket.RELAY, HOME, EXPRESS), and UPS.
_CARRIERS = (
    _Carrier(
        "Mondial Relay",
        *("", 8, ""),
        "https://www.mondialrelay.fr/suivi-de-colis?numeroExpedition=",
    ),
    _Carrier(
        "Colissimo",
        *("6A", 11, ""),
        "https://www.laposte.fr/outils/suivre-vos-envois?code=",
    ),
    _Carrier(
        "Chronopost",
        *("XY", 9, "FR"),
        "https://www.chronopost.fr/tracking-no-cms/suivi-page?listeNumerosLT=",
    ),
    _Carrier("UPS", "1Z999AA1", 10, "", "https://www.ups.com/track?tracknum="),
)
_UPS = 3


def tags(plan: Plan, cast: Cast, basket: Basket, status: Ints) -> pl.DataFrame:
    """The tags of orders as (row, name)."""
    shares = _tag_shares(plan, cast, basket, status)
    said = cast.scripted(
        plan, (list(shares).index(c.tag) if c.tag else None for c in plan.cases)
    )
    found = [
        np.flatnonzero(
            plan.draws.chance(f"tag-{name}", cast.index, share) | (said == rank)
        )
        for rank, (name, share) in enumerate(shares.items())
    ]
    row = np.concatenate(found)
    name = np.repeat(np.arange(len(found)), [len(rows) for rows in found])
    frame = pl.DataFrame({"row": row, "name": pick(list(shares), name)})
    return frame.sort("row", maintain_order=True)


def _tag_shares(
    plan: Plan, cast: Cast, basket: Basket, status: Ints
) -> dict[str, Floats]:
    """How likely each order bears each tag."""
    months = plan.seasons.dates.dt.month().to_numpy()
    december = months[plan.seasons.day(cast.placed)] == 12  # noqa: PLR2004 (the month)
    store = cast.module == STORE
    fragile = np.zeros(len(cast.index), np.bool_)
    fragile[basket.row[_FRAGILE[basket.article]]] = True
    vips = max(int(plan.customers * _VIP_SHARE), _FEWEST_VIPS)
    waiting = status == NEW
    unsure = fate_is(cast.fate, "unpaid", "transfer") & waiting
    return {
        "VIP": np.where(cast.customer < vips, 0.9, 0.002),
        "Urgent": np.where(waiting | (status == IN_PROGRESS), 0.12, 0.01),
        "Cadeau": np.where(store, np.where(december, 0.15, 0.02), 0.003),
        "Fragile": np.where(fragile & store, 0.25, 0.0),
        "À rappeler": np.where(unsure, 0.5, 0.004),
        "Presse": np.where(cast.module == EVENTS, 0.01, 0.002),
        "Réclamation": np.where(fate_is(cast.fate, *REFUNDS), 0.3, 0.0),
    }


def shipments(plan: Plan, cast: Cast, bill: Bill, status: Ints) -> pl.DataFrame:
    """The parcels of orders that were sent, as frames.SHIPMENTS with a row."""
    draws, index = plan.draws, cast.index
    leaves = later(cast.placed, 2 * draws.uniform("leaves", index))
    leaves = plan.seasons.opening(leaves, draws.uniform("leaves-at", index))
    early = (status == IN_PROGRESS) & draws.chance("early-parcel", index, 0.3)
    sent = (bill.shipping_method >= RELAY) & ((status == DONE) | early)
    sent &= (leaves <= plan.now) & draws.chance("has-parcel", index, 0.96)
    rows = np.flatnonzero(sent)
    second = rows[draws.chance("second-parcel", index[rows], 0.02)]
    row = np.concatenate((rows, second))
    parcel = 2 * index[row] + np.repeat((0, 1), (len(rows), len(second)))

    by_ups = draws.chance("ups", index, 0.08) & (bill.shipping_method != RELAY)
    carrier = np.where(by_ups, _UPS, bill.shipping_method)[row]
    length = pl.Series(np.array([c.digits for c in _CARRIERS])[carrier])
    number = joined(
        pick([c.start for c in _CARRIERS], carrier),
        digits(draws, "parcel", parcel, 11).str.slice(0, length),
        pick([c.end for c in _CARRIERS], carrier),
    )
    frame = pl.DataFrame(
        {
            "row": row,
            "carrier": pick([c.name for c in _CARRIERS], carrier),
            "number": number,
            "url": joined(pick([c.page for c in _CARRIERS], carrier), number),
            "at": leaves[row],
        }
    )
    return frame.sort("row", maintain_order=True)


def notes(plan: Plan, cast: Cast) -> pl.DataFrame:
    """Notes of customers ("client") and of staff, as (row, author, text)."""
    draws = plan.draws
    share = np.where(cast.case >= 0, 0.5, 0.05)
    row = np.flatnonzero(draws.chance("note", cast.index, share))
    index = cast.index[row]
    authors = ("client", *STAFF)
    author = draws.choose("author", index, (0.7, 0.1, 0.1, 0.05, 0.05))
    from_client = draws.below("client-note", index, len(CLIENT_NOTES))
    from_staff = draws.below("staff-note", index, len(STAFF_NOTES))
    text = np.where(author == 0, from_client, len(CLIENT_NOTES) + from_staff)
    return pl.DataFrame(
        {
            "row": row,
            "author": pick(authors, author),
            "text": pick((*CLIENT_NOTES, *STAFF_NOTES), text),
        }
    )
