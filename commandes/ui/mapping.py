"""Which column is what: guesses from known profiles, and the profile of the answers.

Nothing here draws; `ui.mapping_screen` does.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import polars as pl

from commandes.intake import profiles
from commandes.intake.fields import BY_CODE, FIELDS
from commandes.rules import fold
from commandes.words import MODULE_WORDS, N_, STATUS_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from commandes.intake.profiles import Profile

# Asked for at once; the other fields stand behind a click.
FIRST = (
    "number placed_at status payment total currency customer_name email phone title "
    "sku quantity unit_price line_total shipping tax discount service_at module"
).split()
# How a file writes its dates: the formats tried in turn, by what a person sees.
DATES: dict[str, tuple[str, ...]] = {
    "2026-12-31 14:30": (),  # ISO 8601
    "31/12/2026 14:30": (
        *("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y"),
        *("%d/%m/%y %H:%M", "%d/%m/%y"),
    ),
    "31.12.2026 14:30": ("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y"),
    "31-12-2026 14:30": ("%d-%m-%Y %H:%M", "%d-%m-%Y %H:%M:%S", "%d-%m-%Y"),
    "12/31/2026 14:30": (
        *("%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y"),
        *("%m/%d/%y %H:%M", "%m/%d/%y"),
    ),
    "1798723800": ("unix",),
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
# What no column tells is not taken for money that came in.
_DEFAULTS = {"status": "new", "payment": "unpaid", "module": "store"}
_SHOWN_VALUES = 30


def columns(table: pl.DataFrame) -> dict[str, str]:
    """The field that each header most likely is: header by field code.

    A column whose values are no dates is no guess for a date.
    """
    votes = _votes()
    found: dict[str, str] = {}
    for header in (name for name in table.columns if name != "row"):
        for code, _count in votes.get(_key(header), Counter()).most_common():
            if code not in found and _fits(code, table[header]):
                found[code] = header
                break
    return found


def _votes() -> dict[str, Counter[str]]:
    """How often each header, folded, stands for a field in what is known."""
    votes: dict[str, Counter[str]] = {}
    for profile in profiles.builtin().values():
        for code, names in profile.columns.items():
            for name in names:
                votes.setdefault(_key(name), Counter())[code] += 1
    for field in FIELDS:
        for name in (field.code, field.label):
            votes.setdefault(_key(name), Counter())[field.code] += 2
    for code, names in _OFTEN.items():
        for name in names:
            votes.setdefault(_key(name), Counter())[code] += 2
    return votes


# Headers that French files often have and no profile names.
_OFTEN = {
    "number": ("N° facture", "Commande", "N° de commande", "Numéro", "Facture"),
    "placed_at": ("Date", "Date de commande", "Commandé le", "Date facture"),
    "title": ("Désignation", "Produit", "Libellé", "Nom du produit"),
    "sku": ("Réf", "Référence", "Code article"),
    "quantity": ("Qté", "Quantité", "Qte"),
    "unit_price": ("Prix unitaire", "PU", "PU TTC", "Prix"),
    "total": ("Montant TTC", "Total TTC", "Montant", "Montant total"),
    "customer_name": ("Acheteur", "Client", "Nom du client"),
    "status": ("Statut", "État"),
    "payment": ("Paiement", "État du paiement", "Payé"),
}


def _fits(code: str, values: pl.Series) -> bool:
    if BY_CODE[code].kind != "moment":
        return True
    texts = values.drop_nulls().cast(pl.String).head(200)
    dated = texts.str.contains(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|^\d{9,11}$").sum()
    return 2 * dated >= texts.len()


def _key(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in fold(text)).split())


def date_format(values: pl.Series) -> str:
    """The way of DATES that reads most of these texts, the first one of equals."""
    texts = values.drop_nulls().str.strip_chars().head(200)

    def one(form: str) -> pl.Series:
        if form == "unix":
            return texts.str.contains(r"^\d{9,11}$")
        kind = pl.Datetime if "%H" in form else pl.Date
        return texts.str.strptime(kind, form, strict=False).is_not_null()

    def read(way: str) -> int:
        forms = DATES[way]
        if not forms:
            return int(texts.str.contains(r"^\d{4}-\d{2}-\d{2}").sum())
        either = pl.DataFrame([one(form).alias(form) for form in forms])
        return int(either.select(pl.any_horizontal(pl.all()).sum()).item())

    return max(DATES, key=read)


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
        dates=DATES[settings["dates"]],
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
