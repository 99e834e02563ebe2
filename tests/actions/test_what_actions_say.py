"""What the actions on money and stock say: receipt, activity, refusal, and their key.

Scripts read the receipts, the activity and the mirror read the journal, people read the
sentences, and a request that is sent again after an upgrade is still the same request.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from shop import Shop
from sqlalchemy import select

from commandes.actions import payments, refunds, status, stock
from commandes.actions.orders import Order
from commandes.errors import CommandesError, KeyReused
from commandes.store import tables
from commandes.words import money

if TYPE_CHECKING:
    from collections.abc import Callable

ONE = Order("1")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LAMPS = {"sku": "LAMP", "title": "Lampe", "price": 1000, "quantity": 3}
TEA = {"sku": None, "title": "Thé", "price": 300}


@dataclass(frozen=True)
class Case:
    """An action: what was before it, what it was asked for, what it says.

    Attributes:
        action: the verb of the receipt; `asked` are the arguments kept with the key.
        kind: of the journal's entry; None when it has none.
        message: why nothing changed.
    """

    do: Callable[..., Any]
    action: str
    asked: dict[str, Any]
    result: dict[str, Any] = field(default_factory=dict)
    kind: str | None = None
    payload: dict[str, Any] = field(default_factory=dict)
    message: str = ""
    before: Callable[[Any], Any] = bool
    paid: int | None = 3500
    of_order: bool = True


def _refunded(store):
    refunds.refund(store, ONE, lines={"LAMP": 1}, actor="t")


def _cancelled(store):
    status.cancel(store, ONE, actor="t")


def _noted(store):
    payments.pay(store, ONE, amount=500, actor="t")


_NO_REFUND = {
    "lines": None,
    "line_ids": {},
    "amount": None,
    "shipping": None,
    "restock": None,
    "reason": "",
}
_NO_PAYMENT = {
    "amount": None,
    "at": "None",
    "means": "",
    "provider": "",
    "reference": "",
}
_MONEY = {"refund": 1, "currency": "EUR"}

CASES = {
    "status": Case(
        lambda store, **by: status.set_status(store, ONE, "done", **by),
        action="status",
        asked={"status": "done"},
        result={"from": "new"},
        kind="status",
        payload={"from": "new", "to": "done"},
    ),
    "the same status": Case(
        lambda store, **by: status.set_status(store, ONE, "new", **by),
        action="status",
        asked={"status": "new"},
        message="La commande a déjà ce statut.",
    ),
    "archive": Case(
        lambda store, **by: status.archive(store, ONE, **by),
        action="archive",
        asked={},
        kind="archived",
    ),
    "archived already": Case(
        lambda store, **by: status.archive(store, ONE, **by),
        before=lambda store: status.archive(store, ONE, actor="t"),
        action="archive",
        asked={},
        message="La commande est déjà archivée.",
    ),
    "unarchive": Case(
        lambda store, **by: status.unarchive(store, ONE, **by),
        before=lambda store: status.archive(store, ONE, actor="t"),
        action="unarchive",
        asked={},
        kind="unarchived",
    ),
    "not archived": Case(
        lambda store, **by: status.unarchive(store, ONE, **by),
        action="unarchive",
        asked={},
        message="La commande n’est pas archivée.",
    ),
    "cancel": Case(
        lambda store, **by: status.cancel(store, ONE, restock=True, **by),
        action="cancel",
        asked={"restock": True},
        result={"restocked": 5, "to_refund": 3500},
        kind="cancelled",
        payload={"from": "new", "restocked": 5, "restock": True},
    ),
    "cancelled already": Case(
        lambda store, **by: status.cancel(store, ONE, **by),
        before=_cancelled,
        action="cancel",
        asked={"restock": None},
        message="La commande est déjà annulée.",
    ),
    "restore": Case(
        lambda store, **by: status.restore(store, ONE, **by),
        before=_cancelled,
        action="restore",
        asked={},
        result={"taken_out": 5, "oversold": []},
        kind="restored",
        payload={"to": "new", "taken_out": 5},
    ),
    "not cancelled": Case(
        lambda store, **by: status.restore(store, ONE, **by),
        action="restore",
        asked={},
        message="La commande n’est pas annulée.",
    ),
    "pay": Case(
        lambda store, **by: payments.pay(store, ONE, **by),
        paid=None,
        action="pay",
        asked=_NO_PAYMENT,
        result={"payment": 1, "amount": 3500},
        kind="paid",
        payload={"payment": "paid", "amount": 3500, "currency": "EUR"},
    ),
    "a deposit": Case(
        lambda store, **by: payments.pay(
            store,
            ONE,
            amount=500,
            at=NOON,
            means="cash",
            provider="p",
            reference="r",
            **by,
        ),
        paid=None,
        action="pay",
        asked={
            "amount": 500,
            "at": str(NOON),
            "means": "cash",
            "provider": "p",
            "reference": "r",
        },
        result={"payment": 1, "amount": 500},
        kind="paid",
        payload={"payment": 1, "amount": 500, "currency": "EUR"},
    ),
    "void": Case(
        lambda store, **by: payments.void(store, ONE, 1, **by),
        paid=None,
        before=_noted,
        action="void_payment",
        asked={"payment": 1},
        kind="payment_voided",
        payload={"payment": 1, "amount": 500},
    ),
    "voided already": Case(
        lambda store, **by: payments.void(store, ONE, 1, **by),
        paid=None,
        before=lambda store: (_noted(store), payments.void(store, ONE, 1, actor="t")),
        action="void_payment",
        asked={"payment": 1},
        message="Ce paiement est déjà retiré.",
    ),
    "refund": Case(
        lambda store, **by: refunds.refund(
            store, ONE, lines={"LAMP": 2}, restock=True, reason="cassée", **by
        ),
        action="refund",
        asked=_NO_REFUND | {"lines": {"LAMP": 2}, "restock": True, "reason": "cassée"},
        result={"refund": 1, "amount": 2000, "restocked": 2},
        kind="refunded",
        payload=_MONEY | {"amount": 2000, "restocked": 2},
    ),
    "a refund by line": Case(
        lambda store, **by: refunds.refund(
            store,
            ONE,
            line_ids={1: 1, 3: 1},
            amount=1100,
            shipping=False,
            restock={1: False, 3: True},
            **by,
        ),
        action="refund",
        asked=_NO_REFUND
        | {
            "line_ids": {"1": 1, "3": 1},
            "amount": 1100,
            "shipping": False,
            "restock": {"1": False, "3": True},
        },
        result={"refund": 1, "amount": 1100, "restocked": 1},
        kind="refunded",
        payload=_MONEY | {"amount": 1100, "restocked": 1},
    ),
    "unrefund": Case(
        lambda store, **by: refunds.unrefund(store, ONE, refund_id=1, **by),
        before=lambda store: (_refunded(store), _refunded(store)),
        action="unrefund",
        asked={"refund": 1},
        result={"refund": 1, "taken_out": 1, "oversold": []},
        kind="unrefunded",
        payload=_MONEY | {"amount": 1000},
    ),
    "close": Case(
        lambda store, **by: refunds.close(
            store, ONE, at=NOON, amount=1, provider=" p ", reference=" r ", **by
        ),
        before=_refunded,
        action="close_refund",
        asked={
            "refund": None,
            "at": str(NOON),
            "amount": 1,
            "provider": " p ",
            "reference": " r ",
        },
        result={"refund": 1},
        kind="refund_done",
        payload=_MONEY | {"amount": 1},
    ),
    "adjust": Case(
        lambda store, **by: stock.adjust(
            store, "LAMP", 4, " compté ", service_at=NOON, **by
        ),
        of_order=False,
        action="adjust_stock",
        asked={
            "sku": "LAMP",
            "units": 4,
            "reason": "compté",
            "service_at": str(NOON),
        },
        result={"on_hand": 4},
        kind="stock_adjusted",
        payload={"sku": "LAMP", "quantity": 4},
    ),
    "alert": Case(
        lambda store, **by: stock.set_alert(store, "LAMP", 2, service_at=NOON, **by),
        before=lambda store: stock.open_levels(store, [("LAMP", NOON, 1)], actor="t"),
        of_order=False,
        action="set_alert",
        asked={"sku": "LAMP", "level": 2, "service_at": str(NOON)},
        kind="stock_alert_set",
        payload={"sku": "LAMP", "level": 2},
    ),
    "no alert already": Case(
        lambda store, **by: stock.set_alert(store, "LAMP", None, **by),
        before=lambda store: stock.open_levels(store, [("LAMP", None, 1)], actor="t"),
        of_order=False,
        action="set_alert",
        asked={"sku": "LAMP", "level": None, "service_at": "None"},
        message="Le niveau d’alerte est déjà celui-là.",
    ),
    "open": Case(
        lambda store, **by: stock.open_levels(
            store, [("A", None, 1), ("B", NOON, 2)], **by
        ),
        of_order=False,
        action="open_stock",
        asked={"levels": [["A", "None", 1], ["B", str(NOON), 2]]},
        result={"items": 2},
        kind="stock_opened",
        payload={"items": 2},
    ),
}


@pytest.fixture
def shop(store):
    """A shop with order 1, of two skus and a line without; another beside it."""
    shop = Shop(store)
    shop.pen = {"sku": "PEN", "title": "Stylo", "price": 100, "quantity": 2}
    return shop


def _arranged(shop, case):
    lines = [LAMPS, TEA, shop.pen]
    shop.order("1", lines=lines, paid=case.paid)
    shop.order("2", lines=lines, shipping=90)
    case.before(shop.store)


def _last_entry(store):
    c = tables.events.c
    with store.reading() as connection:
        return connection.execute(
            select(c.order_id, c.actor, c.kind, c.payload).order_by(c.seq.desc())
        ).first()


@pytest.mark.parametrize("name", CASES)
def test_an_action_says_what_it_did(name, shop):
    """In its receipt and in one entry of the journal, word for word; once per key."""
    case = CASES[name]
    _arranged(shop, case)
    seq = shop.store.head().seq
    version = 0
    if case.of_order:
        version = _version(shop.store)

    receipt = case.do(shop.store, actor="Inès", key="k")

    changed = case.kind is not None
    result = dict(case.result)
    if case.of_order:
        result["version"] = version + changed
    assert (receipt.receipt, receipt.action, receipt.changed, receipt.message) == (
        "k",
        case.action,
        changed,
        case.message,
    )
    assert (receipt.order, receipt.result) == ("1" if case.of_order else "", result)
    assert shop.store.head().seq == seq + changed
    if changed:
        order_id, actor, kind, payload = _last_entry(shop.store)
        assert (order_id, actor) == (1 if case.of_order else None, "Inès")
        assert (kind, json.loads(payload)) == (case.kind, case.payload)
    again = case.do(shop.store, actor="Inès", key="k")
    assert (again.changed, again.result) == (False, receipt.result)
    assert shop.store.head().seq == seq + changed


def _version(store):
    with store.reading() as connection:
        return connection.scalar(
            select(tables.orders.c.version).where(tables.orders.c.id == 1)
        )


@pytest.mark.parametrize("name", CASES)
def test_a_request_is_known_again_by_what_was_asked(name, shop):
    """Also after an upgrade: the digest is of the verb and its arguments."""
    case = CASES[name]
    _arranged(shop, case)
    asked = dict(case.asked)
    if case.of_order:
        asked |= {"order": "1", "source": None}

    case.do(shop.store, actor="Inès", key="k")

    text = json.dumps([case.action, asked], sort_keys=True)
    with shop.store.reading() as connection:
        row = connection.execute(
            select(tables.receipts).where(tables.receipts.c.key == "k")
        ).one()
    assert row.action == case.action
    assert row.arguments_digest == hashlib.sha256(text.encode()).hexdigest()
    with pytest.raises(KeyReused):
        status.archive(shop.store, Order("2"), actor="Inès", key="k")


REFUSALS = {
    "another status": (
        lambda store: status.set_status(store, ONE, "lost", actor="t"),
        "status ne connaît pas « lost ». Valeurs possibles : new, in_progress, done.",
    ),
    "cancelled": (
        lambda store: (
            _cancelled(store),
            status.set_status(store, ONE, "done", actor="t"),
        ),
        "La commande 1 est annulée.",
    ),
    "paid": (lambda store: payments.pay(store, ONE, actor="t"), "rien à payer"),
    "too early": (
        lambda store: payments.pay(
            store, Order("2"), at=NOON - timedelta(days=50_000), actor="t"
        ),
        "la date du paiement n’est pas plausible",
    ),
    "not noted here": (
        lambda store: payments.void(store, ONE, 1, actor="t"),
        "ce paiement n’a pas été noté ici",
    ),
    "refunds depend on it": (
        lambda store: (
            payments.pay(store, Order("2"), amount=5, actor="t"),
            refunds.refund(store, Order("2"), amount=1, actor="t"),
            payments.void(store, Order("2"), 2, actor="t"),
        ),
        "des remboursements en dépendent",
    ),
    "too much to pay": (
        lambda store: payments.pay(store, Order("2"), amount=3591, actor="t"),
        "positif et ne pas dépasser " + money(3590, "EUR"),
    ),
    "too much to refund": (
        lambda store: refunds.refund(store, ONE, amount=3501, actor="t"),
        "positif et ne pas dépasser " + money(3500, "EUR"),
    ),
    "too many units": (
        lambda store: refunds.refund(store, ONE, line_ids={1: 4}, actor="t"),
        "il ne reste que 3 unités remboursables de LAMP",
    ),
    "too many units of a line without sku": (
        lambda store: refunds.refund(store, ONE, line_ids={2: 2}, actor="t"),
        "il ne reste que 1 unités remboursables de Thé",
    ),
    "too many units of a sku": (
        lambda store: refunds.refund(store, ONE, lines={"PEN": 3}, actor="t"),
        "il ne reste que 2 unités remboursables de PEN",
    ),
    "another sku": (
        lambda store: refunds.refund(store, ONE, lines={"X": 1}, actor="t"),
        "aucune ligne n’a la référence X",
    ),
    "a line of another order": (
        lambda store: refunds.refund(store, ONE, line_ids={4: 1}, actor="t"),
        "une ligne choisie n’est plus dans la commande",
    ),
    "no units": (
        lambda store: refunds.refund(store, ONE, line_ids={1: 0}, actor="t"),
        "aucune unité n’est choisie",
    ),
    "nothing left": (
        lambda store: refunds.refund(store, Order("2"), actor="t"),
        "il ne reste rien à rembourser",
    ),
    "no mark": (
        lambda store: refunds.unrefund(store, ONE, actor="t"),
        "aucune marque n’est encore à effectuer",
    ),
    "more given back": (
        lambda store: (
            _refunded(store),
            refunds.close(store, ONE, amount=1001, actor="t"),
        ),
        "positif et ne pas dépasser " + money(1000, "EUR"),
    ),
    "given back tomorrow": (
        lambda store: (
            _refunded(store),
            refunds.close(
                store, ONE, at=datetime.now(UTC) + timedelta(days=1), actor="t"
            ),
        ),
        "la date du remboursement ne peut pas être dans l’avenir",
    ),
    "no reason": (lambda store: stock.adjust(store, "A", 1, " ", actor="t"), "A"),
    "below nought": (
        lambda store: stock.adjust(store, "A", -1, "x", actor="t"),
        "il n’en reste que 0",
    ),
    "no reference": (
        lambda store: stock.open_levels(store, [("", None, 1)], actor="t"),
        "la référence est vide",
    ),
    "a long reference": (
        lambda store: stock.open_levels(store, [("x" * 201, None, 1)], actor="t"),
        "la référence a plus de 200 caractères",
    ),
    "an invisible sign": (
        lambda store: stock.open_levels(store, [("a\tb", None, 1)], actor="t"),
        "la référence contient des caractères invisibles",
    ),
    "a negative level": (
        lambda store: stock.open_levels(store, [("A", None, -1)], actor="t"),
        "un niveau n’est pas négatif",
    ),
    "a level beyond reason": (
        lambda store: stock.open_levels(store, [("A", None, 10**9 + 1)], actor="t"),
        "un niveau ne dépasse pas",
    ),
    "an alert of nothing": (
        lambda store: stock.set_alert(store, "NONE", 1, actor="t"),
        "NONE",
    ),
    "a negative alert": (
        lambda store: (
            stock.open_levels(store, [("A", None, 1)], actor="t"),
            stock.set_alert(store, "A", -1, actor="t"),
        ),
        "un niveau n’est pas négatif",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_says_why(name, shop):
    """The order's number or the reference, and the reason, in one sentence."""
    _arranged(shop, CASES["status"])
    do, words = REFUSALS[name]

    with pytest.raises(CommandesError) as refused:
        do(shop.store)

    said = str(refused.value)
    assert words in said
    assert "None" not in said
    assert "XX" not in said


