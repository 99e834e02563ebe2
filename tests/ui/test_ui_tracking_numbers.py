"""Tracking numbers from a file, on the screen over a real small store."""

from __future__ import annotations

import pytest

from commandes.actions import tracking
from commandes.actions.orders import Order
from commandes.actions.parcels import Outcome, Told
from commandes.intake import tracking_file
from commandes.reports import detail
from commandes.ui.tracking_numbers import refused_csv

PAGE = "commandes/suivis.py"
FILE = (
    "Commande;Transporteur;N° de suivi\r\n"
    "1;;6A12345678901\r\n"
    "2;UPS;1Z1\r\n"
    "2;UPS;1Z2\r\n"
    "9;UPS;1Z9\r\n"
).encode("cp1252")


@pytest.fixture
def given(open_page, shop):
    """The page with the file given; orders 1 and 2, the parcel 1Z1 noted already."""
    for number in "12":
        shop.order(number)
    tracking.track(
        shop.store, Order("2"), carrier="UPS", number="1Z1", tell=False, actor="t"
    )
    app = open_page(PAGE)
    app.file_uploader[0].set_value(("suivis.csv", FILE, "text/csv"))
    return app.run()


def _metrics(app):
    return {metric.label: metric.value for metric in app.metric}


def _toggle(app, label):
    (found,) = [toggle for toggle in app.toggle if toggle.label == label]
    return found


def _note(app):
    (found,) = [b for b in app.button if b.label.startswith(("Noter", "Passer"))]
    return found


def test_a_file_is_looked_at_first(given, shop):
    """What would be, row by row, the refused ones first; nothing is changed."""
    frame = given.dataframe[0].value

    assert not given.exception
    assert list(frame["Ce qui sera fait"]) == [
        "Aucune commande ne porte le numéro 9.",
        "numéro ajouté, client prévenu",
        "La commande porte déjà ce numéro de suivi.",
        "numéro ajouté, client prévenu",
    ]
    assert frame["Transporteur"][1] == "Colissimo (suggéré)"
    assert _metrics(given) == {
        "Lignes lues": "4",
        "Numéros": "2",
        "Commandes": "2",
        "Messages": "2",
        "Déjà notés": "1",
        "Lignes refusées": "1",
    }
    assert "resteront en attente" in given.caption[0].value
    assert detail.order(shop.store, "1").shipments == ()


def test_what_was_looked_at_is_noted(given, shop):
    """By default customers are told and the status stays."""
    _note(given).click().run()

    assert not given.exception
    first, second = (detail.order(shop.store, number) for number in "12")
    assert [p.number for p in first.shipments] == ["6A12345678901"]
    assert [p.number for p in second.shipments] == ["1Z1", "1Z2"]
    assert [order.status for order in (first, second)] == ["new", "new"]
    assert [len(order.messages) for order in (first, second)] == [1, 1]
    assert [e.actor for e in first.activity][-1] == "écran"
    assert list(given.dataframe[0].value["Raison"]) == [
        "Aucune commande ne porte le numéro 9."
    ]
    assert not [b for b in given.button if b.label.startswith("Noter")]


def test_options_are_looked_at_anew_and_followed(given, shop):
    """Nobody is told, and the orders become done, when asked so."""
    _toggle(given, "Prévenir les clients").set_value(False).run()
    _toggle(given, "Passer en Terminé").set_value(True).run()
    said = list(given.dataframe[0].value["Ce qui sera fait"])
    assert said[1] == "numéro ajouté, passe en Terminé"
    assert _metrics(given)["Messages"] == "0"

    _note(given).click().run()

    for number in "12":
        order = detail.order(shop.store, number)
        assert (order.status, order.messages) == ("done", ())


def test_a_file_that_brings_nothing_offers_nothing(open_page, shop):
    """Or a file that is no table of parcels: one sentence."""
    app = open_page(PAGE)
    app.file_uploader[0].set_value(("a.csv", b"commande,suivi\n9,1Z9\n", "text/csv"))
    app.run()
    assert "Ce fichier n’apporte aucun numéro à noter." in [t.value for t in app.text]

    app.file_uploader[0].set_value(("b.csv", b"x,y\n1,2\n", "text/csv"))
    app.run()

    assert not app.exception
    assert any("b.csv" in text.value for text in app.text)
    assert any("« commande »" in text.value for text in app.text)


def test_refused_rows_can_be_corrected_and_given_again(tmp_path):
    """The file is one that is read; what could be a formula is defused."""
    told = Told(3, "=1+1", "", "1Z9")
    file = tmp_path / "refus.csv"

    file.write_bytes(refused_csv([Outcome(told, "UPS", said="Non.", refused=True)]))

    assert file.read_text(encoding="utf-8-sig").splitlines() == [
        "Commande;Transporteur;Numéro de suivi;Raison",
        '\'=1+1;"";1Z9;Non.',
    ]
    (again,) = tracking_file.read(file)
    assert (again.order, again.carrier, again.number) == ("=1+1", "", "1Z9")
