"""Words, numbers, dates and money as the reader's language writes them.

French is the source language: `_("Commandes")` is the French text itself. The
English catalogue stands in `locale/en`. The language is that of the context (one
page run, one command), French unless `use` says otherwise.
"""

from __future__ import annotations

import gettext
import re
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

LANGUAGES = {"fr": "Français", "en": "English"}
LOCALE = Path(__file__).parent / "locale"

_language: ContextVar[str] = ContextVar("language", default="fr")


class _French(gettext.NullTranslations):
    """The source itself, with French plurals: nought and one are singular."""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return msgid1 if abs(n) < 2 else msgid2  # noqa: PLR2004 (two is the plural)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == "fr":
        return _French()
    return gettext.translation("commandes", LOCALE, [language])


def use(language: str) -> None:
    """Speak this language from here on in this context; an unknown one is French."""
    _language.set(language if language in LANGUAGES else "fr")


def language() -> str:
    """The code of the language spoken in this context."""
    return _language.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak another language for a while: a customer's letter is in the shop's."""
    before = _language.get()
    use(language)
    try:
        yield
    finally:
        _language.set(before)


def N_(text: str) -> str:  # noqa: N802 (the name gettext tools look for)
    """Mark a text for the catalogue; it is translated where it is shown."""
    return text


def _(text: str) -> str:
    """The text in the reader's language."""
    return _catalogue(_language.get()).gettext(text)


def plural(one: str, many: str, n: int) -> str:
    """The form for n, with {n} written as the language writes numbers."""
    form = _catalogue(_language.get()).ngettext(one, many, n)
    return form.format(n=number(n))


# A variable of a template: a name in braces, {client}.
_VARIABLE = re.compile(r"\{\s*([^\W\d]\w{0,39})\s*\}")


@dataclass(frozen=True)
class Filled:
    """A text with its variables filled.

    Attributes:
        unknown: names in braces that are no variable; they stay as they stand.
        empty: variables that there is no value for.
    """

    text: str
    unknown: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """Fill the variables of a template, once each: a value is never filled itself.

    A variable is looked up in a closed table and never formatted, so a template
    reaches nothing but these values.
    """
    names = [found.lower() for found in _VARIABLE.findall(text)]

    def value(found: re.Match[str]) -> str:
        return values.get(found[1].lower(), found[0])

    return Filled(
        _VARIABLE.sub(value, text),
        unknown=tuple(dict.fromkeys(n for n in names if n not in values)),
        empty=tuple(dict.fromkeys(n for n in names if values.get(n) == "")),
    )


def articles(lines: Iterable[tuple[int, str]]) -> str:
    """Articles of an order in plain text, one per line: 2 × Carnet."""
    return "\n".join(f"{number(units)} × {title}" for units, title in lines)


LOCALES = {"fr": "fr_FR", "en": "en_GB"}


def _locale() -> str:
    return LOCALES[_language.get()]


def number(value: float | Decimal, *, decimals: int | None = None) -> str:
    """A number with the language's separators: 1 234,5 or 1,234.5."""
    # A nought of a fall too small to show is a nought.
    return _number(_locale(), value or abs(value), decimals)


# A page has thousands of numbers, most of them again and again.
@lru_cache(maxsize=10_000, typed=True)
def _number(locale: str, value: float | Decimal, decimals: int | None) -> str:
    from babel.numbers import format_decimal

    pattern = None if decimals is None else f"#,##0.{'0' * decimals}".rstrip(".")
    return format_decimal(value, format=pattern, locale=locale)


def size(count: int) -> str:
    """Bytes, in the unit that leaves few digits: 12,3 Mo."""
    units = (_("octets"), _("ko"), _("Mo"), _("Go"), _("To"))
    value, step = float(count), 0
    while value >= 1000 and step < len(units) - 1:  # noqa: PLR2004 (a thousand each)
        value, step = value / 1000, step + 1
    decimals = 1 if step and value < 100 else 0  # noqa: PLR2004 (three digits at most)
    return f"{number(value, decimals=decimals)}\u00a0{units[step]}"


def signed(value: float) -> str:
    """A number that says which way it goes: +2,5."""
    return f"{'+' if value > 0 else ''}{number(value)}"


def capital(sentence: str) -> str:
    """A sentence with its first letter large."""
    return sentence[:1].upper() + sentence[1:]


def per_cent(share: float, *, digits: int = 1, signed: bool = False) -> str:
    """A share as the language writes it: 12,5 % or 12.5%.

    Args:
        digits: how many decimals it is rounded to; noughts at its end are left out.
    """
    value = round(100 * share, digits)
    said = number(value)
    sign = "+" if signed and value > 0 else ""
    return f"{sign}{said}{' ' if _language.get() == 'fr' else ''}%"


def money(minor: int, currency: str) -> str:
    """An amount in minor units as the language writes it: 1 240,50 €."""
    return _money(_language.get(), minor, currency)