def test_what_is_asked_of_one_order_moves_that_one(shop):
    """Refunds, cancellations and restorings name the order and the unit they move."""
    _arranged(shop, CASES["status"])
    refunds.refund(shop.store, ONE, lines={"LAMP": 1}, actor="Inès")
    status.cancel(shop.store, ONE, actor="Inès")
    refunds.unrefund(shop.store, ONE, actor="Inès")
    status.restore(shop.store, ONE, actor="Inès")
    stock.adjust(shop.store, "PEN", 3, "compté", actor="Zoé")

    c = tables.stock_movements.c
    with shop.store.reading() as connection:
        moves = connection.execute(
            select(c.order_id, c.line_id, c.quantity, c.cause_kind, c.cause_id, c.actor)
            .order_by(c.id)
        ).all()  # fmt: skip
        reasons = connection.scalars(select(c.reason).order_by(c.id)).all()
    assert [tuple(move) for move in moves] == [
        (1, 1, 1, "refund", "1", "Inès"),
        (1, 1, 2, "cancel", "1:3", "Inès"),
        (1, 3, 2, "cancel", "1:3", "Inès"),
        (1, 1, -3, "restore", "1:5", "Inès"),
        (1, 3, -2, "restore", "1:5", "Inès"),
        (None, 0, 3, "adjustment", "6", "Zoé"),
    ]
    assert reasons == [None] * 5 + ["compté"]


