"""The one filter: what the sidebar, the URL, the command line and saved views ask for.

`parameters()` are those of the macro `filtered_orders` (sql/mirror/macros.sql), always
all of them; `sentence()` says the filter; `query()` and `from_query()` are its codes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from commandes.errors import BadFilter, ReversedPeriod
from commandes.reports import masking, periods
from commandes.rules import MODULES, PAYMENT_STATUSES, STATUSES, fold
from commandes.words import DATED_WORDS, MODULE_WORDS, N_, _, weekday

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from zoneinfo import ZoneInfo

PAYMENTS = (*PAYMENT_STATUSES, "partly_refunded")
DATED = tuple(DATED_WORDS)
# Those that are asked for without any click in a chart (sql/mirror/macros.sql).
SIDEBAR_DATED = ("placed", "paid", "refunded", "service", "begun")
# Those that count all money of an order at one date of it (sql/mirror/macros.sql).
BY_ORDER = ("placed", "service", "first_service", "sold")
ARCHIVED = ("no", "yes", "all")
REFUNDS = ("to_do",)
CARTS = ("no", "only")

# As an adjective of « les commandes ».
STATUS_SAYS = {
    "new": N_("nouvelles"),
    "in_progress": N_("en cours"),
    "done": N_("terminées"),
    "cancelled": N_("annulées"),
}
PAYMENT_SAYS = {
    "unpaid": N_("non payées"),
    "paid": N_("payées"),
    "refunded": N_("remboursées"),
    "partly_refunded": N_("remboursées en partie"),
    "abandoned": N_("paniers abandonnés"),
    "pending": N_("paiement en cours"),
}
DATED_SAYS = {
    "placed": "{period}",
    "paid": N_("paiement {period}"),
    "refunded": N_("remboursement {period}"),
    "service": N_("prestation {period}"),
    "begun": N_("panier commencé {period}"),
    "sold": N_("premier paiement {period}"),
    "first_service": N_("première prestation {period}"),
    "given_back": N_("remboursement réel {period}"),
    "moved": N_("paiement ou remboursement {period}"),
    "moved_done": N_("paiement ou remboursement réel {period}"),
}


NOT_GIVEN = "-"


def _trait(form: str, without: str) -> Callable[[object], str]:
    """How a trait is said, and how its absence is."""

    def says(value: object) -> str:
        return _(without) if value == NOT_GIVEN else _(form).format(value=value)

    return says


def _weekday_says(value: object) -> str:
    return _("le {weekday}").format(weekday=weekday(int(str(value))))


CART_STATES = {
    "begun": N_("paniers commencés"),
    "abandoned": N_("paniers restés sans paiement"),
    "recovered": N_("paniers payés plus tard"),
}
# A year: no cart waits longer.
_LONGEST_DELAY = 525_600

GIVEN_BACK = {
    "any": N_("avec remboursement"),
    "done": N_("avec remboursement réel"),
}
# What the bridge says of an order apart from its articles.
BRIDGE_PARTS = {
    "discounts": N_("avec remise"),
    "shipping": N_("avec livraison"),
    "fees": N_("avec frais"),
    "tips": N_("avec pourboire"),
    "tax_added": N_("avec taxes en plus"),
}

# What a click in a chart asks for, beyond what the sidebar offers; null is no filter.
TRAITS: dict[str, Callable[[object], str]] = {
    "currency": _trait(N_("en {value}"), N_("sans devise")),
    "country": _trait(N_("pays {value}"), N_("pays non fourni")),
    "channel": _trait(N_("canal {value}"), N_("canal non fourni")),
    "promo": _trait(N_("code promo {value}"), N_("sans code promo")),
    "means": _trait(N_("moyen {value}"), N_("moyen de paiement non fourni")),
    "weekday": _weekday_says,
    "hour": _trait(N_("à {value} h"), ""),
    "cart": lambda value: _(CART_STATES[str(value)]),
    "delay": _trait(N_("délai de {value} min"), ""),
    "owed": _trait(N_("payées et non remboursées"), ""),
    "article": _trait(N_("article {value}"), N_("article {value}")),
    "given_back": lambda value: _(GIVEN_BACK[str(value)]),
    "part": lambda value: _(BRIDGE_PARTS[str(value)]),
}


@dataclass(frozen=True)
class OrderFilter:
    """Which orders are wanted; nothing given: all that are not archived.

    Attributes:
        statuses: codes of rules.STATUSES; () is no filter, as for the next three.
        payments: codes of PAYMENTS.
        modules: codes of rules.MODULES.
        tags: names; an order with any of them is wanted.
        period: a code of periods.PERIODS; it counts before first and last.
        first: first day wanted, in the shop's zone; None is an open end.
        last: last day wanted, inclusive; None is an open end.
        dated: which date the period is about, a code of DATED.
        search: words; all of them must occur in number, name, e-mail, articles, skus.
        archived: `no`, `yes` or `all`.
        refund: `to_do` wants orders with a real refund still to be made.
        carts: `no` leaves carts that nobody paid out, `only` wants them alone.
        currency: a code; amounts of one currency are never beside another's.
        country: a country as the source writes it; `-` for what it does not give, as
            for the next three.
        channel: where the order came from.
        promo: the promo codes of an order, as the source writes them.
        means: what one of its payments was made with; where `dated` is about money,
            one of the period, or the first payment of what was refunded in it.
        weekday: 1 (Monday) to 7, of the payment where `dated` is paid, else the order.
        hour: 0 to 23, in the shop's zone, of the same.
        cart: a code of CART_STATES: carts whose delay is over, as the report of carts
            counts them.
        delay: the minutes of that delay; None: 60.
        owed: `yes` wants cancelled orders of which not all that was paid was refunded.
        article: the exact reference of one of its lines, or the title of one without.
        given_back: a code of GIVEN_BACK: orders with a refund, or a real one.
        part: a code of BRIDGE_PARTS.
    """

    statuses: tuple[str, ...] = ()
    payments: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    period: str | None = None
    first: date | None = None
    last: date | None = None
    dated: str = "placed"
    search: str = ""
    archived: str = "no"
    refund: str | None = None
    carts: str | None = None
    currency: str | None = None
    country: str | None = None
    channel: str | None = None
    promo: str | None = None
    means: str | None = None
    weekday: int | None = None
    hour: int | None = None
    cart: str | None = None
    delay: int | None = None
    owed: str | None = None
    article: str | None = None
    given_back: str | None = None
    part: str | None = None

    def days(self, today: date) -> tuple[date | None, date | None]:
        """The first and last day wanted, the named period worked out."""
        if self.period is None:
            return self.first, self.last
        return periods.days(self.period, today)

    @property
    def is_reversed(self) -> bool:
        """Whether its last day is before its first: no order is in such a period."""
        own = self.period is None and self.first is not None and self.last is not None
        return own and self.last < self.first  # type: ignore[operator]  # both are days

    def reversed(self) -> ReversedPeriod:
        """What is said of a period that is reversed."""
        return ReversedPeriod(first=self.first, last=self.last)

    def parameters(self, zone: ZoneInfo, today: date) -> dict[str, object]:
        """Every parameter of `filtered_orders`; None is no filter, instants half-open.

        Args:
            zone: the shop's time zone, whose days are meant.
            today: the day it is there, for named periods.
        """
        first, last = self.days(today)
        return {
            "statuses": list(self.statuses) or None,
            "payments": list(self.payments) or None,
            "modules": list(self.modules) or None,
            "tags": [_clean(tag) for tag in self.tags] or None,
            "from_at": None if first is None else periods.start(first, zone),
            "to_at": None if last is None else periods.end(last, zone),
            "dated": self.dated,
            "search": _words(self.search) or None,
            "archived": self.archived,
            "refunds_to_do": None if self.refund is None else True,
            "carts": None if self.carts is None else self.carts == "only",
            "traits": self._beyond(zone),
        }

    def _beyond(self, zone: ZoneInfo) -> dict[str, object] | None:
        """What a click in a chart asks for; None: the sidebar's filter alone."""
        asked = {name: _cleaned(getattr(self, name)) for name in TRAITS}
        # Who sees masked customers finds none by guessing who they are.
        asked["blind"] = "yes" if self.search and masking.is_on() else None
        if self.dated in SIDEBAR_DATED and set(asked.values()) == {None}:
            return None
        now = None if self.cart is None else periods.this_minute()
        return {**asked, "zone": zone.key, "now": now}

    def traits(self) -> dict[str, str]:
        """What is asked for that no control of the sidebar shows, in words by name."""
        return {
            name: says(getattr(self, name))
            for name, says in TRAITS.items()
            if getattr(self, name) is not None
        }

    def sentence(self) -> str:
        """The filter in the reader's words: « payées, du 1er au 31 mars 2026 »."""
        parts = [
            _either(_(STATUS_SAYS[code]) for code in self.statuses),
            _either(_(PAYMENT_SAYS[code]) for code in self.payments),
            _either(_(MODULE_WORDS[code]) for code in self.modules),
            self._period_says(),
            self._tags_say(),
            _("recherche « {words} »").format(words=self.search) if self.search else "",
            _("remboursement à effectuer") if self.refund else "",
            {"no": _("hors paniers"), "only": _("paniers seulement")}.get(
                self.carts or "", ""
            ),
            *self.traits().values(),
            {"yes": _("archivées"), "all": _("archivées ou non")}.get(
                self.archived, ""
            ),
        ]
        return ", ".join(part for part in parts if part) or _("commandes non archivées")

    def _period_says(self) -> str:
        if self.period is None:
            period = periods.words(self.first, self.last)
        else:
            period = _(periods.PERIODS[self.period])
        return _(DATED_SAYS[self.dated]).format(period=period) if period else ""

    def _tags_say(self) -> str:
        if not self.tags:
            return ""
        form = _("étiquette {tags}") if len(self.tags) == 1 else _("étiquettes {tags}")
        return form.format(tags=_either(self.tags))

    def query(self, usual: OrderFilter | None = None) -> dict[str, list[str]]:
        """The codes of the URL; only what differs from the usual.

        Args:
            usual: what a bare address asks for; None: all that are not archived.
        """
        usual = usual or OrderFilter()
        codes = {
            name: _codes(getattr(self, field))
            for name, field in QUERY_NAMES.items()
            if getattr(self, field) != getattr(usual, field)
        }
        if "period" in codes and self.period is None:
            codes["period"] = [ALL_DATES]
            if self.first or self.last:
                del codes["period"]
        return codes

    @classmethod
    def from_query(
        cls,
        query: Mapping[str, Sequence[str]],
        *,
        known_tags: Iterable[str] | None = None,
        usual: OrderFilter | None = None,
    ) -> tuple[OrderFilter, tuple[str, ...]]:
        """The filter that a URL asks for, and a sentence on each value not understood.

        Args:
            query: the codes by name, several values each; other names are left alone.
            known_tags: the tags there are; None accepts any name.
            usual: what a bare address asks for; None: all that are not archived.
        """
        said: list[str] = []
        values: dict[str, Any] = {
            field: _several(name, query.get(name, ()), choices, said)
            for name, (field, choices) in _SEVERAL.items()
        }
        values["tags"] = _several("tag", query.get("tag", ()), known_tags, said)
        for name, (field, read, choices) in _SINGLE.items():
            value = _single(name, query.get(name, ()), read, choices, said)
            if value is not None:
                values[field] = value
        if values.get("period") == ALL_DATES:
            values["period"] = None
        elif values.get("period") and ("first" in values or "last" in values):
            ends = [str(values[end]) for end in ("first", "last") if end in values]
            given = " – ".join(ends)
            said.append(_complaint("from, to", given, [f"period={values['period']}"]))
            values |= {"first": None, "last": None}
        elif "first" in values or "last" in values:
            values["period"] = None
        found = replace(usual or cls(), **values)
        if found.is_reversed:
            said.append(str(found.reversed()))
        return found, tuple(said)


