"""Any order of refund, mark taken back, cancel, restore, archive: stock and money."""

from __future__ import annotations

import os
import tempfile

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from shop import Shop
from sqlalchemy import func, select

from commandes import settings
from commandes.actions import refunds, status
from commandes.actions.orders import Order
from commandes.errors import RefundRefused
from commandes.store import checks, open_store, tables

LINES = {"LAMP": 3, "PEN": 2}
PRICE = {"LAMP": 1000, "PEN": 333}
SHIPPING = 500
PAID = 3 * 1000 + 2 * 333 + SHIPPING
ORDER = Order("1")


class OneOrder(RuleBasedStateMachine):
    """The model counts, per sku, the units refunded and those back in stock."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = open_store(settings.read({"COMMANDES_DATA_DIR": self.folder.name}))
        lines = [{"sku": s, "price": PRICE[s], "quantity": q} for s, q in LINES.items()]
        Shop(self.store).order("1", lines=lines, shipping=SHIPPING, paid=PAID)
        self.marks: list[tuple[dict[str, int], int]] = []
        self.cancelled = False
        self.entries = 1

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    def refunded_units(self, sku: str) -> int:
        return sum(units.get(sku, 0) for units, _amount in self.marks)

    def refunded_money(self) -> int:
        return sum(amount for _units, amount in self.marks)

    @rule(
        sku=st.sampled_from(sorted(LINES)), units=st.integers(1, 3), back=st.booleans()
    )
    def refund_units(self, sku: str, units: int, back: bool) -> None:
        left = LINES[sku] - self.refunded_units(sku)
        refusable = units > left or self.refunded_money() == PAID
        try:
            receipt = refunds.refund(
                self.store, ORDER, lines={sku: units}, restock=back, actor="t"
            )
        except RefundRefused:
            assert refusable
            return
        assert not refusable
        self.marks.append(({sku: units}, receipt.result["amount"]))
        self.entries += 1

    @rule(back=st.booleans())
    def refund_the_rest(self, back: bool) -> None:
        rest = {sku: n - self.refunded_units(sku) for sku, n in LINES.items()}
        left = PAID - self.refunded_money()
        try:
            receipt = refunds.refund(self.store, ORDER, restock=back, actor="t")
        except RefundRefused:
            assert left == 0
            return
        assert receipt.result["amount"] == left
        self.marks.append((rest, left))
        self.entries += 1

    @rule(amount=st.integers(1, 700))
    def refund_money_only(self, amount: int) -> None:
        left = PAID - self.refunded_money()
        if amount >= left:
            return
        refunds.refund(self.store, ORDER, amount=amount, actor="t")
        self.marks.append(({}, amount))
        self.entries += 1

    @precondition(lambda self: self.marks)
    @rule()
    def take_the_last_mark_back(self) -> None:
        refunds.unrefund(self.store, ORDER, actor="t")
        self.marks.pop()
        self.entries += 1

    @rule(back=st.booleans())
    def cancel(self, back: bool) -> None:
        receipt = status.cancel(self.store, ORDER, restock=back, actor="t")
        assert receipt.changed is not self.cancelled
        self.entries += receipt.changed
        self.cancelled = True

    @rule()
    def restore(self) -> None:
        receipt = status.restore(self.store, ORDER, actor="t")
        assert receipt.changed is self.cancelled
        self.entries += receipt.changed
        self.cancelled = False

    @invariant()
    def the_rules_hold(self) -> None:
        with self.store.reading() as connection:
            for check in (
                checks.stock(connection),
                checks.quantities(connection),
                checks.refunds(connection),
                checks.chain(connection, self.store.key),
                checks.order_of_time(connection),
            ):
                assert check.first_bad == ""
            version = connection.scalar(select(tables.orders.c.version))
            c = tables.order_lines.c
            rows = connection.execute(
                select(
                    c.sku,
                    c.refunded_quantity,
                    c.cancelled_quantity,
                    c.restocked_quantity,
                    func.coalesce(tables.stock_items.c.on_hand, 0),
                ).join_from(
                    tables.order_lines,
                    tables.stock_items,
                    tables.stock_items.c.sku == c.sku,
                    isouter=True,
                )
            ).all()
        assert version == self.entries
        for sku, refunded, cancelled, restocked, on_hand in rows:
            assert refunded == self.refunded_units(sku)
            held = LINES[sku] - refunded
            assert cancelled == (held if self.cancelled else 0)
            assert on_hand == restocked
            assert 0 <= restocked <= refunded + cancelled

    @invariant()
    def money_adds_up(self) -> None:
        with self.store.reading() as connection:
            c = tables.refunds.c
            standing = select(func.coalesce(func.sum(c.amount), 0)).where(
                c.voided_at.is_(None)
            )
            assert connection.scalar(standing) == self.refunded_money()


TestOneOrder = OneOrder.TestCase
TestOneOrder.settings = hypothesis_settings(
    max_examples=int(os.environ.get("MACHINE_EXAMPLES", "40")),
    stateful_step_count=15,
    deadline=None,
)
