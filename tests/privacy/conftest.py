"""A mirror over the shop of the test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from commandes.mirror import Mirror

if TYPE_CHECKING:
    from collections.abc import Iterator

    from commandes.settings import Settings
    from commandes.store import Store


@pytest.fixture
def mirror(store: Store, settings: Settings) -> Iterator[Mirror]:
    """The mirror of the test's store."""
    opened = Mirror(store, settings)
    yield opened
    opened.close()
