"""The page of tags: created, changed, deleted with what it touches."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from commandes.store import tables

PAGE = "reglages/etiquettes.py"


@pytest.fixture
def tagged(shop):
    """Two orders have « VIP »; « Urgent » stands on one."""
    shop.order("1", tags=["VIP", "Urgent"])
    shop.order("2", tags=["VIP"])
    return shop


def choose(app, name):
    """Choose the row of a tag, as the browser would."""
    shown = app.dataframe[0]
    row = list(shown.value["name"]).index(name)
    app.session_state[shown.key] = {"selection": {"rows": [row], "columns": []}}
    return app.run()


def texts(app):
    return [str(text.value) for text in app.text]


def submit(app, label):
    (button,) = [b for b in app.button if b.label == label]
    return button.click().run()


def known(shop):
    c = tables.tags.c
    with shop.store.reading() as connection:
        rows = connection.execute(select(c.name, c.color).order_by(c.name))
        return [tuple(row) for row in rows]


def test_tags_are_listed_with_their_orders(open_page, tagged):
    """By name, each with its colour and number of orders."""
    app = open_page(PAGE)

    assert not app.exception
    rows = app.dataframe[0].value
    assert list(rows["name"]) == ["Urgent", "VIP"]
    assert list(rows["orders"]) == [1, 2]


def test_a_tag_is_created(open_page, tagged):
    """Its name is wanted and unique; the refusal keeps what was typed."""
    app = open_page(PAGE)
    app.text_input[0].set_value("vip")
    submit(app, "Créer l’étiquette")
    assert "Une étiquette s’appelle déjà « VIP »." in texts(app)
    assert app.text_input[0].value == "vip"

    app.text_input[0].set_value("Retour")
    app.selectbox[0].set_value("teal")
    submit(app, "Créer l’étiquette")

    assert not app.exception
    assert ("Retour", "teal") in known(tagged)
    assert "L’étiquette « Retour » est créée." in texts(app)
    assert app.text_input[0].value == ""


def test_a_tag_is_renamed_and_recoloured_at_once(open_page, tagged):
    """The page says how many orders have it now."""
    app = choose(open_page(PAGE), "VIP")
    app.text_input[1].set_value("Fidèle")
    app.selectbox[1].set_value("violet")
    submit(app, "Enregistrer")

    assert not app.exception
    assert ("Fidèle", "violet") in known(tagged)
    assert any("2 commandes la portent." in text for text in texts(app))


def test_a_name_that_is_taken_changes_no_colour_either(open_page, tagged):
    """All or nothing."""
    before = known(tagged)
    app = choose(open_page(PAGE), "VIP")
    app.text_input[1].set_value("urgent")
    app.selectbox[1].set_value("yellow")
    submit(app, "Enregistrer")

    assert "Une étiquette s’appelle déjà « Urgent »." in texts(app)
    assert known(tagged) == before


def test_what_a_deletion_touches_is_said_first(open_page, tagged):
    """Then one click, and no order has it any more."""
    app = choose(open_page(PAGE), "VIP")
    assert "2 commandes la perdront." in texts(app)
    submit(app, "Supprimer")

    assert not app.exception
    assert [name for name, _color in known(tagged)] == ["Urgent"]
    assert list(app.dataframe[0].value["name"]) == ["Urgent"]


def test_the_order_remembers_the_renaming(open_page, tagged):
    """Its activity says which name became which."""
    app = choose(open_page(PAGE), "VIP")
    app.text_input[1].set_value("*Fidèle*")
    submit(app, "Enregistrer")
    app = open_page("commandes/fiche.py", commande="2")

    assert any("VIP → *Fidèle*" in text for text in texts(app))
