"""What of an order is personal, and what is left of it: blanked, shortened, masked.

Pure: no store, no file. An erased order keeps its amounts, states, articles and the
country that it went to; a text of its is kept when nothing of its customer is in it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from itertools import groupby
from typing import TYPE_CHECKING, Any

from commandes.rules import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# What stands where a text named somebody who was erased.
ERASED = "[effacé]"
# Columns of an order that go whole.
FIELDS = (
    *("customer_name", "email", "phone", "marketing_consent", "ip_address"),
    *("user_agent", "cart_url"),
)
ADDRESSES = ("billing_address", "shipping_address")
# Columns of an order that stay unless they name its customer.
TEXTS = ("discount_codes", "channel")
# Of what is proper to a module, what names no person and reports are made of.
KEPT_DETAILS = ("event", "plan", "period", "covers", "service", "slot_end")

_PHONE_DIGITS = 8  # the last ones: +33 6 … and 06 … are the same
_LONG_WORD = 4
_LONG_LINE = 8


@dataclass(frozen=True)
class Person:
    """By what a text may name the customer of an order.

    Attributes:
        names: full names, each as its folded words.
        phrases: e-mail and street lines, folded.
        phones: last digits of telephone numbers.
    """

    names: tuple[tuple[str, ...], ...]
    phrases: tuple[str, ...]
    phones: tuple[str, ...]

    @classmethod
    def of(cls, order: Mapping[str, Any]) -> Person:
        """The customer of an order, given by its columns."""
        addresses = addresses_of(order)
        names = [order.get("customer_name"), *(a.get("name") for a in addresses)]
        phones = [order.get("phone"), *(a.get("phone") for a in addresses)]
        lines = streets_of(order)
        email = order.get("email")
        return cls(
            names=tuple({_words(name) for name in names if name} - {()}),
            phrases=tuple(
                {fold(text) for text in lines}
                | ({fold(email.strip())} if email and email.strip() else set())
            ),
            phones=tuple(
                {_digits(phone)[-_PHONE_DIGITS:] for phone in phones if phone}
            ),
        )

    def is_named(self, text: str | None) -> bool:
        """Whether a text holds a full name, the e-mail, a telephone or a street."""
        if not text:
            return False
        folded, words, digits = fold(text), set(_words(text)), _digits(text)
        return (
            any(len(name) > 1 and words.issuperset(name) for name in self.names)
            or any(phrase in folded for phrase in self.phrases)
            or any(len(p) == _PHONE_DIGITS and p in digits for p in self.phones)
        )

    def is_hinted(self, text: str | None) -> bool:
        """Whether it is named, or a text holds one longer word of a name."""
        own = {word for name in self.names for word in name if len(word) >= _LONG_WORD}
        return self.is_named(text) or not own.isdisjoint(_words(text or ""))


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W_]{2,}", fold(text)))


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _parts(address: str | None) -> dict[str, Any]:
    found = json.loads(address) if address else {}
    return found if isinstance(found, dict) else {}


def addresses_of(order: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parts of each address of an order; none of one that it has not."""
    return [_parts(order.get(name)) for name in ADDRESSES]


def streets_of(order: Mapping[str, Any]) -> set[str]:
    """The street lines of its addresses that are long enough to name a place."""
    lines = {address.get("line1") for address in addresses_of(order)}
    return {line for line in lines if line and len(line) >= _LONG_LINE}


def kept_text(text: str | None, person: Person) -> str | None:
    """A code or a reference, unless anything of the customer is in it."""
    return None if person.is_hinted(text) else text


def kept_title(title: str, sku: str | None, person: Person) -> str:
    """An article's title, unless it names the customer: its code then."""
    return (sku or ERASED) if person.is_named(title) else title


def kept_address(address: str | None) -> str | None:
    """The country of an address, which reports are made of; nothing else."""
    country = _parts(address).get("country")
    return _as_json({"country": country}) if country else None


