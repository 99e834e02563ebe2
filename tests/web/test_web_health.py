"""What readiness and the figures say of a shop, and of one that cannot work."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from commandes.actions import messages
from commandes.actions.orders import Order
from commandes.backups import backup
from commandes.ui.house import close_house
from commandes.web import health
from commandes.web.metrics import Metrics


@pytest.fixture(autouse=True)
def _house(settings, shop, monkeypatch):
    """The house of the process is that of the test's shop."""
    monkeypatch.setenv("COMMANDES_DATA_DIR", str(settings.data_dir))
    shop.order("1", paid=1000)
    yield
    close_house()
    health.stopping.clear()


def _ready() -> dict[str, bool]:
    return health._looked()


def test_a_shop_at_work_is_ready():
    """Everything that was looked at is as it must be."""
    assert set(_ready().values()) == {True}


def test_an_older_store_is_not_ready(store):
    """A store that another version left behind is said to be so."""
    _ready()  # the house is open: nothing is brought up to date any more
    with store.writing("t") as writer:
        writer.connection.execute(
            text("update alembic_version set version_num = '0001'")
        )

    found = _ready()
    assert (found["migrations"], found["store"]) == (False, True)


def test_who_stops_is_not_ready():
    """From the signal on no new work is sent here."""
    health.stopping.set()

    assert _ready()["serving"] is False


def test_the_figures_are_the_shop_s(shop, tmp_path):
    """Messages by state, the journal beside the mirror, sessions, the last backup."""
    messages.message(shop.store, Order("1"), "Objet", "Texte", actor="t")
    seq = shop.store.head().seq
    backup(shop.store, tmp_path / "b.zip")
    _ready()  # the mirror has followed
    told = Metrics(lambda: 2).text().decode()

    figures = dict(
        line.rsplit(" ", 1) for line in told.splitlines() if not line.startswith("#")
    )
    assert float(figures['commandes_messages{state="queued"}']) == 1
    assert float(figures["commandes_journal_head"]) == seq
    assert float(figures["commandes_mirror_seq"]) == seq
    assert float(figures["commandes_sessions"]) == 2
    assert float(figures["commandes_backup_seq"]) == seq
    assert 0 <= float(figures["commandes_backup_age_seconds"]) < 300
    assert float(figures["commandes_backup_bytes"]) > 1000
