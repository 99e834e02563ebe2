"""Reminders of carts: once per cart, to those who may get one, with a way out."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from dump import broken_rules, dump
from shop import Shop
from sqlalchemy import select, update

from commandes.actions import bulk, carts, messages, objections, payments
from commandes.actions.orders import Order
from commandes.errors import (
    CommandesError,
    EmailInvalid,
    MessageRefused,
    ReminderRefused,
    UnsubscribeLinkInvalid,
)
from commandes.mirror import Mirror
from commandes.reports import carts as report
from commandes.reports.filters import OrderFilter
from commandes.store import tables

HOUR = timedelta(hours=1)
BODY = "Bonjour {client},\n{articles}\n{panier}\n{desabonnement}"
TEXT = ("Votre panier, {boutique}", BODY)


def now() -> datetime:
    return datetime.now(UTC)


def fill(shop: Shop) -> None:
    """A cart for each answer that a reminder gets, named after it."""
    old = now() - 400 * HOUR
    cart = {"is_cart": True, "at": now() - 5 * HOUR, "marketing_consent": False}
    cart |= {"cart_url": "https://example.org/p/1"}
    agreed = cart | {"marketing_consent": True}

    def told(number: str, **values: object) -> dict[str, object]:
        mail = f"{number.replace(' ', '.')}@example.org"
        return {"number": number, "email": mail, **values}

    shop.bring(
        shop.incoming(
            [
                told("agreed", **agreed, customer_name="Ana {total}"),
                told("bought", **cart, email="Bea@Example.org"),
                told("before", at=old, paid=1000, email="bEA@example.org"),
                told("no_cart", at=old),
                told("paid", **agreed, paid=10),
                told("cancelled", **agreed, status="cancelled"),
                told("reminded", **agreed),
                told("running", **agreed | {"at": now() - HOUR / 2}),
                told("too_old", **agreed | {"at": now() - 24 * 31 * HOUR}),
                told("no_email", **agreed) | {"email": None},
                told("objected", **agreed),
                told("bought_since", **agreed),
                told(
                    "since", at=now() - HOUR, paid=5, email="bought_since@example.org"
                ),
                told("newer_cart", **agreed),
                told("newest", **agreed | {"at": now() - 4 * HOUR})
                | {"email": "Newer_cart@example.org"},
                told("no_consent", **cart),
            ]
        )
    )


@pytest.fixture
def desk(any_store):
    """The shop with its settings made, one cart reminded of, one customer gone."""
    any_store.settings = replace(
        any_store.settings, public_url="https://commandes.example.org"
    )
    shop = Shop(any_store)
    fill(shop)
    carts.remind(any_store, Order("reminded"), *TEXT, actor="Inès")
    token = objections.token(any_store, "OBJECTED@example.org")
    objections.object_to_reminders(any_store, token)
    return shop


def queued(store):
    with store.reading() as connection:
        c = tables.messages.c
        return connection.execute(select(tables.messages).order_by(c.id)).all()


def whole(store):
    """What the store says, the outbox and the objections included."""
    with store.reading() as connection:
        more = {
            table.name: connection.execute(select(table)).all()
            for table in (tables.messages, tables.objections)
        }
    return dump(store) | more


def test_a_refusal_said_by_phone_is_noted_and_lifted(desk):
    """Whatever the spelling of the address; said twice is said; no trace names one."""
    store, cart = desk.store, Order("agreed")
    assert objections.note(store, " Agreed@Example.org ", actor="Inès").changed
    again = objections.note(store, "agreed@example.org", actor="Inès")
    assert (again.changed, again.message) == (False, "C’est déjà noté.")
    with pytest.raises(ReminderRefused, match="ne veut pas de relance"):
        carts.remind(store, cart, *TEXT, actor="Inès")

    assert objections.lift(store, "AGREED@example.org", actor="Inès").changed
    nothing = objections.lift(store, "agreed@example.org", actor="Inès")
    assert (nothing.changed, nothing.message) == (
        False,
        "Aucun refus n’est noté pour cette adresse.",
    )
    assert carts.remind(store, cart, *TEXT, actor="Inès").changed
    with store.reading() as connection:
        for table in (tables.events, tables.receipts, tables.objections):
            said = str(connection.execute(select(table)).all())
            assert "agreed@example.org" not in said.lower()
    assert broken_rules(store) == {}


def test_who_objected_under_the_address_written_to_gets_nothing(desk):
    """The cart's address was corrected since: the letter still goes to the old one."""
    store = desk.store
    carts.remind(store, Order("agreed"), *TEXT, actor="Inès")
    cart = desk.id_of("agreed")
    with store.writing("Inès") as writer:
        writer.connection.execute(
            update(tables.orders)
            .where(tables.orders.c.id == cart)
            .values(email="other@example.org")
        )
    assert carts.overtaken(store, cart, "agreed@example.org") == ""
    objections.note(store, "agreed@example.org", actor="Inès")
    assert carts.overtaken(store, cart, "agreed@example.org") == (
        "Relance non envoyée : le client ne veut pas de relance."
    )


