"""Many orders at once: the work goes on beside the page, its report waits for one."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select

from commandes.actions import bulk
from commandes.errors import StoreLocked
from commandes.store import tables
from commandes.ui.beside import Work
from commandes.ui.bulk_bar import Batch

PAGE = "commandes/liste.py"


@pytest.fixture
def looked(shop):
    """Three orders, and what archiving them would do."""
    ids = [shop.order(number) for number in ("1", "2", "3")]
    return bulk.preview(shop.store, bulk.Asked("archive"), ids, actor="Inès")


def told(app):
    return [str(e.value) for e in (*app.text, *app.markdown)]


def batch(looked, work):
    """A batch whose dialog was closed while it is on its way."""
    ids = tuple(one.id for one in looked.all)
    return Batch(looked.asked, ids, "key", looked=looked, work=work)


def test_work_that_goes_on_is_said_and_then_reported(open_page, shop, looked):
    """How far it is; then what it did, with the way back."""
    go_on = threading.Event()

    def slowly(progress):
        progress(1, 3)
        go_on.wait(20)
        return bulk.run(shop.store, looked, actor="Inès", key="key")

    work = Work(slowly, "bulk")
    app = open_page(PAGE)
    app.session_state["bulk_last"] = batch(looked, work)
    app.run()
    assert not app.exception
    assert "Archiver : en cours" in told(app)
    assert all(b.disabled for b in app.button if b.key == "bulk_archive")

    go_on.set()
    assert work.finished(20)
    app.run()

    assert not app.exception
    assert any("Archiver : 3 commandes changées" in text for text in told(app))
    assert any("Annuler l’action" in b.label for b in app.button)
    (undo,) = [b for b in app.button if b.key == "bulk_undo"]
    undo.click().run()
    assert any("Action annulée" in text for text in told(app))
    with shop.store.reading() as connection:
        archived = connection.scalars(select(tables.orders.c.archived_at)).all()
    assert archived == [None, None, None]


def test_work_that_fails_says_so_once(open_page, looked):
    """In plain words; the page is there again afterwards."""

    def failing(_progress):
        raise StoreLocked

    work = Work(failing, "bulk")
    assert work.finished(20)
    app = open_page(PAGE)
    app.session_state["bulk_last"] = batch(looked, work)
    app.run()
    assert not app.exception
    assert any(StoreLocked().message in text for text in told(app))

    app.run()
    assert not any(StoreLocked().message in text for text in told(app))
    assert len(app.dataframe) == 1
