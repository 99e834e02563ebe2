"""Every page: framed, and calm about an empty store, a wrong setting, a wrong link."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from commandes import words
from commandes.actions import stock
from commandes.store import tables

ROOT = Path(__file__).parents[2]
PAGES = sorted(path.relative_to(ROOT / "pages") for path in ROOT.glob("pages/**/*.py"))


def _texts(app):
    """Every text of a page that is no table."""
    kinds = (app.text, app.title, app.header, app.subheader, app.caption, app.markdown)
    return "\n".join(str(found.value) for kind in kinds for found in kind)


def test_no_script_stands_in_pages_itself():
    """A script directly in pages/ could be opened without app.py: there is none."""
    assert PAGES
    assert [path for path in PAGES if len(path.parts) == 1] == []


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_a_page_is_framed(path):
    """All that a page does stands in the frame: its only other lines are imports."""
    text = (ROOT / "pages" / path).read_text(encoding="utf-8")
    docstring, *lines, framed = ast.parse(text).body

    assert isinstance(docstring, ast.Expr)
    assert all(isinstance(line, ast.Import | ast.ImportFrom) for line in lines)
    assert isinstance(framed, ast.With)
    assert ast.unparse(framed.items[0].context_expr).startswith("ui.frame(")


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_a_page_is_registered(path):
    """Every page script has its place in the navigation."""
    assert f'"pages/{path.as_posix()}"' in (ROOT / "app.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_an_empty_store_is_no_error(open_page, path):
    """On an empty store every page runs through, and says what to do or choose."""
    app = open_page(path.as_posix())

    assert not app.exception
    assert app.title


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_a_page_runs_over_orders(open_page, shop, path):
    """On a store with an order every page runs through, in both languages."""
    shop.order("1", paid=1000, tags=["VIP"], notes=["Merci"])
    for language in ("fr", "en"):
        app = open_page(path.as_posix(), lang=language, commande="1")

        assert not app.exception
        assert app.title


def test_an_empty_list_offers_both_ways(open_page):
    """An empty list offers to import a file or to look with samples."""
    app = open_page("commandes/liste.py")

    assert "Aucune commande pour l’instant" in _texts(app)
    assert app.button(key="empty_import")
    assert app.button(key="empty_samples")


def test_a_wrong_setting_is_said_in_words(open_page, monkeypatch):
    """A setting that cannot be read is a sentence on the page, not a stack trace."""
    monkeypatch.setenv("COMMANDES_CART_DELAY", "soon")
    app = open_page()

    assert not app.exception
    assert "COMMANDES_CART_DELAY" in _texts(app)


def test_an_unknown_order_is_said_in_words(open_page, shop):
    """A link to an order that is not there says so and how numbers are written."""
    shop.order("1")
    app = open_page("commandes/fiche.py", commande="**2**")

    assert not app.exception
    assert "Aucune commande ne porte le numéro **2**." in [t.value for t in app.text]


def test_the_list_is_filtered_by_its_address(open_page, shop):
    """The codes of the URL choose the orders, and the widgets show them."""
    shop.order("1", status="new")
    shop.order("2", status="cancelled")
    app = open_page("commandes/liste.py", status="cancelled", dated="paid")

    assert not app.exception
    assert list(app.dataframe[0].value["number"]) == ["2"]
    assert app.get_by_key("filter_status").value == ["cancelled"]


def test_a_widget_writes_the_address(open_page, shop):
    """A filter chosen is written as codes, whatever the language of the words."""
    shop.order("1", status="new", module="booking")
    shop.order("2", status="done")
    app = open_page("commandes/liste.py", lang="en")
    words.use("en")  # AppTest words the options of widgets in its own thread

    app.get_by_key("filter_module").set_value(["booking"]).run()
    app.get_by_key("filter_status").set_value(["new", "done"]).run()

    assert app.query_params["module"] == "booking"
    assert app.query_params["status"] == ["new", "done"]
    assert list(app.dataframe[0].value["number"]) == ["1"]


def test_dates_of_ones_own_begin_with_the_named_period(open_page, shop):
    """From « last month » to dates of one's own, its days are there to change."""
    shop.order("1")
    app = open_page("commandes/liste.py", period="last_year")

    app.selectbox(key="filter_period").set_value("chosen").run()

    assert not app.exception
    assert "period" not in app.query_params
    assert app.query_params["from"].endswith("-01-01")
    assert app.query_params["to"].endswith("-12-31")


