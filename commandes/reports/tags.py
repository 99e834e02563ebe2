"""The tags there are, and on how many orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from commandes.mirror import Snapshot


def counted(snap: Snapshot) -> pl.DataFrame:
    """Every tag by name with its number of orders: columns of sql/tags/counts.sql."""
    return snap.ask("tags/counts")
