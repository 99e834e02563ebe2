"""R9: imports repeat, overlap, are shuffled, killed and resumed: the same store."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import textwrap
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from dump import broken_rules, dump
from shop import Shop
from sqlalchemy import select

from commandes.actions import tags
from commandes.actions.orders import Order
from commandes.errors import ImportRefused, ImportStopped
from commandes.intake import bring, merge
from commandes.intake.withdraw import withdraw
from commandes.store import open_store, tables

COUNT = 23
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    """Five orders a batch, so that a small file has several."""
    monkeypatch.setattr(merge, "BATCH", 5)


def told(number, later=False):
    """An order of the file; of the later file, one in three has changed."""
    more = {}
    if later and number % 3 == 0:
        more = {"status": "done", "refunded": 100, "tags": ["VIP", "Urgent"]}
    return {
        "number": str(number),
        "at": START + timedelta(hours=number),
        "lines": [
            {"sku": f"SKU{number % 4}", "price": 1000, "quantity": 1 + number % 3}
        ],
        "paid": 1000 * (1 + number % 3),
        "tags": ["VIP"],
        "notes": [f"Note {number}"],
        **more,
    }


def file(store, first=0, last=COUNT, *, later=False, shuffled=None):
    """The frames of orders first … last - 1."""
    incoming = Shop(store).incoming([told(n, later) for n in range(first, last)])
    if shuffled is None:
        return incoming
    return replace(
        incoming,
        **{
            name: getattr(incoming, name).sample(
                fraction=1, shuffle=True, seed=shuffled
            )
            for name in ("orders", "lines", "payments", "refunds", "tags", "notes")
        },
    )


def run(store, incoming, digest="a", **more):
    return merge.run(
        store, incoming, file_name="f.csv", file_digest=digest, actor="test", **more
    )


def limit_pages(store, count):
    """Let the store's file have so many pages more."""
    with store._writing.connect() as connection:
        pages = connection.exec_driver_sql("pragma page_count").scalar()
        connection.exec_driver_sql(f"pragma max_page_count = {pages + count}")


def test_a_disk_that_fills_up_says_what_was_kept(store):
    """The batches before are there, whole; the same file again goes on from there."""

    def fill_up(done, total):
        if done == 10:
            limit_pages(store, 0)

    with pytest.raises(ImportStopped) as stopped:
        run(store, file(store), progress=fill_up)
    said = str(stopped.value)
    assert "plus de place" in said
    assert "10 commandes sur 23" in said
    assert "Rien n’a été changé" not in said
    assert len(dump(store)["orders"]) == 10
    assert broken_rules(store) == {}

    limit_pages(store, 10_000)
    report = run(store, file(store))

    assert report.resumed
    assert counts(report) == (23, 0, 0)


def test_an_order_never_changes_its_currency(store, settings, tmp_path):
    """Its rows are refused with their numbers, dry run included; the others come in."""
    path = tmp_path / "f.csv"
    columns = "number,placed_at,currency,sku,quantity,unit_price\n"
    day = "2026-03-02T09:00:00+00:00"
    path.write_text(f"{columns}1,{day},EUR,A,1,10\n2,{day},EUR,A,1,10\n", "utf-8")
    profile = tmp_path / "p.toml"
    fields = (name for name in columns.strip().split(","))
    profile.write_text(
        'source = "p"\nrows = "lines"\n[columns]\n'
        + "".join(f'{name} = "{name}"\n' for name in fields),
        "utf-8",
    )

    def read_it():
        return bring.open_file(store, settings, path, profile=str(profile))

    bring.merge_file(store, read_it(), path, actor="t")
    refund_of = dump(store)
    path.write_text(
        f"{columns}3,{day},JPY,A,1,10\n1,{day},JPY,A,1,10\n1,{day},JPY,B,1,10\n"
        f"2,{day},EUR,A,2,10\n",
        "utf-8",
    )

    foretold = merge.preview(store, read_it())
    report = bring.merge_file(store, read_it(), path, actor="t")

    for told in (foretold, report):
        assert (told.rows_read, told.rows_imported, told.rows_rejected) == (4, 2, 2)
        assert told.rejects["row"].to_list() == [2, 3]
        assert "autre devise" in told.rejects["reason"][0]
        assert counts(told) == (1, 1, 0)
    key = next(key for key in refund_of["orders"] if key[1] == "1")
    assert dump(store)["orders"][key] == refund_of["orders"][key]
    assert broken_rules(store) == {}


