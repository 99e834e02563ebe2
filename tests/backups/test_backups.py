"""Backups: whole, checked, private; and the way back, the old store kept beside."""

from __future__ import annotations

import json
import os
import shutil
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from dump import broken_rules, dump
from shop import Shop
from sqlalchemy import func, select, update

from commandes.access import Role
from commandes.actions import messages, people, refunds, sessions, tags
from commandes.actions.orders import Order
from commandes.actions.sessions import Claims, Limits
from commandes.backups import archive, automatic, backup, history, restore
from commandes.backups.restoring import forget_broken_off
from commandes.backups.serving import serving
from commandes.errors import (
    AccessTaken,
    BackupBroken,
    BackupOfOtherDatabase,
    BackupPathTaken,
    BackupToolMissing,
    BackupUnreadable,
    ExportUnwritable,
    JournalKeyMissing,
    JournalKeyWrong,
    RestoreGoesOn,
    SessionOver,
    StoreHoldsOrders,
    StoreInUse,
)
from commandes.mirror import Mirror
from commandes.reports.verify import verify
from commandes.store import open_store, tables

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def _fill(store) -> None:
    shop = Shop(store)
    shop.order("1", paid=1000, refunded=200, lines=[{"title": "Lampe", "price": 1000}])
    shop.order("2", customer_name="Émile Œuvré")


@pytest.fixture
def sold(shop) -> Shop:
    """A shop with two orders."""
    _fill(shop.store)
    return shop


@pytest.fixture
def elsewhere(settings, tmp_path):
    """The settings of another machine: an empty folder, without a key."""
    return replace(settings, data_dir=tmp_path / "elsewhere")


def _opened(settings):
    return closing(open_store(settings))


def test_a_backup_comes_back_as_it_was(sold, elsewhere, tmp_path):
    """The file restored on another machine is the same store, to the last entry."""
    manifest = backup(sold.store, tmp_path / "b.zip", with_key=True)
    restored = restore(elsewhere, tmp_path / "b.zip", actor="t")

    assert (manifest.orders, manifest.checked) == (2, True)
    assert restored.kept is None
    assert all(check.ok for check in restored.checks)
    with _opened(elsewhere) as store:
        assert dump(store) == dump(sold.store)
        assert store.head() == sold.store.head()
        assert store.store_id == sold.store.store_id == manifest.store_id


def test_a_backup_is_for_its_owner_and_has_no_key(sold, tmp_path):
    """Nobody else may read the file; the key is in it only where that was wanted."""
    file = tmp_path / "b.zip"
    backup(sold.store, file)

    assert file.stat().st_mode & 0o777 == 0o600
    assert zipfile.ZipFile(file).namelist() == [archive.MANIFEST, "commandes.db"]
    backup(sold.store, file, with_key=True)
    assert archive.KEY in zipfile.ZipFile(file).namelist()
    assert [path.name for path in tmp_path.glob("*b.zip*")] == ["b.zip"]


def test_the_last_backup_is_known(sold, tmp_path):
    """The store says when, up to which entry and how big it was."""
    head = sold.store.head()
    backup(sold.store, tmp_path / "b.zip", verify=False)

    with sold.store.reading() as connection:
        made = history.last(connection)
    assert (made.seq, made.checked) == (head.seq, False)
    assert made.size == (tmp_path / "b.zip").stat().st_size
    assert abs(datetime.now(UTC) - made.at) < timedelta(minutes=5)


def test_a_store_that_breaks_a_rule_is_not_backed_up(sold, tmp_path):
    """The copy is checked; what was there before stands, unless one insists."""
    file = tmp_path / "b.zip"
    backup(sold.store, file)
    before = file.read_bytes()
    with sold.store.writing("t") as writer:
        writer.connection.execute(
            update(tables.order_lines).values(restocked_quantity=99)
        )

    with pytest.raises(BackupBroken, match="I2"):
        backup(sold.store, file)
    assert file.read_bytes() == before
    assert backup(sold.store, file, verify=False).checked is False


@pytest.mark.parametrize(
    "name", ["commandes.db", "commandes.db-wal", "journal.key", "."]
)
def test_a_backup_never_lands_on_the_store_itself(sold, settings, name):
    """A path that is one of the store's own files, or a folder, is refused."""
    with pytest.raises(BackupPathTaken):
        backup(sold.store, settings.data_dir / name)

    assert broken_rules(sold.store) == {}


def test_a_folder_that_is_not_there_is_said(sold, tmp_path):
    """A file that cannot be written is a sentence of ours, and leaves nothing."""
    with pytest.raises(ExportUnwritable):
        backup(sold.store, tmp_path / "nowhere" / "b.zip")


