"""A store moves whole from SQLite to PostgreSQL and back: rows, digests, rules."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest
from every_action import fill
from shop import Shop
from sqlalchemy import select, text
from sqlalchemy.engine import make_url

from commandes.actions import notes, refunds, status
from commandes.actions.orders import Order
from commandes.cli import main
from commandes.errors import (
    BackupBroken,
    MoveDiffers,
    MoveOntoOrders,
    StoreUnreachable,
)
from commandes.store import open_store, tables
from commandes.store.checks import of_the_store
from commandes.store.moving import move

TOLD_NOBODY = "s3cret"


def everything(store):
    """Every row of every table, as Python has it."""
    with store.reading() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in tables.metadata.sorted_tables
        }


def elsewhere(store, url):
    """An empty store at another address, with the same key."""
    return closing(open_store(replace(store.settings, database_url=url)))


@pytest.fixture
def busy(store):
    """A shop in which an order of every history stands."""
    fill(Shop(store))
    return store


@pytest.mark.postgres
def test_there_and_back_with_every_row(busy, postgres_settings, tmp_path):
    """Both ways equal row by row; the journal goes on where it was."""
    before = everything(busy)
    told = []
    with elsewhere(busy, postgres_settings.database_url) as there:
        moved = move(busy, there, actor="Inès", told=lambda *at: told.append(at))
        assert everything(there) == before
        assert moved.rows == {name: len(rows) for name, rows in before.items()}
        assert told[-1][0] == told[-1][1] == sum(moved.rows.values())
        assert all(check.ok for check in moved.checks)
        assert (there.head(), there.store_id) == (busy.head(), busy.store_id)

        # Work goes on: new ids, new entries, old receipts.
        status.archive(there, Order("1"), actor="Inès", key="once")
        notes.note(there, Order("2"), "Rappeler", actor="Inès")
        refunds.refund(there, Order("1"), actor="Inès")
        assert not status.archive(there, Order("1"), actor="Inès", key="once").changed
        with there.reading() as connection:
            assert all(check.ok for check in of_the_store(connection, there.key))
        later = everything(there)
        with elsewhere(busy, f"sqlite:///{tmp_path / 'back.db'}") as back:
            move(there, back, actor="Inès")
            assert everything(back) == later
            assert status.unarchive(back, Order("1"), actor="Inès").changed
    assert everything(busy) == before


def test_a_used_store_is_never_written_over(busy, tmp_path):
    """Neither another shop's, nor the source itself under its own address."""
    url = f"sqlite:///{tmp_path / 'other.db'}"
    with elsewhere(busy, url) as other:
        Shop(other).order("77")
        before = everything(other)
        here = busy.settings.data_dir
        aside = f"sqlite:///{here / '..' / here.name / 'commandes.db'}"
        with elsewhere(busy, aside) as written_otherwise:
            for target in (other, busy, written_otherwise):
                with pytest.raises(MoveOntoOrders):
                    move(busy, target, actor="Inès")
        assert everything(other) == before


@pytest.mark.parametrize("table", ["orders", "payments", "tags", "store_info"])
def test_a_database_that_keeps_something_else_is_not_believed(busy, tmp_path, table):
    """What is read again must be what was written; else nothing of it stays."""
    column = {"orders": "total", "payments": "amount"}.get(table)
    change = f"{column} = {column} + 1" if column else "name = 'x'"
    if table == "store_info":
        change = "value = value || 'x'"
    with elsewhere(busy, f"sqlite:///{tmp_path / 'other.db'}") as other:
        empty = everything(other)
        with other.writing("Inès") as writer:
            writer.connection.execute(
                text(
                    f"create trigger meddler after insert on {table} begin "
                    f"update {table} set {change} where rowid = new.rowid; end"
                )
            )
        with pytest.raises(MoveDiffers, match=table):
            move(busy, other, actor="Inès")
        assert everything(other) == empty


def test_a_store_that_breaks_a_rule_is_not_moved(busy, tmp_path):
    """What is wrong is named, and the new store stays empty."""
    with busy.writing("Inès") as writer:
        writer.connection.execute(text("update stock_items set on_hand = on_hand + 1"))
    with elsewhere(busy, f"sqlite:///{tmp_path / 'other.db'}") as other:
        empty = everything(other)
        with pytest.raises(BackupBroken, match="I1"):
            move(busy, other, actor="Inès")
        assert everything(other) == empty


@pytest.mark.postgres
def test_the_command(busy, postgres_settings, monkeypatch, capsys):
    """One command; the password of the address stays out of what is printed."""
    settings = busy.settings
    monkeypatch.setenv("COMMANDES_DATA_DIR", str(settings.data_dir))
    whole = make_url(postgres_settings.database_url).set(password=TOLD_NOBODY)
    url = whole.render_as_string(hide_password=False)
    head = busy.head()

    assert main(["move", "--to", url]) == 0
    said = capsys.readouterr().out
    assert f"Tête du journal : {head}" in said
    assert "Tout est dans postgresql+psycopg://postgres:***@" in said
    assert TOLD_NOBODY not in said

    assert main(["move", "--to", url]) == 1
    assert "a déjà servi" in capsys.readouterr().err
    monkeypatch.setenv("COMMANDES_DATABASE_URL", url)
    assert main(["verify"]) == 0
    assert main(["archive", "1"]) == 0


@pytest.mark.parametrize("url", ["nothing", "mysql://x/y", "sqlite:////no/such/x.db"])
def test_an_address_that_leads_nowhere_is_said(busy, monkeypatch, capsys, url):
    """One sentence; the store is what it was."""
    monkeypatch.setenv("COMMANDES_DATA_DIR", str(busy.settings.data_dir))
    before = everything(busy)
    assert main(["move", "--to", url]) == 1
    assert capsys.readouterr().err.startswith(
        StoreUnreachable.sentence.split("{", maxsplit=1)[0]
    )
    assert everything(busy) == before


def test_it_waits_for_nobody_who_serves(busy, monkeypatch, capsys, tmp_path):
    """While the app has the store open, nothing is moved."""
    from commandes.backups import serving

    monkeypatch.setenv("COMMANDES_DATA_DIR", str(busy.settings.data_dir))
    with serving.serving(busy.settings):
        assert main(["move", "--to", f"sqlite:///{tmp_path / 'x.db'}"]) == 1
    assert "L’application est en marche" in capsys.readouterr().err
