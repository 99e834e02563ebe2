"""Who the customers are: names, addresses, phones, browsers; all invented.

A customer is a number: everything about them follows from it, so they are the same
person in every order and every module. Phones stand in the ranges that ARCEP and
Ofcom keep for fiction, IP addresses in those kept for documentation (RFC 5737).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from commandes.intake.sample.cast import STORE
from commandes.intake.sample.channels import INSTAGRAM, POS, WEB, by_browser
from commandes.intake.sample.columns import as_json, digits, joined, only, pick
from commandes.intake.sample.words import (
    ABROAD,
    COMPANIES,
    DESKTOPS,
    INSTAGRAM_APP,
    MOBILES,
    NAMES,
    PLACES,
)
from commandes.rules import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commandes.intake.sample.cast import Cast, Plan
    from commandes.intake.sample.draws import Bools, Draws, Ints

_COUNTRIES = tuple(PLACES)
_COUNTRY = np.array([_COUNTRIES.index(ABROAD.get(k, "FR")) for k in range(100)])
_ORIGINS = tuple(NAMES)
_ORIGIN = np.array([_ORIGINS.index(place[0]) for place in PLACES.values()])
_FRENCH, _EUROPEAN = _ORIGINS.index("french"), _ORIGINS.index("european")
_FORMS = ("number street", "street number", "number, street", "street, number")
_FORM = np.array([_FORMS.index(place[1]) for place in PLACES.values()])

_DOMAINS = ("example.org", "example.com", "example.net")
_NETWORKS = ("192.0.2.", "198.51.100.", "203.0.113.")
_PHONES = ("+33 6 39 98 ", "+33 1 99 00 ", "+44 20 7946 0")
_MOBILE, _LANDLINE, _BRITISH = range(len(_PHONES))


class _Choices:
    """Several lists end to end, to choose from one of them per row."""

    def __init__(self, groups: Sequence[Sequence[str]]) -> None:
        sizes = [len(group) for group in groups]
        self.values = [value for group in groups for value in group]
        self.count = np.array(sizes)
        self.start = self.count.cumsum() - self.count

    def draw(self, draws: Draws, stream: str, index: Ints, group: Ints) -> Ints:
        """Positions in `values`, within the group of each row."""
        drawn: Ints = self.start[group] + draws.below(stream, index, self.count[group])
        return drawn


def _mail_part(name: str) -> str:
    letters = "".join(c if c.isascii() and c.isalnum() else "-" for c in fold(name))
    return letters.strip("-")


_FIRST = _Choices([first for first, _ in NAMES.values()])
_LAST = _Choices([last for _, last in NAMES.values()])
_FIRST_MAIL = [_mail_part(name) for name in _FIRST.values]
_LAST_MAIL = [_mail_part(name) for name in _LAST.values]
_STREETS = _Choices([place[2] for place in PLACES.values()])
_TOWNS = _Choices([place[3] for place in PLACES.values()])
_ZIPS = [town.partition(" ")[0].replace("_", " ") for town in _TOWNS.values]
_CITIES = [town.partition(" ")[2] for town in _TOWNS.values]


def _names(draws: Draws, customer: Ints) -> tuple[Ints, Ints]:
    """Positions of the first and family names in their lists."""
    origin = _ORIGIN[_COUNTRY[customer % len(_COUNTRY)]]
    newcomer = (origin == _FRENCH) & draws.chance("newcomer", customer, 0.04)
    origin = np.where(newcomer, _EUROPEAN, origin)
    first = _FIRST.draw(draws, "first-name", customer, origin)
    return first, _LAST.draw(draws, "last-name", customer, origin)


def _phones(draws: Draws, customer: Ints) -> pl.Series:
    country = customer % len(_COUNTRY)
    code = pl.Series(_COUNTRIES).gather(_COUNTRY[country])
    british = (code == "GB").to_numpy()
    known = british | (code == "FR").to_numpy()
    landline = draws.chance("landline", customer, 0.2)
    prefix = np.where(british, _BRITISH, np.where(landline, _LANDLINE, _MOBILE))
    figures = digits(draws, "phone", customer, 4)
    french = joined(figures.str.slice(0, 2), " ", figures.str.slice(2, 2))
    end = pl.select(
        pl.when(pl.Series(british)).then(figures.str.slice(0, 3)).otherwise(french)
    ).to_series()
    answers = known & draws.chance("has-phone", customer, 0.9)
    return only(joined(pick(_PHONES, prefix), end), answers)


def _addresses(draws: Draws, customer: Ints) -> pl.Series:
    """Addresses as JSON objects with the keys of store.tables.ADDRESS_FIELDS."""
    country = _COUNTRY[customer % len(_COUNTRY)]
    first, last = _names(draws, customer)
    number = pl.Series(draws.between("house", customer, 1, 180)).cast(pl.String)
    street = pick(_STREETS.values, _STREETS.draw(draws, "street", customer, country))
    lines = [
        joined(number, " ", street),
        joined(street, " ", number),
        joined(number, ", ", street),
        joined(street, ", ", number),
    ]
    form = pl.Series(_FORM[country])
    town = _TOWNS.draw(draws, "town", customer, country)
    company = pick(COMPANIES, draws.below("company", customer, len(COMPANIES)))
    floor = joined("Étage ", pl.Series(draws.between("floor", customer, 1, 8)))
    return as_json(
        {
            "name": joined(pick(_FIRST.values, first), " ", pick(_LAST.values, last)),
            "company": only(company, draws.chance("is-company", customer, 0.05)),
            "line1": pl.select(
                pl.coalesce(pl.when(form == k).then(lines[k]) for k in range(4))
            ).to_series(),
            "line2": only(floor, draws.chance("has-floor", customer, 0.15)),
            "city": pick(_CITIES, town),
            "zip": pick(_ZIPS, town),
            "country": pick(_COUNTRIES, country),
            "phone": _phones(draws, customer),
        }
    )


def identities(plan: Plan, cast: Cast, channel: Ints) -> dict[str, pl.Series]:
    """Name, e-mail, phone, consent and addresses of each order's customer.

    An order at the counter may come without a name, seldom with an address.
    """
    draws, index, customer = plan.draws, cast.index, cast.customer
    counter = channel == POS
    named = ~counter | draws.chance("named", index, 0.6)
    first, last = _names(draws, customer)
    mail = joined(
        pick(_FIRST_MAIL, first),
        ".",
        pick(_LAST_MAIL, last),
        pl.Series(customer),
        "@",
        pick(_DOMAINS, draws.choose("domain", customer, (0.5, 0.3, 0.2))),
    )
    has_mail = named & draws.chance("has-mail", index, np.where(counter, 0.3, 0.985))
    delivered = (cast.module == STORE) & ~counter
    gift = delivered & draws.chance("gift", index, 0.06)
    other = draws.below("recipient", index, plan.customers)
    name = joined(pick(_FIRST.values, first), " ", pick(_LAST.values, last))
    agrees = pl.Series(draws.chance("agrees", customer, 0.45))
    return {
        "customer_name": only(name, named),
        "email": only(mail, has_mail),
        "phone": only(_phones(draws, customer), named),
        "marketing_consent": only(agrees, has_mail),
        "billing_address": only(_addresses(draws, customer), ~counter),
        "shipping_address": only(
            _addresses(draws, np.where(gift, other, customer)), delivered
        ),
    }


def devices(plan: Plan, cast: Cast, channel: Ints) -> dict[str, pl.Series]:
    """IP address and user agent of each order, where a browser sent them."""
    draws, index, customer = plan.draws, cast.index, cast.customer
    seen = by_browser(channel)
    host = draws.between("host", customer, 1, 254)
    network = draws.below("network", customer, len(_NETWORKS))
    agents = (*DESKTOPS, *MOBILES, INSTAGRAM_APP)
    desktop = draws.popular("desktop", customer, len(DESKTOPS), 1.5)
    mobile = len(DESKTOPS) + draws.popular("handset", customer, len(MOBILES), 1.5)
    agent = np.where(channel == WEB, desktop, mobile)
    agent = np.where(channel == INSTAGRAM, len(agents) - 1, agent)
    return {
        "ip_address": only(
            joined(pick(_NETWORKS, network), pl.Series(host)),
            _mostly(draws, "has-ip", index, seen),
        ),
        "user_agent": only(
            pick(agents, agent), _mostly(draws, "has-agent", index, seen)
        ),
    }


def _mostly(draws: Draws, stream: str, index: Ints, seen: Bools) -> Bools:
    return seen & draws.chance(stream, index, 0.97)