def counts(report):
    return (report.orders_new, report.orders_updated, report.orders_unchanged)


def state(store, import_id=1):
    with store.reading() as connection:
        c = tables.imports.c
        return connection.execute(
            select(c.state, c.batches_done, c.batches_total).where(c.id == import_id)
        ).one()


def in_one_go(settings, tmp_path, monkeypatch, *files):
    """The dump of another store that took the files in batches of a thousand."""
    other = open_store(replace(settings, data_dir=tmp_path / "other", database_url=""))
    with monkeypatch.context() as patch:
        patch.setattr(merge, "BATCH", 1000)
        for number, make in enumerate(files):
            run(other, make(other), digest=f"one go {number}")
    found = dump(other)
    other.close()
    return found


class StoppedError(Exception):
    """The process that imports goes away."""


def stop_after(batches):
    def progress(done, _total):
        if done >= batches * merge.BATCH:
            raise StoppedError

    return progress


def test_batches_bring_the_same_store_as_one_go(
    any_store, settings, tmp_path, monkeypatch
):
    """Two files after each other, in batches of five or all at once."""
    first = run(any_store, file(any_store), digest="a")
    second = run(any_store, file(any_store, later=True), digest="b")

    assert (counts(first), counts(second)) == ((23, 0, 0), (0, 8, 15))
    assert dump(any_store) == in_one_go(
        settings, tmp_path, monkeypatch, file, lambda s: file(s, later=True)
    )
    assert state(any_store) == ("done", 5, 5)
    assert broken_rules(any_store) == {}


@pytest.mark.parametrize("batches", [1, 2, 4])
def test_an_import_that_is_stopped_goes_on(
    batches, any_store, settings, tmp_path, monkeypatch
):
    """After any batch: nothing lost, nothing twice, the report of the whole."""
    with pytest.raises(StoppedError):
        run(any_store, file(any_store), progress=stop_after(batches))
    assert state(any_store) == ("running", batches, 5)

    report = run(any_store, file(any_store))

    assert (counts(report), report.resumed, report.import_id) == ((23, 0, 0), True, 1)
    assert dump(any_store) == in_one_go(settings, tmp_path, monkeypatch, file)
    assert state(any_store) == ("done", 5, 5)
    with any_store.reading() as connection:
        assert len(connection.execute(select(tables.imports)).all()) == 1


def test_an_import_goes_on_with_batches_of_another_size(
    any_store, settings, tmp_path, monkeypatch
):
    """A new version may cut otherwise: no order is left out or counted twice."""
    with pytest.raises(StoppedError):
        run(any_store, file(any_store), progress=stop_after(2))
    monkeypatch.setattr(merge, "BATCH", 7)

    report = run(any_store, file(any_store))

    assert counts(report) == (23, 0, 0)
    assert dump(any_store) == in_one_go(settings, tmp_path, monkeypatch, file)


def test_another_process_may_cut_the_same_import_otherwise(
    any_store, settings, tmp_path, monkeypatch
):
    """Two versions at once: who finds the other ahead goes on from there."""

    def meanwhile(done, _total):
        if done == merge.BATCH:
            with monkeypatch.context() as patch:
                patch.setattr(merge, "BATCH", 3)
                with pytest.raises(StoppedError):
                    run(any_store, file(any_store), progress=stop_after(2))

    report = run(any_store, file(any_store), progress=meanwhile)

    assert counts(report) == (23, 0, 0)
    assert dump(any_store) == in_one_go(settings, tmp_path, monkeypatch, file)
    assert broken_rules(any_store) == {}