def kept_details(details: str | None, person: Person) -> str | None:
    """What is proper to the module, without what may be somebody's own."""
    kept = {
        name: value
        for name, value in _parts(details).items()
        if name in KEPT_DETAILS and not person.is_named(str(value))
    }
    return _as_json(kept) if kept else None


def kept_order(order: Mapping[str, Any], person: Person) -> dict[str, Any]:
    """The columns of an order that change when it is erased, as they are then."""
    return {
        **dict.fromkeys(FIELDS),
        **{name: kept_address(order.get(name)) for name in ADDRESSES},
        **{name: kept_text(order.get(name), person) for name in TEXTS},
    }


def _as_json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def redacted(text: str, needles: Iterable[str]) -> str:
    """A text of somebody else's, with each of these texts in it taken out."""
    return _without(text, needles, ERASED)


def short_ip(given: str | None) -> str | None:
    """An IP address without its last part: a /24 of IPv4, a /48 of IPv6.

    What is no address cannot be shortened, and is not kept.
    """
    try:
        found = ip_address((given or "").strip().split("%")[0])
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    bits = 80 if isinstance(found, IPv6Address) else 8
    return str(type(found)(int(found) >> bits << bits))


def masked_name(name: str | None) -> str | None:
    """« Ana Martin » as « A*** M*** »."""
    return name and " ".join(f"{word[0]}***" for word in name.split())


def masked_email(email: str | None) -> str | None:
    """« ana@example.org » as « a…@e… »; what is no e-mail as a name."""
    if not email or "@" not in email:
        return masked_name(email)
    name, _at, host = email.strip().rpartition("@")
    return f"{name[:1]}…@{host[:1]}…"


def masked_phone(phone: str | None) -> str | None:
    """The last two digits."""
    return phone and f"…{_digits(phone)[-2:]}"


def masked_ip(address: str | None) -> str | None:
    """That there is one, and no more."""
    return address and "…"


_AN_EMAIL = re.compile(r"[^\s<>\"'«»(),;:]+@[^\s<>\"'«»(),;:]+")
_A_PHONE = re.compile(r"\+?\(?\d[\d\s.()/-]{6,}\d")
# With the accents that some systems write as signs of their own.
_A_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")
_SHORTEST_NAME = 3  # an initial is no name
_HIDDEN = "…"


def masked_text(text: str, known: Iterable[str | None]) -> str:
    """A text without these names and numbers of its customer, and without e-mails.

    Args:
        known: names, street lines, telephone numbers; a word alone is looked for alone.
    """
    told = [one for one in known if one and len(one) >= _SHORTEST_NAME]
    masked = _without(_AN_EMAIL.sub(_HIDDEN, text), told, _HIDDEN)
    return re.sub(r"…(?:\s…)+", _HIDDEN, masked)


def _without(text: str, known: Iterable[str], instead: str) -> str:
    """A text without these words that follow each other, and telephone numbers.

    Words are found whatever their case and accents and what stands between them,
    numbers however their digits are grouped.
    """
    known = list(known)
    words = list(_A_WORD.finditer(text))
    folded = [fold(word[0]) for word in words]
    hidden: set[int] = set()
    for one in {tuple(fold(word) for word in _A_WORD.findall(name)) for name in known}:
        for at in range(len(folded) - len(one) + 1 if one else 0):
            if tuple(folded[at : at + len(one)]) == one:
                first, last = words[at], words[at + len(one) - 1]
                hidden.update(range(first.start(), last.end()))
    tails = {phone_tail(one) for one in known} - {None}
    for found in _A_PHONE.finditer(text):
        if phone_tail(found[0]) in tails:
            hidden.update(range(*found.span()))
    return "".join(
        instead if is_hidden else "".join(letter for _at, letter in of)
        for is_hidden, of in groupby(enumerate(text), lambda one: one[0] in hidden)
    )


def phone_tail(text: str) -> str | None:
    """The last digits of what is a telephone number, else None."""
    digits = _digits(text)
    is_one = _A_PHONE.fullmatch(text.strip()) and len(digits) >= _PHONE_DIGITS
    return digits[-_PHONE_DIGITS:] if is_one else None
