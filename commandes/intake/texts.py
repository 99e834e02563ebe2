"""Cells as text: trimmed, and freed of what spreadsheets and platforms wrap around."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LONGEST = 32_767  # characters, as many as a cell of a spreadsheet holds

# Codes that spreadsheets would spoil, so files protect them: '075, "075", ="075".
PROTECTED = frozenset(
    {
        "number",
        "source_id",
        "phone",
        "sku",
        "tracking_number",
        "payment_reference",
        "billing.zip",
        "billing.phone",
        "shipping.zip",
        "shipping.phone",
    }
)
RATES = frozenset({"tax_rate"})
_YES = ("yes", "y", "true", "1", "oui", "vrai", "x")


def trimmed(names: Iterable[str], *, nul: bool) -> list[pl.Expr]:
    """Each column without blanks around it; null where nothing is left."""
    return [_trimmed(name, nul=nul) for name in names]


def _trimmed(name: str, *, nul: bool) -> pl.Expr:
    text = pl.col(name)
    if nul:
        text = text.str.replace_all("\0", "", literal=True)
    text = text.str.strip_chars()
    if name in PROTECTED:
        text = (
            text.str.strip_prefix("=")
            .str.strip_chars('"')
            .str.strip_prefix("'")
            .str.strip_chars()
        )
    if name in RATES:
        text = text.str.strip_suffix("%").str.strip_chars()
    return pl.when(text.str.len_bytes() > 0).then(text).alias(name)


def too_long(names: Iterable[str]) -> pl.Expr:
    """Whether any of the columns holds a cell that no order needs."""
    return pl.any_horizontal(pl.col(n).str.len_bytes() > LONGEST for n in names)


def key(text: pl.Expr) -> pl.Expr:
    """A value as tables of values know it: case, spaces, - and _ do not matter."""
    return text.str.to_lowercase().str.replace_all(r"[\s_-]+", "_")


def plain_key(text: str) -> str:
    """The same for one text."""
    return "_".join(text.strip().lower().replace("-", " ").replace("_", " ").split())


def translated(text: pl.Expr, table: Mapping[str, str]) -> pl.Expr:
    """What a profile's table says of each value; null where it says nothing."""
    known = {plain_key(theirs): ours for theirs, ours in table.items()}
    others = known.pop("*", None)
    return key(text.fill_null("")).replace_strict(
        known, default=others, return_dtype=pl.String
    )


def flag(text: pl.Expr) -> pl.Expr:
    """Whether a cell says yes; null where it says nothing."""
    return text.str.to_lowercase().is_in(_YES)


def objects(columns: Mapping[str, pl.Expr]) -> pl.Expr:
    """A JSON object per row, without its empty keys; null when all are empty."""
    filled = pl.any_horizontal(value.is_not_null() for value in columns.values())
    struct = pl.struct(value.alias(name) for name, value in columns.items())
    text = (
        struct.struct.json_encode()
        .str.replace_all(r'"[a-z0-9_]+":null,?', "")
        .str.replace(r",\}$", "}")
    )
    return pl.when(filled).then(text)
