"""R6, R9: any order of files and of what people do: the rules hold, nothing is undone.

The model remembers what people decided; the store must agree after every step.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from dump import broken_rules, dump
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from shop import Shop

from commandes import settings
from commandes.actions import payments, refunds, status, tags
from commandes.actions.orders import Order
from commandes.errors import OrderIsCancelled, PaymentRefused, RefundRefused
from commandes.intake import merge
from commandes.store import open_store

ONE = Order("1")
SKUS = ("LAMP", "PEN", "CUP")
PRICE = 100

_line = st.fixed_dictionaries(
    {
        "sku": st.sampled_from(SKUS),
        "quantity": st.integers(1, 4),
        "refunded_quantity": st.integers(0, 4),
    }
)
_blank: list[Path] = []


def _folder() -> Path:
    """A folder with an empty store, copied from one that was made once."""
    folder = Path(tempfile.mkdtemp())
    if not _blank:
        open_store(_settings(folder)).close()
        _blank.append(Path(tempfile.mkdtemp()) / "commandes.db")
        shutil.copyfile(folder / "commandes.db", _blank[0])
    shutil.copyfile(_blank[0], folder / "commandes.db")
    return folder


def _settings(folder: Path) -> settings.Settings:
    return settings.read({"COMMANDES_DATA_DIR": str(folder)})


class FilesAndPeople(RuleBasedStateMachine):
    """One order that a file tells again and again, and on which people act."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = _folder()
        self.store = open_store(_settings(self.folder))
        self.shop = Shop(self.store)
        self.told: dict[str, Any] = {}
        self.off: set[str] = set()
        self.on: set[str] = set()
        self.archived = False
        self.status_of_people: str | None = None

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    @initialize(
        moves_stock=st.booleans(),
        lines=st.lists(_line, min_size=1, max_size=3),
        paid=st.sampled_from([[], [600], [400, 800]]),
    )
    def first_file(
        self, moves_stock: bool, lines: list[dict[str, Any]], paid: list[int]
    ) -> None:
        self.told = {
            "number": "1",
            "lines": [{**line, "price": PRICE} for line in lines],
            "paid": paid,
        }
        self.moves_stock = moves_stock
        self.bring(moves_stock=moves_stock)

    def bring(self, *, moves_stock: bool = False) -> merge.ImportReport:
        self.shop._imports += 1
        return merge.run(
            self.store,
            self.shop.incoming([self.told, {"number": "2", "paid": 1000}]),
            file_name="f.csv",
            file_digest=str(self.shop._imports),
            actor="file",
            moves_stock=moves_stock,
        )

    @rule(lines=st.lists(_line, min_size=1, max_size=3))
    def the_file_tells_other_lines(self, lines: list[dict[str, Any]]) -> None:
        self.told["lines"] = [{**line, "price": PRICE} for line in lines]
        self.tell()

    @rule(amounts=st.lists(st.integers(1, 8), max_size=2))
    def the_file_tells_payments(self, amounts: list[int]) -> None:
        self.told["paid"] = [amount * PRICE for amount in amounts]
        self.tell()

    @rule(amount=st.integers(0, 10))
    def the_file_tells_a_refund(self, amount: int) -> None:
        self.told["refunded"] = amount * PRICE
        self.tell()

    @rule(status=st.sampled_from(["new", "done", "cancelled"]))
    def the_file_tells_a_status(self, status: str) -> None:
        self.told["status"] = status
        self.tell()

    @rule(names=st.sets(st.sampled_from(["VIP", "Urgent"])))
    def the_file_tells_tags(self, names: set[str]) -> None:
        new = names - set(self.told.get("tags", []))
        self.told["tags"] = sorted(names)
        self.off -= new
        self.on |= new
        self.tell()

    @rule()
    def the_file_tells_the_same_again(self) -> None:
        # What people took back may let the file's word count; then it is settled.
        self.tell()
        before, head = dump(self.store), self.store.head()
        report = self.bring()
        assert (report.orders_new, report.orders_updated) == (0, 0)
        assert (dump(self.store), self.store.head()) == (before, head)

    def tell(self) -> None:
        """The dry run foretells what the import does, and writes nothing."""
        head = self.store.head()
        file = self.shop.incoming([self.told, {"number": "2", "paid": 1000}])
        foretold = merge.preview(self.store, file)
        assert self.store.head() == head
        done = self.bring()
        for name in ("orders_new", "orders_updated", "orders_unchanged", "beyond"):
            assert getattr(foretold, name) == getattr(done, name)
        assert (self.store.head().seq - head.seq) == done.orders_updated

    @rule(sku=st.sampled_from(SKUS), units=st.integers(1, 3), back=st.booleans())
    def people_refund_units(self, sku: str, units: int, back: bool) -> None:
        with suppress(RefundRefused):
            refunds.refund(
                self.store, ONE, lines={sku: units}, restock=back, actor="Inès"
            )

    @rule(amount=st.none() | st.integers(1, 5))
    def people_refund(self, amount: int | None) -> None:
        asked = None if amount is None else amount * PRICE
        with suppress(RefundRefused):
            refunds.refund(self.store, ONE, amount=asked, actor="Inès")

    @rule()
    def people_take_a_mark_back(self) -> None:
        with suppress(RefundRefused):
            refunds.unrefund(self.store, ONE, actor="Inès")

    @rule()
    def people_close_a_mark(self) -> None:
        with suppress(RefundRefused):
            refunds.close(self.store, ONE, actor="Inès")

    @rule(amount=st.integers(1, 5))
    def people_note_a_payment(self, amount: int) -> None:
        with suppress(PaymentRefused):
            payments.pay(self.store, ONE, amount=amount * PRICE, actor="Inès")

    @rule()
    def people_cancel(self) -> None:
        if status.cancel(self.store, ONE, actor="Inès").changed:
            self.status_of_people = "cancelled"

    @rule()
    def people_restore(self) -> None:
        if status.restore(self.store, ONE, actor="Inès").changed:
            self.status_of_people = None

    @rule()
    def people_begin(self) -> None:
        try:
            receipt = status.set_status(self.store, ONE, "in_progress", actor="Inès")
        except OrderIsCancelled:
            return
        # The file never says « in progress »: it stands until people change it.
        if receipt.changed:
            self.status_of_people = "in_progress"

    @rule()
    def people_archive(self) -> None:
        status.archive(self.store, ONE, actor="Inès")
        self.archived = True

    @rule(name=st.sampled_from(["VIP", "Urgent", "Cadeau"]))
    def people_tag(self, name: str) -> None:
        tags.tag(self.store, ONE, name, actor="Inès")
        self.on.add(name)
        self.off.discard(name)

    @rule(name=st.sampled_from(["VIP", "Urgent", "Cadeau"]))
    def people_untag(self, name: str) -> None:
        tags.untag(self.store, ONE, name, actor="Inès")
        self.off.add(name)
        self.on.discard(name)

    @invariant()
    def the_rules_hold(self) -> None:
        assert broken_rules(self.store) == {}

    @invariant()
    def what_people_did_stands(self) -> None:
        if not self.told:
            return
        whole = dump(self.store)
        found = whole["orders"]
        one, beside = found["test", "1"], found["test", "2"]
        assert (one["archived_at"] is not None) == self.archived
        assert set(one["tags"]) == self.on - self.off
        if self.status_of_people == "in_progress":
            assert one["status"] == "in_progress"
        assert one["cancelled_at"] is None or one["status"] == "cancelled"
        assert all(refund["amount"] > 0 for refund in one["refunds"])
        assert beside["version"] == 1
        if self.moves_stock:
            out = sum(
                line["quantity"]
                - line["restocked_quantity"]
                - line["source_returned_quantity"]
                for order in found.values()
                for line in order["order_lines"]
            )
            assert sum(level for _, level in whole["stock"]) == -out


TestFilesAndPeople = FilesAndPeople.TestCase
TestFilesAndPeople.settings = hypothesis_settings(
    max_examples=int(os.environ.get("MACHINE_EXAMPLES", "20")),
    stateful_step_count=15,
    deadline=None,
)
