"""Several articles on one row of a file: unfolded to one row per article."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from commandes.intake import texts
from commandes.intake.plan import ITEM, Plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from commandes.intake.profiles import Items

MOST = 500  # articles that a row may hold in columns of their own
PLACE = "place"  # of an article within its row, from 1


def found(items: Items, headers: Mapping[str, int]) -> dict[str, int]:
    """The columns of packed articles among normalised headers.

    Gives `item.N.field` for a column per field, `item.N` for a packed cell, `item`
    for the list of all.
    """
    columns: dict[str, int] = {}
    for place in range(1, MOST + 1):
        for code, names in items.keys.items():
            for name in names:
                wanted = items.columns.replace("{n}", str(place)).replace("{key}", name)
                column = headers.get(" ".join(wanted.casefold().split()))
                if items.columns and column is not None:
                    columns.setdefault(f"{ITEM}.{place}.{code}", column)
        cell = items.cells.replace("{n}", str(place)).casefold()
        if items.cells and " ".join(cell.split()) in headers:
            columns[f"{ITEM}.{place}"] = headers[" ".join(cell.split())]
    if items.list and (column := headers.get(items.list.casefold())) is not None:
        columns[ITEM] = column
    return columns


def unfolded(rows: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """One row per article: `row`, `key`, PLACE and the text of its fields."""
    places = sorted({_place(code) for code in plan.columns if _place(code)})
    pieces = [_one(rows, plan, place) for place in places]
    if ITEM in plan.columns:
        pieces.append(_listed(rows))
    frame = pl.concat(pieces, how="diagonal").sort("row", PLACE, maintain_order=True)
    names = [name for name in frame.columns if name not in ("row", "key", PLACE)]
    frame = frame.with_columns(texts.trimmed(names, nul=False))
    return frame.filter(pl.any_horizontal(pl.col(names).is_not_null()))


def fields(plan: Plan) -> set[str]:
    """The line fields that this file's packed articles can give."""
    items = plan.profile.items
    if items is None:
        return set()
    return {"title", "quantity"} if ITEM in plan.columns else set(items.keys)


def _place(code: str) -> int:
    parts = code.split(".")
    return int(parts[1]) if parts[0] == ITEM and len(parts) > 1 else 0


def _one(rows: pl.DataFrame, plan: Plan, place: int) -> pl.DataFrame:
    """The article at one place of each row; its own column before the packed cell."""
    items = plan.profile.items
    keys = items.keys if items else {}
    values = {}
    for code, names in keys.items():
        told: list[pl.Expr] = []
        if f"{ITEM}.{place}.{code}" in plan.columns:
            told.append(pl.col(f"{ITEM}.{place}.{code}"))
        if f"{ITEM}.{place}" in plan.columns:
            told.append(_packed(pl.col(f"{ITEM}.{place}"), names))
        if told:
            values[code] = pl.coalesce(told)
    return rows.select("row", "key", pl.lit(place).alias(PLACE), **values)


def _packed(cell: pl.Expr, names: Iterable[str]) -> pl.Expr:
    """The value of the first of these keys in `key:value|key:value`."""
    escaped = "|".join(name.replace(" ", r"\s") for name in names)
    return cell.str.extract(rf"(?i)(?:^|\|)\s*(?:{escaped})\s*:([^|]*)")


def _listed(rows: pl.DataFrame) -> pl.DataFrame:
    """The articles of `2× Lampe, 1× Stylo`; a name may hold commas itself."""
    told = (
        rows.select(
            "row",
            "key",
            pl.col(ITEM)
            .str.replace_all(r",\s*(\d+)\s*[×x]\s", "\x1f${1}× ")
            .str.split("\x1f")
            .alias(ITEM),
        )
        .explode(ITEM)
        .drop_nulls(ITEM)
    )
    quantity = pl.col(ITEM).str.extract(r"^\s*(\d+)\s*[×x]\s")
    return told.select(
        "row",
        "key",
        (pl.int_range(pl.len()).over("row") + 1).cast(pl.Int32).alias(PLACE),
        quantity.fill_null("1").alias("quantity"),
        pl.col(ITEM).str.replace(r"^\s*\d+\s*[×x]\s+", "").alias("title"),
    )