def test_the_row_clicked_is_resolved_by_what_was_sent(open_page, shop):
    """R23: an order that arrives after the list was sent moves no row under a click."""
    shop.order("1", customer_name="Ana")
    app = open_page("commandes/liste.py")
    shop.order("2", customer_name="Bea")
    app.session_state["opened_order"] = shop.id_of("1")

    app.run()

    assert list(app.dataframe[0].value["number"]) == ["1"]
    assert "Ana" in [text.value for text in app.text]
    assert "1 nouvelle commande" in _texts(app)


def test_a_source_that_gives_nothing_says_so(open_page, shop):
    """What the source does not give reads « non fourni par la source »."""
    shop.order("1", customer_name=None, email=None, tax=None)
    app = open_page("commandes/fiche.py", commande="1")

    assert not app.exception
    assert [t.value for t in app.text].count("non fourni par la source") >= 7


def test_an_amount_that_does_not_add_up_is_shown(open_page, shop):
    """An order whose parts miss its total keeps it, and shows the gap."""
    shop.order("1", total=1234)
    app = open_page("commandes/fiche.py", commande="1")

    texts = [text.value for text in app.text]
    assert texts[texts.index("Écart avec le total de la source") + 1] == "2,34 €"
    assert texts[texts.index("Total") + 1] == "12,34 €"


def test_samples_are_said(open_page, store):
    """The samples are called samples."""
    from commandes.intake.fill import fill

    fill(store, 20, 1, actor="test")

    assert "Ce sont des commandes d’exemple" in _texts(open_page())


@pytest.mark.parametrize("button", ["view_save", "own_file"])
def test_two_clicks_at_once_open_one_dialog(open_page, store, button):
    """« Infos » of a row and a button, both during a run: not two dialogs."""
    from commandes.intake.fill import fill

    fill(store, 20, 1, actor="test")
    app = open_page("commandes/liste.py", status="cancelled")
    app.session_state["opened_order"] = 1
    app.button(key=button).click().run()

    assert not app.exception


def test_the_dashboard_leads_to_what_waits(open_page, shop):
    """Figures of the period and the cases that wait stand on the first page."""
    from datetime import UTC, datetime

    shop.order("1", at=datetime.now(UTC), paid=1000)
    shop.order("2", at=datetime.now(UTC))
    app = open_page()

    assert {m.label: m.value for m in app.metric} == {
        "Ventes nettes": "10,00 €",
        "Commandes": "1",
        "Panier moyen": "10,00 €",
        "Taux de remboursement": "0 %",
        "Taux d’abandon": "–",
    }
    assert "Commandes non payées · 1" in [link.value for link in app.page_link]


def test_the_dashboard_leads_to_the_letters_that_wait(open_page, shop):
    """Unread answers, and letters that did not leave, each a link to the messages."""
    shop.order("1", paid=1000)
    order = shop.id_of("1")
    with shop.store.writing("t") as writer:
        for place, (direction, state) in enumerate(
            [("in", "received"), ("in", "received"), ("out", "failed")], 1
        ):
            writer.connection.execute(
                tables.messages.insert().values(
                    id=place,
                    order_id=order,
                    direction=direction,
                    subject="Bonjour",
                    body="Où est ma lampe ?",
                    state=state,
                    actor="t",
                    at=writer.now,
                    state_at=writer.now,
                )
            )
        writer.record(order, "message_received", {"message": 1})
    links = {link.value: link.page for link in open_page().page_link}

    for label in ("Conversations non lues · 1", "Envois échoués ou non confirmés · 1"):
        assert links[label] == "conversations", label


def test_each_figure_has_its_curve(open_page, shop):
    """Net, orders, basket, refunds and carts: how they went, day by day."""
    from datetime import UTC, datetime, timedelta

    now = datetime.now(UTC) - timedelta(hours=3)
    for days in (1, 2):
        at = now - timedelta(days=days)
        refund = [{"amount": 200 * days, "marked_at": at}]
        paid = [{"amount": 1000 * days, "at": at}]
        lines = [{"sku": "LAMP", "title": "Lampe", "price": 1000 * days}]
        shop.order(f"{days}", at=at, lines=lines, paid=paid, refunded=refund)
        cart = {"is_cart": True, "at": at, "begun_at": at, "email": None}
        shop.order(f"cart {days}", **cart, paid=[{"amount": 1, "at": at}] * (days - 1))
    app = open_page(period="last_7_days")

    curves = {m.label: list(m.proto.chart_data) for m in app.metric}
    # The cart of the first day was paid, by a cent: an order too.
    assert [n for n in curves["Ventes nettes"] if n] == [1601, 800]
    assert [n for n in curves["Commandes"] if n] == [2, 1]
    assert curves["Panier moyen"][-2:] == [1500, 1000]
    assert curves["Taux de remboursement"][-2:] == pytest.approx([400 / 2001, 0.2])
    assert curves["Taux d’abandon"][-2:] == [0, 1]


