"""Acting from the panel: what one gesture does is done whole."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from commandes.actions import refunds, status, stock, tags, tracking
from commandes.actions.orders import Order
from commandes.store import tables


def _kinds(shop, number="1"):
    """The journal's words for what happened to an order."""
    e = tables.events.c
    with shop.store.reading() as connection:
        return connection.scalars(
            select(e.kind).where(e.order_id == shop.id_of(number)).order_by(e.seq)
        ).all()


def _field(app, end):
    """The multiselect, toggle or input of the panel whose key ends so."""
    kinds = (app.multiselect, app.toggle, app.text_input, app.button)
    found = [w for kind in kinds for w in kind if w.key and w.key.endswith(end)]
    assert len(found) == 1
    return found[0]


def test_two_tags_taken_off_at_once_are_both_off(open_page, shop):
    """The field says all that stays: what is missing goes, in one gesture."""
    shop.order("1")
    for name in ("VIP", "Urgent", "Presse"):
        tags.tag(shop.store, Order("1"), name, actor="t")
    app = open_page("commandes/fiche.py", commande="1")

    _field(app, "-tags").set_value(["Presse", "Colis"]).run()

    assert not app.exception
    assert _field(app, "-tags").value == ["Colis", "Presse"]
    assert _kinds(shop)[4:] == ["untagged", "untagged", "tagged"]


def test_cancelling_with_the_refund_does_both(open_page, shop):
    """One confirmation, one transaction: the outbox may have noted something since."""
    shop.order("1", paid=1000)
    app = open_page("commandes/fiche.py", commande="1")
    app.session_state["acting_form"] = (1, "cancel")
    app.run()
    _field(app, "cancel-refund").set_value(True).run()
    with shop.store.writing("outbox") as writer:
        writer.record(1, "message_sent")
        writer.connection.execute(tables.orders.update().values(version=2))

    app.button(key="acting_confirm").click().run()

    assert not app.exception
    assert _kinds(shop) == ["imported", "message_sent", "cancelled", "refunded"]


