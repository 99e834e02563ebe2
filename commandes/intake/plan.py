"""How one file is to be read: its profile, met with its headers and the settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from commandes.intake import numbers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from commandes.intake.profiles import Profile

ITEM = "item"  # columns of packed items: item.3.title


@dataclass(frozen=True)
class Plan:
    """What normalising needs to know beside the rows.

    Attributes:
        currency: of rows that name none.
        timezone: of dates without offset.
        columns: field code (or `item.N.key`, `item.N`, `item`) → column number.
        typed, comma, nul: see sheet.Sheet.
    """

    profile: Profile
    currency: str
    timezone: str
    columns: dict[str, int] = field(default_factory=dict)
    typed: bool = False
    comma: bool = False
    nul: bool = False

    def mapped(self, *codes: str) -> list[str]:
        """Those of the codes that have a column in this file."""
        return [code for code in codes if code in self.columns]

    @property
    def total_given(self) -> bool:
        """Whether the file has a column with each order's total."""
        return "total" in self.columns


def number(code: str) -> str:
    """The column of a field's exact decimals, beside its text."""
    return f"#{code}"


def moment(code: str) -> str:
    """The column of a field's instants, beside its text."""
    return f"@{code}"


def with_numbers(frame: pl.DataFrame, codes: Iterable[str], plan: Plan) -> pl.DataFrame:
    """The frame with the exact decimals of these text columns."""
    names = list(codes)
    if not names:
        return frame
    read = numbers.decimals(
        frame.select(names), plan.profile.decimal, typed=plan.typed, comma=plan.comma
    )
    return frame.with_columns(read.rename({name: number(name) for name in names}))


def first_reason(*cases: tuple[pl.Expr, str]) -> pl.Expr:
    """The code of the first case that is so; null when none is."""
    nothing = pl.lit(None, pl.String)
    return pl.coalesce(
        nothing,
        *[pl.when(so).then(pl.lit(code)).otherwise(nothing) for so, code in cases],
    )


def unread(codes: Iterable[str], mark: str) -> pl.Expr:
    """Whether a cell has text that was not understood (mark: # or @)."""
    return _any(
        pl.col(code).is_not_null() & pl.col(f"{mark}{code}").is_null() for code in codes
    )


def below_zero(codes: Iterable[str]) -> pl.Expr:
    """Whether any of these numbers is negative."""
    return _any((pl.col(number(code)) < 0).fill_null(value=False) for code in codes)


def _any(conditions: Iterable[pl.Expr]) -> pl.Expr:
    found = list(conditions)
    return pl.any_horizontal(found) if found else pl.lit(value=False)
