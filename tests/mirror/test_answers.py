"""Answers are kept until the mirror changes, and never beyond."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import memory
import polars as pl
import pytest

from commandes import access
from commandes.actions import erase
from commandes.errors import NotAllowed
from commandes.mirror import answers
from commandes.reports import orders
from commandes.reports.asking import parameters
from commandes.reports.filters import OrderFilter


class Counted:
    """A cursor that counts what is executed on it."""

    def __init__(self, cursor) -> None:
        self.cursor, self.asked = cursor, 0

    def execute(self, text, *given):
        self.asked += not text.startswith("set ")
        return self.cursor.execute(text, *given)

    def __getattr__(self, name):
        return getattr(self.cursor, name)


@pytest.fixture
def asked(mirror):
    """How many questions a function has DuckDB answer."""

    def count(work) -> int:
        with mirror.snapshot() as snapshot:
            snapshot._cursor = counted = Counted(snapshot._cursor)
            work(snapshot)
            return counted.asked

    return count


def summary(snapshot):
    """The figures above the list."""
    return orders.summary(snapshot, OrderFilter(statuses=("new",)))


def test_a_question_is_worked_out_once_between_two_changes(shop, mirror, asked) -> None:
    """The second page run reads what the first one was told; after a change, not."""
    shop.order("1")
    with mirror.snapshot() as snapshot:
        first = summary(snapshot)
    assert asked(summary) == 0
    with mirror.snapshot() as snapshot:
        assert summary(snapshot) == first

    shop.order("2")

    with mirror.snapshot() as snapshot:
        assert summary(snapshot).count == first.count + 1
    assert asked(summary) == 0


def test_another_filter_is_another_question(shop, mirror) -> None:
    """Neither parameters nor questions are taken for each other."""
    shop.order("1")
    shop.order("2", paid=1000)
    with mirror.snapshot() as snapshot:
        counts = [
            orders.summary(snapshot, wanted).count
            for wanted in (
                OrderFilter(),
                OrderFilter(payments=("paid",)),
                OrderFilter(payments=("unpaid",)),
                OrderFilter(archived="yes"),
            )
        ]
        assert counts == [2, 1, 1, 0]


def test_a_snapshot_of_before_is_not_told_what_came_after(shop, mirror) -> None:
    """An open page keeps its moment, whoever asks the same of the next one."""
    shop.order("1")
    with mirror.snapshot() as first:
        shop.order("2")
        with mirror.snapshot() as second:
            assert summary(second).count == 2
        assert summary(first).count == 1
        with mirror.snapshot() as third:
            assert summary(third).count == 2


def test_a_mirror_made_anew_is_asked_anew(shop, mirror, asked) -> None:
    """What the old file answered is forgotten, though no entry was added."""
    shop.order("1")
    assert asked(summary) == 1
    mirror.rebuild()
    assert asked(summary) == 1


def test_who_may_not_ask_is_not_told_what_is_known(shop, mirror) -> None:
    """The access table stands before what is kept."""
    shop.order("1", paid=1000)
    wanted = OrderFilter(dated="paid", archived="all")

    def ask(snapshot):
        given = parameters(snapshot, wanted) | {"by": "day", "timezone": "UTC"}
        return snapshot.ask("sales/figures", given)

    with mirror.snapshot() as snapshot:
        assert ask(snapshot).height == 1
        staff = access.logged_in(1, access.Role.STAFF, "Noé")
        with access.acting_as(staff), pytest.raises(NotAllowed):
            ask(snapshot)


def test_a_long_search_is_not_kept(shop, mirror, asked) -> None:
    """Whoever pastes a page into the search fills no memory."""
    shop.order("1")

    def ask(snapshot):
        orders.summary(snapshot, OrderFilter(search="lampe " * 2_000))

    assert [asked(ask), asked(ask)] == [1, 1]


def test_the_mirror_is_checked_by_its_file(shop, mirror, asked) -> None:
    """`verify` and whoever reads the control sums get them from the file."""
    shop.order("1")

    def ask(snapshot):
        snapshot.ask("mirror/control")

    assert [asked(ask), asked(ask)] == [1, 1]


def test_an_erased_customer_is_in_no_kept_answer(shop, mirror) -> None:
    """Following the erasure lets go of everything that was told before."""

    def told() -> str:
        kept = mirror.answers._kept.items()
        return str([(key, frame.to_dicts()) for key, frame in kept]).lower()

    shop.order("1", customer_name="Zoé Martin", email="zoe@example.org")
    with mirror.snapshot() as snapshot:
        assert (
            "Zoé Martin" in orders.page(snapshot, OrderFilter()).rows["customer_name"]
        )
    assert "zoé" in told()
    erase.erase(shop.store, email="zoe@example.org", actor="Inès")
    with mirror.snapshot():
        pass
    assert "zoé" not in told()


def test_the_answers_kept_are_bounded(monkeypatch) -> None:
    """Large ones are not kept, of the others those used last."""
    kept = answers.Answers()
    frame = pl.DataFrame({"n": list(range(100))})
    size = 1 + answers.COLUMN + answers.TIMES * int(frame.estimated_size())
    monkeypatch.setattr(answers, "MOST", 3 * size)
    monkeypatch.setattr(answers, "LARGEST", frame.estimated_size())
    kept.keep((1, 1), "large", pl.concat([frame, frame]))
    for name in "abc":
        kept.keep((1, 1), name, frame)
    assert kept.get((1, 1), "a") is not None
    kept.keep((1, 1), "d", frame)

    found = [name for name in ("large", *"abcd") if kept.get((1, 1), name) is not None]
    assert found == ["a", "c", "d"]
    kept.keep((1, 1), "d", frame)
    assert kept._bytes == 3 * size


@pytest.mark.skipif(not memory.TELLS, reason="Linux only: it looks into /proc")
def test_an_answer_kept_holds_its_own_rows_only(shop, mirror) -> None:
    """Not the buffers that DuckDB fills, which are made for thousands of rows."""
    for number in range(20):
        shop.order(str(number))

    def ask(first: int, last: int) -> None:
        with mirror.snapshot() as snapshot:
            for turn in range(first, last):
                day = date(1990, 1, 1) + timedelta(days=turn)
                orders.page(snapshot, OrderFilter(first=day))

    ask(0, 200)
    mirror.answers.forget()
    before = memory.held()
    ask(200, 600)
    assert len(mirror.answers._kept) >= 400
    assert memory.held() - before < 2 * mirror.answers._bytes


def test_readers_meet_no_answer_of_another_moment(shop, mirror) -> None:
    """While orders come in, each reader is told what its own moment holds."""
    shop.order("0")
    done, told = threading.Event(), []

    def read() -> None:
        while not done.is_set():
            with mirror.snapshot() as snapshot:
                told.append((summary(snapshot).count, snapshot.seq))

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(1, 25):
        shop.order(str(number))
    done.set()
    for reader in readers:
        reader.join()

    assert len({seq for _count, seq in told}) > 3
    assert [pair for pair in told if pair[0] != pair[1]] == []