def test_what_is_restored_leaves_the_stock_where_the_source_had_cancelled(shop):
    """Units refunded there stay there; the others are the order's again."""
    lamps = {**LAMPS, "quantity": 4, "refunded_quantity": 1}
    shop.order("1", lines=[lamps], paid=4000, refunded=1000, status="done")
    shop.order("1", lines=[lamps], paid=4000, refunded=1000, status="cancelled")
    shop.order("2", status="in_progress")

    restored = status.restore(shop.store, ONE, actor="t")

    assert restored.result["taken_out"] == 3
    assert _movements(shop.store) == [(1, -3, "restore_source", "1:3")]
    assert _line(shop.store) == (4, 1, 0, 0, 1)
    with shop.store.reading() as connection:
        c = tables.orders.c
        assert connection.scalar(select(c.status).where(c.id == 1)) == "done"
    again = status.cancel(shop.store, ONE, actor="t")
    assert again.result["restocked"] == 3
    assert _line(shop.store) == (4, 1, 3, 3, 1)


def test_a_mark_taken_back_of_what_the_source_cancelled_later(shop):
    """The unit that the source had taken back is held again: it leaves the stock."""
    shop.order("1", lines=[LAMPS], paid=3000)
    refunds.refund(shop.store, ONE, lines={"LAMP": 1}, restock=False, actor="t")
    shop.order("1", lines=[LAMPS], paid=3000, status="cancelled")
    status.restore(shop.store, ONE, actor="t")
    moves = _movements(shop.store)

    refunds.unrefund(shop.store, ONE, actor="t")

    assert _line(shop.store)[1] == 0
    assert {order for order, *_ in _movements(shop.store)} == {1}
    assert moves == [(1, -2, "restore_source", "1:4")]


