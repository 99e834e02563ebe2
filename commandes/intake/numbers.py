"""Amounts and quantities written by people, read as exact decimals.

`12.5`, `1 234,56 €`, `$1,234.56`, `1.234,56`, `(12.00)`, `1e-7` are numbers. A lone
separator before three digits (`1.234`) tells nothing: the profile's decimal sign, or
what the rest of the file shows, decides.
"""

from __future__ import annotations

import polars as pl

from commandes.intake.currencies import CURRENCIES
from commandes.rules import minor_digits

EXACT = pl.Decimal(38, 10)
MOST = 10**11  # in whole units: beyond, sums would not fit
MOST_MINOR = 10**13

_NUMBER = r"^[+-]?\d+$"
_DOT = r"^[+-]?(\d*|\d{1,3}(,\d{3})+)\.\d+$"
_COMMA = r"^[+-]?(\d*|\d{1,3}(\.\d{3})+),\d+$"
_DOTS = r"^[+-]?\d{1,3}(\.\d{3}){2,}$"
_COMMAS = r"^[+-]?\d{1,3}(,\d{3}){2,}$"
_UNSURE = r"^[+-]?[1-9]\d{0,2}[.,]\d{3}$"
_CURRENCY = r"(?:[A-Z]{0,3}\.?\s*\p{Sc}?|kr\.?|Rs\.?|Fr\.?|zł|Kč|Ft|lei)"
_BEFORE = rf"^([+-]?)\s*{_CURRENCY}\s*([+-]?)"
_AFTER = rf"\s*{_CURRENCY}$"
_POINTED = r"^[+-]?\d+\.\d+$"
_POWER = r"^[+-]?\d+(\.\d+)?[eE][+-]?\d{1,2}$"


def decimals(
    frame: pl.DataFrame, sign: str, *, typed: bool, comma: bool
) -> pl.DataFrame:
    """Every text column of the frame as exact decimals; null where unreadable.

    Args:
        sign: the decimal sign, `.`, `,` or `auto`.
        typed: whether the texts come from number cells.
        comma: whether a comma is likelier where nothing tells.
    """
    quick = frame.select(pl.all().cast(EXACT, strict=False))
    plain = all(
        quick[name].null_count() == frame[name].null_count() for name in frame.columns
    )
    if plain and (typed or not _any(frame, ".") or (sign != "," and not comma)):
        return _bounded(quick)
    cleaned = frame.select(_cleaned(pl.col(name)) for name in frame.columns)
    if sign == "auto":
        sign = _sign(cleaned, comma=comma)
    return _bounded(
        cleaned.select(_exact(name, sign, typed=typed) for name in cleaned.columns)
    )


def _any(frame: pl.DataFrame, text: str) -> bool:
    found = frame.select(pl.all().str.contains(text, literal=True).any())
    return any(found.row(0)) if found.height else False


def _bounded(frame: pl.DataFrame) -> pl.DataFrame:
    most = pl.lit(MOST).cast(EXACT)
    return frame.select(
        pl.when(pl.col(name).is_between(-most, most)).then(pl.col(name))
        for name in frame.columns
    )


def _cleaned(text: pl.Expr) -> pl.Expr:
    """Without currency, spaces and accounting signs: (1 234,50 €) is -1234,50."""
    return (
        text.str.replace_all(r"&#?[0-9A-Za-z]{1,8};", "")
        .str.replace_all("−", "-", literal=True)
        .str.replace_all(r"[\s'’](\d{3})", "${1}")
        .str.replace(r"^\((.*)\)$", "-${1}")
        .str.replace(_BEFORE, "${1}${2}")
        .str.replace(_AFTER, "")
        .str.replace(r"^(\d.*)-$", "-${1}")
    )


def _sign(frame: pl.DataFrame, *, comma: bool) -> str:
    """The decimal sign that the file shows; `?` where it shows both."""
    sure = ~pl.all().str.contains(_UNSURE)
    point = any(frame.select(((_like(_DOT) | _like(_COMMAS)) & sure).any()).row(0))
    other = any(frame.select(((_like(_COMMA) | _like(_DOTS)) & sure).any()).row(0))
    if point and other:
        return "?"
    return "," if other or (comma and not point) else "."


def _like(pattern: str) -> pl.Expr:
    return pl.all().str.contains(pattern)


def _exact(name: str, sign: str, *, typed: bool) -> pl.Expr:
    text = pl.col(name)
    as_dot = text.str.replace_all(",", "", literal=True)
    as_comma = text.str.replace_all(".", "", literal=True).str.replace(",", ".")
    unsure = {".": as_dot, ",": as_comma, "?": pl.lit(None, pl.String)}[sign]
    # The text of a number cell has a decimal point, never thousands.
    cell = text.str.contains(_POINTED) if typed else pl.lit(value=False)
    written = (
        pl.when(cell)
        .then(text)
        .when(text.str.contains(_UNSURE))
        .then(unsure)
        .when(text.str.contains(_DOT) | text.str.contains(f"{_NUMBER}|{_COMMAS}"))
        .then(as_dot)
        .when(text.str.contains(_COMMA) | text.str.contains(_DOTS))
        .then(as_comma)
        .when(text.str.contains(_POWER))
        .then(text)
    )
    return written.cast(EXACT, strict=False).alias(name)


def factors(currency: str) -> pl.Expr:
    """10 to the power of the decimals of each row's currency, a column's name."""
    code = pl.col(currency)
    few = [c for c in CURRENCIES if minor_digits(c) != 2]  # noqa: PLR2004 (the rule)
    powers = {c: 10 ** minor_digits(c) for c in few}
    return code.replace_strict(powers, default=100, return_dtype=pl.Int64)


def minor(amount: pl.Expr, factor: pl.Expr) -> pl.Expr:
    """Decimals in whole units as Int64 in minor units, halves away from zero."""
    scaled = (amount * factor.cast(pl.Decimal(38, 0))).round(
        0, mode="half_away_from_zero"
    )
    most = pl.lit(MOST_MINOR).cast(EXACT)
    return pl.when(scaled.is_between(-most, most)).then(scaled).cast(pl.Int64)
