"""What stands in the cells of a file: amounts, dates, and texts without formulas."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl

from commandes.rules import minor_digits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polars._typing import PolarsDataType

    from commandes.reports.export.columns import Column, Kind

# What a spreadsheet may take for a formula: a sign (full-width ones too) at the start,
# or after blanks, quotes, invisible and control characters; or a tab or line break.
_FORMULA = (
    r"^[\s\p{Cc}\p{Cf}\p{Z}\x22'\x{2018}\x{2019}\x{201c}\x{201d}]*[=+\-@＝＋－＠]"
    r"|^[\t\r\n]"
)


# The same within a text, where a reader that takes another separator, or that sees no
# quotes, would begin a cell.
_INSIDE = (
    r"([{separators}\t\r\n])"
    r"([\s\p{{Cc}}\p{{Cf}}\p{{Z}}\x22'\x{{2018}}\x{{2019}}\x{{201c}}\x{{201d}}&&[^\t\r\n]]*"
    r"[=+\-@＝＋－＠])"
)


def defused(columns: Sequence[Column], *, separators: str = "") -> list[pl.Expr]:
    """Each text column; a text that could be a formula has an apostrophe before it.

    Args:
        separators: of a text file: what other readers of it may split a text at,
            besides tabs and line breaks; an apostrophe stands after them as well.
    """
    texts = {name: pl.col(name) for name in of_kind(columns, "text")}
    if separators:
        inside = _INSIDE.format(separators=separators)
        texts = {
            name: text.str.replace_all(inside, "${1}'${2}")
            for name, text in texts.items()
        }
    return [
        pl.when(pl.col(name).str.contains(_FORMULA))
        .then(pl.concat_str(pl.lit("'"), text))
        .otherwise(text)
        .alias(name)
        for name, text in texts.items()
    ]


def of_kind(columns: Sequence[Column], kind: Kind) -> list[str]:
    """The codes of the columns of a kind."""
    return [column.code for column in columns if column.kind == kind]


def digits(frame: pl.DataFrame) -> dict[int, list[str]]:
    """The currencies of a frame by their number of decimals."""
    found: dict[int, list[str]] = {}
    for currency in frame["currency"].unique():
        found.setdefault(minor_digits(currency), []).append(currency)
    return found or {2: []}


def in_major_units(
    frame: pl.DataFrame, columns: Sequence[Column], dtype: PolarsDataType | None
) -> list[pl.Expr]:
    """Each amount in whole units of its row's currency, exactly.

    Args:
        dtype: the type wanted; None: decimals of the currency, as text where a frame
            mixes currencies of different decimals.
    """
    amounts = of_kind(columns, "amount")
    if not amounts:
        return []
    by_digits = digits(frame)
    if dtype is None and len(by_digits) > 1:
        dtype = pl.String
    return [_major(name, by_digits, dtype).alias(name) for name in amounts]


def _major(
    name: str, by_digits: dict[int, list[str]], dtype: PolarsDataType | None
) -> pl.Expr:
    exact = {}
    for places in by_digits:
        scale = max(places, dtype.scale if isinstance(dtype, pl.Decimal) else 0)
        unit = pl.lit(Decimal(1).scaleb(-places), pl.Decimal(38, scale))
        value = pl.col(name).cast(pl.Decimal(38, scale)) * unit
        exact[places] = value if dtype is None else value.cast(dtype)
    if len(exact) == 1:
        return next(iter(exact.values()))
    return pl.coalesce(
        pl.when(pl.col("currency").is_in(currencies)).then(exact[places])
        for places, currencies in by_digits.items()
    )


def in_per_cent(columns: Sequence[Column]) -> list[pl.Expr]:
    """Each rate in per cent, with two decimals."""
    return [
        pl.col(name).cast(pl.Decimal(38, 2)) * pl.lit(Decimal("0.01"))
        for name in of_kind(columns, "percent")
    ]


def local(columns: Sequence[Column], timezone: str) -> list[pl.Expr]:
    """Each instant as the clocks of a zone show it, zone kept."""
    return [
        pl.col(name).dt.convert_time_zone(timezone)
        for name in of_kind(columns, "instant")
    ]


def written(columns: Sequence[Column], timezone: str, form: str) -> list[pl.Expr]:
    """Each instant as a text of this form, as the clocks of a zone show it."""
    return [instant.dt.to_string(form) for instant in local(columns, timezone)]