def test_orders_are_replaced_only_when_asked(sold, settings, tmp_path):
    """A store with orders stays; replaced, it is kept beside under a dated name."""
    backup(sold.store, tmp_path / "b.zip")
    tags.tag(sold.store, Order("1"), "Après", actor="t")
    sold.store.close()

    with pytest.raises(StoreHoldsOrders):
        restore(settings, tmp_path / "b.zip", actor="t")
    restored = restore(settings, tmp_path / "b.zip", actor="t", replace=True)

    assert restored.kept.name.startswith("commandes.before-restore-2")
    assert restored.kept.stat().st_mode & 0o777 == 0o600
    with _opened(settings) as store:
        assert dump(store)["orders"]["test", "1"]["tags"] == []
    kept = replace(settings, database_url=f"sqlite:///{restored.kept}")
    with _opened(kept) as store:
        assert dump(store)["orders"]["test", "1"]["tags"] == ["Après"]


def test_the_mirror_finds_another_store(sold, settings, tmp_path):
    """As many entries, another past: the mirror is made anew by itself."""
    file = tmp_path / "b.zip"
    with closing(Mirror(sold.store, settings)) as mirror:
        backup(sold.store, file)
        tags.tag(sold.store, Order("1"), "Après", actor="t")
        with mirror.snapshot() as snapshot:
            seq = snapshot.seq
        restore(settings, file, actor="t", replace=True)
        with _opened(settings) as store:
            tags.tag(store, Order("2"), "Autre", actor="t")
            assert store.head().seq == seq
            verdict = verify(store, mirror)
    assert verdict.ok


def test_the_journal_needs_its_own_key(sold, elsewhere, tmp_path):
    """Without the key nothing is restored, nor with another one."""
    backup(sold.store, tmp_path / "b.zip")

    with pytest.raises(JournalKeyMissing):
        restore(elsewhere, tmp_path / "b.zip", actor="t")
    with pytest.raises(JournalKeyWrong):
        restore(
            replace(elsewhere, journal_key="another"), tmp_path / "b.zip", actor="t"
        )
    assert not (elsewhere.data_dir / "commandes.db").exists()
    own = replace(elsewhere, journal_key=sold.store.key.decode())
    assert restore(own, tmp_path / "b.zip", actor="t").manifest.orders == 2


def test_a_key_that_is_replaced_is_kept(sold, elsewhere, tmp_path):
    """The backup's key takes the place of the machine's, which stays beside."""
    backup(sold.store, tmp_path / "b.zip", with_key=True)
    with _opened(elsewhere) as store:
        Shop(store).order("9")
        old = store.key
    restore(elsewhere, tmp_path / "b.zip", actor="t", replace=True)

    assert (elsewhere.data_dir / "journal.key").read_bytes() == sold.store.key
    kept = list(elsewhere.data_dir.glob("journal.before-restore-*.key"))
    assert [path.read_bytes() for path in kept] == [old]
    with _opened(elsewhere) as store:
        assert broken_rules(store) == {}


def test_what_waited_to_be_sent_is_for_a_person(sold, elsewhere, tmp_path):
    """A message may have left since: it is never sent a second time by itself."""
    messages.message(sold.store, Order("1"), "Objet", "Texte", actor="t")
    backup(sold.store, tmp_path / "b.zip", with_key=True)
    restored = restore(elsewhere, tmp_path / "b.zip", actor="t")

    assert restored.to_confirm == 1
    with _opened(elsewhere) as store:
        with store.reading() as connection:
            states = connection.scalars(select(tables.messages.c.state)).all()
        assert states == ["uncertain"]
        assert broken_rules(store) == {}


def test_a_backup_made_while_others_write_is_one_moment(sold, elsewhere, tmp_path):
    """Orders come and are refunded meanwhile: what comes back is whole, to a digest."""
    done = threading.Event()
    wrote = []

    def busy() -> None:
        number = 100
        while not done.is_set():
            number += 1
            sold.order(str(number), paid=1000, lines=[{"sku": "LAMP", "price": 1000}])
            refunds.refund(sold.store, Order(str(number)), actor="t")
            wrote.append(number)

    with ThreadPoolExecutor(1) as aside:
        writing = aside.submit(busy)
        made = []
        while len(made) < 3 or len(wrote) < 20:
            made.append(
                backup(sold.store, tmp_path / f"{len(made)}.zip", with_key=True)
            )
        done.set()
        writing.result()

    assert made[0].seq < made[-1].seq
    for place, manifest in enumerate(made):
        restored = restore(
            elsewhere, tmp_path / f"{place}.zip", actor="t", replace=True
        )
        assert restored.manifest == manifest
        with _opened(elsewhere) as store:
            assert broken_rules(store) == {}
            assert _digest(store, manifest.seq) == _digest(sold.store, manifest.seq)


