"""A filled shop, made once and copied; processes of their own to act on it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from children import Children
from every_action import ENVIRONMENT, JOURNAL_KEY, fill
from shop import Shop

from commandes import settings as settings_module
from commandes.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from commandes.settings import Settings


def _settings(folder: Path) -> Settings:
    return settings_module.read(ENVIRONMENT | {"COMMANDES_DATA_DIR": str(folder)})


@pytest.fixture(scope="session")
def filled_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a shop with an order for each history."""
    folder = tmp_path_factory.mktemp("filled") / "data"
    folder.mkdir()
    (folder / "journal.key").write_bytes(JOURNAL_KEY)
    store = open_store(_settings(folder))
    fill(Shop(store))
    store.close()
    return folder


@pytest.fixture
def filled(filled_folder: Path, tmp_path: Path) -> Settings:
    """A copy of the filled shop; nobody has its store open."""
    shutil.copytree(filled_folder, tmp_path / "data")
    return _settings(tmp_path / "data")


@pytest.fixture
def undisturbed(filled_folder: Path, tmp_path: Path) -> Settings:
    """A second copy of it, for what happens when nothing is in the way."""
    shutil.copytree(filled_folder, tmp_path / "undisturbed")
    return _settings(tmp_path / "undisturbed")


@pytest.fixture(scope="session")
def children() -> Iterator[Children]:
    """Starts processes; a light one of the tests' own forks them."""
    started = Children()
    yield started
    started.close()