@pytest.mark.parametrize("told", ["new", "done"])
def test_a_restored_order_has_the_status_that_a_file_or_a_person_gave_last(told, shop):
    """Told by a file and then by another, or set here, whatever became of others."""
    shop.order("1", status="in_progress")
    shop.order("1", status=told)
    shop.order("2", status="in_progress")
    for status_before in (told, "in_progress", "in_progress"):
        if status_before != told:
            status.set_status(shop.store, ONE, status_before, actor="t")
        status.cancel(shop.store, ONE, actor="t")
        restored = status.restore(shop.store, ONE, actor="t")
        assert restored.changed
        assert json.loads(_last_entry(shop.store)[3])["to"] == status_before


def test_an_order_that_was_cancelled_from_the_start_is_new_when_restored(shop):
    """Nobody ever gave it another status."""
    shop.order("1", status="cancelled")

    status.restore(shop.store, ONE, actor="t")

    assert json.loads(_last_entry(shop.store)[3])["to"] == "new"


def test_a_payment_keeps_what_was_noted_of_it(shop):
    """Date, means, provider, reference; its kind follows from what is left."""
    shop.order("1", payment_pending=True)
    noted = {"means": "cash", "provider": "Banque", "reference": "r 1"}
    payments.pay(shop.store, ONE, amount=300, at=NOON, **noted, actor="t")
    assert _pending(shop.store)
    payments.pay(shop.store, ONE, amount=699, actor="t")
    payments.pay(shop.store, ONE, amount=1, actor="t")
    shop.order("2")
    payments.pay(shop.store, Order("2"), actor="t")
    shop.order("3", lines=[{"sku": "GIFT", "price": 0}])
    payments.pay(shop.store, Order("3"), actor="t")

    with shop.store.reading() as connection:
        found = connection.execute(
            select(tables.payments).order_by(tables.payments.c.id)
        ).all()
    assert [(row.amount, row.kind) for row in found] == [
        (300, "deposit"),
        (699, "instalment"),
        (1, "balance"),
        (1000, "full"),
        (0, "full"),
    ]
    first, second = found[:2]
    assert (first.at, first.means, first.provider, first.reference) == (
        NOON,
        "cash",
        "Banque",
        "r 1",
    )
    assert (second.means, second.provider, second.reference) == (None, None, None)
    assert all(row.at_given for row in found)
    assert _status(shop.store) == "paid"


