"""R22: backups made while others act and are killed: each one restores, I1–I6 hold."""

from __future__ import annotations

import json
import os
import random
import signal
from contextlib import closing
from dataclasses import replace
from threading import Timer

from dump import broken_rules
from sqlalchemy import select

from commandes.backups import archive, backup, restore
from commandes.mirror import Mirror
from commandes.reports.verify import verify
from commandes.store import open_store, tables

BACKUPS = int(os.environ.get("PROOF_BACKUPS", "5"))


def _restored(settings, folder, file):
    """A backup restored in a folder of its own: its rules, and its receipts."""
    own = replace(settings, data_dir=folder, database_url="")
    restore(own, file, actor="t")
    with closing(open_store(own)) as store, closing(Mirror(store, own)) as mirror:
        assert verify(store, mirror).ok
        with store.reading() as connection:
            return set(connection.scalars(select(tables.receipts.c.key)))


def test_every_backup_under_load_restores(filled, children, tmp_path):
    """Others act and are killed meanwhile; all they did before it is in the backup."""
    chance = random.Random(BACKUPS)  # noqa: S311 (no secret)
    told = tmp_path / "told"
    os.mkfifo(told)
    store = open_store(filled)
    seqs = []
    for seed in range(BACKUPS):
        job = {"folder": str(filled.data_dir), "seed": seed, "told": str(told)}
        process = children.start("act_at_random", **job)
        with told.open() as pipe:
            before = [json.loads(pipe.readline()) for _ in range(3)]
            low = store.head().seq
            killing = Timer(chance.uniform(0, 0.5), os.kill, (process, signal.SIGKILL))
            killing.start()
            file = tmp_path / f"{seed}.zip"
            manifest = backup(store, file, with_key=True)
            killing.join()
            pipe.read()
        assert children.wait(process) == -signal.SIGKILL
        assert low <= manifest.seq <= store.head().seq
        receipts = _restored(filled, tmp_path / f"restored-{seed}", file)
        done = {answer["key"] for answer in before if "refused" not in answer}
        assert done <= receipts
        seqs.append(manifest.seq)

    assert sorted(set(seqs)) == seqs
    assert broken_rules(store) == {}
    store.close()


def test_a_kill_leaves_a_whole_backup_or_none(filled, children, tmp_path):
    """Who is killed while making one leaves the one before, whole."""
    chance = random.Random(BACKUPS)  # noqa: S311 (no secret)
    told, file = tmp_path / "told", tmp_path / "b.zip"
    os.mkfifo(told)
    job = {"folder": str(filled.data_dir), "path": str(file), "told": str(told)}
    for _ in range(BACKUPS):
        process = children.start("back_up_for_ever", **job)
        with told.open() as pipe:
            seq = int(pipe.readline())
            killing = Timer(chance.uniform(0, 0.2), os.kill, (process, signal.SIGKILL))
            killing.start()
            pipe.read()
        assert children.wait(process) == -signal.SIGKILL

        whole = archive.manifest(file)
        assert (whole.seq >= seq, whole.checked) == (True, True)
        room = tmp_path / f"room-{process}"
        room.mkdir()
        archive.unpack(file, room)
