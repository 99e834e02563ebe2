"""From arrays of positions to columns of a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from commandes.intake.sample.seasons import ABSENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commandes.intake.sample.draws import Bools, Draws, Ints


def pick(values: Sequence[str | None], position: Ints) -> pl.Series:
    """The values at these positions, as a column of text."""
    return pl.Series(values, dtype=pl.String).gather(position)


def only(values: pl.Series, present: Bools) -> pl.Series:
    """The values where they are present, null elsewhere."""
    return pl.select(
        pl.when(pl.Series(present)).then(values).otherwise(None)
    ).to_series()


def instants(at: Ints) -> pl.Series:
    """Instants in microseconds, null where ABSENT."""
    return only(pl.Series(at), at != ABSENT)


def digits(draws: Draws, stream: str, index: Ints, count: int) -> pl.Series:
    """Text of `count` drawn digits each."""
    drawn = draws.below(stream, index, 10**count)
    return pl.Series(drawn).cast(pl.String).str.zfill(count)


def joined(*parts: pl.Series | str) -> pl.Series:
    """Columns and constants, end to end; null where a column is."""
    return pl.select(
        pl.concat_str([pl.lit(part) for part in parts]),
    ).to_series()


def as_json(columns: dict[str, pl.Series]) -> pl.Series:
    """Columns as JSON objects, one per row, keys as given."""
    return (
        pl.DataFrame(columns)
        .select(pl.struct(pl.all()).struct.json_encode())
        .to_series()
    )
