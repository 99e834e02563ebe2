"""Conversations in Chromium: one is chosen, read, answered; R13 on both pages."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from driving import opened, served, settled
from playwright.sync_api import expect
from rendering import harmless_shop, hostile_shop, same
from sqlalchemy import select

from commandes.actions import messages, templates
from commandes.actions.messages import Reply
from commandes.actions.orders import Order
from commandes.store import tables

ROW, TICKS = 34, 32


def _rows(server):
    with opened(server.settings) as store, store.reading() as connection:
        return connection.execute(
            select(tables.messages).order_by(tables.messages.c.id)
        ).all()


def _talk(shop):
    """Two orders with a message each; the second one was answered."""
    for number, name in (("1", "Ana Martin"), ("2", "Bob Roux")):
        shop.order(number, customer_name=name)
        messages.message(shop.store, Order(number), "Objet", "Texte", actor="ana")
    reply = Reply("<a@example.org>", "bob@example.org", "Re: Objet", "Quelle taille ?")
    messages.receive(shop.store, Order("2"), reply, actor="inbox")


@pytest.fixture
def talking(tmp_path):
    """A server of the test's own over two conversations."""
    with served(tmp_path / "data", _talk) as running:
        yield running


def _choose(page, row):
    """Click the box of a row (from 0) in the list of conversations."""
    canvas = page.locator('[class*="st-key-threads-"] canvas').first
    canvas.wait_for()
    box = canvas.bounding_box()
    page.mouse.click(box["x"] + TICKS // 2, box["y"] + ROW * (row + 1) + ROW // 2)


def test_a_conversation_is_chosen_and_answered(talking, visitor):
    """From the list into the thread, with a template, and the answer stands in it."""
    page = visitor.open(f"{talking.address}/conversations")
    expect(page.get_by_text("2 conversations · 1 non lue")).to_be_visible()
    _choose(page, 0)
    expect(page.get_by_text("Quelle taille ?")).to_be_visible()
    expect(page).to_have_url(re.compile("commande=2"))

    page.get_by_role("combobox", name="Modèle").click()
    page.get_by_role("option", name="Commande prête").click()
    expect(page.get_by_text("Bonjour Bob Roux,")).to_be_visible()
    page.get_by_role("button", name="Envoyer", exact=True).dblclick()

    expect(page.get_by_text("2 conversations · 0 non lue")).to_be_visible()
    thread = page.locator('[class*="st-key-message-"]').last
    expect(thread).to_contain_text("Votre commande 2 est prête")
    expect(thread).to_contain_text("En attente d’envoi")
    settled(page)
    assert [row.direction for row in _rows(talking)] == ["out", "out", "in", "out"]
    assert _rows(talking)[2].read_at is not None


def test_a_text_typed_and_sent_at_once_is_sent_whole(talking, visitor):
    """No click beside the field is needed first."""
    page = visitor.open(f"{talking.address}/conversations?commande=2")
    page.get_by_role("textbox", name="Message").fill("Taille M")
    page.get_by_role("button", name="Envoyer", exact=True).click()

    expect(page.locator('[class*="st-key-message-"]').last).to_contain_text("Taille M")
    assert _rows(talking)[-1].body == "Taille M"


@pytest.mark.parametrize("visitor", ["phone"], indirect=True)
def test_what_is_in_doubt_is_decided_with_a_thumb(talking, visitor):
    """On a phone the buttons of what waits stand on top, within the screen."""
    with opened(talking.settings) as store, store.writing("t") as writer:
        writer.connection.execute(
            tables.messages.update()
            .where(tables.messages.c.id == 1)
            .values(state="uncertain", error="timed out")
        )
    page = visitor.open(f"{talking.address}/conversations")
    expect(page.get_by_text("Envoi non confirmé").first).to_be_visible()
    button = page.get_by_role("button", name="Marquer comme envoyé")
    box = button.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= page.viewport_size["width"]

    button.tap()

    expect(page.get_by_text("1 message à décider")).to_have_count(0)
    assert _rows(talking)[0].state == "sent"


DRAWER = """
import streamlit as st
from commandes.reports import detail
from commandes.ui import conversation
from commandes.ui.framing import part

st.title("Page")
st.session_state["runs"] = st.session_state.get("runs", 0) + 1
st.text(f"passage {st.session_state['runs']}")

@st.dialog("Conversation", position="right", width=760)
def opened():
    with part() as here:
        order = detail.order(here.store, "2")
        again = lambda: st.rerun(scope="fragment")
        conversation.thread(here, order, again)
        conversation.compose(here, order, again)

if st.button("Ouvrir"):
    opened()
"""


def test_it_works_in_a_drawer(talking, visitor, tmp_path):
    """A dialog runs again alone: it stays open, and the page behind it stands still."""
    script = tmp_path / "drawer.py"
    script.write_text(DRAWER, encoding="utf-8")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "streamlit", "run", script),
            *("--server.headless=true", "--server.address=127.0.0.1"),
            *("--server.port=0", "--browser.gatherUsageStats=false"),
        ],
        env={
            **_bare_environment(),
            "COMMANDES_DATA_DIR": str(talking.settings.data_dir),
        },
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        address = next(
            found[0]
            for line in process.stdout
            if (found := re.search(r"http://127\.0\.0\.1:\d+", line))
        )
        page = visitor.open(address)
        page.get_by_role("button", name="Ouvrir").click()
        drawer = page.get_by_role("dialog")
        drawer.get_by_role("textbox", name="Message").fill("Taille M")
        drawer.get_by_role("button", name="Envoyer", exact=True).click()

        last = drawer.locator('[class*="st-key-message-"]').last
        expect(last).to_contain_text("Taille M")
        expect(drawer.get_by_text("Non lu")).to_have_count(0)
        expect(drawer.get_by_role("textbox", name="Message")).to_have_value("")
        expect(page.get_by_text("passage 2")).to_have_count(1)
    finally:
        process.terminate()
        process.wait(timeout=20)
        process.stdout.close()
    assert [row.body for row in _rows(talking)][-1] == "Taille M"


