"""R8: whatever happens to orders, the mirror followed equals the mirror rebuilt."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime, timedelta

from everything import read_all
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from shop import Shop

from commandes import settings
from commandes.actions import (
    notes,
    payments,
    refunds,
    status,
    stock,
    tag_list,
    tags,
    tracking,
)
from commandes.actions.orders import Order
from commandes.errors import CommandesError
from commandes.mirror import Mirror, check
from commandes.store import open_store

EXAMPLES = int(os.environ.get("MIRROR_EXAMPLES", "12"))
NUMBERS = ["1", "2", "3"]
START = datetime(2026, 1, 1, tzinfo=UTC)

numbers = st.sampled_from(NUMBERS)


class AnyChange(RuleBasedStateMachine):
    """Random actions and imports; the mirror looks now and then, in between."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        given = settings.read({"COMMANDES_DATA_DIR": self.folder.name})
        self.store = open_store(given)
        self.shop = Shop(self.store)
        self.mirror = Mirror(self.store, given)

    @initialize()
    def open_with_two_orders(self) -> None:
        self.shop.order("1", paid=1000)
        self.shop.order("2", lines=[{"sku": "A", "price": 500, "quantity": 3}])

    def act(self, verb, order: str, *told, **more) -> None:
        try:
            verb(self.store, Order(order), *told, actor="t", **more)
        except CommandesError:
            return  # refused: nothing was written

    def house(self, verb, *told, **more) -> None:
        try:
            verb(self.store, *told, actor="t", **more)
        except CommandesError:
            return  # refused: nothing was written

    @rule(
        number=numbers,
        day=st.integers(0, 40),
        name=st.sampled_from([None, "Zoé Œdipe", "Łukasz"]),
        units=st.integers(1, 3),
        paid=st.sampled_from([None, 300, 1000]),
        refunded=st.sampled_from([None, 100, 300]),
        tagged=st.sampled_from([[], ["Urgent"], ["Urgent", "VIP"]]),
    )
    def bring(self, number, day, name, units, paid, refunded, tagged) -> None:
        self.shop.order(
            number,
            at=START + timedelta(days=day),
            customer_name=name,
            lines=[
                {"sku": "A", "price": 500, "quantity": units},
                {"sku": "B", "price": 1, "service_at": START + timedelta(days=day)},
            ],
            paid=paid,
            refunded=refunded if paid else None,
            tags=tagged,
        )

    @rule(number=numbers, name=st.sampled_from(["Urgent", "Été"]))
    def tag(self, number, name) -> None:
        self.act(tags.tag, number, name)

    @rule(number=numbers, name=st.sampled_from(["Urgent", "Été"]))
    def untag(self, number, name) -> None:
        self.act(tags.untag, number, name)

    @rule(name=st.sampled_from(["Urgent", "VIP", "Été"]), to=st.sampled_from(["ÉTÉ"]))
    def rename_tag(self, name, to) -> None:
        self.house(tag_list.rename, name, to)

    @rule(name=st.sampled_from(["Urgent", "ÉTÉ"]))
    def delete_tag(self, name) -> None:
        self.house(tag_list.delete, name)

    @rule(number=numbers, amount=st.sampled_from([None, 100]))
    def pay(self, number, amount) -> None:
        self.act(payments.pay, number, amount=amount)

    @rule(number=numbers, amount=st.sampled_from([None, 50]), back=st.booleans())
    def refund(self, number, amount, back) -> None:
        self.act(refunds.refund, number, amount=amount, restock=back)

    @rule(number=numbers)
    def unrefund(self, number) -> None:
        self.act(refunds.unrefund, number)

    @rule(number=numbers)
    def cancel(self, number) -> None:
        self.act(status.cancel, number)

    @rule(number=numbers)
    def restore(self, number) -> None:
        self.act(status.restore, number)

    @rule(number=numbers)
    def archive(self, number) -> None:
        self.act(status.archive, number)

    @rule(number=numbers)
    def note(self, number) -> None:
        self.act(notes.note, number, "à rappeler")

    @rule(number=numbers, parcel=st.sampled_from(["X1", "X2"]))
    def track(self, number, parcel) -> None:
        self.act(tracking.track, number, carrier="DHL", number=parcel)

    @rule(units=st.integers(-2, 2))
    def count_stock(self, units) -> None:
        self.house(stock.adjust, "A", units, reason="inventaire")

    @rule(level=st.sampled_from([None, 3]))
    def set_alert(self, level) -> None:
        self.house(stock.set_alert, "A", level)

    @rule()
    def look(self) -> None:
        with self.mirror.snapshot() as snapshot:
            assert self.store.head().seq == snapshot.seq

    @invariant()
    def the_mirror_says_what_the_store_says(self) -> None:
        assert check(self.mirror, self.store).first_bad == ""

    def teardown(self) -> None:
        followed = read_all(self.mirror)
        self.mirror.rebuild()
        rebuilt = read_all(self.mirror)
        self.mirror.close()
        self.store.close()
        self.folder.cleanup()
        assert followed == rebuilt


AnyChange.TestCase.settings = hypothesis_settings(
    max_examples=EXAMPLES,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestAnyChange = AnyChange.TestCase
TestAnyChange.__doc__ = "Followed step by step or rebuilt, the mirror is the same."
