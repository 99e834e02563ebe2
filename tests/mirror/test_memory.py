"""What DuckDB keeps of questions that were answered goes again."""

from __future__ import annotations

import pytest
from memory import in_use

from commandes.mirror import database

JOINS = """
select count(*)
from range(20_000) as one(n)
join range(20_000) as other(n) using (n)
join range(20_000) as third(n) using (n)
"""
TIMES = 500


@pytest.mark.skipif(in_use() is None, reason="only glibc tells what is in use")
def test_following_sweeps_what_joins_leave(shop, mirror, monkeypatch) -> None:
    """DuckDB names the blocks that joins had until it is told to evict something."""
    shop.order("1")

    def ask(times: int) -> None:
        with mirror.snapshot() as snapshot:
            for _time in range(times):
                snapshot._cursor.execute(JOINS).fetchall()

    ask(20)
    before = in_use()
    ask(TIMES)
    left = in_use() - before
    assert left > TIMES * 2000

    monkeypatch.setattr(database, "SWEPT", 1)
    shop.order("2")
    ask(1)

    assert in_use() - before < left / 2


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
