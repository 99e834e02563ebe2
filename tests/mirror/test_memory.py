"""What DuckDB keeps of questions that were answered goes again."""

from __future__ import annotations

import ctypes
import sys

import pytest

from commandes.mirror import database

JOINS = """
select count(*)
from range(20_000) as one(n)
join range(20_000) as other(n) using (n)
join range(20_000) as third(n) using (n)
"""
TIMES = 500


class _Heap(ctypes.Structure):
    """What glibc's mallinfo2 tells, in bytes but for the numbers of chunks."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    )


def _in_use() -> int:
    """Bytes of the heap that are in use, those that are free left out."""
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "mallinfo2"):
        pytest.skip("only glibc tells how much of its heap is in use")
    libc.mallinfo2.restype = _Heap
    return libc.mallinfo2().uordblks


@pytest.mark.skipif(sys.platform != "linux", reason="asks glibc")
def test_following_sweeps_what_joins_leave(shop, mirror, monkeypatch) -> None:
    """DuckDB names the blocks that joins had until it is told to evict something."""
    shop.order("1")

    def ask(times: int) -> None:
        with mirror.snapshot() as snapshot:
            for _time in range(times):
                snapshot._cursor.execute(JOINS).fetchall()

    ask(20)
    before = _in_use()
    ask(TIMES)
    left = _in_use() - before
    assert left > TIMES * 2000

    monkeypatch.setattr(database, "SWEPT", 1)
    shop.order("2")
    ask(1)

    assert _in_use() - before < left / 2


def test_a_sweep_changes_no_limit_and_no_answer(shop, mirror, monkeypatch) -> None:
    """Swept at each change, the mirror answers as ever, within the limit it had."""
    shop.order("0")
    limit = "select value from duckdb_settings() where name = 'memory_limit'"
    with mirror.snapshot() as snapshot:
        before = snapshot._cursor.execute(limit).fetchall()
    monkeypatch.setattr(database, "SWEPT", 1)
    for turn in range(1, 4):
        shop.order(str(turn))
        with mirror.snapshot() as snapshot:
            found = snapshot._cursor.execute("select count(*) from orders").fetchall()
            assert found == [(turn + 1,)]
            assert snapshot._cursor.execute(limit).fetchall() == before
