"""The stock on screen: levels, filters in the address, corrections, files."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from commandes.actions import refunds, stock
from commandes.actions.orders import Order
from commandes.store import tables

PAGE = "commandes/stock.py"
EVENING = datetime(2199, 5, 1, 19, tzinfo=UTC)


@pytest.fixture
def shelves(shop):
    """Lamps that came back from a refund; few pens; seats of an evening to come."""
    shop.order("1", paid=1000)
    refunds.refund(shop.store, Order("1"), actor="Bo")
    stock.open_levels(
        shop.store, [("PEN", None, 2), ("SEAT", EVENING, 80)], actor="Inès"
    )
    stock.set_alert(shop.store, "PEN", 5, actor="Inès")
    return shop


def choose(app, sku):
    """Choose the row of a sku, as the browser would."""
    shown = app.dataframe[0]
    row = list(shown.value["sku"]).index(sku)
    app.session_state[shown.key] = {"selection": {"rows": [row], "columns": []}}
    return app.run()


def texts(app):
    return [str(text.value) for text in app.text]


def submit(app, label):
    (button,) = [b for b in app.button if b.label == label]
    return button.click().run()


def level(shop, sku):
    c = tables.stock_items.c
    with shop.store.reading() as connection:
        row = connection.execute(
            select(c.on_hand, c.alert_level).where(c.sku == sku)
        ).one()
        return tuple(row)


def test_no_stock_says_what_to_do(open_page, store):
    """And that the platform's own stock is not touched."""
    app = open_page(PAGE)

    assert not app.exception
    assert any("Aucun stock n’est tenu" in text for text in texts(app))
    assert any("celui de la plateforme n’est pas touché" in t for t in texts(app))


def test_the_address_narrows_the_list(open_page, shelves):
    """A link from the dashboard shows what is oversold; an unknown code is said."""
    low = open_page(PAGE, level="low")
    assert list(low.dataframe[0].value["sku"]) == ["PEN"]
    assert list(low.dataframe[0].value["state"][0]) == ["◔ Niveau d’alerte atteint"]

    none = open_page(PAGE, level="oversold")
    assert "Aucun niveau ne correspond." in texts(none)

    unknown = open_page(PAGE, level="plenty", search="seat")
    assert "Le filtre « plenty » n’existe pas." in texts(unknown)
    assert list(unknown.dataframe[0].value["sku"]) == ["SEAT"]


def test_a_filter_is_written_to_the_address(open_page, shelves):
    """As a code; the default stands in no address."""
    app = open_page(PAGE)
    app.get_by_key("stock_level").set_value("coming").run()
    assert app.query_params["level"] == "coming"
    assert list(app.dataframe[0].value["held"]) == [0]

    app.get_by_key("stock_level").set_value("every").run()
    assert "level" not in app.query_params


def test_movements_say_their_cause_in_words(open_page, shelves):
    """Who, why, and the order that they come from."""
    app = choose(open_page(PAGE), "LAMP")

    assert not app.exception
    moves = app.dataframe[1].value
    columns = ("quantity", "cause", "order", "open", "actor")
    assert [tuple(moves[name]) for name in columns] == [
        ("+1",),
        ("Remboursement",),
        ("1",),
        ("Ouvrir",),
        ("Bo",),
    ]


def test_a_level_that_nobody_has_said_is_not_shown(open_page, shelves):
    """Units that orders alone have moved are no level; a count makes them one."""
    app = choose(open_page(PAGE), "LAMP")
    shown = app.dataframe[0].value
    assert list(shown["sku"]) == ["LAMP", "PEN", "SEAT"]
    assert list(shown["on_hand"].dropna()) == [2, 80]
    assert list(shown["state"][0]) == ["○ Niveau d’ouverture non saisi"]
    assert "niveau d’ouverture non saisi" in texts(app)

    stock.adjust(shelves.store, "LAMP", 4, "inventaire", actor="Inès")
    counted = choose(open_page(PAGE), "LAMP")
    assert list(counted.dataframe[0].value["on_hand"]) == [5, 2, 80]
    assert "niveau d’ouverture non saisi" not in texts(counted)


