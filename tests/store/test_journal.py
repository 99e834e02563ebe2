"""The journal: numbers in commit order, one key made once, whatever SQL puts there."""

from __future__ import annotations

import hmac
import json
import stat
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from commandes.errors import JournalKeyMissing, JournalKeyWrong
from commandes.store import Head, checks, journal, open_store, tables


def write(store, count=1, **at):
    with store.writing("Inès", **at) as writer:
        for number in range(count):
            writer.record(None, "tested", {"number": number})


def check(store, noted=None):
    with store.reading() as connection:
        return checks.chain(connection, store.key, noted=noted)


def numbers(store):
    with store.reading() as connection:
        c = tables.events.c
        return list(connection.scalars(select(c.seq).order_by(c.seq)))


def by_sql(store, statement, **values):
    with store.writing("someone") as writer:
        writer.connection.execute(text(statement), values)


def test_entries_are_chained_up_to_the_head(any_store):
    """Each entry names the digest before it; the head is the last one."""
    write(any_store, 3)
    write(any_store, 2)

    with any_store.reading() as connection:
        c = tables.events.c
        rows = connection.execute(
            select(c.seq, c.previous, c.digest).order_by(c.seq)
        ).all()
        head = journal.head(connection)
    assert [row.seq for row in rows] == [1, 2, 3, 4, 5]
    assert [row.previous for row in rows] == [
        journal.START,
        *(row.digest for row in rows[:-1]),
    ]
    assert head == Head(5, rows[-1].digest)
    assert check(any_store).first_bad == ""


def test_an_empty_journal_is_whole(store):
    """Nothing happened yet: that can be noted, and verified later."""
    empty = store.head()
    write(store)

    assert empty == Head(0, journal.START)
    assert check(store, empty).ok


def test_a_head_noted_earlier_is_found_on_the_way(any_store):
    """The chain passes through every head that it ever had."""
    heads = []
    for _ in range(4):
        write(any_store)
        heads.append(any_store.head())

    assert [check(any_store, head).ok for head in heads] == [True] * 4


def test_a_head_that_never_was_is_refused_by_its_number(store):
    """Another digest under the same number: not this journal."""
    write(store, 3)

    assert check(store, Head(2, "f" * 64)).first_bad == (
        "events seq=2: not the head that was noted"
    )
    assert check(store, Head(0, "f" * 64)).first_bad == (
        "events seq=0: not the head that was noted"
    )


def test_a_truncated_journal_names_the_first_row_that_is_gone(store):
    """Rows, head and all cut off: the head noted elsewhere tells."""
    write(store, 3)
    middle = store.head()
    write(store, 2)
    noted = store.head()
    by_sql(store, "delete from events where seq > 3")
    by_sql(
        store,
        "update journal_head set count = 3, digest = :digest",
        digest=middle.digest,
    )

    assert check(store, noted).first_bad.startswith("events seq=4: missing")


@pytest.mark.parametrize(
    "change",
    [
        "payload = cast(x'ff00fe' as text)",
        "payload = x'00'",
        "payload = ''",
        "actor = 'x' || char(10) || 'y'",
        "kind = 'é’'",
        "digest = 'é' || substr(digest, 2)",
        "digest = upper(digest)",
        "digest = x'ff'",
        "previous = cast(x'ff' as text)",
        "order_id = 'seven'",
        "order_id = 1",
        "at = 'noon'",
        "at = at + 1",
        "at = at * 1.5",
    ],
)
def test_anything_that_sqlite_lets_into_a_row_is_found(change, store):
    """Bytes that are no text, texts that are no numbers: named, not a crash."""
    write(store, 3)

    by_sql(store, f"update events set {change} where seq = 2")

    assert check(store).first_bad == "events seq=2: altered"


def test_parts_of_an_entry_cannot_change_places():
    """An actor's name with line breaks reads like no other entry."""
    one = journal.digest(b"k", "p", (1, None, 0, "a\n1\nb", "k", "{}"))
    other = journal.digest(b"k", "p", (1, None, 0, "b", "k\n5\na", "{}"))

    assert one != other