def _bare_environment():
    import os

    return {k: v for k, v in os.environ.items() if not k.startswith("COMMANDES_")}


def _fill(shop, text):
    """Four conversations of fifteen replies, and twelve templates, all `text(n)`."""
    for place in range(4):
        number = f"{place}"
        shop.order(number, customer_name=text(place), email="ana@example.org")
        messages.message(shop.store, Order(number), text(1), text(2), actor="ana")
        for n in range(15 * place, 15 * place + 15):
            reply = Reply(f"<{n}@x>", text(n + 2), text(n + 1), text(n))
            messages.receive(shop.store, Order(number), reply, actor="inbox")
    with shop.store.writing("t") as writer:
        writer.connection.execute(
            tables.messages.update()
            .where(tables.messages.c.direction == "out")
            .values(state="uncertain", error=text(33))
        )
    for place in range(12):
        name = f"{place} {text(place * 5)}"[:60]
        templates.save(
            shop.store, name, text(place * 5 + 1), text(place * 5 + 2), actor="t"
        )


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    with hostile_shop(tmp_path_factory, _fill) as running:
        yield running


@pytest.fixture(scope="module")
def harmless(tmp_path_factory):
    with harmless_shop(tmp_path_factory, _fill) as running:
        yield running


@pytest.mark.parametrize("number", range(4))
def test_a_conversation_renders_nothing(hostile, harmless, visitor, number):
    """Senders, subjects, texts, answers of servers: all sixty are text."""
    pages = []
    for one in (hostile, harmless):
        page = visitor.open(f"{one.address}/conversations?commande={number}")
        expect(page.locator('[class*="st-key-message-"]')).to_have_count(16)
        pages.append(page)

    same(pages)


@pytest.mark.parametrize("place", [0, 4, 8])
def test_a_template_renders_nothing(hostile, harmless, visitor, place):
    """Its name in the choice, its text in the fields and the preview."""
    pages = []
    for one in (hostile, harmless):
        page = visitor.open(f"{one.address}/modeles")
        page.get_by_role("combobox", name="Modèle").click()
        page.get_by_role("option", name=re.compile(rf"^{place} ")).click()
        expect(page.get_by_text("Aperçu avant envoi")).to_be_visible()
        pages.append(page)

    same(pages)
