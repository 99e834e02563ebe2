"""Every action, ready to be done on the orders of one shop: what R2 and R3 go through.

`fill` makes the shop; each case names one function of the package and what it is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from commandes.access import Role
from commandes.actions import (
    carriers,
    carts,
    erase,
    messages,
    notebooks,
    notes,
    objections,
    payments,
    people,
    profiles,
    received,
    refunds,
    status,
    stock,
    tags,
    templates,
    tracking,
    views,
)
from commandes.actions.orders import Order
from commandes.errors import StoreError
from commandes.intake import withdraw
from commandes.intake.webhooks import deliveries
from commandes.intake.webhooks.signatures import Envelope
from commandes.store import journal, tables
from commandes.store.tables import Instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from shop import Shop

    from commandes.store import Receipt, Store

LAMPS = {"sku": "LAMP", "title": "Lampe", "price": 1000, "quantity": 3}
PEN = {"sku": "PEN", "title": "Stylo", "price": 333}
WHOLE = {"lines": [LAMPS, PEN], "shipping": 500, "paid": 3833}


@dataclass(frozen=True)
class Case:
    """An action with what it is asked for; it changes something every time."""

    name: str
    function: Callable[..., Receipt]
    asked: tuple[Any, ...] = ()
    named: dict[str, Any] = field(default_factory=dict)

    def do(self, store: Store, key: str) -> Receipt:
        """Do it, as one who says `key`."""
        return self.function(store, *self.asked, **self.named, actor="Inès", key=key)

    def try_to(self, store: Store, key: str) -> Receipt | StoreError:
        """Do it; the receipt, or what the store says instead."""
        try:
            return self.do(store, key)
        except StoreError as error:
            return error


PLAIN, MARKED, CANCELLED, DROPPED, UNPAID, NOTED, BUSY, HALF = map(Order, "12345678")
LINK = "https://example.org/suivi?n={n}"
SELECT = {"kind": "sql", "text": "from orders"}
PARCEL = {"carrier": "UPS", "number": "77"}
# As a provider tells it; one lamp costs as much.
MONEY = received.Money(
    amount=1000,
    currency="EUR",
    at=datetime(2026, 3, 1, tzinfo=UTC),
    provider="Stripe",
    reference="re_1",
)
FAILED = replace(MONEY, amount=33, reference="re_known")
# Of carts: what the links of a reminder need, and the journal's key of these shops.
JOURNAL_KEY = b"proof"
ENVIRONMENT = {
    "COMMANDES_PUBLIC_URL": "https://commandes.example.org",
    "COMMANDES_SHOP_URL": "https://shop.example.org",
}
LEFT = Order("9")
REMINDER = ("Votre panier", "{panier} {desabonnement}")


class Signer:
    """What signs as the stores of these shops do."""

    def sign(self, purpose: str, text: str) -> str:
        return journal.sign(JOURNAL_KEY, purpose, text)


OBJECTOR = "away@example.org"
TOKEN = objections.token(Signer(), "ana@example.org")

CASES = (
    Case("tag, a new one", tags.tag, (PLAIN, "Urgent")),
    Case("tag, a known one", tags.tag, (PLAIN, "VIP")),
    Case("untag", tags.untag, (BUSY, "VIP")),
    Case("status", status.set_status, (PLAIN, "done")),
    Case("archive", status.archive, (PLAIN,)),
    Case("unarchive", status.unarchive, (BUSY,)),
    Case("cancel", status.cancel, (PLAIN,)),
    Case("cancel and refund", refunds.cancel, (PLAIN,)),
    Case("change the tags", tags.change, (BUSY,), {"on": ["Urgent"], "off": ["VIP"]}),
    Case("cancel after a refund", status.cancel, (MARKED,)),
    Case("restore", status.restore, (CANCELLED,)),
    Case("restore what the source cancelled", status.restore, (DROPPED,)),
    Case("restore after a refund", status.restore, (HALF,)),
    Case("refund", refunds.refund, (PLAIN,), {"reason": "Cassée"}),
    Case("refund a part", refunds.refund, (PLAIN,), {"lines": {"LAMP": 2}}),
    Case("refund money alone", refunds.refund, (PLAIN,), {"amount": 100}),
    Case("refund what is cancelled", refunds.refund, (CANCELLED,)),
    Case("unrefund", refunds.unrefund, (MARKED,)),
    Case("unrefund what is cancelled", refunds.unrefund, (HALF,)),
    Case("close", refunds.close, (MARKED,), {"reference": "re_1"}),
    Case("pay", payments.pay, (UNPAID,)),
    Case("void", payments.void, (NOTED, 1)),
    Case("note", notes.note, (PLAIN, "Rappeler")),
    Case("track", tracking.track, (PLAIN,), PARCEL),
    Case("untrack", tracking.remove, (BUSY, "77")),
    Case("recall a parcel", tracking.recall, (BUSY, "77", 1)),
    Case("message", messages.message, (PLAIN, "Bonjour", "Merci.")),
    Case("adjust stock", stock.adjust, ("LAMP", -2, "casse")),
    Case("open levels", stock.open_levels, ([("LAMP", None, 9), ("CUP", None, 4)],)),
    Case("save a view", views.save, ("Urgentes", "tag=Urgent")),
    Case("forget a view", views.remove, ("Payées",)),
    Case("save a profile", profiles.save, ("caisse", "[columns]\n")),
    Case("withdraw an import", withdraw.withdraw, (2,)),
    Case("add a carrier", carriers.add, ("Geodis", LINK)),
    Case("change a carrier", carriers.change, (1,), {"name": "Colis", "url": LINK}),
    Case("remove a carrier", carriers.remove, (1,)),
    Case("correct a parcel", tracking.change, (BUSY, 1), PARCEL | {"number": "78"}),
    Case("ship", tracking.ship, (PLAIN, [tracking.Parcel("UPS", "79")])),
    Case("retry a message", messages.retry, (NOTED, 2)),
    Case("decide on a message", messages.decide, (NOTED, 3), {"sent": True}),
    Case("withdraw a message", messages.withdraw, (NOTED, 5)),
    Case("read a thread", messages.mark_read, (NOTED,), {"last": 4}),
    Case("save a template", templates.save, ("Merci", "Merci", "Bonjour")),
    Case("remove a template", templates.remove, (1,)),
    Case("save an analysis", notebooks.save, ("Ventes", [SELECT])),
    Case("rename an analysis", notebooks.rename, (1, "Mois"), {"version": 1}),
    Case("share an analysis", notebooks.share, (1,), {"shared": True, "version": 1}),
    Case("remove an analysis", notebooks.remove, (1,), {"version": 1}),
    Case("alert level", stock.set_alert, ("LAMP", 3)),
    Case("create a tag", tags.create, ("Presse",)),
    Case("recolour a tag", tags.recolour, ("VIP", "violet")),
    Case("sweep", carts.sweep_batch),
    Case("remind", carts.remind, (LEFT, *REMINDER)),
    Case("erase a customer", erase.erase, ("z@e.org",)),
    Case("object", objections.object_to_reminders, (TOKEN,)),
    Case("note an objection", objections.note, ("z@e.org",)),
    Case("lift an objection", objections.lift, (OBJECTOR,)),
    Case("invite", people.invite, ("ana@example.org", Role.STAFF)),
    Case("another role", people.change_role, (2, Role.FINANCE)),
    Case("take access", people.deactivate, (2,)),
    Case("give access back", people.reactivate, (3,)),
    Case("receive a payment", received.payment, (UNPAID, MONEY)),
    Case("receive a refund", received.refund, (PLAIN, MONEY)),
    Case("receive the refund of a mark", received.refund, (MARKED, MONEY)),
    Case("a refund that failed", received.refund_failed, (BUSY, FAILED)),
    Case("replay a delivery", deliveries.replay, ([1],)),
)


def fill(shop: Shop) -> None:
    """One order for each history that an action may meet.

    The first payment is the one noted on order 6; the second import brings order 1.
    """
    store = shop.store
    shop.order("6", **WHOLE | {"paid": None})
    payments.pay(store, NOTED, amount=500, actor="Inès")
    for number in "12378":
        shop.order(number, **WHOLE)
    shop.order("4", **WHOLE | {"status": "cancelled"})
    shop.order("5", **WHOLE | {"paid": None})
    refunds.refund(store, MARKED, lines={"LAMP": 1}, actor="Inès")
    status.cancel(store, CANCELLED, actor="Inès")
    status.archive(store, BUSY, actor="Inès")
    tags.tag(store, BUSY, "VIP", actor="Inès")
    tracking.track(store, BUSY, **PARCEL, actor="Inès")
    status.cancel(store, HALF, actor="Inès")
    refunds.refund(store, HALF, lines={"LAMP": 2}, actor="Inès")
    received.refund(store, BUSY, FAILED, actor="Inès")
    views.save(store, "Payées", "payment=paid", actor="Inès")
    templates.save(store, "Retard", "Retard", "Pardon", actor="Inès")
    left = datetime.now(UTC) - timedelta(hours=3)
    shop.order("9", at=left, is_cart=True, marketing_consent=True, email="z@e.org")
    objections.note(store, OBJECTOR, actor="Inès")
    notebooks.save(store, "Paniers", [SELECT], actor="Inès")
    _correspond(store)
    deliveries.keep(store, "shopify", Envelope("d1", "t"), b"{}", actor="t")
    with store.writing("t") as writer:
        writer.connection.execute(update(tables.deliveries).values(state="failed"))
    for email in ("chef@example.org", "bob@example.org", "eve@example.org"):
        people.invite(store, email, Role.ADMINISTRATOR, actor="Inès")
    people.deactivate(store, 3, actor="Inès")


def _correspond(store: Store) -> None:
    """A message that failed, one in doubt, a reply and one that waits, of order 6."""
    c = tables.messages.c
    for state, direction in (
        ("failed", "out"),
        ("uncertain", "out"),
        ("received", "in"),
        ("queued", "out"),
    ):
        said = messages.message(store, NOTED, state, "Bonjour", actor="Inès")
        assert said.changed
        with store.writing("Inès") as writer:
            newest = select(func.max(c.id)).scalar_subquery()
            writer.connection.execute(
                update(tables.messages)
                .where(c.id == newest)
                .values(state=state, direction=direction)
            )


def shape(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row, without what two runs never share: instants, digests, random names."""
    unlike = {"digest", "previous", "message_id", "value"}
    found = {}
    with store.reading() as connection:
        for table in tables.metadata.sorted_tables:
            columns = [
                column
                for column in table.c
                if (column.name not in unlike or table is tables.objections)
                and not isinstance(column.type, Instant)
            ]
            rows = connection.execute(select(*columns))
            found[table.name] = sorted(map(tuple, rows), key=repr)
    return found
