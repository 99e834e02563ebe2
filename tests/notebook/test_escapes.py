"""R19: nothing that is typed reads, writes or asks anything but the tables."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest
from escapes import (
    ENDLESS,
    ESCAPES,
    EXTENSIONS,
    FILES,
    HUGE,
    NAMED,
    SETTINGS,
    STATEMENTS,
)

from commandes.errors import (
    NotebookError,
    QueryMistaken,
    QueryRefused,
    QueryTooHeavy,
    QueryTooHungry,
    QueryTooLong,
    ResultTooLarge,
)
from commandes.notebook import allowed, child, process

ROOT = Path(__file__).parents[2]
COUNT = "select count(*) as n from orders"


def outcome(bench, sql):
    """What a text comes to: the name of the error, or the rows."""
    try:
        return bench.ask(sql).rows()
    except NotebookError as error:
        return type(error).__name__


def test_three_hundred_escapes_come_to_nothing(bench):
    """Each is refused before it runs, and the same process answers the next one."""
    assert len(set(ESCAPES)) >= 300
    assert bench.ask(COUNT).rows() == [(1,)]
    same = bench.desk.pid
    outcomes = {sql: outcome(bench, sql) for sql in ESCAPES}

    assert {
        sql: found
        for sql, found in outcomes.items()
        if found not in ("QueryRefused", "QueryMistaken")
    } == {}
    assert bench.ask(COUNT).rows() == [(1,)]
    assert bench.desk.pid == same
    assert list(Path("/tmp").glob("escaped*")) == []  # noqa: S108 (what they name)


@pytest.fixture(scope="module")
def second_wall(bench):
    """DuckDB as the process opens it, without anybody reading the text before."""
    bench.ask(COUNT)
    file = bench.mirror.beside("notebook")
    connection = child.open_copy(str(file), "96MB", "Europe/Paris")
    yield connection
    connection.close()


def test_duckdb_alone_lets_no_file_setting_or_extension_through(second_wall):
    """Had the text not been read before: the second wall holds by itself."""
    harmless = ("explain", "describe", "show", "summarize", "pivot", "select * from (")
    harmless += ("begin", "commit", "prepare", "execute", "call", "checkpoint", "use")
    harmless += ("pragma version", "pragma database_list", "vacuum", "attach ':mem")
    harmless += ("create temp", "detach", "with a as (insert")
    tried = [
        sql
        for sql in FILES + NAMED + EXTENSIONS + SETTINGS + STATEMENTS
        if not sql.startswith(harmless)
    ]
    assert len(tried) > 150
    for sql in tried:
        with pytest.raises(duckdb.Error):
            second_wall.cursor().execute(sql).fetchall()


def test_the_process_alone_opens_nothing():
    """Had DuckDB been broken out of: no file, no socket, no program, no memory."""
    tries = (
        "open('/etc/passwd')",
        "__import__('socket').socket()",
        "__import__('subprocess').run(['/bin/true'])",
        "__import__('os').pipe()",
        "bytearray(2 * 1024**3)",
    )
    script = f"""
import socket, subprocess
from commandes.notebook import child
child.shut('96MB')
for text in {tries!r}:
    try:
        eval(text)
    except (OSError, MemoryError) as error:
        print(type(error).__name__, getattr(error, 'errno', None))
    else:
        print('through:', text)
