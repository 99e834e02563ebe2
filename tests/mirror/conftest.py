"""A mirror over the test's shop, and reading all that a mirror holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from everything import Rows, read_all

from commandes.mirror import Mirror

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from commandes.settings import Settings
    from commandes.store import Store


@pytest.fixture
def mirror(store: Store, settings: Settings) -> Iterator[Mirror]:
    """The mirror of the test's store."""
    made = Mirror(store, settings)
    yield made
    made.close()


@pytest.fixture
def content() -> Callable[[Mirror], Rows]:
    """Every row of every table of a mirror."""
    return read_all


@pytest.fixture
def wide(mirror: Mirror) -> Callable[[str], dict[str, Any]]:
    """The wide row of the order with a number."""

    def row(number: str) -> dict[str, Any]:
        with mirror.snapshot() as snapshot:
            found = snapshot._cursor.sql(
                "from orders where number = $number", params={"number": number}
            )
            (only,) = found.pl().to_dicts()
            return only

    return row
