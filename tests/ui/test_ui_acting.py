"""Acting from the panel: what one gesture does is done whole."""

from __future__ import annotations

from sqlalchemy import select

from commandes.actions import tags
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