def test_a_payment_voided_leaves_the_one_that_the_source_announced(shop):
    """« Paiement en cours » comes back: the source's word was never taken away."""
    shop.order("1", payment_pending=True)
    payments.pay(shop.store, ONE, amount=300, actor="t")
    payments.pay(shop.store, ONE, actor="t")
    assert _status(shop.store) == "paid"

    payments.void(shop.store, ONE, 1, actor="t")
    assert _status(shop.store) == "pending"
    payments.void(shop.store, ONE, 2, actor="t")
    assert _status(shop.store) == "pending"


def _status(store):
    with store.reading() as connection:
        c = tables.orders.c
        return connection.scalar(select(c.payment_status).where(c.id == 1))


@pytest.mark.parametrize("payment", [1, 3])
def test_only_the_orders_own_payment_noted_here_is_voided(shop, payment):
    """Neither the source's nor another order's."""
    shop.order("1", paid=500)
    payments.pay(shop.store, ONE, amount=300, actor="t")
    shop.order("2")
    payments.pay(shop.store, Order("2"), actor="t")

    with pytest.raises(CommandesError, match="pas été noté ici"):
        payments.void(shop.store, ONE, payment, actor="t")

    payments.void(shop.store, ONE, 2, actor="t")
    with shop.store.reading() as connection:
        c = tables.payments.c
        voided = connection.scalars(select(c.id).where(c.voided_at.is_not(None))).all()
    assert voided == [2]