# The name in the URL and on the command line, and the attribute it fills.
QUERY_NAMES = {
    "status": "statuses",
    "payment": "payments",
    "module": "modules",
    "tag": "tags",
    "period": "period",
    "from": "first",
    "to": "last",
    "dated": "dated",
    "search": "search",
    "archived": "archived",
    "refund": "refund",
    "carts": "carts",
    **{name: name for name in TRAITS},
}

_SEVERAL: dict[str, tuple[str, Sequence[str]]] = {
    "status": ("statuses", STATUSES),
    "payment": ("payments", PAYMENTS),
    "module": ("modules", MODULES),
}


def _day(text: str) -> date:
    """A day as the URL writes it, 2026-03-01 and no other form."""
    day = date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError(text)
    return day


def _one_of(choices: Iterable[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(text)
        return text

    return read


def _text(text: str) -> str:
    if not text:
        raise ValueError(text)
    return text


def _currency(text: str) -> str:
    if not re.fullmatch("[A-Z]{3}", text):
        raise ValueError(text)
    return text


def _minutes(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or str(int(text[:9])) != text:
        raise ValueError(text)
    if not 1 <= int(text) <= _LONGEST_DELAY:
        raise ValueError(text)
    return int(text)


def _within(first: int, last: int) -> Callable[[str], int]:
    known = {str(number): number for number in range(first, last + 1)}

    def read(text: str) -> int:
        if text not in known:
            raise ValueError(text)
        return known[text]

    return read


# What asks for no period where a bare address has one.
ALL_DATES = "all"
_PERIODS = (*periods.PERIODS, ALL_DATES)
_A_DAY = (N_("un jour tel que 2026-03-01"),)
_SINGLE: dict[str, tuple[str, Callable[[str], object], Sequence[str]]] = {
    "period": ("period", _one_of(_PERIODS), _PERIODS),
    "from": ("first", _day, _A_DAY),
    "to": ("last", _day, _A_DAY),
    "dated": ("dated", _one_of(DATED), DATED),
    "search": ("search", str.strip, ()),
    "archived": ("archived", _one_of(ARCHIVED), ARCHIVED),
    "refund": ("refund", _one_of(REFUNDS), REFUNDS),
    "carts": ("carts", _one_of(CARTS), CARTS),
    "currency": ("currency", _currency, (N_("un code tel que EUR"),)),
    "country": ("country", _text, ()),
    "channel": ("channel", _text, ()),
    "promo": ("promo", _text, ()),
    "means": ("means", _text, ()),
    "weekday": ("weekday", _within(1, 7), ("1–7",)),
    "hour": ("hour", _within(0, 23), ("0–23",)),
    "cart": ("cart", _one_of(CART_STATES), tuple(CART_STATES)),
    "delay": ("delay", _minutes, (f"1–{_LONGEST_DELAY}",)),
    "owed": ("owed", _one_of(("yes",)), ("yes",)),
    "article": ("article", _text, ()),
    "given_back": ("given_back", _one_of(GIVEN_BACK), tuple(GIVEN_BACK)),
    "part": ("part", _one_of(BRIDGE_PARTS), tuple(BRIDGE_PARTS)),
}


def _several(
    name: str,
    given: Sequence[str],
    choices: Iterable[str] | None,
    said: list[str],
) -> tuple[str, ...]:
    asked = tuple(dict.fromkeys(given))
    if choices is None:
        return tuple(value for value in asked if value)
    known = tuple(choices)
    said.extend(_complaint(name, value, known) for value in asked if value not in known)
    return tuple(value for value in asked if value in known)


def _single(
    name: str,
    given: Sequence[str],
    read: Callable[[str], object],
    choices: Sequence[str],
    said: list[str],
) -> object:
    """The first value that can be read; what cannot, or comes after it, is said."""
    found: object = None
    for text in dict.fromkeys(given):
        try:
            value = read(text)
        except ValueError:
            said.append(_complaint(name, text, choices))
            continue
        if found is None:
            found = value
        else:
            said.append(_complaint(name, text, [_codes(found)[0]]))
    return found


def _complaint(name: str, value: str, choices: Iterable[str]) -> str:
    known = ", ".join(_(choice) for choice in choices) or "–"
    return str(BadFilter(name=name, value=value, choices=known))


def _codes(value: object) -> list[str]:
    if isinstance(value, tuple):
        return [str(part) for part in value]
    return [value.isoformat() if isinstance(value, date) else str(value)]


def _either(items: Iterable[str]) -> str:
    """Items of which any will do: a, b ou c."""
    *before, last = [*items] or [""]
    return (
        _("{one} ou {other}").format(one=", ".join(before), other=last)
        if before
        else last
    )


# How people write that a number follows.
_NUMBER_SIGNS = re.compile(r"(?<![^\s])n[°ºo]\s*(?=#?\d)", re.IGNORECASE)


def _words(search: str) -> list[str]:
    """The words of a search; « n° 11990 » means the number, an accent alone nothing."""
    plain = _NUMBER_SIGNS.sub("", _clean(search))
    return "".join(" " if fold(c).isspace() else c for c in plain).split()


def _cleaned(value: str | int | None) -> str | int | None:
    return _clean(value) if isinstance(value, str) else value


def _clean(text: str) -> str:
    # A byte of the command line that is no text has no form in UTF-8.
    return text.encode(errors="replace").decode()


assert {f.name for f in fields(OrderFilter)} == set(QUERY_NAMES.values())  # noqa: S101 (both lists stand in this file)
