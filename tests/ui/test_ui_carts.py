"""The page of abandoned carts, headless: no source, another delay, what is missing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from commandes.reports import carts

PAGE = "rapports/paniers.py"


def texts(app) -> str:
    return "\n".join(str(found.value) for found in app.text)


def left(shop, minutes: int = 90) -> None:
    begun = datetime.now(UTC) - timedelta(minutes=minutes)
    shop.order("1", is_cart=True, at=begun)


def test_without_a_source_of_carts_there_is_no_figure(open_page, shop):
    """The page says so and what to import; never 0 %."""
    shop.order("1", paid=1000)
    app = open_page(PAGE)

    assert "Aucune de vos sources ne donne ses paniers" in texts(app)
    assert list(app.metric) == []


def test_the_figures_are_those_of_the_delay_asked_for(open_page, shop):
    """By the URL, and by a delay of one's own; what is none is said."""
    left(shop)
    app = open_page(PAGE, period="this_year")
    assert [one.value for one in app.metric][:3] == ["1", "10,00 €", "100 %"]
    assert "seuls les paniers quittés sont connus" in texts(app)

    app = open_page(PAGE, period="this_year", delay="120")
    assert [one.value for one in app.metric][:3] == ["0", "0,00 €", "–"]
    assert "1 panier est encore dans son délai" in texts(app)

    app = open_page(PAGE, period="this_year", delay="7")
    assert app.number_input(key="cart_delay_other").value == 7
    app.number_input(key="cart_delay_other").set_value(100).run()
    assert app.query_params["delay"] == "100"
    assert app.metric[0].value == "0"

    for wrong in ("soon", str(carts.LONGEST_DELAY + 1)):
        app = open_page(PAGE, period="this_year", delay=wrong)
        assert f"Le délai « {wrong} » n’existe pas." in texts(app)
        assert app.metric[0].value == "1"


def test_a_refusal_said_by_phone_is_noted_on_the_page(open_page, shop):
    """The cart is no longer to be written to; lifted, it is again; a typo is said."""
    begun = datetime.now(UTC) - timedelta(minutes=90)
    shop.order(
        "1", is_cart=True, at=begun, email="ana@example.org", marketing_consent=True
    )
    app = open_page(PAGE, period="this_year")
    for email, button, said, state in (
        ("ana", "on", "« ana » n’est pas une adresse e-mail.", "Relançable"),
        ("Ana@example.org", "on", "Refus noté", "Non relançable : le client ne veut"),
        ("ana@example.org", "on", "C’est déjà noté.", "Non relançable : le client ne"),
        ("ana@example.org", "off", "Refus levé", "Relançable"),
    ):
        field = next(
            one for one in app.text_input if one.key.startswith("objection-email-")
        )
        field.set_value(email)
        key = field.key.removeprefix("objection-email-")
        app.button(key=f"objection-{button}-{key}").click().run()
        assert not app.exception
        assert said in texts(app)
        assert app.dataframe[-1].value["state"][0].startswith(state)
