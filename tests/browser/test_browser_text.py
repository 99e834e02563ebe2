"""R13: whatever customers and sources wrote is shown as text, on every page."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import quote

import polars as pl
import pytest
from driving import NOON, Orders, Table, opened, settled
from hostile_texts import PAYLOADS
from playwright.sync_api import TimeoutError as Waited
from playwright.sync_api import expect
from rendering import at_rest, harmless_shop, hostile_shop, same

from commandes.actions import refunds, status
from commandes.actions.orders import Order

COUNT = 12  # orders; each of their fields holds another text


def _fill(shop, text):
    """Orders whose every field is `text(n)`, for n from 0 up."""
    texts = map(text, range(10_000))

    def say(**fixed):
        return lambda *names: {**fixed, **{name: next(texts) for name in names}}

    told = []
    for place in range(COUNT):
        next(texts)  # so that no field holds the same texts on every order
        address = say()("name", "company", "line1", "line2", "city", "country")
        told.append(
            {
                "number": f"{place:02} {next(texts)}",
                "at": NOON + timedelta(minutes=place),
                **say()("customer_name", "email", "phone", "user_agent", "channel"),
                "ip_address": next(texts),
                "discount_codes": next(texts),
                "billing_address": _json(address),
                "lines": [
                    {
                        "price": 1000,
                        **say()("sku", "title", "variant"),
                        "service_at": NOON,
                        "details": say()("event", "seat"),
                    }
                ],
                "paid": [{"amount": 400, **say()("means", "provider", "reference")}],
                "refunded": [{"amount": 100, **say()("reason", "reference")}],
                "tags": [f"{place} {next(texts)}"],
                "shipments": [say()("carrier", "number", "url")],
                "notes": [{"author": next(texts), "text": next(texts)}],
            }
        )
    shop.bring(shop.incoming(told))
    for order_id in range(1, 7):
        refunds.refund(
            shop.store,
            Order(id=order_id),
            restock=True,
            reason=next(texts),
            actor="Inès",
        )
    status.cancel(shop.store, Order(id=8), actor="Inès")


def _json(address):
    import json

    return json.dumps(address)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    with hostile_shop(tmp_path_factory, _fill) as running:
        yield running


@pytest.fixture(scope="module")
def harmless(tmp_path_factory):
    with harmless_shop(tmp_path_factory, _fill) as running:
        yield running


def _numbers(server):
    from sqlalchemy import select

    from commandes.store import tables

    with opened(server.settings) as store, store.reading() as connection:
        c = tables.orders.c
        return list(connection.scalars(select(c.number).order_by(c.placed_at)))


def _unfolded(page, choice):
    """A choice of the list that has the focus: on a busy machine, asked for again."""
    for _time in range(3):
        page.keyboard.press("ArrowDown")
        try:
            choice.wait_for(timeout=5_000)
        except Waited:
            continue
        break
    return choice


def test_the_list_renders_nothing(hostile, harmless, visitor):
    """A list of hostile names, numbers, articles and tags holds only text."""
    pages = [visitor.open(f"{one.address}/commandes") for one in (hostile, harmless)]
    for page in pages:
        Orders(page)
        at_rest(page)
    same(pages)

    # The choices of tags hang on who has the focus: they are looked at one by one.
    page = pages[0]
    page.bring_to_front()
    settled(page)
    page.get_by_test_id("stMultiSelect").locator("input").focus()
    choices = page.get_by_role("listbox")
    tag = choices.get_by_text(re.compile(r"^\u2068?0 .* · 1$"))
    expect(_unfolded(page, tag)).to_be_visible()
    assert choices.locator("em, strong, a, img, code, h1, script").count() == 0
    assert page.evaluate("window.pwned") is None


@pytest.mark.parametrize("place", range(4))
def test_the_page_of_an_order_renders_nothing(hostile, harmless, visitor, place):
    """Every field of an order's page is text; two orders hold all sixty texts."""
    pages = []
    for one in (hostile, harmless):
        link = quote(_numbers(one)[place])
        page = visitor.open(f"{one.address}/commande?commande={link}")
        page.get_by_text("Activité de la commande").wait_for()
        pages.append(page)

    same(pages)


def test_the_drawer_renders_nothing(hostile, harmless, visitor):
    """The drawer that Infos opens is text as well."""
    pages = [visitor.open(f"{one.address}/commandes") for one in (hostile, harmless)]
    for page in pages:
        Orders(page).infos(3)

    same(pages)


@pytest.mark.parametrize(
    ("address", "table", "drawn"),
    [
        ("remboursements", "refunds_to_do", "Marquer comme effectué"),
        ("stock", "stock_levels", "Niveau d’alerte"),
        ("etiquettes", "tag_settings", "Supprimer l’étiquette"),
    ],
)
def test_what_is_chosen_renders_nothing(
    hostile, harmless, visitor, address, table, drawn
):
    """Refunds to make, stock and tags, with the forms of the row chosen."""
    pages = [visitor.open(f"{one.address}/{address}") for one in (hostile, harmless)]
    for page in pages:
        Table(page, f'[class*="st-key-{table}-"]').choose(1)
        page.get_by_role("button", name=drawn).last.wait_for()

    same(pages)


@pytest.mark.parametrize("payload", ["**x** :red[y] $z$ $t$", "<b>x</b>", "# x", "`x`"])
def test_the_url_renders_nothing(hostile, visitor, payload):
    """What a link searches for, or asks for in vain, is said as text."""
    asked = quote(payload)
    page = visitor.open(
        f"{hostile.address}/commandes?search={asked}&tag={asked}&status={asked}"
    )
    expect(page.get_by_text(f"recherche « {payload} »").first).to_be_visible()
    expect(page.get_by_text(f"« {payload} ».").first).to_be_visible()
    main = page.get_by_test_id("stMain")
    rendered = main.locator("strong, em, b, code, h2, .katex, [style*='color: red']")

    assert rendered.count() == 0
    page.goto(f"{hostile.address}/commande?commande={asked}")
    expect(page.get_by_text(re.compile(re.escape(payload))).first).to_be_visible()
    assert rendered.count() == 0


def test_a_file_to_import_renders_nothing(hostile, visitor, tmp_path):
    """Headers, cells, values and the name of a file are text on the mapping screen."""
    texts = [re.sub(r"[\x00\n]", " ", text) for text in PAYLOADS]
    frame = pl.DataFrame(
        {
            "Numéro": [f"N{row}" for row in range(60)],
            "Statut": texts[:30] * 2,
            **dict.fromkeys(texts[:40], texts),
        }
    )
    file = tmp_path / "**x** :red[y].csv"
    frame.write_csv(file)
    page = visitor.open(f"{hostile.address}/importer")
    page.locator('input[type="file"]').set_input_files(file)
    expect(page.get_by_text("d’aucun format connu")).to_be_visible()
    page.get_by_role("combobox", name="Numéro de commande").wait_for()

    main = page.get_by_test_id("stMain")
    assert page.evaluate("window.pwned") is None
    rendered = main.locator(
        "strong, em, b, code, blockquote, .katex, img, iframe, a[href*='evil']"
    )
    assert rendered.count() == 0
