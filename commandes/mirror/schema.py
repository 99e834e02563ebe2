"""The mirror's tables, macros and questions, as the files of `sql/` have them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SQL = Path(__file__).parents[2] / "sql"


@cache
def query_text(question: str) -> str:
    """The SQL of a question: `orders/page_newest` is sql/orders/page_newest.sql."""
    return (SQL / f"{question}.sql").read_text(encoding="utf-8")


@cache
def layout() -> str:
    """The digest of all that decides what a mirror file holds: sql/mirror."""
    digest = hashlib.sha256()
    for path in sorted((SQL / "mirror").glob("*.sql")):
        digest.update(path.name.encode() + b"\n" + path.read_bytes())
    return digest.hexdigest()


def create(connection: DuckDBPyConnection) -> None:
    """Create the empty tables and the macros of a mirror in an empty database."""
    connection.execute(query_text("mirror/tables"))
    connection.execute(query_text("mirror/macros"))