@pytest.mark.parametrize(
    "entry",
    [
        (7, 12, 1_700_000_000_000_000, "marie", "tagged", '{"tag":"à suivre"}'),
        (7, None, 1_700_000_000_000_000, 'a "b" \\ c', "imported", "{}\n\t\x7f😀"),
        (7, "12", 1.5, b"marie", None, "\ud800"),
        (1, 12, -1, "", "", ""),
    ],
)
def test_what_is_signed_is_the_entry_as_json(entry):
    """Whoever has the key can work out the chain: previous and entry, as an array."""
    message = json.dumps(["p", *entry], default=repr).encode()

    assert (
        journal.digest(b"k", "p", entry) == hmac.digest(b"k", message, "sha256").hex()
    )


def test_a_head_that_is_gone_is_found(store):
    """The head's row deleted: verify says so, nothing is numbered anew."""
    write(store, 3)
    by_sql(store, "delete from journal_head")

    assert "its head at 0" in check(store).first_bad


def test_the_clock_going_back_never_turns_the_journal_back(any_store):
    """Entries follow each other in time even when the clock is set back."""
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    write(any_store, now=noon)
    write(any_store, now=noon - timedelta(hours=3))
    write(any_store, now=noon + timedelta(hours=1))

    with any_store.reading() as connection:
        c = tables.events.c
        times = list(connection.scalars(select(c.at).order_by(c.seq)))
        assert checks.order_of_time(connection).ok
    assert times == [noon, noon, noon + timedelta(hours=1)]


