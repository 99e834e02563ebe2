"""The page of personal data: see, export, erase; how long; who looked."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from commandes import access
from commandes.access import Role
from commandes.reports import detail
from commandes.reports.readings import readings
from commandes.store import tables

PAGE = "reglages/donnees_personnelles.py"
ANA = "ana@example.org"


def texts(app):
    return "\n".join(str(text.value) for text in (*app.text, *app.caption))


def asked(open_page, email=ANA):
    app = open_page(PAGE)
    app.text_input(key="personal_email").set_value(email).run()
    assert not app.exception
    return app


def test_a_customer_is_seen_exported_and_erased(open_page, shop, store, settings):
    """Orders of all modules, a preview, a typed confirmation; each reading noted."""
    shop.order("1", paid=1000, notes=["Merci"])
    shop.order("2", module="booking", email=ANA.upper())
    shop.order("3", customer_name="Zoé", email="zoe@example.org")
    app = asked(open_page)

    assert list(app.dataframe[0].value["number"]) == ["1", "2"]
    app.button(key="personal_look").click().run()
    assert "2 commandes" in texts(app)
    assert detail.order(store, "1").customer.email == ANA
    (typed,) = [t for t in app.text_input if "confirm" in (t.key or "")]
    typed.set_value("autre@example.org")
    app.button(key="FormSubmitter:personal_erase-Effacer ce client").click().run()
    assert "rien n’a été effacé" in texts(app)
    assert detail.order(store, "1").customer.email == ANA

    (typed,) = [t for t in app.text_input if "confirm" in (t.key or "")]
    typed.set_value(ANA.upper())
    app.button(key="FormSubmitter:personal_erase-Effacer ce client").click().run()

    assert not app.exception
    assert [detail.order(store, n).customer.email for n in "123"] == [
        *(None, None),
        "zoe@example.org",
    ]
    assert app.text_input(key="personal_email").value == ""
    assert [(r.kind, r.orders) for r in readings(store)] == [("customer", 2)]


def test_an_order_without_e_mail_is_erased_by_its_number(open_page, shop, store):
    """And one that has an e-mail says how."""
    shop.order("1", email=None)
    shop.order("2")
    app = open_page(PAGE)
    app.text_input(key="personal_number").set_value("2").run()
    app.button(key="personal_look").click().run()
    assert "a un e-mail" in texts(app)

    app.text_input(key="personal_number").set_value("1").run()
    app.button(key="personal_look").click().run()
    (typed,) = [t for t in app.text_input if "confirm" in (t.key or "")]
    typed.set_value("1")
    app.button(key="FormSubmitter:personal_erase-Effacer ce client").click().run()

    assert detail.order(store, "1").customer.name is None


def test_what_is_kept_and_the_next_run_are_said(open_page, shop, store, monkeypatch):
    """The settings, what the night would touch, and now on demand."""
    from datetime import UTC, datetime

    monkeypatch.setenv("COMMANDES_KEEP_CUSTOMERS_MONTHS", "24")
    shop.order("1", at=datetime(2020, 1, 1, tzinfo=UTC))
    app = open_page(PAGE)
    assert "effacés 24 mois" in texts(app)
    assert "1 commande à effacer" in texts(app)

    app.button(key="personal_retain").click().run()

    assert not app.exception
    assert detail.order(store, "1").customer.email is None
    assert "0 commande à effacer" in texts(app)


def test_an_order_opened_is_noted_once(open_page, shop, store):
    """However often its page is drawn again; the log says so to administrators."""
    number = shop.order("1")
    app = open_page("commandes/fiche.py", commande="1")
    app.run()
    app.run()

    noted = readings(store)
    assert [(r.kind, r.orders, r.number) for r in noted] == [("order", 1, "1")]
    with store.reading() as connection:
        (row,) = connection.execute(select(tables.readings))
    assert row.order_id == number
    assert "ana" not in json.dumps([str(part) for part in row]).lower()
    app = open_page(PAGE)
    assert list(app.dataframe[-1].value["kind"]) == ["Commande ouverte"]


def test_an_erased_customer_is_said_in_the_panel(open_page, shop, store, settings):
    """Not that the source gave nothing."""
    from commandes import privacy

    shop.order("1")
    privacy.erase(store, settings, ANA, actor="Inès")
    app = open_page("commandes/fiche.py", commande="1")

    assert not app.exception
    assert "ont été effacées" in texts(app)
    assert "Données personnelles effacées" in texts(app)


def drawn(role):
    """The page's own part, as somebody of a role has it."""
    from commandes import access, ui

    with ui.part() as here, access.acting_as(access.logged_in(7, role, "Ana")):
        ui.personal_data.screen(here)


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.ADMINISTRATOR, ["Un client", "Durées de conservation", "Qui a consulté"]),
        (Role.MANAGER, ["Un client"]),
    ],
)
def test_each_role_sees_its_part(open_page, shop, role, sees):
    """Nobody else's part is drawn, or read; others do not open the page at all."""
    shop.order("1")
    app = AppTest.from_function(drawn, args=(role,), default_timeout=30).run()

    assert not app.exception
    assert [found.value for found in app.subheader] == sees
    for other in (Role.STAFF, Role.FINANCE):
        assert "customers.export" not in access.of_role(other)