def test_known_orders_come_in_smaller_batches(any_store, monkeypatch):
    """What may change takes longer: nobody waits for as many of them."""
    monkeypatch.setattr(merge, "KNOWN", 2)
    run(any_store, file(any_store), digest="a")
    at_once = []
    run(
        any_store,
        file(any_store, later=True),
        digest="b",
        progress=lambda done, _total: at_once.append(done),
    )
    assert at_once[:3] == [2, 4, 6]


def test_an_import_that_goes_on_keeps_moving_stock(any_store):
    """What it began with holds to its end, whatever is said the second time."""
    with pytest.raises(StoppedError):
        run(any_store, file(any_store), progress=stop_after(2), moves_stock=True)

    run(any_store, file(any_store))

    units = sum(1 + n % 3 for n in range(COUNT))
    assert sum(level for _, level in dump(any_store)["stock"]) == -units


def test_another_file_is_another_import(any_store):
    """A stopped import is taken up by its own file only."""
    with pytest.raises(StoppedError):
        run(any_store, file(any_store), progress=stop_after(1))

    report = run(any_store, file(any_store, later=True), digest="b")

    assert (report.resumed, report.import_id) == (False, 2)
    assert state(any_store, 1).state == "running"


def test_people_may_act_between_two_halves(any_store):
    """What they did on orders that came in already stands after the rest."""
    with pytest.raises(StoppedError):
        run(any_store, file(any_store), progress=stop_after(2))
    tags.untag(any_store, Order("3"), "VIP", actor="Inès")

    run(any_store, file(any_store))

    assert dump(any_store)["orders"]["test", "3"]["tags"] == []
    assert broken_rules(any_store) == {}


@pytest.mark.parametrize("seed", range(4))
def test_shuffled_and_overlapping_files_bring_the_same_store(
    seed, any_store, settings, tmp_path, monkeypatch
):
    """Any order of rows, any cut into overlapping files."""
    pick = random.Random(seed)  # noqa: S311 (cases that can be run again)
    cuts = sorted(pick.sample(range(3, COUNT - 3), 2))
    pieces = [(0, cuts[1]), (cuts[0], COUNT), (2, cuts[0] + 2)]
    pick.shuffle(pieces)

    for number, (first, last) in enumerate(pieces):
        run(
            any_store,
            file(any_store, first, last, shuffled=seed),
            digest=f"piece {number}",
        )

    assert dump(any_store) == in_one_go(settings, tmp_path, monkeypatch, file)