def test_the_key_is_made_once_and_for_its_owner_only(settings):
    """Opening the store again, or elsewhere at the same time, keeps the key."""
    first, second = open_store(settings), open_store(settings)
    write(first)
    key = (settings.data_dir / "journal.key").read_bytes()
    write(second)
    first.close()
    second.close()

    mode = (settings.data_dir / "journal.key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert len(bytes.fromhex(key.decode())) == 32
    assert (settings.data_dir / "journal.key").read_bytes() == key
    assert [path.name for path in settings.data_dir.glob("journal.key*")] == [
        "journal.key"
    ]


@pytest.mark.parametrize("content", [None, b"", b" \n"])
def test_a_journal_without_its_key_takes_no_entry(content, settings):
    """A lost or empty key is never replaced: the chain would not be proof."""
    store = open_store(settings)
    write(store, 2)
    store.close()
    path = settings.data_dir / "journal.key"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    again = open_store(settings)

    with pytest.raises(JournalKeyMissing):
        write(again)

    assert numbers(again) == [1, 2]
    assert not path.exists() or path.read_bytes() == content
    again.close()


def test_a_key_that_is_not_the_journals_writes_nothing(store):
    """Its entries would break the chain; reading goes on."""
    with store.writing("a") as writer:
        writer.record(None, "noted")
    store.close()
    other = open_store(replace(store.settings, journal_key="of another shop"))

    with pytest.raises(JournalKeyWrong), other.writing("a") as writer:
        writer.record(None, "noted")

    assert other.head().seq == 1
    other.close()


def test_a_key_given_as_a_setting_makes_no_file(settings):
    """Who keeps the key elsewhere finds none in the data folder."""
    store = open_store(replace(settings, journal_key="kept elsewhere"))
    write(store)

    assert check(store).ok
    assert not (settings.data_dir / "journal.key").exists()
    store.close()


@pytest.mark.postgres
def test_a_commit_held_back_holds_back_those_after_it(postgres_settings):
    """R7: who has read seq n has read everything before it, on PostgreSQL too."""
    store = open_store(postgres_settings)
    seen = []
    inside, later = threading.Event(), threading.Event()

    def slow():
        with store.writing("slow") as writer:
            writer.record(None, "first")
            writer.flush()
            inside.set()
            later.wait()

    def fast():
        with store.writing("fast") as writer:
            writer.record(None, "second")

    holding = threading.Thread(target=slow)
    holding.start()
    inside.wait()
    waiting = [threading.Thread(target=fast) for _ in range(5)]
    for thread in waiting:
        thread.start()
    # All five have asked for the lock before the first one may commit.
    while _waiting(store) < 5:
        seen.append(store.head().seq)
    later.set()
    for thread in (holding, *waiting):
        thread.join()

    assert set(seen) <= {0}
    with store.reading() as connection:
        c = tables.events.c
        kinds = list(connection.scalars(select(c.kind).order_by(c.seq)))
    assert kinds == ["first", *["second"] * 5]
    assert check(store).ok
    store.close()


def _waiting(store):
    with store.reading() as connection:
        return connection.scalar(
            text("select count(*) from pg_locks where not granted")
        )


def test_a_reader_beside_writers_never_misses_an_entry(any_store):
    """R7: following by seq, each read holds every number up to the last."""
    done = threading.Event()
    gaps = []

    def follow():
        while not done.is_set():
            seen = numbers(any_store)
            if seen != list(range(1, len(seen) + 1)):
                gaps.append(seen)

    def writes():
        for _ in range(10):
            write(any_store)

    reader = threading.Thread(target=follow)
    writers = [threading.Thread(target=writes) for _ in range(8)]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()

    assert gaps == []
    assert numbers(any_store) == list(range(1, 81))
    assert check(any_store).ok


_WRITE = """
import sys
from commandes import settings
from commandes.store import open_store
store = open_store(settings.read())
for number in range(20):
    with store.writing("p") as writer:
        writer.record(None, "tested", {"number": number})
"""


@pytest.mark.parametrize("kind", ["settings", "postgres_settings"])
def test_processes_that_write_at_once_leave_no_gap(kind, request):
    """Four processes, no deadlock, no number missing or twice."""
    asked = request.getfixturevalue(kind)
    store = open_store(asked)
    write(store)
    environment = {
        "COMMANDES_DATA_DIR": str(asked.data_dir),
        "COMMANDES_DATABASE_URL": asked.database_url,
    }
    processes = [
        subprocess.Popen([sys.executable, "-c", _WRITE], env=environment)
        for _ in range(4)
    ]

    assert [process.wait() for process in processes] == [0] * 4
    assert numbers(store) == list(range(1, 82))
    assert check(store).ok
    store.close()


def test_a_writer_gets_in_beside_long_work(store, settings):
    """Who works for long leaves the lock in between: an action waits a moment only."""
    longest = []
    done = threading.Event()
    other = open_store(settings)

    def act():
        while not done.is_set():
            start = time.monotonic()
            write(other)
            longest.append(time.monotonic() - start)

    thread = threading.Thread(target=act)
    thread.start()
    until = time.monotonic() + 1.5
    while time.monotonic() < until:
        write(store, 1_000)
        store.give_way()
    done.set()
    thread.join()
    other.close()

    assert max(longest) < 1
    assert len(longest) >= 3


def test_payloads_are_compact_json(store):
    """What the mirror and the screen read back is what was recorded."""
    with store.writing("Inès") as writer:
        writer.record(None, "tested", {"tag": "Été", "amounts": [1, None]})

    with store.reading() as connection:
        payload = connection.scalar(select(tables.events.c.payload))
    assert payload == '{"tag":"Été","amounts":[1,null]}'
    assert json.loads(payload) == {"tag": "Été", "amounts": [1, None]}


def test_what_no_database_holds_is_left_out_before_it_is_signed(any_store):
    """NUL and halves of characters, of who acts and of what is said: no false alarm."""
    with any_store.writing("In\0ès\ud800") as writer:
        writer.record(None, "tested", {"tag": "É\udfffté"})

    with any_store.reading() as connection:
        c = tables.events.c
        said = connection.execute(select(c.actor, c.payload)).one()
    assert tuple(said) == ("Inès", '{"tag":"Été"}')
    assert check(any_store).first_bad == ""


def test_an_entry_with_a_forged_neighbour_is_found(store):
    """A row copied under the next free number has no digest of its own."""
    write(store, 3)
    by_sql(
        store,
        "insert into events select 4, order_id, at, actor, kind, payload, digest, "
        "digest from events where seq = 3",
    )

    assert check(store).first_bad == "events seq=4: altered"
    with store.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.events)) == 4
