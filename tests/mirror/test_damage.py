"""R8: a mirror deleted, cut short or altered answers as before, by itself."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from commandes.errors import MirrorUnavailable
from commandes.mirror import Mirror, schema

if TYPE_CHECKING:
    from pathlib import Path

FLIPS = int(os.environ.get("MIRROR_FLIPS", "50"))
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def orders(shop):
    """Four hundred orders, enough for several blocks of every table."""
    told = [
        {
            "number": str(n),
            "at": START + timedelta(hours=n),
            "paid": 1000,
            "customer_name": f"Client {n * 7919 % 1000}",
        }
        for n in range(400)
    ]
    shop.bring(shop.incoming(told))
    return shop


def closed_file(store, settings) -> Path:
    """A finished mirror file, closed."""
    mirror = Mirror(store, settings)
    with mirror.snapshot():
        pass
    mirror._database.cursor().execute("checkpoint")
    file = mirror.status().file
    mirror.close()
    return file


def reopened(store, settings, content):
    mirror = Mirror(store, settings)
    try:
        return content(mirror)
    finally:
        mirror.close()


def test_a_deleted_file_is_made_anew(orders, settings, content) -> None:
    """Who deletes the mirror loses nothing."""
    file = closed_file(orders.store, settings)
    expected = reopened(orders.store, settings, content)
    file.unlink()
    assert expected == reopened(orders.store, settings, content)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.6, 0.99])
def test_a_file_cut_short_is_made_anew(orders, settings, content, share) -> None:
    """A half-copied mirror is noticed and replaced."""
    file = closed_file(orders.store, settings)
    expected = reopened(orders.store, settings, content)
    size = file.stat().st_size
    os.truncate(file, int(size * share))
    assert expected == reopened(orders.store, settings, content)


def test_a_file_of_something_else_is_made_anew(orders, settings, content) -> None:
    """A file that is no database at all is replaced."""
    file = closed_file(orders.store, settings)
    expected = reopened(orders.store, settings, content)
    file.write_bytes(b"number,total\n1,2\n" * 5000)
    assert expected == reopened(orders.store, settings, content)


def test_flipped_bits_change_no_answer(orders, settings, content) -> None:
    """Wherever a bit flips, at rest, every answer is the same as before."""
    file = closed_file(orders.store, settings)
    expected = reopened(orders.store, settings, content)
    chance = random.Random(20261124)  # noqa: S311 (places, not secrets)
    for _flip in range(FLIPS):
        closed_file(orders.store, settings)
        flip(file, chance.randrange(file.stat().st_size), chance.randrange(8))
        assert expected == reopened(orders.store, settings, content)


def flip(file: Path, place: int, bit: int) -> None:
    with file.open("r+b") as handle:
        handle.seek(place)
        byte = handle.read(1)[0]
        handle.seek(place)
        handle.write(bytes([byte ^ (1 << bit)]))


def spoil_data(mirror: Mirror, file: Path) -> None:
    """Alter every block of the file but its headers: opening it still works."""
    connection = mirror._database.cursor()
    connection.execute("checkpoint")
    blocks = connection.sql(
        "select distinct block_id from pragma_storage_info('orders')"
        " where block_id >= 0 and column_name in ('total', 'search_text')"
    ).pl()
    for block in blocks["block_id"]:
        flip(file, 3 * 4096 + block * 262144 + 1000, 1)


def test_damage_that_shows_in_a_query_only_is_repaired(
    orders, settings, content
) -> None:
    """A file that opens and counts well, but cannot be read, is made anew."""
    mirror = Mirror(orders.store, settings)
    expected = content(mirror)
    file = mirror.status().file
    spoil_data(mirror, file)
    mirror.close()
    mirror = Mirror(orders.store, settings)
    try:
        with mirror.snapshot() as snapshot:
            counted = snapshot._cursor.sql("select count(*) from orders").pl().item()
            assert counted == 400
            generation = mirror._generation
            sums = snapshot.ask("mirror/control")
            assert sums["total"].sum() == 400 * 1000
            assert mirror._generation == generation + 1
            assert snapshot.ask("mirror/control").equals(sums)
        assert expected == content(mirror)
    finally:
        mirror.close()


def test_slices_go_on_after_damage(orders, settings) -> None:
    """An export meets a damaged block and still gives every row once."""
    mirror = Mirror(orders.store, settings)
    with mirror.snapshot() as snapshot:
        expected = snapshot.ask("mirror/control").rows()
    file = mirror.status().file
    spoil_data(mirror, file)
    mirror.close()
    mirror = Mirror(orders.store, settings)
    try:
        with mirror.snapshot() as snapshot:
            slices = list(snapshot.slices("mirror/control", None, 5))
            assert max(part.height for part in slices) <= 5
            assert expected == [row for part in slices for row in part.rows()]
    finally:
        mirror.close()


def test_a_folder_that_cannot_be_written_is_said_in_one_sentence(
    store, settings, tmp_path
) -> None:
    """No room for a mirror: the reason and what to do, not a stack trace."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    from dataclasses import replace

    with pytest.raises(MirrorUnavailable, match="n’a pas pu être construite"):
        Mirror(store, replace(settings, data_dir=blocked / "data"))


def test_a_file_that_cannot_be_made_is_said_in_one_sentence(store, settings) -> None:
    """A folder in the mirror's place: the reason, and the store is untouched."""
    mirror = Mirror(store, settings)
    try:
        (mirror.status().file / "x").mkdir(parents=True)
        with pytest.raises(MirrorUnavailable, match="n’a pas pu être construite"):
            mirror.snapshot()
    finally:
        mirror.close()


_NO_ROOM = """
import resource
from commandes import settings
from commandes.errors import MirrorUnavailable
from commandes.mirror import Mirror
from commandes.store import open_store

def room(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

def look():
    try:
        with mirror.snapshot() as snapshot:
            print(snapshot.ask("mirror/control")["orders"].sum())
    except MirrorUnavailable as error:
        print(error.fields["detail"])

given = settings.read()
mirror = Mirror(open_store(given), given)
room(200_000)
look()
try:
    mirror.rebuild()
except MirrorUnavailable as error:
    print(error.fields["detail"])
room(resource.RLIM_INFINITY)
look()
mirror.close()
"""


def test_a_full_disk_is_said_and_passes(orders, settings) -> None:
    """No room: one sentence, made here or in a child; with room again, all answers."""
    said = subprocess.run(
        [sys.executable, "-c", _NO_ROOM],
        env={
            "COMMANDES_DATA_DIR": str(settings.data_dir),
            "PYTHONPATH": str(schema.SQL.parent),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    full = "il n’y a plus de place sur le disque"
    assert said.stdout.splitlines() == [full, full, "400"]
    assert list(settings.data_dir.glob("*.new*")) == []
