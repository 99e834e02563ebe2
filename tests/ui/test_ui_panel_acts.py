"""What the panel takes back is asked for once; each act says what it did."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from commandes.actions import payments, refunds, tracking
from commandes.actions.orders import Order
from commandes.store import tables

PAGE = "commandes/fiche.py"


@pytest.fixture
def acted(shop):
    """An order with a payment noted here, a parcel and a refund to make."""
    shop.order("1")
    payments.pay(shop.store, Order("1"), amount=600, actor="Inès")
    tracking.track(
        shop.store, Order("1"), carrier="UPS", number="1Z9", tell=False, actor="Inès"
    )
    refunds.refund(shop.store, Order("1"), amount=100, actor="Inès")
    return shop


def texts(app):
    return [str(text.value) for text in app.text]


def press(app, label):
    (button,) = [b for b in app.button if b.label == label]
    return button.click().run()


def kinds(shop):
    c = tables.events.c
    with shop.store.reading() as connection:
        return list(connection.scalars(select(c.kind).order_by(c.seq)))


@pytest.mark.parametrize(
    ("label", "question", "done", "kind"),
    [
        (
            "Retirer ce numéro",
            "Retirer ce numéro ? Le client n’en est pas prévenu.",
            "Numéro de suivi retiré.",
            "tracking_removed",
        ),
    ],
)
def test_what_is_taken_back_is_asked_for_once(
    open_page, acted, label, question, done, kind
):
    """One click asks, « Non » leaves it, the second one does it and says so."""
    app = open_page(PAGE, commande="1", source="test")
    before = kinds(acted)
    press(app, label)
    assert question in texts(app)
    press(app, "Non")
    assert question not in texts(app)
    assert kinds(acted) == before

    press(app, label)
    press(app, label)

    assert not app.exception
    assert done in texts(app)
    assert kinds(acted) == [*before, kind]


def test_a_cart_that_was_paid_is_called_one_no_more(open_page, shop):
    """It counts as an order from then on; a deposit makes none of it."""

    def badges():
        app = open_page(PAGE, commande="1", source="test")
        return " ".join(str(one.value) for one in app.markdown)

    shop.order("1", total=2000, is_cart=True)
    payments.pay(shop.store, Order("1"), amount=1000, actor="Inès")
    assert "Panier" in badges()
    payments.pay(shop.store, Order("1"), amount=1000, actor="Inès")
    assert "Panier" not in badges()
