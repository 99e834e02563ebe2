"""R10: whatever a file holds, each row is accepted or explained, soon and in memory."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import subprocess
import sys
import time
from pathlib import Path

import hostile_files
import memory
import polars as pl
import pytest

from commandes.errors import CommandesError
from commandes.intake import prepare, read
from commandes.intake.reasons import REASONS

FIXTURES = Path(__file__).parent / "fixtures"
DEFAULTS = read.Defaults(currency="EUR", timezone="Europe/Paris")
GENERATED = int(os.environ.get("HOSTILE_FILES", "150"))
MUTATIONS = int(os.environ.get("HOSTILE_MUTATIONS", "2000"))
SHARES = 8
TEXTS = sorted(path.name for path in FIXTURES.iterdir())
READ_ALONE = """
import resource
import sys
from pathlib import Path
from commandes.errors import CommandesError
from commandes.intake import profiles, read
defaults = read.Defaults(currency="EUR", timezone="Europe/Paris")
profile = profiles.load(sys.argv[2], "letters")
try:
    incoming = read.read(Path(sys.argv[1]), profile=profile, defaults=defaults)
    print(incoming.rows_read, incoming.rows_imported, incoming.rows_rejected)
except CommandesError as error:
    print("refused", error)
# Not ru_maxrss: a process inherits that of the one which started it.
status = Path("/proc/self/status").read_text()
print(int(status.split("VmHWM:")[1].split()[0]) >> 10)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10)
"""


def answered_for(incoming):
    """What holds of every file that could be read."""
    assert incoming.rows_read == incoming.rows_imported + incoming.rejects.height
    rows = incoming.rejects["row"]
    assert rows.n_unique() == rows.len()
    assert set(incoming.rejects["reason"]) <= set(REASONS.values())
    orders = incoming.orders
    assert orders["source_id"].n_unique() == orders.height
    needed = ["number", "status", "currency", "subtotal", "total", "placed_at"]
    assert sum(orders.select(needed).null_count().row(0)) == 0
    for child in ("lines", "payments", "refunds", "tags", "shipments", "notes"):
        assert set(getattr(incoming, child)["source_id"]) <= set(orders["source_id"])
    assert (incoming.refunds["amount"] > 0).all()
    # The merge records no more of them than was paid, whatever is claimed.
    for batch in prepare.batches(incoming, 1_000):
        paid = batch.payments.group_by("place").agg(paid=pl.col("amount").sum())
        refunded = batch.refunds.join(paid, on="place", how="left")
        assert (refunded["amount"] <= refunded["paid"]).all()


@pytest.mark.parametrize("share", range(SHARES))
def test_generated_files_are_answered_for_row_by_row(reading, share):
    """Encodings, NUL, formulas, impossible dates, two decimal signs, duplicates."""
    columns = 'total = "t"\ncurrency = "c"'
    for seed in range(share, GENERATED, SHARES):
        content, rows = hostile_files.generated(seed)
        begun = time.monotonic()
        if rows is None:
            with contextlib.suppress(CommandesError):
                answered_for(reading(content, columns=columns))
            continue
        incoming = reading(content, columns=columns)
        assert time.monotonic() - begun < 5, seed
        answered_for(incoming)
        assert rows == incoming.rows_read, seed


@pytest.mark.parametrize("share", range(SHARES))
def test_mutated_files_are_answered_for_row_by_row(tmp_path, share):
    """Bytes cut, doubled, replaced, put in; lines mixed; read as what they were."""
    profiles = {name: read.recognise(FIXTURES / name) for name in TEXTS}
    for seed in range(share, MUTATIONS, SHARES):
        dice = random.Random(seed)  # noqa: S311 (a test's dice)
        name = dice.choice(TEXTS)
        path = tmp_path / name
        path.write_bytes(hostile_files.mutated((FIXTURES / name).read_bytes(), dice))
        begun = time.monotonic()
        try:
            incoming = read.read(path, profile=profiles[name], defaults=DEFAULTS)
        except CommandesError:
            continue
        finally:
            assert time.monotonic() - begun < 5, seed
        answered_for(incoming)


@pytest.mark.skipif(not memory.TELLS, reason="memory is measured on Linux only")
@pytest.mark.parametrize("name", hostile_files.BOMBS)
def test_a_bomb_is_read_or_refused_soon_and_in_little_memory(tmp_path, name):
    """In a process of its own: under five seconds of work and a gigabyte, no crash."""
    path = hostile_files.write_bomb(name, tmp_path)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    letters = '[columns]\nnumber = "n"\nplaced_at = "d"\ntitle = "a"\nquantity = "q"'

    done = subprocess.run(
        [sys.executable, "-c", READ_ALONE, path, letters],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    assert done.returncode == 0, done.stderr
    *answer, own, of_children = done.stdout.splitlines()
    assert answer
    assert max(int(own), int(of_children)) < 1024
    assert after.ru_utime - before.ru_utime < 5


def test_a_damaged_workbook_or_parquet_file_is_refused_or_read(tmp_path):
    """Its bytes changed at random places."""
    book = hostile_files.workbook(
        hostile_files.HEADER_ROW + '<row r="2"><c r="A2"><v>1</v></c></row>'
    )
    table = tmp_path / "good.parquet"
    pl.DataFrame({"n": ["1"], "d": ["01/02/2026"], "a": ["x"]}).write_parquet(table)
    for seed in range(max(10, GENERATED // 10)):
        dice = random.Random(seed)  # noqa: S311 (a test's dice)
        for name, content in (("b.xlsx", book), ("p.parquet", table.read_bytes())):
            path = tmp_path / name
            path.write_bytes(hostile_files.mutated(content, dice))
            with contextlib.suppress(CommandesError):
                answered_for(read.read(path, defaults=DEFAULTS))
