"""A desk over a shop of a few orders, for a whole file of tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from workbench import Bench

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def bench(
    blank_store: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bench]:
    """One for the file, with an order."""
    made = Bench(tmp_path_factory.mktemp("bench") / "data", blank_store)
    made.shop.order("1", paid=1000, tags=["VIP"])
    yield made
    made.close()


@pytest.fixture
def another(blank_store: Path, tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """One of the test's own, with other limits."""
    opened: list[Bench] = []

    def make(**limits: str) -> Bench:
        opened.append(Bench(tmp_path / f"data-{len(opened)}", blank_store, **limits))
        return opened[-1]

    yield make
    for each in opened:
        each.close()