@lru_cache(maxsize=10_000)
def _money(language: str, minor: int, currency: str) -> str:
    from babel.numbers import format_currency

    from commandes.rules import minor_digits, to_major

    decimals = minor_digits(currency)
    zeros = f".{'0' * decimals}" if decimals else ""
    # The locale's « £GB » and « JPY » are correct, but nobody writes them.
    sign = {"GBP": "£", "JPY": "¥"}.get(currency, "¤")
    pattern = {"fr": f"#,##0{zeros} {sign}", "en": f"{sign}#,##0{zeros}"}[language]
    return format_currency(
        to_major(minor, currency),
        currency,
        format=pattern,
        locale=LOCALES[language],
        currency_digits=False,
    )


def sign(currency: str) -> str:
    """The sign of a currency as the language writes it; its code where it has none."""
    from babel.numbers import get_currency_symbol

    known = {"GBP": "£", "JPY": "¥"}
    return known.get(currency) or get_currency_symbol(currency, locale=_locale())


def monies(totals: dict[str, int]) -> str:
    """Amounts of several currencies side by side, in their order: 12 € + £3."""
    return " + ".join(money(total, currency) for currency, total in totals.items())


def day(value: date, *, style: str = "short") -> str:
    """A day: 02/01/2026; style `medium` 2 janv. 2026; `long` 2 janvier 2026."""
    from babel.dates import format_date

    pattern = "dd/MM/yyyy" if style == "short" else style
    return format_date(value, format=pattern, locale=_locale())


def weekday(number: int, *, width: Literal["wide", "abbreviated"] = "wide") -> str:
    """A day of the week, 1 being Monday; width `abbreviated` is short: lun."""
    from babel.dates import get_day_names

    return str(get_day_names(width, "stand-alone", _locale())[number - 1])


def moment(value: datetime, timezone: str, *, seconds: bool = False) -> str:
    """An instant in the shop's time zone: 02/01/2026 09:00."""
    from babel.dates import format_datetime, get_timezone

    pattern = "dd/MM/yyyy HH:mm:ss" if seconds else "dd/MM/yyyy HH:mm"
    return format_datetime(
        value, pattern, tzinfo=get_timezone(timezone), locale=_locale()
    )


def told(text: str, timezone: str) -> str:
    """What a source wrote: an instant in the shop's time zone, all else as it stands.

    So does a date beyond the calendar's ends, which no zone can move.
    """
    with suppress(ValueError, OverflowError):
        at = datetime.fromisoformat(text)
        return moment(at, timezone) if at.tzinfo else text
    return text


def listed(items: Sequence[str]) -> str:
    """Items as a sentence lists them: a, b et c."""
    from babel.lists import format_list

    return format_list(list(items), locale=_locale()) if items else ""


# The words of the codes (DESIGN: the words of the screen). Shown through `_`.
STATUS_WORDS = {
    "new": N_("Nouveau"),
    "in_progress": N_("En cours"),
    "done": N_("Terminé"),
    "cancelled": N_("Annulé"),
}
PAYMENT_WORDS = {
    "unpaid": N_("Non payée"),
    "paid": N_("Payée"),
    "refunded": N_("Remboursée"),
    "partly_refunded": N_("Remboursée en partie"),
    "abandoned": N_("Panier abandonné"),
    "pending": N_("Paiement en cours"),
}
MODULE_WORDS = {
    "store": N_("Boutique"),
    "events": N_("Événements"),
    "pricing": N_("Tableau des tarifs"),
    "restaurant": N_("Réservations de restaurant"),
    "booking": N_("Réservation de créneaux"),
}
MESSAGE_WORDS = {
    "queued": N_("En attente d’envoi"),
    "sending": N_("Envoi en cours"),
    "sent": N_("Envoyé"),
    "failed": N_("Échec de l’envoi"),
    "uncertain": N_("Envoi non confirmé"),
    "withdrawn": N_("Retiré avant l’envoi"),
    "received": N_("Reçu"),
}
DATED_WORDS = {
    "placed": N_("Date de commande"),
    "paid": N_("Date de paiement"),
    "refunded": N_("Date de remboursement"),
    "service": N_("Date de prestation"),
    "begun": N_("Début du panier"),
    # What a click in a chart asks for.
    "sold": N_("Date du premier paiement"),
    "first_service": N_("Date de la première prestation"),
    "given_back": N_("Date du remboursement réel"),
    "moved": N_("Date de paiement ou de remboursement"),
    "moved_done": N_("Date de paiement ou de remboursement réel"),
}
# What moves money, one by one (reports.transactions).
TRANSACTION_WORDS = {
    "payment": N_("Encaissement"),
    "refund": N_("Remboursement"),
}
# What moves stock (stock_movements.cause_kind).
CAUSE_WORDS = {
    "order": N_("Vente"),
    "import": N_("Mise à jour par un fichier"),
    "exchange": N_("Article changé par un fichier"),
    "refund": N_("Remboursement"),
    "unrefund": N_("Marque de remboursement retirée"),
    "cancel": N_("Annulation"),
    "restore": N_("Rétablissement"),
    "restore_source": N_("Rétablissement d’une annulation de la source"),
    "adjustment": N_("Ajustement"),
    "opening": N_("Ouverture"),
}
