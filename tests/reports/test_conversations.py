"""Conversations as they are listed, and templates as they are filled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shop import Shop

from commandes import words
from commandes.actions import messages, templates
from commandes.actions.messages import Reply
from commandes.actions.orders import Order
from commandes.reports import conversations, detail
from commandes.reports import templates as reading
from commandes.store import facts, tables


@pytest.fixture
def desk(any_store):
    """Four orders: the first answered twice, the second and third written to."""
    shop = Shop(any_store)
    for number in "1234":
        shop.order(number, customer_name=f"Client {number}")
    for number in "123":
        messages.message(any_store, Order(number), f"M{number}", "Texte", actor="ana")
    for name in "ab":
        reply = Reply(f"<{name}@x>", "ana@example.org", f"R{name}", "Oui")
        messages.receive(any_store, Order("1"), reply, actor="inbox")
    messages.message(any_store, Order("2"), "M2 encore", "Texte", actor="ana")
    return shop


def test_unread_first_then_the_latest(desk):
    """One row per order with messages; its last message stands for it."""
    found = conversations.conversations(desk.store)

    assert [
        (one.number, one.customer, one.subject, one.state, one.count, one.unread)
        for one in found.threads
    ] == [
        ("1", "Client 1", "Rb", "received", 3, 2),
        ("2", "Client 2", "M2 encore", "queued", 2, 0),
        ("3", "Client 3", "M3", "queued", 1, 0),
    ]
    assert (found.count, found.unread) == (3, 1)


def test_the_counts_are_of_all(desk):
    """A list that is cut short still says how many there are."""
    found = conversations.conversations(desk.store, limit=1)

    assert [one.number for one in found.threads] == ["1"]
    assert (found.count, found.unread) == (3, 1)


def test_a_thread_that_was_read_is_one_of_the_others(desk):
    """Its last message is the older one now."""
    messages.mark_read(desk.store, Order("1"), last=99, actor="ana")
    found = conversations.conversations(desk.store)

    assert [one.number for one in found.threads] == ["2", "1", "3"]
    assert found.unread == 0


def test_nothing_written_is_nothing_listed(any_store):
    """An empty store answers as well."""
    assert conversations.conversations(any_store) == conversations.Conversations(
        (), 0, 0
    )
    assert conversations.problems(any_store) == ()
    assert conversations.post(any_store) == conversations.Post(0, "", "", 0)


def test_what_a_person_decides_about(desk):
    """Failed and doubtful messages only, with the order and what the server said."""
    states = {1: "failed", 2: "uncertain", 3: "sent"}
    with desk.store.writing("t") as writer:
        for place, state in states.items():
            writer.connection.execute(
                tables.messages.update()
                .where(tables.messages.c.id == place)
                .values(state=state, error=f"said {place}")
            )

    assert [
        (one.number, one.state, one.error) for one in conversations.problems(desk.store)
    ] == [("1", "failed", "said 1"), ("2", "uncertain", "said 2")]
    assert conversations.post(desk.store).waiting == 1


def test_a_fact_is_kept_once_and_forgotten(any_store):
    """The same again writes nothing."""
    for value in ("a", "a", "b"):
        facts.keep(any_store, "t", "some", value, action="carry_mail")
        with any_store.reading() as connection:
            assert facts.read(connection, "some") == value
    facts.keep(any_store, "t", "some", "", action="carry_mail")
    with any_store.reading() as connection:
        assert facts.read(connection, "some") == ""


VALUES = {"client": "Ana", "suivi": "", "commande": "{client}"}


@pytest.mark.parametrize(
    ("text", "filled", "unknown", "empty"),
    [
        ("Bonjour {client}", "Bonjour Ana", (), ()),
        ("{ Client } {CLIENT}", "Ana Ana", (), ()),
        ("{commande}", "{client}", (), ()),
        ("{prénom} {prénom}", "{prénom} {prénom}", ("prénom",), ()),
        ("a{suivi}b", "ab", (), ("suivi",)),
        ("{client.__class__} {client[0]}", "{client.__class__} {client[0]}", (), ()),
        ("{client!r:>99999999}", "{client!r:>99999999}", (), ()),
        ("{{client}} {0} {} %(client)s $client", None, (), ()),
    ],
)
def test_variables_are_filled_from_a_closed_table(text, filled, unknown, empty):
    """What is no variable stays; a value is never filled itself."""
    if filled is None:
        filled = text.replace("{client}", "Ana")

    assert words.fill(text, VALUES) == words.Filled(filled, unknown, empty)


@given(st.text(), st.dictionaries(st.sampled_from(["client", "total"]), st.text()))
def test_no_text_breaks_the_filling(text, values):
    """Any text at all is a template."""
    filled = words.fill(text, values)

    assert filled.text == text or "{" in text


def test_the_given_templates_are_complete(shop, settings):
    """In each language every one fills without a variable left."""
    shop.order("7", customer_name=None, shipments=[{"carrier": "UPS", "number": "1Z"}])
    order = detail.order(shop.store, "7")
    for language in ("fr", "en"):
        words.use(language)
        values = reading.values_of(order, settings)
        assert values.keys() == reading.VARIABLES.keys()
        assert reading.example_values(settings).keys() == values.keys()
        given_ones = reading.templates(shop.store)
        assert len(given_ones) == 5
        for one in given_ones:
            for text in (one.subject, one.body):
                filled = words.fill(text, values)
                # The links of a reminder are those of one cart and one customer.
                links = ("panier", "desabonnement") if one.is_reminder else ()
                assert filled.unknown == ()
                assert set(filled.empty) <= set(links)
                assert "{" not in filled.text


def test_one_s_own_template_stands_for_the_given_one(any_store):
    """Of the same name; the others stay, and one's own come first."""
    templates.save(any_store, "Retard de livraison", "a", "b", actor="t")
    templates.save(any_store, "Merci", "a", "b", actor="t")

    names = [(one.name, one.id is None) for one in reading.templates(any_store)]

    assert names == [
        ("Merci", False),
        ("Retard de livraison", False),
        ("Commande prête", True),
        ("Commande expédiée", True),
        ("Demande d’information", True),
        ("Relance de panier", True),
    ]
