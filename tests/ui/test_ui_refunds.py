"""The refunds to make on screen: chosen, noted, taken back, exported."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from commandes.actions import refunds, status
from commandes.actions.orders import Order
from commandes.store import tables

PAGE = "commandes/remboursements.py"
STRIPE = {"provider": "Stripe", "means": "Carte bancaire"}


@pytest.fixture
def owed(shop):
    """Three marks, two of them over Stripe; and an order cancelled though paid."""
    for number, told in (
        ("1", STRIPE),
        ("2", STRIPE),
        ("3", {"provider": "PayPal"}),
        ("off", STRIPE),
    ):
        shop.order(number, paid=[{"amount": 1000, **told}], currency="EUR")
    shop.order("pounds", paid=[{"amount": 1000, **STRIPE}], currency="GBP")
    for number in ("1", "2", "3", "pounds"):
        refunds.refund(shop.store, Order(number), reason="**cassé**", actor="t")
    status.cancel(shop.store, Order("off"), actor="t")
    return shop


def marks(shop):
    with shop.store.reading() as connection:
        return {
            row.number: row
            for row in connection.execute(
                select(tables.refunds, tables.orders.c.number).join(
                    tables.orders, tables.orders.c.id == tables.refunds.c.order_id
                )
            )
        }


def choose(app, *numbers):
    """Tick the rows of these orders, as the browser would."""
    shown = app.dataframe[0]
    rows = [list(shown.value["number"]).index(number) for number in numbers]
    app.session_state[shown.key] = {"selection": {"rows": rows, "columns": []}}
    return app.run()


def texts(app):
    return [str(text.value) for text in app.text]


def submit(app, label):
    (button,) = [b for b in app.button if b.label == label]
    return button.click().run()


def test_nothing_to_refund_is_said(open_page, shop):
    """An order without any mark makes no list."""
    shop.order("1", paid=1000)
    app = open_page(PAGE)

    assert not app.exception
    assert "Aucun remboursement à effectuer." in texts(app)


def test_what_is_owed_is_counted_per_currency(open_page, owed):
    """Two currencies are never added; cancelled orders wait beneath."""
    app = open_page(PAGE)

    assert not app.exception
    assert "4 remboursements à effectuer : 30,00 € + 10,00 £" in texts(app)
    assert list(app.dataframe[0].value["number"]) == ["1", "2", "3", "pounds"]
    assert list(app.dataframe[0].value["reason"]) == ["**cassé**"] * 4
    assert list(app.dataframe[1].value["number"]) == ["off"]
    assert any("10,00 € à rendre" in text for text in texts(app))


def test_a_mark_is_noted_as_given_back(open_page, owed):
    """With its day, amount, provider and reference; the page says so."""
    app = choose(open_page(PAGE), "2")
    yesterday = date.today() - timedelta(days=1)  # noqa: DTZ011 (within a day is enough)
    app.date_input[0].set_value(yesterday)
    (amount,) = app.number_input
    assert amount.value == 10.0
    amount.set_value(9.5)
    app.text_input[1].set_value("re_1")
    submit(app, "Marquer comme effectué")
    assert any("0,50 € ne seront plus à rendre" in text for text in texts(app))
    assert marks(owed)["2"].state == "to_do"
    submit(app, "Marquer comme effectué")

    assert not app.exception
    mark = marks(owed)["2"]
    assert (mark.state, mark.done_amount, mark.provider, mark.reference) == (
        "done",
        950,
        "Stripe",
        "re_1",
    )
    assert mark.done_at.date() == yesterday
    assert "Le remboursement de la commande 2 est noté." in texts(app)
    assert list(app.dataframe[0].value["number"]) == ["1", "3", "pounds"]


@pytest.mark.parametrize("amount", [0.0, -1.0, 10.01])
def test_an_amount_that_cannot_be_is_said(open_page, owed, amount):
    """Nothing, or more than the mark: the mark stays to do and its form stays."""
    app = choose(open_page(PAGE), "2")
    app.number_input[0].set_value(amount)
    submit(app, "Marquer comme effectué")

    assert not app.exception
    assert any("ne pas dépasser 10,00" in text for text in texts(app))
    assert marks(owed)["2"].state == "to_do"
    assert app.number_input[0].value == amount


def test_several_of_one_provider_are_noted_at_once(open_page, owed):
    """One date for all, each its own amount and currency."""
    app = choose(open_page(PAGE), "1", "2", "pounds")
    assert any(
        "30,00" not in text and "20,00 € + 10,00 £" in text for text in texts(app)
    )
    submit(app, "Marquer 3 comme effectués")

    assert not app.exception
    assert {n: m.state for n, m in marks(owed).items()} == {
        "1": "done",
        "2": "done",
        "pounds": "done",
        "3": "to_do",
    }
    assert "3 remboursements notés." in texts(app)


def test_several_providers_are_not_noted_at_once(open_page, owed):
    """The screen says to choose those of one."""
    app = choose(open_page(PAGE), "1", "3")

    assert any("d’un même prestataire" in text for text in texts(app))
    assert [b for b in app.button if b.label.startswith("Marquer")] == []


def test_a_mark_is_taken_back(open_page, owed):
    """The order counts as paid again."""
    app = choose(open_page(PAGE), "3")
    submit(app, "Retirer la marque")

    assert not app.exception
    assert marks(owed)["3"].voided_at is not None
    assert "La marque de la commande 3 est retirée." in texts(app)


def test_the_mark_chosen_is_the_mark_acted_on(open_page, owed):
    """R23: a mark that goes away meanwhile moves no row under a tick."""
    app = open_page(PAGE)
    refunds.unrefund(owed.store, Order("1"), actor="somebody else")
    choose(app, "2")

    assert list(app.dataframe[0].value["number"]) == ["1", "2", "3", "pounds"]
    assert any("commande 2 : 10,00" in text for text in texts(app))
    submit(app, "Marquer comme effectué")
    assert {n: m.state for n, m in marks(owed).items() if m.state == "done"} == {
        "2": "done"
    }


def test_a_mark_closed_by_somebody_else_is_said(open_page, owed):
    """The row is still there; the action refuses in a sentence."""
    app = open_page(PAGE)
    refunds.close(owed.store, Order("1"), actor="somebody else")
    choose(app, "1")
    submit(app, "Marquer comme effectué")

    assert not app.exception
    assert any("aucune marque n’est encore à effectuer" in text for text in texts(app))


def test_those_done_have_their_own_tab(open_page, owed):
    """With what was given back, where and when."""
    refunds.close(
        owed.store,
        Order("1"),
        amount=900,
        reference="re_1",
        provider="Stripe",
        actor="t",
    )
    app = open_page(PAGE)

    assert "1 remboursement effectué : 9,00 €" in texts(app)
    done = app.dataframe[-1].value
    assert (list(done["number"]), list(done["reference"])) == (["1"], ["re_1"])
    assert done["done_at"][0] <= datetime.now(UTC)
