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


def _settings(folder: Path, url: str = "") -> Settings:
    where = {"COMMANDES_DATA_DIR": str(folder), "COMMANDES_DATABASE_URL": url}
    return settings_module.read(ENVIRONMENT | where)


def _fill(settings: Settings) -> None:
    settings.data_dir.mkdir()
    (settings.data_dir / "journal.key").write_bytes(JOURNAL_KEY)
    store = open_store(settings)
    fill(Shop(store))
    store.close()


@pytest.fixture(scope="session")
def filled_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a shop with an order for each history."""
    folder = tmp_path_factory.mktemp("filled") / "data"
    _fill(_settings(folder))
    return folder


@pytest.fixture
def filled(filled_folder: Path, tmp_path: Path) -> Settings:
    """A copy of the filled shop; nobody has its store open."""
    shutil.copytree(filled_folder, tmp_path / "data")
    return _settings(tmp_path / "data")


@pytest.fixture
def filled_on_postgresql(postgres_settings: Settings) -> Settings:
    """The same shop in a database of a PostgreSQL server."""
    settings = _settings(postgres_settings.data_dir, postgres_settings.database_url)
    _fill(settings)
    return settings


@pytest.fixture(
    params=[
        pytest.param("filled"),
        pytest.param("filled_on_postgresql", marks=pytest.mark.postgres),
    ],
    ids=["sqlite", "postgresql"],
)
def any_filled(request: pytest.FixtureRequest) -> Settings:
    """The filled shop on each of the two databases."""
    settings: Settings = request.getfixturevalue(request.param)
    return settings


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
