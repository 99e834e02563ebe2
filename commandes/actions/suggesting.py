"""Which carrier the form of a number suggests, for a person to confirm.

The forms are those that the carriers publish. Where a form is shared by several, its
check digit decides; without one, nothing is suggested rather than the wrong carrier.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def _any(number: str) -> bool:
    del number
    return True


def _air_waybill(number: str) -> bool:
    """DHL: the last digit is the remainder of the others by seven."""
    return int(number[:-1]) % 7 == int(number[-1])


def _express(number: str) -> bool:
    """FedEx, 12 digits: weights 3, 1, 7, by eleven; ten counts as nought."""
    weighed = sum(
        int(digit) * weight
        for digit, weight in zip(number[:-1], (3, 1, 7) * 4, strict=False)
    )
    return weighed % 11 % 10 == int(number[-1])


def _ground(number: str) -> bool:
    """FedEx, 15 digits: weights 3 and 1 from the right, up to the next ten."""
    weighed = sum(
        int(digit) * weight
        for digit, weight in zip(reversed(number[:-1]), (3, 1) * 7, strict=True)
    )
    return -weighed % 10 == int(number[-1])


# No number has two of these forms.
_FORMS: tuple[tuple[re.Pattern[str], Callable[[str], bool], str], ...] = (
    (re.compile(r"1Z[0-9A-Z]{16}", re.ASCII), _any, "UPS"),
    # La Poste: a digit for the family of products, a letter for the product; or the
    # universal postal form, where C is a parcel, E express mail, the rest are letters.
    (re.compile(r"[5-9][A-Z]\d{11}|C[A-Z]\d{9}FR", re.ASCII), _any, "Colissimo"),
    (re.compile(r"[1-3][A-Z]\d{11}|[LRV][A-Z]\d{9}FR", re.ASCII), _any, "La Poste"),
    (
        re.compile(
            r"X[A-Z]\d{9}[A-Z]{2}|E[A-Z]\d{9}FR|[A-WYZ][A-Z]\d{9}(JB|TS)", re.ASCII
        ),
        _any,
        "Chronopost",
    ),
    (re.compile(r"\d{8}", re.ASCII), _any, "Mondial Relay"),
    (re.compile(r"\d{10}", re.ASCII), _air_waybill, "DHL Express"),
    (re.compile(r"J?JD01\d{16}", re.ASCII), _any, "DHL Express"),
    (re.compile(r"\d{12}", re.ASCII), _express, "FedEx"),
    (re.compile(r"\d{15}", re.ASCII), _ground, "FedEx"),
)


def suggest(number: str) -> str | None:
    """The carrier that a number's form suggests; None where several could be meant."""
    compact = re.sub(r"[\s.-]", "", number).upper()
    found = {
        name
        for form, holds, name in _FORMS
        if form.fullmatch(compact) and holds(compact)
    }
    return found.pop() if len(found) == 1 else None
