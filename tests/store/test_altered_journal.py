"""R20: whatever SQL does to the journal without the key is found, the row named."""

from __future__ import annotations

import os
import random

import pytest
from sqlalchemy import func, select, text

from commandes.errors import JournalKeyMissing
from commandes.settings import read as read_settings
from commandes.store import Head, checks, journal, open_store, tables

ENTRIES = 30
CASES = int(os.environ.get("ALTERED_JOURNALS", "200"))


def filled(store) -> None:
    with store.writing("Inès") as writer:
        for number in range(ENTRIES):
            writer.record(None, "tested", {"number": number})


def check(store, noted: Head | None = None) -> checks.Check:
    with store.reading() as connection:
        return checks.chain(connection, store.key, noted=noted)


def raw(store, statement: str, **values) -> None:
    with store.writing("someone") as writer:
        writer.connection.execute(text(statement), values)


def change(store, seq: int, pick: random.Random) -> int:
    column = pick.choice(["at", "actor", "kind", "payload", "previous", "digest"])
    value = 1 if column == "at" else "x" * 64
    raw(
        store,
        f"update events set {column} = :value where seq = :seq",
        value=value,
        seq=seq,
    )
    return seq


def delete(store, seq: int, _pick: random.Random) -> int:
    raw(store, "delete from events where seq = :seq", seq=seq)
    return seq


def insert(store, _seq: int, _pick: random.Random) -> int:
    raw(
        store,
        "insert into events select seq + 1, order_id, at, actor, kind, payload, "
        "digest, digest from events where seq = :last",
        last=ENTRIES,
    )
    return ENTRIES + 1


def swap(store, seq: int, _pick: random.Random) -> int:
    other = seq + 1 if seq < ENTRIES else seq - 1
    for old, new in ((seq, 9_999), (other, seq), (9_999, other)):
        raw(store, "update events set seq = :new where seq = :old", new=new, old=old)
    return min(seq, other)


def truncate(store, seq: int, _pick: random.Random) -> int:
    raw(store, "delete from events where seq >= :seq", seq=seq)
    return seq


def rewrite(store, seq: int, _pick: random.Random) -> int:
    """The whole chain from a row on, made anew with another key, and its head."""
    with store.writing("someone") as writer:
        entries = list(journal.entries(writer.connection))
        last = entries[seq - 2][-1] if seq > 1 else journal.START
        for entry in entries[seq - 1 :]:
            fields = (*entry[:3], "else", *entry[4:6])
            previous, last = last, journal.digest(b"guess", last, fields)
            writer.connection.execute(
                text(
                    "update events set actor = 'else', previous = :previous, "
                    "digest = :digest where seq = :seq"
                ),
                {"previous": previous, "digest": last, "seq": entry[0]},
            )
        writer.connection.execute(
            text("update journal_head set digest = :digest"), {"digest": last}
        )
    return seq


@pytest.mark.parametrize("alter", [change, delete, insert, swap, truncate, rewrite])
def test_every_alteration_is_found(settings, alter):
    """Any row, in any of these ways; the first bad row is named."""
    pick = random.Random(alter.__name__)  # noqa: S311 (cases that can be run again)
    store = open_store(settings)
    filled(store)
    with store.reading() as connection:
        good = connection.execute(select(tables.events)).all()
    for _ in range(CASES // 6):
        seq = pick.randint(1, ENTRIES)
        head = store.head()

        bad = alter(store, seq, pick)

        assert check(store).first_bad.startswith(f"events seq={bad}:")
        with store.writing("test") as writer:
            writer.connection.execute(tables.events.delete())
            writer.connection.execute(
                tables.events.insert(), [row._asdict() for row in good]
            )
            writer.connection.execute(
                tables.journal_head.update().values(count=head.seq, digest=head.digest)
            )
        assert check(store).ok
    store.close()


def test_a_truncation_with_its_head_is_found_by_a_noted_head(store):
    """Who can rewrite the head too is caught by the head of yesterday."""
    filled(store)
    noted = store.head()
    with store.reading() as connection:
        earlier = connection.scalar(
            select(tables.events.c.digest).where(tables.events.c.seq == ENTRIES - 1)
        )
    raw(store, "delete from events where seq = :seq", seq=ENTRIES)
    raw(
        store,
        "update journal_head set count = :count, digest = :digest",
        count=ENTRIES - 1,
        digest=earlier,
    )

    assert check(store).ok
    assert not check(store, noted).ok


def test_the_journal_needs_its_key(settings):
    """A journal whose key is gone is never given another one."""
    store = open_store(settings)
    filled(store)
    store.close()
    key = settings.data_dir / "journal.key"
    assert key.stat().st_mode & 0o077 == 0
    key.unlink()

    with pytest.raises(JournalKeyMissing), open_store(settings).writing("x"):
        pass


def test_another_key_finds_every_row_altered(settings, tmp_path):
    """The key is what makes the chain proof."""
    store = open_store(settings)
    filled(store)
    store.close()
    other = open_store(
        read_settings(
            {
                "COMMANDES_DATA_DIR": str(settings.data_dir),
                "COMMANDES_JOURNAL_KEY": "another",
            }
        )
    )

    assert check(other).first_bad == "events seq=1: altered"


def _fail(store) -> None:
    with store.writing("x") as writer:
        writer.record(None, "lost")
        writer.flush()
        raise ZeroDivisionError


def test_numbers_have_no_gap_when_a_writer_fails(any_store):
    """A transaction that is rolled back leaves no number behind."""
    filled(any_store)
    with pytest.raises(ZeroDivisionError):
        _fail(any_store)
    with any_store.writing("x") as writer:
        writer.record(None, "kept")

    assert any_store.head().seq == ENTRIES + 1
    assert check(any_store).ok
    with any_store.reading() as connection:
        assert connection.scalar(select(func.max(tables.events.c.seq))) == ENTRIES + 1