def _digest(store, seq: int) -> str:
    c = tables.events.c
    with store.reading() as connection:
        return connection.scalar(select(c.digest).where(c.seq == seq))


def test_access_that_was_taken_away_stays_taken_away(sold, settings, tmp_path):
    """Neither the person, nor the role, nor a login of before comes back."""
    store, now = sold.store, datetime.now(UTC).replace(microsecond=0)
    limits = Limits(idle=timedelta(hours=8), longest=timedelta(hours=12))
    logins = {}
    for name in ("ana", "bob", "eve"):
        email = f"{name}@example.org"
        people.invite(store, email, Role.ADMINISTRATOR, actor="t")
        logins[name] = Claims(
            "https://login.example.org",
            name,
            name * 21,
            now,
            email,
            email_verified=True,
        )
        sessions.enter(store, logins[name], limits, now=now)
    backup(store, tmp_path / "b.zip")
    people.deactivate(store, "bob@example.org", actor="t")
    people.change_role(store, "eve@example.org", Role.STAFF, actor="t")
    store.close()

    restored = restore(settings, tmp_path / "b.zip", actor="t", replace=True)

    assert restored.access_kept == 2
    with _opened(settings) as again:
        with pytest.raises(AccessTaken):
            sessions.enter(again, logins["bob"], limits, now=now)
        for name in ("ana", "eve"):
            with pytest.raises(SessionOver):
                sessions.enter(again, logins[name], limits, now=now)
        later = now + timedelta(seconds=5)
        anew = replace(logins["eve"], session="e" * 64, issued_at=later)
        assert sessions.enter(again, anew, limits, now=later).role is Role.STAFF
        assert broken_rules(again) == {}


def test_a_restore_that_was_killed_leaves_no_copy_for_long(settings):
    """The next server removes the folder in which a backup was unpacked."""
    left = settings.data_dir / ".restore.x"
    left.mkdir(parents=True)
    (left / "commandes.db").write_bytes(b"a shop")

    forget_broken_off(settings)

    assert not left.exists()


def _truncated(file) -> None:
    file.write_bytes(file.read_bytes()[:-200])


def _flipped(file) -> None:
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    file.write_bytes(whole)


def _swapped(file) -> None:
    """A sound ZIP file whose data is not what the manifest says."""
    with zipfile.ZipFile(file) as packed:
        told = packed.read(archive.MANIFEST)
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr(archive.MANIFEST, told)
        packed.writestr("commandes.db", b"SQLite format 3")


def _newer(file) -> None:
    with zipfile.ZipFile(file) as packed:
        told = json.loads(packed.read(archive.MANIFEST))
        data = packed.read("commandes.db")
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr(archive.MANIFEST, json.dumps({**told, "format": 99}))
        packed.writestr("commandes.db", data)


def _no_backup(file) -> None:
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("lettre.txt", "Bonjour")


def _gone(file) -> None:
    file.unlink()


@pytest.mark.parametrize(
    "harm", [_truncated, _flipped, _swapped, _newer, _no_backup, _gone]
)
def test_a_damaged_file_changes_nothing(sold, settings, tmp_path, harm):
    """Whatever is wrong with the file, it is said, and the store stands."""
    file = tmp_path / "b.zip"
    backup(sold.store, file)
    harm(file)
    before = dump(sold.store)

    with pytest.raises(BackupUnreadable):
        restore(settings, file, actor="t", replace=True)
    assert dump(sold.store) == before
    assert not list(settings.data_dir.glob(".restore*"))


def test_a_damaged_store_is_moved_aside(sold, settings, tmp_path):
    """What is no database any more is kept as it is, and the backup takes its place."""
    backup(sold.store, tmp_path / "b.zip")
    before = dump(sold.store)
    sold.store.close()
    file = settings.data_dir / "commandes.db"
    file.write_bytes(b"\xff" * 8192)
    restored = restore(settings, tmp_path / "b.zip", actor="t", replace=True)

    assert restored.kept.read_bytes() == b"\xff" * 8192
    with _opened(settings) as store:
        assert dump(store) == before