@pytest.mark.parametrize("email", ["", "ana", "ana@", "a b@example.org", "x@y,z"])
def test_a_refusal_needs_an_address(desk, email):
    """What is no address is said, and nothing is noted."""
    before = whole(desk.store)
    for act in (objections.note, objections.lift):
        with pytest.raises(EmailInvalid):
            act(desk.store, email, actor="Inès")
    assert whole(desk.store) == before


def test_a_reminder_is_filled_and_waits_in_the_outbox(desk):
    """Articles, the way back, the way out; a name that looks like one stays a name."""
    carts.remind(desk.store, Order("agreed"), *TEXT, actor="Inès")

    sent = queued(desk.store)[-1]
    token = objections.token(desk.store, "agreed@example.org")
    out = f"https://commandes.example.org/api/unsubscribe/{token}"
    assert (sent.state, sent.recipient) == ("queued", "agreed@example.org")
    assert sent.subject == "Votre panier, Ma boutique"
    assert sent.body == (
        f"Bonjour Ana {{total}},\n1 × Lampe\nhttps://example.org/p/1\n{out}"
    )
    assert sent.unsubscribe_url == out
    assert "agreed" not in token
    assert broken_rules(desk.store) == {}


def test_each_refusal_has_its_reason_and_changes_nothing(desk):
    """The action, its rehearsal and the list of carts give the same reasons."""
    before = whole(desk.store)
    refused = {}
    for reason in carts.REASONS:
        with pytest.raises(ReminderRefused) as refusal:
            carts.remind(desk.store, Order(reason), *TEXT, actor="Inès")
        refused[reason] = refusal.value.fields["detail"]
    assert refused == carts.REASONS
    assert whole(desk.store) == before

    ids = {desk.id_of(reason): reason for reason in carts.REASONS}
    asked = bulk.Asked("remind", {"subject": TEXT[0], "body": TEXT[1]})
    looked = bulk.preview(desk.store, asked, list(ids), actor="Inès")
    told = {ids[one.id]: one.said for one in looked.all}
    assert all(refused[reason] in told[reason] for reason in refused)
    assert whole(desk.store) == before

    mirror = Mirror(desk.store, desk.store.settings)
    with mirror.snapshot() as snap:
        found = report.writable(
            snap,
            OrderFilter(archived="all"),
            oldest=carts.OLDEST.days,
            objected=lambda emails: objections.among(desk.store, emails),
            delay=10,
        )
    mirror.close()
    listed = dict(found.select("number", "reason").iter_rows())
    of_no_open_cart = ("no_cart", "paid")
    assert listed == {"agreed": "", "bought": "", "newest": ""} | {
        reason: reason for reason in carts.REASONS if reason not in of_no_open_cart
    }


def test_settings_and_text_that_a_reminder_needs(desk):
    """What is missing is named: the public address, the way back, the way out."""
    store, order = desk.store, Order("bought")

    def says(*text: str) -> str:
        before = whole(store)
        with pytest.raises(MessageRefused) as refusal:
            carts.remind(store, order, *text, actor="Inès")
        assert whole(store) == before
        return str(refusal.value)

    assert "{desabonnement}" in says("Panier", "Bonjour {client} {panier}")
    assert "nécessaires" in says(" ", BODY)
    with store.writing("t") as writer:
        writer.connection.execute(update(tables.orders).values(cart_url=None))
    assert "COMMANDES_SHOP_URL" in says(*TEXT)
    store.settings = replace(store.settings, shop_url="https://shop.example.org")
    assert carts.remind(store, order, *TEXT, actor="Inès").changed
    assert "https://shop.example.org\n" in queued(store)[-1].body
    order = Order("agreed")
    store.settings = replace(store.settings, public_url="")
    assert "COMMANDES_PUBLIC_URL" in says(*TEXT)


