"""Which column is what: guesses from known profiles, and the profile of the answers.

Nothing here draws; `ui.mapping_screen` does.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import polars as pl

from commandes.intake import profiles
from commandes.intake.fields import FIELDS
from commandes.rules import fold
from commandes.words import MODULE_WORDS, N_, STATUS_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from commandes.intake.profiles import Profile

# Asked for at once; the other fields stand behind a click.
FIRST = (
    "number placed_at status payment total currency customer_name email phone title "
    "sku quantity unit_price line_total shipping tax discount service_at module"
).split()
DATES = {
    "": "2026-12-31 14:30",
    "%d/%m/%Y %H:%M": "31/12/2026 14:30",
    "%d/%m/%Y %H:%M:%S": "31/12/2026 14:30:00",
    "%d/%m/%Y": "31/12/2026",
    "%d.%m.%Y %H:%M": "31.12.2026 14:30",
    "%d.%m.%Y": "31.12.2026",
    "%d-%m-%Y": "31-12-2026",
    "%m/%d/%Y %H:%M": "12/31/2026 14:30",
    "%m/%d/%Y": "12/31/2026",
    "unix": "1798723800",
}
ROWS = {
    "lines": N_("Une ligne par article, la commande répétée sur chacune"),
    "first_row": N_("Une ligne par article, la commande sur la première seulement"),
    "orders": N_("Une ligne par commande"),
}
DECIMALS = {"auto": N_("Reconnu seul"), ",": "1 234,56", ".": "1,234.56"}
STATUS_CODES = {**STATUS_WORDS, "cart": N_("Panier")}
PAYMENT_CODES = {
    "paid": N_("Payée"),
    "unpaid": N_("Non payée"),
    "pending": N_("Paiement en cours"),
    "refunded": N_("Remboursée"),
    "partially_refunded": N_("Remboursée en partie"),
    "partially_paid": N_("Payée en partie"),
    "abandoned": N_("Panier abandonné"),
    "cart": N_("Panier"),
}
VALUES = {"status": STATUS_CODES, "payment": PAYMENT_CODES, "module": MODULE_WORDS}
_DEFAULTS = {"status": "new", "payment": "paid", "module": "store"}
_SHOWN_VALUES = 30


def columns(headers: Iterable[str]) -> dict[str, str]:
    """The field that each header most likely is: header by field code."""
    votes: dict[str, Counter[str]] = {}
    for profile in profiles.builtin().values():
        for code, names in profile.columns.items():
            for name in names:
                votes.setdefault(_key(name), Counter())[code] += 1
    for field in FIELDS:
        for name in (field.code, field.label):
            votes.setdefault(_key(name), Counter())[field.code] += 2
    found: dict[str, str] = {}
    for header in headers:
        for code, _count in votes.get(_key(header), Counter()).most_common():
            if code not in found:
                found[code] = header
                break
    return found


def _key(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in fold(text)).split())


def date_format(values: pl.Series) -> str:
    """The format of DATES that reads most of these texts; "" is ISO 8601."""
    texts = values.drop_nulls().str.strip_chars().head(200)

    def read(form: str) -> int:
        if form == "unix":
            return int(texts.str.contains(r"^\d{9,11}$").sum())
        if not form:
            return int(texts.str.contains(r"^\d{4}-\d{2}-\d{2}").sum())
        kind = pl.Datetime if "%H" in form else pl.Date
        return int(texts.str.strptime(kind, form, strict=False).count())

    return max(DATES, key=read) if texts.len() else ""


def values(column: pl.Series) -> list[str]:
    """The values of a column of states, the most frequent first; "" stands for none."""
    counted = Counter(column.fill_null("").str.strip_chars().to_list())
    return ["", *[text for text, _n in counted.most_common(_SHOWN_VALUES) if text]]


def meaning(field: str, value: str) -> str:
    """The code that a value of a platform most likely means."""
    known = VALUES[field]
    words = {_key(word): code for code, word in known.items()}
    for profile in profiles.builtin().values():
        table = {
            "status": profile.status,
            "payment": profile.payment,
            "module": profile.modules,
        }[field]
        words |= {_key(text): code for text, code in table.items() if _key(text)}
    return words.get(_key(value), value if value in known else _DEFAULTS[field])


def profile(
    name: str,
    chosen: Mapping[str, str],
    settings: Mapping[str, str],
    meanings: Mapping[str, Mapping[str, str]],
) -> Profile:
    """The profile of what was answered, checked as a file of TOML is.

    Args:
        chosen: header by field code.
        settings: rows, dates, decimal, currency, timezone, module.
        meanings: for status, payment and module, code by value.

    Raises:
        ProfileInvalid: the answers make no profile.
    """
    made = profiles.Profile(
        name=name,
        source=name,
        columns={code: (header,) for code, header in chosen.items()},
        module=settings["module"],
        currency=settings["currency"],
        timezone=settings["timezone"],
        decimal=settings["decimal"],
        dates=(settings["dates"],) if settings["dates"] else (),
        rows=settings["rows"],
        headers=tuple(dict.fromkeys(chosen.values())),
        status=dict(meanings.get("status", {})),
        payment=dict(meanings.get("payment", {})),
        modules={k: v for k, v in meanings.get("module", {}).items() if k},
    )
    return profiles.load(profiles.dump(made), name)


__all__ = [
    "DATES",
    "DECIMALS",
    "FIRST",
    "ROWS",
    "VALUES",
    "columns",
    "date_format",
    "meaning",
    "profile",
    "values",
]