def test_two_processes_with_the_same_file_share_the_work(any_store, settings):
    """A double click on « Importer »: each order comes in once, is counted once."""
    reports = []

    def bring():
        reports.append(run(any_store, file(any_store)))

    threads = [threading.Thread(target=bring) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {report.import_id for report in reports} <= {1, 2, 3, 4}
    assert len(dump(any_store)["orders"]) == COUNT
    with any_store.reading() as connection:
        c = tables.imports.c
        rows = connection.execute(
            select(c.state, c.orders_new + c.orders_unchanged, c.orders_new)
        ).all()
    assert {(row[0], row[1]) for row in rows} == {("done", COUNT)}
    assert sum(row[2] for row in rows) == COUNT
    assert broken_rules(any_store) == {}


def test_an_import_withdrawn_while_it_runs_stops(any_store):
    """It brings nothing more, and stays withdrawn."""

    def progress(done, _total):
        if done == 10:
            withdraw(any_store, 1, actor="Inès")

    with pytest.raises(ImportRefused):
        run(any_store, file(any_store), progress=progress)

    assert dump(any_store)["orders"] == {}
    assert state(any_store).state == "withdrawn"
    assert broken_rules(any_store) == {}


def test_rejected_rows_are_kept_with_their_reasons(any_store):
    """What was refused can be read again later."""
    incoming = file(any_store)
    rejects = pl.DataFrame(
        {"row": [7, 9], "number": ["x", None], "reason": ["date illisible", "vide"]}
    )
    incoming = replace(incoming, rejects=rejects, rows_read=incoming.rows_read + 2)

    report = run(any_store, incoming)

    assert report.rows_read == report.rows_imported + report.rows_rejected
    with any_store.reading() as connection:
        c = tables.import_rows.c
        rows = connection.execute(select(c.import_id, c.row, c.reason)).all()
    assert [tuple(row) for row in rows] == [(1, 7, "date illisible"), (1, 9, "vide")]


def test_a_file_without_orders_is_an_import_too(any_store):
    """Nothing to bring: said, not a crash."""
    report = run(any_store, file(any_store, 0, 0))

    assert counts(report) == (0, 0, 0)
    assert report.totals == {}
    assert state(any_store).state == "done"


def test_progress_is_told_up_to_the_last_order(any_store):
    """(orders done, orders in the file) after each batch."""
    steps = []
    run(any_store, file(any_store), progress=lambda *step: steps.append(step))

    assert steps == [(5, 23), (10, 23), (15, 23), (20, 23), (23, 23)]


_IMPORT = textwrap.dedent("""
    import sys
    sys.path[:0] = sys.argv[1:]
    import test_merge_files as it
    from commandes import settings
    from commandes.intake import merge
    from commandes.store import open_store
    merge.BATCH = 5
    store = open_store(settings.read())
    it.run(store, it.file(store), progress=lambda *step: print(*step, flush=True))
""")


@pytest.mark.parametrize("kind", ["settings", "postgres_settings"])
def test_an_import_killed_in_its_process_goes_on(kind, request, tmp_path, monkeypatch):
    """SIGKILL after a batch; the next run ends in the same store."""
    asked = request.getfixturevalue(kind)
    store = open_store(asked)
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            _IMPORT,
            *(path for path in sys.path if "tests" in path),
        ],
        env={
            "COMMANDES_DATA_DIR": str(asked.data_dir),
            "COMMANDES_DATABASE_URL": asked.database_url,
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()

    report = run(store, file(store))

    assert counts(report) == (23, 0, 0)
    assert dump(store) == in_one_go(asked, tmp_path, monkeypatch, file)
    assert broken_rules(store) == {}
    store.close()


_ACT = textwrap.dedent("""
    import select, sys
    from commandes import settings
    from commandes.actions import tags
    from commandes.actions.orders import Order
    from commandes.store import open_store
    store = open_store(settings.read())
    longest = count = 0
    print("ready", flush=True)
    while not select.select([sys.stdin], [], [], 0.01)[0]:
        before = store.head().seq
        tags.tag(store, Order("mine"), f"tag {count}", actor="Inès")
        longest = max(longest, store.head().seq - before)
        count += 1
    print(longest, count)
""")


def big(store, count, status):
    """A file of many orders, made column by column."""
    one = Shop(store).incoming([told(1)])
    number = pl.concat_str(pl.lit("B"), pl.int_range(count).cast(pl.String))
    orders = pl.concat([one.orders] * count).with_columns(
        source_id=number, number=number, status=pl.lit(status)
    )
    lines = pl.concat([one.lines] * count).with_columns(source_id=number)
    paid = pl.concat([one.payments] * count).with_columns(source_id=number)
    return replace(one, orders=orders, lines=lines, payments=paid)


@pytest.mark.parametrize(
    ("kind", "orders"), [("settings", 20_000), ("postgres_settings", 6_000)]
)
def test_no_action_waits_long_beside_a_big_import(kind, orders, request, monkeypatch):
    """Someone tags an order all the while: new orders, then as many updates.

    How long is counted in what the import got done meanwhile, whatever the machine: at
    the budget of 20,000 orders a second, two seconds are forty batches; half of that.
    """
    monkeypatch.setattr(merge, "BATCH", 1_000)
    asked = request.getfixturevalue(kind)
    store = open_store(asked)
    Shop(store).order("mine")
    process = subprocess.Popen(
        [sys.executable, "-c", _ACT],
        env={
            "COMMANDES_DATA_DIR": str(asked.data_dir),
            "COMMANDES_DATABASE_URL": asked.database_url,
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    process.stdout.readline()

    run(store, big(store, orders, "new"), digest="a")
    updated = run(store, big(store, orders, "done"), digest="b")
    longest, count = process.communicate("stop\n")[0].split()

    assert updated.orders_updated == orders
    assert int(longest) <= 20 * merge.BATCH
    assert int(count) >= 2
    assert broken_rules(store) == {}
    store.close()