def test_a_cart_is_reminded_of_once(desk):
    """Twenty at once, each with a key of its own: one message, one entry."""
    answers: list[bool] = []

    def remind(place: int) -> None:
        try:
            done = carts.remind(
                desk.store, Order("agreed"), *TEXT, actor="Inès", key=f"k{place}"
            )
        except ReminderRefused:
            answers.append(False)
        else:
            answers.append(done.changed)

    threads = [threading.Thread(target=remind, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [False] * 19 + [True]
    assert [m.recipient for m in queued(desk.store)].count("agreed@example.org") == 1
    assert broken_rules(desk.store) == {}


def test_the_same_key_answers_the_same_again(desk):
    """A reload of the page is no second reminder, and no refusal either."""
    first = carts.remind(desk.store, Order("agreed"), *TEXT, actor="I", key="k")
    again = carts.remind(desk.store, Order("agreed"), *TEXT, actor="I", key="k")

    assert (first.changed, again.changed) == (True, False)
    assert len(queued(desk.store)) == 2


def test_many_carts_are_reminded_of_in_one_go(desk):
    """Those that may get one do; the others keep their reason."""
    ids = [desk.id_of(number) for number in ("agreed", "no_consent", "bought")]
    asked = bulk.Asked("remind", {"subject": TEXT[0], "body": TEXT[1]})

    looked = bulk.preview(desk.store, asked, ids, actor="Inès")
    done = bulk.run(desk.store, looked, actor="Inès", key="k")

    assert [one.number for one in looked.refused] == ["no_consent"]
    assert [one.number for one in done.changed] == ["agreed", "bought"]
    assert len(queued(desk.store)) == 3


def test_a_token_says_who_to_nobody_and_serves_nobody_else(desk):
    """One letter changed, cut or made by another key: no objection."""
    store = desk.store
    token = objections.token(store, "agreed@example.org")
    assert re.fullmatch(r"[0-9a-f]{96}", token)
    before = whole(store)
    swapped = ("0" if token[5] != "0" else "1").join((token[:5], token[6:]))
    for wrong in (swapped, token[:-1], token[:64], "", token + "0", "é" * 96):
        with pytest.raises(UnsubscribeLinkInvalid):
            objections.object_to_reminders(store, wrong)
    assert whole(store) == before

    assert objections.object_to_reminders(store, token).changed
    assert not objections.object_to_reminders(store, token).changed
    assert objections.among(store, {"Agreed@example.org ", "bought@example.org"}) == {
        "Agreed@example.org "
    }
    assert "example.org" not in str(whole(store)["objections"])


def test_who_pays_or_objects_meanwhile_gets_no_reminder_any_more(desk):
    """What waits in the outbox is looked at once more."""
    store, one, other = desk.store, Order("agreed"), Order("bought")
    for order in (one, other):
        carts.remind(store, order, *TEXT, actor="Inès")
    mails = {m.recipient: m for m in queued(store)}
    waits = mails["agreed@example.org"], mails["Bea@Example.org"]
    assert [carts.overtaken(store, m.order_id, m.recipient) for m in waits] == ["", ""]

    payments.pay(store, one, actor="Inès")
    objections.object_to_reminders(store, objections.token(store, "bea@example.org"))

    said = [carts.overtaken(store, m.order_id, m.recipient) for m in waits]
    assert "payé" in said[0]
    assert "ne veut pas" in said[1]


def test_a_reminder_goes_to_no_other_address_later(desk):
    """Its way out is that of the first one."""
    carts.remind(desk.store, Order("agreed"), *TEXT, actor="Inès")
    sent = queued(desk.store)[-1]
    with desk.store.writing("t") as writer:
        c = tables.messages.c
        writer.connection.execute(
            update(tables.messages).where(c.id == sent.id).values(state="failed")
        )
        writer.connection.execute(
            update(tables.orders)
            .where(tables.orders.c.id == sent.order_id)
            .values(email="other@example.org")
        )

    with pytest.raises(CommandesError, match="adresse a changé"):
        messages.retry(desk.store, Order("agreed"), sent.id, actor="Inès")
