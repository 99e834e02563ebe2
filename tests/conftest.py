"""What tests share: settings of a temporary shop, and business verbs to fill it."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from postgres import Postgres, found_programs
from shop import Shop

from commandes import settings as settings_module
from commandes import words
from commandes.store import Store, open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xdist.remote import Producer

    from commandes.settings import Settings

REAL_DATA = Path(__file__).parents[2] / "shared" / "data" / "online_retail.parquet"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> object:
    """A worker takes a whole file that drives a browser, with its server; else a test.

    (`--dist loadgroup` of xdist 3.8 marks node ids that pytest 9 reads no more.)
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByServer(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.split("::", 1)[0]
            return file if "test_browser_" in file else nodeid

    return ByServer(config, log)


@pytest.fixture(autouse=True)
def _french() -> Iterator[None]:
    """Every test starts in French, whatever the one before spoke."""
    words.use("fr")
    yield
    words.use("fr")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The settings of a shop in a temporary folder; nothing of the machine's."""
    return settings_module.read({"COMMANDES_DATA_DIR": str(tmp_path / "data")})


@pytest.fixture(scope="session")
def blank_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty store: copied, it saves every test the migrations."""
    folder = tmp_path_factory.mktemp("blank")
    open_store(settings_module.read({"COMMANDES_DATA_DIR": str(folder)})).close()
    return folder / "commandes.db"


@pytest.fixture
def store(settings: Settings, blank_store: Path) -> Iterator[Store]:
    """A new, empty SQLite store."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(blank_store, settings.data_dir / "commandes.db")
    opened = open_store(settings)
    yield opened
    opened.close()


@pytest.fixture
def shop(store: Store) -> Shop:
    """A shop with business verbs over the empty SQLite store."""
    return Shop(store)


@pytest.fixture(scope="session")
def real_orders() -> Path:
    """The real orders that stand beside the project."""
    if not REAL_DATA.exists():
        pytest.skip("the real orders (../shared/data) are not beside the project")
    return REAL_DATA


@pytest.fixture(scope="session")
def postgres_programs() -> Path:
    """Where PostgreSQL's programs are; without them tests are skipped, never in CI."""
    programs = found_programs()
    if programs is None:
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL is missing: apt-get install postgresql")
        pytest.skip("PostgreSQL is missing: apt-get install postgresql")
    return programs


@pytest.fixture(scope="session")
def postgres_server(
    postgres_programs: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A PostgreSQL server of the tests' own; the SQLAlchemy URL without a database."""
    server = Postgres(postgres_programs, tmp_path_factory.mktemp("pg"))
    server.make()
    server.start("-c listen_addresses='' -c fsync=off")
    yield f"postgresql+psycopg://postgres@/{{}}?host={server.folder}"
    server.stop()


def _create_database(server: str, name: str, template: str = "template1") -> str:
    """Make a database on the tests' server; returns its SQLAlchemy URL."""
    _administer(server, f"create database {name} template {template}")
    return server.format(name)


def _administer(server: str, statement: str) -> None:
    import psycopg

    administration = server.format("postgres").replace("+psycopg", "")
    with psycopg.connect(administration, autocommit=True) as connection:
        connection.execute(statement)


@contextmanager
def _database(server: str, tmp_path: Path, template: str = "template1"):
    """A database of a test's own, as long as it lasts; its SQLAlchemy URL."""
    name = f"t{abs(hash(tmp_path))}"
    yield _create_database(server, name, template)
    _administer(server, f"drop database {name} with (force)")


def _on_postgresql(folder: Path, url: str) -> Settings:
    return settings_module.read(
        {"COMMANDES_DATA_DIR": str(folder), "COMMANDES_DATABASE_URL": url}
    )


@pytest.fixture(scope="session")
def blank_database(
    postgres_server: str, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The name of an empty store's database, to copy."""
    url = _create_database(postgres_server, "blank")
    open_store(_on_postgresql(tmp_path_factory.mktemp("blank"), url)).close()
    return "blank"


@pytest.fixture
def postgres_settings(postgres_server: str, tmp_path: Path) -> Iterator[Settings]:
    """The settings of a shop whose store is a new PostgreSQL database, still bare."""
    with _database(postgres_server, tmp_path) as url:
        yield _on_postgresql(tmp_path / "data", url)


@pytest.fixture
def postgres_store(
    postgres_server: str, blank_database: str, tmp_path: Path
) -> Iterator[Store]:
    """A new, empty store on PostgreSQL."""
    with _database(postgres_server, tmp_path, blank_database) as url:
        opened = open_store(_on_postgresql(tmp_path / "data", url))
        yield opened
        opened.close()


@pytest.fixture(
    params=[
        pytest.param("store"),
        pytest.param("postgres_store", marks=pytest.mark.postgres),
    ],
    ids=["sqlite", "postgresql"],
)
def any_store(request: pytest.FixtureRequest) -> Store:
    """A new store on each of the two databases."""
    opened: Store = request.getfixturevalue(request.param)
    return opened
