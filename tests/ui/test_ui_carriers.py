"""The screen of the carriers over a real small store."""

from __future__ import annotations

import pytest

from commandes.actions import carriers

PAGE = "reglages/transporteurs.py"
GLS = "https://gls.example.org/suivi/{n}"


def _by_label(app, key, label):
    """A text field of one of the two forms, by its label."""
    (found,) = [
        field
        for field in app.text_input
        if field.label == label and (field.key or "").startswith(key)
    ]
    return found


def _urls(store):
    return {carrier.name: carrier.url for carrier in carriers.known(store)}


def _texts(app):
    return [text.value for text in app.text]


def _press(app, label):
    (button,) = [button for button in app.button if button.label == label]
    return button.click().run()


def test_a_carrier_is_added(open_page, store):
    """It stands in the table, and the form is blank again."""
    app = open_page(PAGE)
    _by_label(app, "carrier_name_add", "Nom").set_value("GLS")
    _by_label(app, "carrier_url_add", "Adresse de suivi").set_value(GLS)

    _press(app, "Ajouter")

    assert not app.exception
    assert _urls(store)["GLS"] == GLS
    assert "GLS" in list(app.dataframe[0].value["Transporteur"])
    assert _by_label(app, "carrier_name_add", "Nom").value == ""


@pytest.mark.parametrize(
    ("name", "url", "said"),
    [
        ("ups", GLS, "Un transporteur s’appelle déjà « UPS »."),
        ("", GLS, "Un transporteur a un nom d’un à 60 caractères."),
        (
            "GLS",
            "http://example.org/{n}",
            (
                "L’adresse de suivi n’est pas valable : "
                "elle doit commencer par https:// et le nom d’un site."
            ),
        ),
    ],
)
def test_what_is_refused_stays_in_the_form(open_page, store, name, url, said):
    """One sentence says why; nothing is written, nothing typed is lost."""
    before = _urls(store)
    app = open_page(PAGE)
    _by_label(app, "carrier_name_add", "Nom").set_value(name)
    _by_label(app, "carrier_url_add", "Adresse de suivi").set_value(url)

    _press(app, "Ajouter")

    assert not app.exception
    assert said in _texts(app)
    assert _urls(store) == before
    assert _by_label(app, "carrier_url_add", "Adresse de suivi").value == url


def test_a_carrier_is_changed_and_removed(open_page, store):
    """Its form shows what it is; removing asks once more."""
    ups = next(c for c in carriers.known(store) if c.name == "UPS")
    app = open_page(PAGE)
    app.selectbox(key="carrier_chosen").set_value(ups.id).run()
    field = _by_label(app, "carrier_url_change", "Adresse de suivi")
    assert field.value == ups.url
    field.set_value(GLS)

    _press(app, "Enregistrer")

    assert _urls(store)["UPS"] == GLS
    app.selectbox(key="carrier_chosen").set_value(ups.id).run()
    app.button(key="carrier_remove_yes").click().run()
    assert not app.exception
    assert "UPS" not in _urls(store)


def test_a_number_is_tried(open_page, store):
    """The form suggests a carrier, the link is shown; another may be chosen."""
    app = open_page(PAGE)

    app.text_input(key="carrier_try").set_value("1Z 999AA10123456784").run()

    assert "La forme de ce numéro suggère : UPS" in _texts(app)
    assert "https://www.ups.com/track?tracknum=1Z999AA10123456784" in _texts(app)
    app.text_input(key="carrier_try").set_value("7/&").run()
    assert "La forme de ce numéro ne suggère aucun transporteur." in _texts(app)
    assert any(text.endswith("=7%2F%26") for text in _texts(app))


def test_without_any_carrier_the_screen_says_what_to_do(open_page, store):
    """Only the form to add one is left."""
    for carrier in carriers.known(store):
        carriers.remove(store, carrier.id, actor="t")

    app = open_page(PAGE)

    assert not app.exception
    assert "Aucun transporteur : ajoutez le premier." in _texts(app)
    assert [button.label for button in app.button if button.label == "Ajouter"]