def test_the_last_payment_can_be_voided_when_nothing_depends_on_it(shop):
    """To the cent: a refund of one cent would keep it."""
    shop.order("1")
    payments.pay(shop.store, ONE, amount=1, actor="t")
    refunds.refund(shop.store, ONE, amount=1, actor="t")
    with pytest.raises(CommandesError, match="dépendent"):
        payments.void(shop.store, ONE, 1, actor="t")

    refunds.unrefund(shop.store, ONE, actor="t")

    assert payments.void(shop.store, ONE, 1, actor="t").changed


def _pending(store):
    with store.reading() as connection:
        c = tables.orders.c
        return connection.scalar(select(c.payment_pending).where(c.id == 1))


def _movements(store):
    c = tables.stock_movements.c
    with store.reading() as connection:
        moves = connection.execute(
            select(c.order_id, c.quantity, c.cause_kind, c.cause_id).order_by(c.id)
        )
        return [tuple(move) for move in moves]


def _line(store):
    c = tables.order_lines.c
    with store.reading() as connection:
        return tuple(
            connection.execute(
                select(
                    c.quantity,
                    c.refunded_quantity,
                    c.cancelled_quantity,
                    c.restocked_quantity,
                    c.source_returned_quantity,
                ).where(c.id == 1)
            ).one()
        )