def test_a_level_is_corrected_with_a_reason(open_page, shelves):
    """The page says the level that is left."""
    app = choose(open_page(PAGE), "PEN")
    app.number_input[0].set_value(-2)
    app.text_input[-1].set_value("casse")
    submit(app, "Corriger le stock")

    assert not app.exception
    assert "Stock de PEN : 0" in texts(app)
    assert level(shelves, "PEN") == (0, 5)


@pytest.mark.parametrize(
    ("units", "reason", "said"),
    [
        (-3, "casse", "il n’en reste que 2"),
        (10**12, "inventaire", "ne dépasse pas"),
        (1, "  ", "demande un motif"),
    ],
)
def test_a_correction_that_cannot_be_is_said(open_page, shelves, units, reason, said):
    """In one sentence; the level stays."""
    app = choose(open_page(PAGE), "PEN")
    app.number_input[0].set_value(units)
    app.text_input[-1].set_value(reason)
    submit(app, "Corriger le stock")

    assert not app.exception
    assert any(said in text for text in texts(app))
    assert level(shelves, "PEN") == (2, 5)


def test_an_alert_level_is_set_and_emptied(open_page, shelves):
    """Empty is no alert; a negative one is refused."""
    app = choose(open_page(PAGE), "PEN")
    app.number_input[1].set_value(-1)
    submit(app, "Enregistrer")
    assert any("un niveau n’est pas négatif" in text for text in texts(app))

    app.number_input[1].set_value(None)
    submit(app, "Enregistrer")
    assert level(shelves, "PEN") == (2, None)


def test_a_file_of_levels_is_looked_at_then_applied(open_page, shelves):
    """What would change and what is refused first; nothing is written before."""
    app = open_page(PAGE)
    content = "Référence;Quantité\nPEN;7\nLAMP;1\nMUG;peu\n".encode()
    app.file_uploader[0].upload("niveaux.csv", content, "text/csv").run()

    assert not app.exception
    assert "2 niveaux lus, dont 1 à changer." in texts(app)
    assert "1 ligne refusée" in texts(app)
    assert level(shelves, "PEN") == (2, 5)

    submit(app, "Appliquer 2 niveaux")

    assert not app.exception
    assert "1 niveau changé." in texts(app)
    assert level(shelves, "PEN") == (7, 5)
    assert len(app.file_uploader[0].value or []) == 0


def test_ones_own_file_of_levels_is_seen_at_once(open_page, shelves):
    """Levels that are new to the list stand in it without being asked for."""
    app = open_page(PAGE)
    content = "Référence;Quantité\nPEN;7\nMUG;3\n".encode()
    app.file_uploader[0].upload("niveaux.csv", content, "text/csv").run()
    submit(app, "Appliquer 2 niveaux")

    assert not app.exception
    shown = app.dataframe[0].value
    assert list(shown["sku"]) == ["LAMP", "MUG", "PEN", "SEAT"]
    assert list(shown["on_hand"])[1:3] == [3, 7]
    assert not [b for b in app.button if b.label == "Actualiser"]


def test_what_leaves_the_list_by_ones_own_hand_is_gone_at_once(open_page, shelves):
    """A level corrected above its alert is not low any more."""
    app = choose(open_page(PAGE, level="low"), "PEN")
    app.number_input[0].set_value(9)
    app.text_input[-1].set_value("inventaire")
    submit(app, "Corriger le stock")

    assert not app.exception
    assert "Aucun niveau ne correspond." in texts(app)


def test_a_file_that_is_none_of_levels_is_said(open_page, shelves):
    """With what it lacks."""
    app = open_page(PAGE)
    app.file_uploader[0].upload("photo.csv", b"a,b\n1,2\n", "text/csv").run()

    assert not app.exception
    assert any("il lui manque la colonne sku" in text for text in texts(app))


def test_the_dashboard_leads_to_what_is_oversold(open_page, shelves):
    """A line of its own, only when there is any."""
    app = open_page()
    links = [link.value for link in app.page_link]
    assert not any("Vendu au-delà" in link for link in links)

    with shelves.store.writing("t") as writer:
        line = writer.connection.execute(select(tables.order_lines)).first()
        stock.move(writer, line.order_id, line, -3, "order", "9")
        writer.record(line.order_id, "test")
    links = [link.value for link in app.run().page_link]
    assert "Vendu au-delà du stock · 1" in links