"""
    said = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert said.splitlines() == ["OSError 24"] * 4 + ["MemoryError None"]


def test_the_process_knows_nothing_of_the_house(bench):
    """No environment, no folder, no descriptor but its pipes and the copy."""
    bench.ask(COUNT)
    of_process = Path(f"/proc/{bench.desk.pid}")
    opened = {str(link.readlink()) for link in (of_process / "fd").iterdir()}
    files = {path for path in opened if path.startswith("/") and path != "/dev/null"}

    assert files == {str(bench.mirror.beside("notebook"))}
    assert str((of_process / "cwd").readlink()).endswith(" (deleted)")
    assert b"COMMANDES" not in (of_process / "environ").read_bytes()


@pytest.mark.parametrize("sql", ENDLESS)
def test_what_does_not_end_is_stopped(bench, sql):
    """Interrupted at the limit, or killed; the next question is answered."""
    with pytest.raises(QueryTooLong, match="0,6 s"):
        bench.ask(sql)
    assert bench.ask(COUNT).rows() == [(1,)]


@pytest.mark.parametrize("sql", HUGE, ids=lambda sql: sql[:40])
def test_what_is_too_large_is_stopped(bench, sql):
    """By a limit or by the kernel, with a sentence; the next question is answered."""
    stopped = (QueryTooLong, QueryTooHungry, QueryTooHeavy, ResultTooLarge)
    with pytest.raises((*stopped, QueryRefused, QueryMistaken)):
        bench.ask(sql)
    assert bench.ask(COUNT).rows() == [(1,)]


def test_a_process_that_hangs_is_killed(another):
    """Had the interruption failed: the parent waits no longer, and starts another."""
    bench = another(COMMANDES_NOTEBOOK_SECONDS="0.2")
    bench.shop.order("1")
    bench.ask(COUNT)
    hanging = bench.desk.pid
    os.kill(hanging, signal.SIGSTOP)

    with pytest.raises(QueryTooLong):
        bench.ask(COUNT)

    assert not Path(f"/proc/{hanging}").exists()
    assert bench.ask(COUNT).rows() == [(1,)]
    assert process.KILL_AFTER < 0.5


def test_the_process_ends_with_its_parent(bench):
    """A server that is killed closes the pipe: nothing of it stays behind."""
    bench.ask(COUNT)
    held = bench.desk._child._process

    held.stdin.close()

    assert held.wait(timeout=20) == 0
    assert bench.ask(COUNT).rows() == [(1,)]


def test_an_answer_that_is_no_answer_is_not_believed(another):
    """A process that was taken over sends lengths and bytes of its own."""
    bench = another()
    bench.shop.order("1")
    for sent in (b"\xff" * 64, b"\0" * 7 + b"\2" + b"\0" * 7 + b"\3" + b"{}ARR"):
        bench.ask(COUNT)
        reading, writing = os.pipe()
        held = bench.desk._child._process
        held.stdout, real = os.fdopen(reading, "rb"), held.stdout
        os.write(writing, sent)
        os.close(writing)
        with pytest.raises(NotebookError):
            bench.ask(COUNT)
        real.close()
        bench.desk._end()
    assert bench.ask(COUNT).rows() == [(1,)]


def test_results_are_cut_and_that_is_said(bench):
    """A hundred rows here, whatever comes; too many bytes give none at all."""
    cut = bench.run("from range(1000000000000)")
    whole = bench.run("from range(100)")

    assert (cut.frame.height, cut.cut) == (100, True)
    assert (whole.frame.height, whole.cut) == (100, False)
    with pytest.raises(ResultTooLarge, match="32 Mo"):
        bench.ask("select repeat('x', 1000000) from range(40)")


def test_several_people_ask_at_once(bench):
    """One after the other, each the answer to their own question."""
    found = {}

    def ask(place):
        found[place] = bench.ask(f"select {place} as place").item()

    people = [threading.Thread(target=ask, args=(place,)) for place in range(6)]
    for one in people:
        one.start()
    for one in people:
        one.join()

    assert found == {place: place for place in range(6)}


def test_every_allowed_function_is_one_that_tells_nothing():
    """Names that exist, and none of a family that reads, waits, writes or tells."""
    rows = duckdb.sql("select distinct function_name, function_type from "
                      "duckdb_functions()").fetchall()  # fmt: skip
    known = {name.lower() for name, _kind in rows}
    syntax = {"<>", "and", "coalesce", "grouping", "grouping_id", "ifnull", "money"}
    told = (
        "read_ write scan setting variable sleep query glob env pg_ duckdb pragma "
        "json_ nextval currval seed database schema version secret log_ __ parse_"
    ).split()

    assert allowed.FUNCTIONS - known == syntax | {"not", "or", "try"}
    assert {
        name
        for name in allowed.FUNCTIONS
        if any(word in name for word in told) and name != "!__postfix"
    } == set()
    tables = {name for name, kind in rows if kind in ("table", "table_macro", "pragma")}
    assert allowed.FUNCTIONS & tables == {
        "generate_series", "range", "repeat", "unnest", "histogram",
    }  # fmt: skip