@pytest.mark.parametrize("told", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+02:00"])
def test_a_date_beyond_the_calendar_stands_as_it_is(open_page, shop, told):
    """In the panel as on paper: the source's own writing."""
    line = {"title": "Atelier", "price": 1, "details": {"Séance": told}}
    shop.order("1", lines=[line], module="booking")

    app = open_page("commandes/fiche.py", commande="1")

    assert not app.exception
    assert told in [text.value for text in app.text]


def test_a_parcel_is_removed_with_the_message_that_waits(open_page, shop):
    """The panel offers both at once, as long as the message has not left."""
    shop.order("1")
    parcel = {"carrier": "UPS", "number": "77"}
    tracking.track(shop.store, Order("1"), **parcel, actor="t")
    app = open_page("commandes/fiche.py", commande="1")

    app.button(key="panel_recall_77-1").click().run()
    assert _kinds(shop)[2:] == []  # it asks first
    app.button(key="panel_recall_77-1_yes").click().run()

    assert not app.exception
    assert _kinds(shop)[2:] == ["message_withdrawn", "tracking_removed"]
    tracking.track(shop.store, Order("1"), **parcel, tell=False, actor="t")
    app = open_page("commandes/fiche.py", commande="1")
    keys = [button.key for button in app.button]
    assert "panel_untrack_77" in keys
    assert not [key for key in keys if key and "recall" in key]


def test_what_oversells_is_said_before_it_is_confirmed(open_page, shop):
    """Restoring, and taking a mark back, of what was sold again since."""
    shop.order("1", paid=1000)
    status.cancel(shop.store, Order("1"), actor="t")
    stock.adjust(shop.store, "LAMP", -1, "vendue", actor="t")
    app = open_page("commandes/fiche.py", commande="1")
    app.session_state["acting_form"] = (1, "restore")
    app.run()
    assert "LAMP" in [text.value for text in app.text]
    app.button(key="acting_confirm").click().run()
    refunds.refund(shop.store, Order("1"), actor="t")
    app = open_page("commandes/fiche.py", commande="1")

    app.button(key="panel_unrefund_1").click().run()

    said = [text.value for text in app.text]
    assert "1 unité ressortira du stock." in said
    assert "LAMP" in said
    assert _kinds(shop)[-1] == "refunded"
    app.button(key="acting_confirm").click().run()
    assert not app.exception
    assert _kinds(shop)[-1] == "unrefunded"


def test_a_form_that_makes_no_sense_any_more_says_so(open_page, shop):
    """Restored in another tab while this one still shows the order cancelled."""
    shop.order("1")
    status.cancel(shop.store, Order("1"), actor="t")
    app = open_page("commandes/fiche.py", commande="1")
    app.session_state["acting_form"] = (1, "restore")
    status.restore(shop.store, Order("1"), actor="t")

    app.run()

    said = [text.value for text in app.text]
    assert "La commande a changé entre-temps." in said
    assert "acting_confirm" not in [button.key for button in app.button]
    assert _kinds(shop) == ["imported", "cancelled", "restored"]


def _ticked(app, button):
    """Tick every row of the list, and press a button of the bar."""
    (table,) = [frame for frame in app.dataframe if "orders" in (frame.key or "")]
    rows = list(range(len(table.value)))
    chosen = {"selection": {"rows": rows, "columns": []}}
    app.session_state[table.key] = chosen
    app.run()
    app.session_state[table.key] = chosen
    app.button(key=button).click().run()


def test_cancelling_several_says_what_is_to_give_back_and_what_comes_back(
    open_page, shop
):
    """Before it is applied: paid ones, and units."""
    shop.order("1", paid=1000)
    shop.order("2")
    app = open_page("commandes/liste.py")

    _ticked(app, "bulk_cancel")

    said = [text.value for text in app.text]
    money = "1 commande a reçu de l’argent : son remboursement sera à marquer."
    assert money in said
    assert "2 unités reviendront en stock." in said


def test_paying_several_leaves_carts_out_and_asks_when_and_how(open_page, shop):
    """As the form of one order does; a cart only where that is ticked."""
    shop.order("1")
    shop.order("2", is_cart=True)
    open_page("commandes/liste.py")

    def dialog():
        import streamlit as st

        from commandes.actions.bulk import Asked
        from commandes.ui import bulk_bar, dialogs

        asked = bulk_bar.Batch(Asked("pay"), (1, 2), "k")
        st.session_state.setdefault("bulk_batch", asked)
        dialogs.show("Payées", bulk_bar._steps)

    app = AppTest.from_function(dialog, default_timeout=30).run()
    assert [m.value for m in app.metric] == ["1", "0", "1"]
    assert "c’est un panier" in app.dataframe[0].value["Raison"][0]
    app.toggle(key="bulk_carts").set_value(True).run()
    app.date_input(key="bulk_paid_on").set_value(date(2026, 3, 2)).run()
    app.text_input(key="bulk_means").set_value("Virement").run()
    assert [m.value for m in app.metric] == ["2", "0", "0"]

    app.button(key="bulk_confirm").click().run()

    assert not app.exception
    c = tables.payments.c
    with shop.store.reading() as connection:
        noted = connection.execute(select(c.order_id, c.at, c.means)).all()
    noon = datetime(2026, 3, 2, 11, tzinfo=UTC)
    assert [tuple(row) for row in noted] == [
        (1, noon, "Virement"),
        (2, noon, "Virement"),
    ]


def test_all_that_is_filtered_is_what_was_counted(open_page, shop):
    """An order that arrives after the number was shown is not acted upon."""
    told = [{"number": f"A{place}"} for place in range(60)]
    shop.bring(shop.incoming(told))
    app = open_page("commandes/liste.py")
    (table,) = [frame for frame in app.dataframe if "orders" in (frame.key or "")]
    rows = list(range(len(table.value)))
    app.session_state[table.key] = {"selection": {"rows": rows, "columns": []}}
    app.run()
    (everything,) = [box for box in app.checkbox if box.key == "bulk_all"]
    assert everything.label == "Les 60 commandes filtrées"
    shop.order("late")
    app.session_state[table.key] = {"selection": {"rows": rows, "columns": []}}
    everything.check().run()
    app.session_state[table.key] = {"selection": {"rows": rows, "columns": []}}

    app.button(key="bulk_archive").click().run()

    assert not app.exception
    batch = app.session_state["bulk_batch"]
    assert len(batch.ids) == 60
    assert shop.id_of("late") not in batch.ids