def test_who_serves_and_who_restores_keep_apart(sold, settings, tmp_path):
    """While the app serves nothing is restored; while one restores none begins."""
    backup(sold.store, tmp_path / "b.zip")
    with serving(settings), serving(settings), pytest.raises(StoreInUse):
        restore(settings, tmp_path / "b.zip", actor="t", replace=True)

    from commandes.backups.serving import alone

    with alone(settings), pytest.raises(RestoreGoesOn), serving(settings):
        pytest.fail("it began")


def test_a_backup_of_another_database_is_refused(sold, elsewhere, tmp_path):
    """A SQLite file is not put into PostgreSQL."""
    backup(sold.store, tmp_path / "b.zip", with_key=True)
    other = replace(elsewhere, database_url="postgresql+psycopg://u@/nowhere")

    with pytest.raises(BackupOfOtherDatabase):
        restore(other, tmp_path / "b.zip", actor="t")


@pytest.mark.postgres
def test_postgresql_comes_back_as_it_was(postgres_store, tmp_path):
    """pg_dump writes the very moment that was checked; the way back is whole."""
    _fill(postgres_store)
    settings, file = postgres_store.settings, tmp_path / "b.zip"
    manifest = backup(postgres_store, file)
    before, head = dump(postgres_store), postgres_store.head()
    tags.tag(postgres_store, Order("1"), "Après", actor="t")

    with pytest.raises(StoreInUse):
        restore(settings, file, actor="t", replace=True)
    postgres_store.close()
    with pytest.raises(StoreHoldsOrders):
        restore(settings, file, actor="t")
    restored = restore(settings, file, actor="t", replace=True)

    assert manifest.database == "postgresql"
    assert archive.manifest(restored.kept).seq == head.seq + 1
    with _opened(settings) as store:
        assert (dump(store), store.head()) == (before, head)


@pytest.mark.postgres
def test_without_postgresql_s_programs_it_is_said(
    postgres_store, tmp_path, monkeypatch
):
    """A clear sentence names the program that is missing."""
    monkeypatch.setattr(shutil, "which", lambda *_args, **_kwargs: None)

    with pytest.raises(BackupToolMissing, match="pg_dump"):
        backup(postgres_store, tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()


def test_automatic_backups_come_when_due_and_old_ones_go(sold, settings):
    """One per pause, whoever asks; the newest are kept, and what a kill left goes."""
    every = replace(settings, backup_every=24.0, backup_keep=2)
    assert automatic.make_if_due(sold.store, settings, NOON) == ""
    assert not settings.backups.exists()
    for hours in (0, 1, 23, 24, 25, 48, 72):
        now = NOON + timedelta(hours=hours)
        assert automatic.make_if_due(sold.store, every, now) == ""
    left = settings.backups / ".commandes-1.zip.abc.part"
    left.write_bytes(b"")
    os.utime(left, (0, 0))
    assert automatic.make_if_due(sold.store, every, NOON + timedelta(hours=96)) == ""

    assert [path.name for path in sorted(settings.backups.iterdir())] == [
        "commandes-20260305T120000Z.zip",
        "commandes-20260306T120000Z.zip",
    ]
    assert settings.backups.stat().st_mode & 0o777 == 0o700
    newest, told = history.listed(settings.backups)[0]
    assert (newest.name, told.orders) == ("commandes-20260306T120000Z.zip", 2)


def test_an_automatic_backup_that_fails_is_said_and_tried_again(sold, settings):
    """The trouble is kept for the screen until one succeeds."""
    settings.backups.write_text("a file stands where the folder should")
    every = replace(settings, backup_every=1.0)

    assert automatic.make_if_due(sold.store, every, NOON) == "FileExistsError"
    with sold.store.reading() as connection:
        assert history.facts.read(connection, history.TROUBLE)
    settings.backups.unlink()
    assert automatic.make_if_due(sold.store, every, NOON) == ""
    with sold.store.reading() as connection:
        assert history.facts.read(connection, history.TROUBLE) == ""
        count = select(func.count()).select_from(tables.orders)
        assert connection.scalar(count) == 2


def test_two_processes_make_one(sold, settings):
    """What one has begun, another leaves alone, unless it has died meanwhile."""
    every = replace(settings, backup_every=1.0)
    with sold.store.writing("t") as writer:
        automatic.set_info(writer, history.BEGUN, NOON.isoformat())

    soon = NOON + automatic.CLAIM / 2
    assert automatic.make_if_due(sold.store, every, soon) == ""
    assert history.files(settings.backups) == []
    automatic.make_if_due(sold.store, every, NOON + automatic.CLAIM)
    assert len(history.files(settings.backups)) == 1
