"""An action is done once: its key, its receipt, its transaction."""

from __future__ import annotations

import threading
from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import StatementError

from commandes.errors import KeyReused
from commandes.store import Receipt, set_info, tables


def announce(store, word="open", *, key=None, fail=False):
    """An action for tests: it notes a word and makes one journal entry."""

    def work(writer):
        set_info(writer, "shop", word)
        writer.record(None, "announced", {"word": word})
        if fail:
            writer.flush()
            raise ZeroDivisionError
        return Receipt("", "12", "note", changed=True, result={"word": word})

    return store.perform("note", {"word": word}, work, actor="Inès", key=key)


def entries(store):
    with store.reading() as connection:
        return connection.scalar(select(func.count()).select_from(tables.events))


def dump(store):
    with store.reading() as connection:
        return [
            connection.execute(select(table)).all()
            for table in tables.metadata.sorted_tables
        ]


def test_the_same_key_gives_the_first_receipt_again(any_store):
    """A double click does the thing once, and is told so."""
    first = announce(any_store, key="k")
    again = announce(any_store, key="k")

    assert (first.receipt, first.changed, first.message) == ("k", True, "")
    assert (again.receipt, again.order, again.action) == ("k", "12", "note")
    assert again.result == {"word": "open"}
    assert (again.changed, again.message) == (False, "C’est déjà fait.")
    assert entries(any_store) == 1


@pytest.mark.parametrize("table", [tables.tags, tables.carriers])
def test_an_id_that_was_deleted_is_never_given_again(any_store, table):
    """Links, receipts and the journal still mean what is gone."""
    values = {"name": "a", "name_key": "a", "color": "red", "url": "https://e.org"}
    values = {name: text for name, text in values.items() if name in table.c}
    with any_store.writing("t") as writer:
        first = writer.insert(table, **values)
        assert writer.delete(table, table.c.id == first) == 1
        assert writer.delete(table, table.c.id == first) == 0
    with any_store.writing("t") as writer:
        second = writer.insert(table, **values)

    assert second == first + 1


def test_a_second_meant_action_is_done(any_store):
    """Without a key, or with a new one, the same request is another one."""
    receipts = {announce(any_store).receipt, announce(any_store).receipt}

    assert len(receipts) == 2
    assert entries(any_store) == 2


def test_a_key_used_for_something_else_is_refused(any_store):
    """Other arguments or another verb under the same key: nothing changes."""
    announce(any_store, "open", key="k")
    before = dump(any_store)

    with pytest.raises(KeyReused):
        announce(any_store, "closed", key="k")
    with pytest.raises(KeyReused):
        any_store.perform(
            "close_refund",
            {"word": "open"},
            lambda _writer: Receipt("", "", "close", changed=True),
            actor="Inès",
            key="k",
        )

    assert dump(any_store) == before


def test_a_failure_after_the_first_write_undoes_everything(any_store):
    """No half of an action, no journal entry, no receipt; its key is still free."""
    announce(any_store, "open")
    before = dump(any_store)

    with pytest.raises(ZeroDivisionError):
        announce(any_store, "closed", key="k", fail=True)

    assert dump(any_store) == before
    assert announce(any_store, "closed", key="k").changed


def test_one_key_from_twenty_threads_has_one_effect(any_store):
    """All get the same answer; one of them did it."""
    receipts = []

    def click():
        receipts.append(announce(any_store, key="k"))

    threads = [threading.Thread(target=click) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(receipt.changed for receipt in receipts) == [False] * 19 + [True]
    assert {receipt.receipt for receipt in receipts} == {"k"}
    assert entries(any_store) == 1


def test_a_receipt_of_nothing_to_do_keeps_its_sentence(any_store):
    """The reason why nothing changed is told the second time as the first."""

    def work(_writer):
        return Receipt("", "", "close", changed=False, message="Déjà fermé.")

    first = any_store.perform("close_refund", {}, work, actor="Inès", key="k")
    again = any_store.perform("close_refund", {}, work, actor="Inès", key="k")

    assert first == again
    assert again.message == "Déjà fermé."


def test_ids_are_numbered_under_the_lock(any_store):
    """Two writers never get the same number for two rows."""

    def add():
        with any_store.writing("Inès") as writer:
            writer.insert(
                tables.message_templates,
                name=threading.current_thread().name,
                language="fr",
                subject="s",
                body="b",
            )

    threads = [threading.Thread(target=add) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with any_store.reading() as connection:
        c = tables.message_templates.c
        assert list(connection.scalars(select(c.id).order_by(c.id))) == list(
            range(1, 13)
        )


def test_a_naive_instant_is_refused(any_store):
    """A time without zone names no instant: it never reaches the store."""
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 (what is refused)
    person = {"email": "ines@example.org", "role": "staff", "active": True}

    with any_store.writing("Inès") as writer, pytest.raises(StatementError):
        writer.insert(tables.people, **person, invited_at=naive)