def test_each_module_says_what_is_to_be_seen(open_page, shop):
    """Seats, covers, slots and plans: a sentence each, before the table."""
    from datetime import UTC, datetime, timedelta

    at = datetime.now(UTC) - timedelta(days=2)
    evening, sold = at + timedelta(days=20), [{"amount": 1000, "at": at}]

    def line(title: str, **facts: object) -> list[dict]:
        given = {"sku": title, "title": title, "price": 500, "quantity": 2}
        return [{**given, "service_at": at if facts else evening, "details": facts}]

    for module, lines in (
        ("events", line("Concert")),
        ("restaurant", line("Menu", covers=4)),
        ("booking", line("Massage", service="Massage")),
        ("pricing", [{"sku": "P", "title": "Formule", "price": 1000}]),
    ):
        shop.order(module, module=module, at=at, lines=lines, paid=sold)
    stock.open_levels(shop.store, [("Concert", evening, 40)], actor="t")

    said = _texts(open_page("rapports/ventes.py", period="last_30_days"))
    for sentence in (
        "2 places vendues ; 40 restent là où le stock les compte.",
        "4 couverts en 1 service.",
        "2 créneaux réservés.",
        "1 nouvelle, 0 renouvellement.",
        "Comparé avec la période du ",
    ):
        assert sentence in said, sentence


def test_the_currency_of_the_shop_may_fall_to_nought(open_page, shop):
    """Sold last month, not in this one: nought, against what it was; carts too."""
    from datetime import UTC, datetime, timedelta

    now = datetime.now(UTC)
    before = now - timedelta(days=40)
    shop.order("1", at=before, paid=5000, total=5000)
    shop.order("2", at=now, paid=700, total=700, currency="GBP")
    cart = {"is_cart": True, "at": now - timedelta(days=1), "email": None}
    shop.order("3", **cart, begun_at=now - timedelta(days=1))
    app = open_page(period="last_30_days", compared="before")

    metrics = {m.label: (m.value, m.delta) for m in app.metric}
    assert metrics["Ventes nettes"] == ("0,00 €", "-100 %")
    assert metrics["Commandes"] == ("0", "-100 %")
    assert metrics["Taux d’abandon"][0] == "100 %"
    assert list(app.dataframe[0].value["Devise"]) == ["GBP"]


@pytest.mark.parametrize(
    "path",
    ["accueil/tableau_de_bord.py", "rapports/ventes.py", "rapports/paniers.py"],
)
def test_a_date_mistyped_by_centuries_hides_no_chart(open_page, shop, path):
    """The last periods are drawn, and that is said; the file has them all."""
    from datetime import UTC, datetime

    for number, year in (("1", 202), ("2", 2026)):
        at = datetime(year, 3, 2, 12, tzinfo=UTC)
        shop.order(number, at=at, paid=1000)
        cart = {"is_cart": True, "at": at, "begun_at": at, "email": None}
        shop.order(f"cart {number}", **cart)

    app = open_page(path, period="all", by="day")

    assert not app.exception
    said = f"Le graphique montre les {words.number(1500)} dernières périodes."
    assert said in _texts(app)


@pytest.mark.parametrize("path", ["accueil/tableau_de_bord.py", "rapports/ventes.py"])
def test_a_period_without_sales_leads_to_the_last_ones(open_page, shop, path):
    """A shop that has just brought its past in sees where its sales are."""
    from datetime import UTC, datetime

    shop.order("1", at=datetime(2024, 3, 31, 12, tzinfo=UTC), paid=1000)
    app = open_page(path)
    (way,) = [b for b in app.button if b.key == "last_sales"]
    assert way.label == "Voir les dernières ventes : mars 2024"

    way.click().run()
    assert not app.exception
    assert app.query_params["from"] == "2024-03-01"
    assert app.query_params["to"] == "2024-03-31"
    assert app.metric[0].value == "10,00 €"
    assert not [b for b in app.button if b.key == "last_sales"]
