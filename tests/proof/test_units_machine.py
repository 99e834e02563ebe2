"""R6: any order of what people do and what a changing file tells, against a model.

`tests/actions/test_stock_machine.py` and `tests/intake/test_merge_machine.py` hold the
rules; here every unit, every cent and every state is foretold.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from dump import broken_rules
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from shop import Shop
from sqlalchemy import select
from units import Payment, Sold, Unit

from commandes import settings
from commandes.actions import payments, refunds, status
from commandes.actions.orders import Order
from commandes.errors import OrderIsCancelled, PaymentRefused, RefundRefused
from commandes.intake import merge
from commandes.store import open_store, tables

ONE = Order("1")
PRICES = {"LAMP": 1000, "PEN": 333, "CUP": 1}
SHIPPING = 490
_blank: list[Path] = []


def _new_store():
    """A store in a folder of its own, copied from one that was made once."""
    folder = Path(tempfile.mkdtemp())
    asked = settings.read({"COMMANDES_DATA_DIR": str(folder)})
    if not _blank:
        open_store(asked).close()
        _blank.append(Path(tempfile.mkdtemp()) / "commandes.db")
        shutil.copyfile(folder / "commandes.db", _blank[0])
    shutil.copyfile(_blank[0], folder / "commandes.db")
    return open_store(asked)


class EveryUnit(RuleBasedStateMachine):
    """One order in a store, and the same order in the model.

    Few rules, each of which does something at almost every step: so that long
    histories of refunds and cancellations are common, not rare.
    """

    def __init__(self) -> None:
        super().__init__()
        self.store = _new_store()
        self.shop = Shop(self.store)

    def teardown(self) -> None:
        assert broken_rules(self.store) == {}
        self.store.close()
        shutil.rmtree(self.store.settings.data_dir)

    @initialize(
        counts=st.tuples(*[st.integers(1, 3)] * len(PRICES)),
        discount=st.sampled_from([0, 1, 100, 334]),
        paid=st.sampled_from([0, 700, None, None]),
        moves_stock=st.booleans(),
    )
    def first_file(self, counts, discount, paid, moves_stock):
        self.model = Sold(PRICES, discount, SHIPPING)
        for sku, count in zip(PRICES, counts, strict=True):
            self.model.units += [Unit(sku) for _ in range(count)]
        self.told_paid = [] if paid == 0 else [paid or self.model.total]
        self.told_refunded, self.customer = 0, "Ana"
        self.moves_stock, self.archived, self.status = moves_stock, False, "new"
        self.bring()

    def bring(self) -> merge.ImportReport:
        """The file as it is now comes in, and the model hears of its money."""
        counts = Counter(unit.sku for unit in self.model.units)
        told = {
            "number": "1",
            "customer_name": self.customer,
            "lines": [
                {"sku": sku, "price": PRICES[sku], "quantity": counts[sku]}
                for sku in PRICES
            ],
            "discount": self.model.discount,
            "shipping": SHIPPING,
            "paid": self.told_paid,
            "refunded": self.told_refunded,
        }
        self.shop._imports += 1
        report = merge.run(
            self.store,
            self.shop.incoming([told]),
            file_name="f.csv",
            file_digest=str(self.shop._imports),
            actor="file",
            moves_stock=self.moves_stock,
        )
        more = sum(self.told_paid) - self.model.paid
        if more > 0 or (self.told_paid and not self.model.payments):
            self.model.payments[-self.shop._imports] = Payment(more, noted_here=False)
        self.model.source_refunded(self.told_refunded)
        return report

    @rule(
        what=st.sampled_from(["name", "more", "payment", "refund", "nothing"]),
        sku=st.sampled_from(sorted(PRICES)),
        amount=st.integers(1, 900),
    )
    def the_file_changes(self, what, sku, amount):
        if what == "name":
            self.customer = f"Ana {amount}"
        elif what == "more" and not self.model.cancelled:
            self.model.units.append(Unit(sku))
        # What people noted covers the file's payments: test_merge_money.py.
        elif what == "payment" and not self.noted():
            self.told_paid = [*self.told_paid, amount]
        elif what == "refund":
            self.told_refunded += amount
        self.bring()
        head = self.store.head()
        assert self.bring().orders_unchanged == 1
        assert self.store.head() == head

    @rule(
        sku=st.sampled_from(sorted(PRICES)),
        count=st.sampled_from([1, 1, 1, 2, 3]),
        back=st.booleans(),
        shipping=st.booleans(),
    )
    def people_refund_a_part(self, sku, count, back, shipping):
        asked = {"lines": {sku: count}, "restock": back, "shipping": shipping}
        enough = count <= len(self.model.refundable(sku)) and self.model.left > 0
        unshipped = SHIPPING - sum(mark.shipping for mark in self.model.standing)
        if enough and (self.model.part(sku, count) or (shipping and unshipped)):
            self.refund(asked, {sku: count}, back=back, shipping=shipping)
        else:
            self.refused(asked)

    @rule(back=st.booleans())
    def people_refund_the_rest(self, back):
        if self.model.left == 0:
            self.refused({"restock": back})
            return
        rest = {sku: len(self.model.refundable(sku)) for sku in PRICES}
        self.refund({"restock": back}, rest, back=back, everything=True)

    @rule(amount=st.integers(1, 300))
    def people_refund_money(self, amount):
        if amount > self.model.left:
            self.refused({"amount": amount})
        elif amount < self.model.left:
            self.refund({"amount": amount}, {}, back=True, amount=amount)

    def refund(self, asked, counts, **how):
        receipt = refunds.refund(self.store, ONE, **asked, actor="Inès")
        mark = self.model.refund(receipt.result["refund"], counts, **how)
        assert receipt.result["amount"] == mark.amount

    def refused(self, asked):
        head = self.store.head()
        with pytest.raises(RefundRefused):
            refunds.refund(self.store, ONE, **asked, actor="Inès")
        assert self.store.head() == head

    def open_marks(self):
        marks = self.model.marks.items()
        return [id_ for id_, mark in marks if mark.state == "to_do"]

    @precondition(lambda self: self.open_marks())
    @rule(data=st.data())
    def people_take_a_mark_back(self, data):
        chosen = data.draw(st.sampled_from(self.open_marks()))
        refunds.unrefund(self.store, ONE, refund_id=chosen, actor="Inès")
        self.model.unrefund(chosen)

    @precondition(lambda self: len(self.open_marks()) > 1)
    @rule()
    def people_close_the_last_mark(self):
        refunds.close(self.store, ONE, reference="re_1", actor="Inès")
        self.model.marks[max(self.open_marks())].state = "done"

    @precondition(lambda self: not self.model.cancelled)
    @rule(back=st.booleans())
    def people_cancel(self, back):
        assert status.cancel(self.store, ONE, restock=back, actor="Inès").changed
        self.model.cancel(back=back)
        assert not status.cancel(self.store, ONE, restock=back, actor="Inès").changed

    @precondition(lambda self: self.model.cancelled)
    @rule()
    def people_restore(self):
        assert status.restore(self.store, ONE, actor="Inès").changed
        self.model.restore()
        assert not status.restore(self.store, ONE, actor="Inès").changed

    @rule(wanted=st.sampled_from([None, *status.SETTABLE]))
    def people_archive_or_set_a_status(self, wanted):
        if wanted is None:
            act = status.unarchive if self.archived else status.archive
            assert act(self.store, ONE, actor="Inès").changed
            self.archived = not self.archived
        elif self.model.cancelled:
            with pytest.raises(OrderIsCancelled):
                status.set_status(self.store, ONE, wanted, actor="Inès")
        else:
            status.set_status(self.store, ONE, wanted, actor="Inès")
            self.status = wanted

    def noted(self):
        found = self.model.payments.items()
        return [id_ for id_, payment in found if payment.noted_here and payment.stands]

    @rule(amount=st.none() | st.integers(1, 1500), data=st.data())
    def people_note_or_void_a_payment(self, amount, data):
        due = self.model.total - self.model.paid
        asked = due if amount is None else amount
        if 0 < asked <= due:
            done = payments.pay(self.store, ONE, amount=amount, actor="Inès")
            payment = Payment(done.result["amount"], noted_here=True)
            assert payment.amount == asked
            self.model.payments[done.result["payment"]] = payment
            return
        with pytest.raises(PaymentRefused):
            payments.pay(self.store, ONE, amount=amount, actor="Inès")
        if self.noted():
            self.void(data.draw(st.sampled_from(self.noted())))

    def void(self, chosen):
        payment = self.model.payments[chosen]
        if payment.amount > self.model.left:
            with pytest.raises(PaymentRefused):
                payments.void(self.store, ONE, chosen, actor="Inès")
        else:
            payments.void(self.store, ONE, chosen, actor="Inès")
            payment.stands = False

    @invariant()
    def all_is_where_the_model_has_it(self):
        with self.store.reading() as connection:
            order = connection.execute(select(tables.orders)).first()
            lines = connection.execute(select(tables.order_lines)).all()
            c = tables.stock_items.c
            levels = dict(iter(connection.execute(select(c.sku, c.on_hand))))
            paid = _standing(connection, tables.payments)
            refunded = connection.execute(select(tables.refunds)).all()
        if order is None:
            return
        for line in lines:
            self.check_units(line, levels.get(line.sku, 0))
        self.check_order(order)
        assert (order.total, paid) == (self.model.total, self.model.paid)
        assert self.model.refunded <= paid
        self.check_refunds(refunded)

    def check_units(self, line, on_hand):
        units = self.model.of(line.sku)
        free = sum(unit.mark is None for unit in units)
        back = sum(unit.back != "" for unit in units)
        held = len(units) if self.moves_stock else 0
        counted = {
            "quantity": len(units),
            "refunded_quantity": len(units) - free,
            "cancelled_quantity": free if self.model.cancelled else 0,
            "restocked_quantity": back,
            "source_returned_quantity": 0,
        }
        assert {name: getattr(line, name) for name in counted} == counted
        assert on_hand == back - held

    def check_order(self, order):
        assert order.payment_status == self.model.payment_status
        assert order.status == ("cancelled" if self.model.cancelled else self.status)
        assert (order.archived_at is not None) is self.archived
        assert order.customer_name == self.customer

    def check_refunds(self, rows):
        by_source = [row.amount for row in rows if row.origin == "platform"]
        here = {
            row.id: (
                row.amount,
                row.shipping_amount,
                row.state if row.voided_at is None else "gone",
            )
            for row in rows
            if row.origin == "here"
        }
        assert sum(by_source) == self.model.by_source
        marks = self.model.marks.items()
        assert here == {id_: (m.amount, m.shipping, m.state) for id_, m in marks}


def _standing(connection, table):
    c = table.c
    return sum(connection.scalars(select(c.amount).where(c.voided_at.is_(None))))


# Four tests of the same machine: the workers share the examples.
EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "200"))


_SHARE = hypothesis_settings(
    max_examples=-(-EXAMPLES // 4), stateful_step_count=25, deadline=None
)


class TestEveryUnit(EveryUnit.TestCase):
    settings = _SHARE


class TestEveryUnitTwo(EveryUnit.TestCase):
    settings = _SHARE


class TestEveryUnitThree(EveryUnit.TestCase):
    settings = _SHARE


class TestEveryUnitFour(EveryUnit.TestCase):
    settings = _SHARE
